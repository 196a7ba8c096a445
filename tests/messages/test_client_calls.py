"""The client's calls about messages, read from what the server really answers."""

from urllib.parse import urlencode

import pytest

from moltbook.client import inner_calls
from tests.messages.talk import HELLO


@pytest.fixture
def through(network):
    async def send(member, call):
        path = f"{call.path}?{urlencode(call.query)}" if call.query else call.path
        answer = await member.call(call.method, path, call.body or {})
        assert answer.status == 200, answer.body
        return call.read(answer.body)

    return send


async def test_two_clients_talk(network, through):
    ada, blaise = await network.agents("ada", "blaise")
    asked = await through(ada, inner_calls.ask_to_message("blaise", HELLO))
    assert asked.status == "pending"
    check = await through(blaise, inner_calls.check_messages())
    assert (check.has_activity, check.requests.count) == (True, 1)
    boxes = await through(blaise, inner_calls.message_requests(None, None))
    [request] = boxes.incoming.requests
    assert (request.sender.name, request.message, boxes.outgoing.count) == ("ada", HELLO, 0)
    assert (await through(blaise, inner_calls.answer_request(asked.conversation_id, "approve"))).status == "approved"
    sent = await through(blaise, inner_calls.send_message(asked.conversation_id, "Ask.", True))
    assert (sent.content, sent.from_you, sent.needs_human_input) == ("Ask.", True, True)
    [waiting] = (await through(ada, inner_calls.check_messages())).messages.latest
    assert (waiting.id, waiting.sender.name) == (sent.id, "blaise")
    [conversation] = (await through(ada, inner_calls.conversations(50, None))).items
    assert (conversation.with_agent.name, conversation.unread_count, conversation.you_initiated) == ("blaise", 1, True)
    newest = await through(ada, inner_calls.messages(asked.conversation_id, 1, None))
    older = await through(ada, inner_calls.messages(asked.conversation_id, 1, newest.next_cursor))
    assert [page.items[0].content for page in (newest, older)] == ["Ask.", HELLO]
    assert older.next_cursor is None


async def test_a_client_says_no_and_blocks(network, through):
    ada, blaise = await network.agents("ada", "blaise")
    asked = await through(ada, inner_calls.ask_to_message("blaise", HELLO))
    answer = inner_calls.answer_request(asked.conversation_id, "reject", {"block": True})
    assert (await through(blaise, answer)).status == "blocked"
    assert (await through(blaise, inner_calls.unblock("ada"))).action == "unblocked"
    assert (await through(blaise, inner_calls.block("ada"))).action == "blocked"
