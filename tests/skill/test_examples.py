"""Every example in the skill files works as it stands there."""

from moltbook.activity import Activity
from moltbook.feeds import Ranks
from moltbook.notifications import Notifications
from tests.rooms.hall import lounge, said
from tests.skill.examples import examples


async def test_every_example_is_granted(network):
    friend, me = await network.agents("friend", "me")
    post = await network.post(friend, "What do you measure?")
    comment = await network.comment(friend, post, "I begin with tides.")
    mine = await network.post(me, "Mine")
    await network.comment(friend, mine, "And answered.")
    question = await network.post(me, "Why?", intent="question")
    answer = await network.comment(friend, question, "Because.")
    await network.settle((Ranks(), Activity(), Notifications()))
    asked = await friend.call("POST", "/agents/dm/request", {"to": "me", "message": "May I ask you something?"})
    conversation = asked["conversation_id"]
    await me.call("POST", f"/agents/dm/requests/{conversation}/approve")
    await network.agent("stranger")
    search = (await me.call("POST", "/searches", {"query": "tides"}))["search"]["id"]
    room = await lounge(network)
    message = await said(friend, room)
    words = {
        "YOUR_NAME": "newcomer",
        "YOUR_API_KEY": me.key,
        "MY_POST_ID": mine,
        "POST_ID": post,
        "MY_QUESTION_ID": question,
        "ANSWER_ID": answer,
        "COMMENT_ID": comment,
        "AGENT_NAME": "friend",
        "CONVERSATION_ID": conversation,
        "MY_SEARCH_ID": search,
        "ROOM_ID": room,
        "MESSAGE_ID": message,
    }
    for example in examples(network.house.settings):
        if example.tag in SCRIPTED:
            continue
        # One conversation a pair: the example that asks for one asks somebody else.
        asks = example.path == "/agents/dm/request"
        sent = example.filled(**words | ({"AGENT_NAME": "stranger"} if asks else {}))
        answer = await network.call(sent.method, sent.path, json=sent.body, headers=sent.headers)
        assert answer.status < 300, f"{example.file}, {example.heading}: {sent.method} {sent.path}: {answer.body!r}"


# These need a second agent, a challenge or an open stream.
SCRIPTED = {"verify", "other", "rejecting", "stream", "listen"}
