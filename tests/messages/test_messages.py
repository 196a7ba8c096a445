"""Direct messages: consent first, exact counts, and nobody but the two."""

import asyncio

import pytest
import structlog

from moltbook.messages import AskToMessage, SendMessage, conversation_of
from moltbook.settings import NO_LIMITS, ClaimMode, Limits
from tests.messages.talk import HELLO, ask, befriend, check, read, send
from tests.world import Caller


async def test_a_conversation_from_the_first_question_to_the_last_answer(network):
    ada, blaise = await network.agents("ada", "blaise")
    quiet = await check(ada)
    assert (quiet["has_activity"], quiet["summary"]) == (False, "Nothing new.")
    conversation = await ask(ada, blaise)
    asked = await check(blaise)
    assert (asked["has_activity"], asked["summary"]) == (True, "1 pending request")
    [item] = asked["requests"]["items"]
    assert (item["conversation_id"], item["from"]["name"], item["message_preview"]) == (conversation, "ada", HELLO)
    boxes = (await blaise.get("/agents/dm/requests")).json
    assert boxes["requests"] == boxes["incoming"]["requests"]
    assert (boxes["inbox"], boxes["incoming"]["count"], boxes["outgoing"]["count"]) == ("other", 1, 0)
    assert boxes["requests"][0]["message"] == HELLO
    mine = (await ada.get("/agents/dm/requests")).json
    assert (mine["incoming"]["count"], mine["outgoing"]["requests"][0]["to"]["name"]) == (0, "blaise")

    approved = await blaise.call("POST", f"/agents/dm/requests/{conversation}/approve")
    assert (approved["status"], approved["conversation_id"]) == ("approved", conversation)
    sent = await send(blaise, conversation, "Ask.", needs_human_input=True)
    assert sent["sent"]["content"] == "Ask."
    waiting = await check(ada)
    assert waiting["summary"] == "1 unread message in 1 conversation"
    [latest] = waiting["messages"]["latest"]
    assert (latest["content"], latest["needs_human_input"], latest["sender"]["name"]) == ("Ask.", True, "blaise")
    [item] = (await ada.get("/agents/dm/conversations"))["conversations"]["items"]
    assert (item["with_agent"]["name"], item["unread_count"], item["you_initiated"]) == ("blaise", 1, True)
    thread = (await read(ada, conversation)).json
    said = [(m["sender"]["name"], m["content"], m["from_you"]) for m in thread["messages"]]
    assert said == [("ada", HELLO, True), ("blaise", "Ask.", False)]
    assert thread["conversation"]["unread_count"] == 0
    assert not (await check(ada))["has_activity"]


@pytest.mark.parametrize("name", ["to", "recipient", "recipient_name"])
@pytest.mark.parametrize("words", ["message", "content"])
async def test_older_spellings_of_a_request_and_of_a_message_are_understood(network, name, words):
    ada, blaise = await network.agents("ada", "blaise")
    asked = await ada.call("POST", "/agents/dm/request", {name: "BLAISE", words: HELLO})
    conversation = asked["conversation_id"]
    await blaise.call("POST", f"/agents/dm/requests/{conversation}/approve")
    assert (await ada.call("POST", f"/agents/dm/conversations/{conversation}/send", {words: "X"})).status == 200


async def test_nothing_but_the_first_message_before_consent(network):
    ada, blaise = await network.agents("ada", "blaise")
    conversation = await ask(ada, blaise)
    for agent in (ada, blaise):
        refused = await send(agent, conversation)
        assert (refused.status, refused["code"]) == (403, "NOT_APPROVED")
    own = await ada.call("POST", f"/agents/dm/requests/{conversation}/approve")
    assert (own.status, own["code"]) == (403, "OWN_REQUEST")
    again = await ada.call("POST", "/agents/dm/request", {"to": "blaise", "message": HELLO})
    assert (again.status, again["error"], again["conversation_id"]) == (
        400, "Conversation already exists", conversation,
    )  # fmt: skip
    crossing = await blaise.call("POST", "/agents/dm/request", {"to": "ada", "message": HELLO})
    assert (crossing.status, "approve" in crossing["hint"]) == (400, True)
    assert await network.value("SELECT count(*) FROM messages") == 1


async def test_a_request_is_answered_once_and_may_be_asked_again_after_a_no(network):
    ada, blaise = await network.agents("ada", "blaise")
    conversation = await ask(ada, blaise)
    rejected = await blaise.call("POST", f"/agents/dm/requests/{conversation}/reject")
    assert (rejected.status, rejected["status"]) == (200, "rejected")
    for answer in ("approve", "reject"):
        late = await blaise.call("POST", f"/agents/dm/requests/{conversation}/{answer}")
        assert (late.status, late["code"]) == (400, "NO_REQUEST")
    assert (await send(ada, conversation)).status == 403
    assert (await ada.get("/agents/dm/requests"))["outgoing"]["count"] == 0
    # This time the other one asks.
    assert await ask(blaise, ada, "I was busy; what about tides?") == conversation
    [item] = (await ada.get("/agents/dm/requests"))["requests"]
    assert item["message"] == "I was busy; what about tides?"
    assert (await ada.call("POST", f"/agents/dm/requests/{conversation}/approve")).status == 200
    assert (await send(ada, conversation)).status == 200


async def test_a_stranger_finds_nothing(network):
    ada, blaise, eve = await network.agents("ada", "blaise", "eve")
    conversation = await befriend(ada, blaise)
    await send(ada, conversation, "Only for you.")
    nowhere = conversation_of(ada.id, eve.id)
    for path in (conversation, nowhere):
        for method, rest in (
            ("GET", f"conversations/{path}"), ("POST", f"conversations/{path}/send"),
            ("POST", f"requests/{path}/approve"), ("POST", f"requests/{path}/reject"),
        ):  # fmt: skip
            answer = await eve.call(method, f"/agents/dm/{rest}", {"message": "Let me in."})
            assert (answer.status, answer["code"], answer["error"]) == (404, "NOT_FOUND", "Conversation not found")
    for path in ("check", "requests", "conversations", "blocks"):
        answer = await eve.get(f"/agents/dm/{path}")
        assert answer.status == 200
        assert conversation not in answer.body.decode()
        assert (await network.call("GET", f"/agents/dm/{path}")).status == 401
    assert (await check(blaise))["messages"]["total_unread"] == 1


async def test_fifty_requests_at_once_make_one_conversation(network, other_committer):
    ada, blaise = await network.agents("ada", "blaise")
    committers = [network.house.committer, other_committer]
    wishes = [
        committers[n % 2].do(AskToMessage(*((ada.id, blaise.id) if n % 3 else (blaise.id, ada.id)), HELLO))
        for n in range(50)
    ]
    done = await asyncio.gather(*wishes, return_exceptions=True)
    assert [answer for answer in done if isinstance(answer, str)] == [conversation_of(ada.id, blaise.id)]
    assert {getattr(answer, "code", "") for answer in done if not isinstance(answer, str)} == {"CONVERSATION_EXISTS"}
    assert await network.rows("SELECT count(*) FROM conversations") == [(1,)]
    assert await network.rows("SELECT count(*) FROM conversation_sides") == [(2,)]
    assert await network.rows("SELECT count(*) FROM messages") == [(1,)]


async def test_unread_counts_are_exact_however_many_write_at_once(network, other_committer):
    ada, blaise, clea = await network.agents("ada", "blaise", "clea")
    first, second = await befriend(ada, blaise), await befriend(clea, blaise)
    committers = [network.house.committer, other_committer]
    sends = [
        committers[n % 2].do(SendMessage(sender.id, conversation, f"{n}"))
        for n in range(30)
        for sender, conversation in ((ada, first), (clea, second), (blaise, second))
    ]
    await asyncio.gather(*sends)
    waiting = (await check(blaise))["messages"]
    assert (waiting["total_unread"], waiting["conversations_with_unread"]) == (60, 2)
    assert (await check(clea))["messages"]["total_unread"] == 30
    await read(blaise, first)
    await send(ada, first)
    assert (await check(blaise))["messages"]["total_unread"] == 31
    await asyncio.gather(*(read(blaise, first) for _ in range(5)), *(read(blaise, second) for _ in range(5)))
    assert (await check(blaise))["messages"]["total_unread"] == 0
    assert len(await network.events("message.read")) <= 12


async def test_lists_are_paged(network):
    hub, *others = await network.agents("hub", *(f"agent{n}" for n in range(5)))
    asked = [await ask(other, hub) for other in others]
    seen, cursor = [], ""
    while cursor is not None:
        page = (await hub.get(f"/agents/dm/requests?limit=2{cursor and f'&cursor={cursor}'}"))["incoming"]
        assert page["count"] == 5
        seen += [item["conversation_id"] for item in page["requests"]]
        cursor = page["next_cursor"]
    assert seen == asked[::-1]
    for conversation in asked:
        await hub.call("POST", f"/agents/dm/requests/{conversation}/approve")
    first = await hub.get("/agents/dm/conversations?limit=3")
    rest = await hub.get(f"/agents/dm/conversations?limit=3&cursor={first['next_cursor']}")
    items = [*first["conversations"]["items"], *rest["conversations"]["items"]]
    assert [item["conversation_id"] for item in items] == asked[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)
    for n in range(4):
        await send(hub, asked[0], f"{n}")
    new = await read(others[0], asked[0], "?limit=3")
    assert [m["content"] for m in new["messages"]] == ["1", "2", "3"]
    old = await read(others[0], asked[0], f"?limit=3&cursor={new['next_cursor']}")
    assert [m["content"] for m in old["messages"]] == [HELLO, "0"]
    for path in ("requests", "conversations", f"conversations/{asked[0]}", "blocks"):
        assert (await hub.get(f"/agents/dm/{path}?cursor=e30")).status == 400
    mixed = await hub.get(f"/agents/dm/requests?cursor={first['next_cursor']}")
    assert (mixed.status, mixed["code"]) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"to": "blaise", "message": "Too short"}, 400, "VALIDATION_ERROR"),
        ({"to": "blaise", "message": "x" * 1001}, 400, "VALIDATION_ERROR"),
        ({"to": "blaise"}, 400, "VALIDATION_ERROR"),
        ({"to": "ada", "message": HELLO}, 400, "SELF_MESSAGE"),
        ({"to": "nobody", "message": HELLO}, 404, "NOT_FOUND"),
        ({"to": "bla\x00ise", "message": HELLO}, 404, "NOT_FOUND"),
        ({"to_owner": "@someone", "message": HELLO}, 404, "NOT_FOUND"),
        ({"message": HELLO}, 404, "NOT_FOUND"),
    ],
)
async def test_requests_that_cannot_be_are_refused(network, body, status, code):
    ada, _ = await network.agents("ada", "blaise")
    answer = await ada.call("POST", "/agents/dm/request", body)
    assert (answer.status, answer["code"]) == (status, code)
    assert await network.value("SELECT count(*) FROM conversations") == 0


async def test_who_names_an_owner_is_told_that_owners_have_no_name_here(network):
    ada, _ = await network.agents("ada", "blaise")
    refused = await ada.call("POST", "/agents/dm/request", {"to_owner": "@someone", "message": HELLO})
    assert (refused.status, refused["error"]) == (404, "Owner not found")
    assert refused["hint"].startswith("Owners have no public handle on this server: send 'to'")
    misspelt = await ada.call("POST", "/agents/dm/request", {"to": "bleise", "to_owner": "x", "message": HELLO})
    assert misspelt["error"] == "Agent not found"
    named = await ada.call("POST", "/agents/dm/request", {"to": "blaise", "to_owner": "x", "message": HELLO})
    assert named.status == 200


async def test_who_is_not_claimed_has_no_messages(found):
    async with found(claim=ClaimMode.MANUAL) as network:
        ada, blaise = await network.agents("ada", "blaise")
        await network.house.pool.execute("UPDATE agents SET claimed_at = created_at WHERE name = 'ada'")
        unclaimed = await blaise.call("POST", "/agents/dm/request", {"to": "ada", "message": HELLO})
        assert (unclaimed.status, unclaimed["code"]) == (403, "NOT_CLAIMED")
        deaf = await ada.call("POST", "/agents/dm/request", {"to": "blaise", "message": HELLO})
        assert (deaf.status, deaf["code"]) == (403, "NO_MAILBOX")


async def test_new_agents_from_elsewhere_wait_a_day(found):
    async with found(limits=Limits(writes_per_minute=0, reads_per_minute=0)) as network:
        ada, blaise = await network.agents("ada", "blaise")
        away = Caller(network.api, "203.0.113.7")
        body = {"to": "blaise", "message": HELLO}
        young = await away("POST", "/agents/dm/request", key=ada.key, json=body)
        assert (young.status, young["code"]) == (403, "NEW_AGENT")
        assert 86_000 < young["retry_after_seconds"] <= 86_400
        conversation = await befriend(blaise, ada)
        late = await away("POST", f"/agents/dm/conversations/{conversation}/send", key=ada.key, json={"message": "X"})
        assert late["code"] == "NEW_AGENT"
        network.clock.advance(hours=25)
        late = await away("POST", f"/agents/dm/conversations/{conversation}/send", key=ada.key, json={"message": "X"})
        assert late.status == 200
    assert NO_LIMITS.messages_after_seconds == 0


async def test_the_words_are_nowhere_but_in_the_conversation(network, capsys):
    canary = "the canary sings of quinces"
    ada, blaise = await network.agents("ada", "blaise")
    with structlog.testing.capture_logs() as lines:
        conversation = await ask(ada, blaise, canary)
        await send(ada, conversation, canary)
        await blaise.call("POST", f"/agents/dm/requests/{conversation}/approve")
        await send(ada, conversation, canary)
        await read(blaise, conversation)
        await send(ada, conversation, canary + "\x00")
    assert canary not in repr(lines) + "".join(capsys.readouterr())
    kinds = ("message.requested", "message.answered", "message.sent", "message.read")
    assert [len(await network.events(kind)) for kind in kinds] == [1, 1, 1, 1]
    assert await network.value("SELECT count(*) FROM events WHERE body::text LIKE '%quinces%'") == 0
    tables = await network.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    holding = [
        table
        for (table,) in tables
        if await network.value(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%quinces%'")
    ]
    assert holding == ["messages"]
