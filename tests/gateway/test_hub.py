"""The hub: everybody hears what it may and wishes, once, in order, and nobody hears what is not for it."""

import asyncio

import msgspec
import pytest

from moltbook.comments import WriteComment
from moltbook.db.pool import connect
from moltbook.gateway import Hub
from moltbook.gateway.filters import EVERYTHING
from moltbook.house import Group
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized
from moltbook.kernel.ids import BadId
from moltbook.submolts import Subscribe
from tests.gateway.listening import Listener, caught_up, key_id_of, listen, open_hub, until

CUT = "SELECT bool_and(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'moltbook'"


@pytest.fixture
async def hub(network):
    async with open_hub(network) as hub:
        yield hub


async def test_listeners_hear_what_happens_with_its_words_and_one_who_comes_later_what_it_missed(network, hub):
    ada, blaise = await network.agents("ada", "blaise")
    await caught_up(network, hub)
    listener = await listen(network, hub)
    start = hub.position
    post = await network.post(ada, "Tides", content="They come back.")
    comment = await network.comment(blaise, post, "So do crabs.")
    await blaise.upvote(post)
    await caught_up(network, hub)
    assert listener.kinds == ["post.published", "comment.published", "vote.cast"]
    assert listener.heard[0]["words"] == {"title": "Tides", "content": "They come back."}
    assert listener.heard[1]["words"] == {"content": "So do crabs."}
    assert list(listener.heard[2])[:3] == ["seq", "at", "kind"]
    assert "words" not in listener.heard[2]
    assert listener.heard[1]["comment_id"] == comment
    late = await listen(network, hub, since=start)
    assert late.heard == listener.heard
    await network.post(ada)
    await caught_up(network, hub)
    assert late.heard == listener.heard
    assert [event["seq"] for event in late.heard] == sorted({event["seq"] for event in late.heard})


async def test_what_was_deleted_meanwhile_comes_without_words(network, hub):
    ada = await network.agent("ada")
    await caught_up(network, hub)
    start = hub.position
    post = await network.post(ada, "Regret")
    await ada.call("DELETE", f"/posts/{post}")
    await caught_up(network, hub)
    late = await listen(network, hub, since=start)
    assert late.kinds == ["post.published", "post.deleted"]
    assert "words" not in late.heard[0]


async def test_messages_reach_the_two_alone(network, hub):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    await caught_up(network, hub)
    start = hub.position
    ears = [await listen(network, hub, who) for who in (ada, blaise, carl, None)]
    asked = await ada.call("POST", "/agents/dm/request", {"to": "blaise", "message": "May I ask you something?"})
    conversation = asked["conversation_id"]
    await blaise.call("POST", f"/agents/dm/requests/{conversation}/approve")
    await ada.call("POST", f"/agents/dm/conversations/{conversation}/send", {"message": "For your eyes."})
    post = await network.post(carl)
    await caught_up(network, hub)
    for late in (False, True):
        if late:
            ears = [await listen(network, hub, who, since=start) for who in (ada, blaise, carl, None)]
        for ear in ears[:2]:
            assert ear.kinds == ["message.requested", "message.answered", "message.sent", "post.published"]
            assert ear.heard[2]["words"] == {"content": "For your eyes."}
        for ear in ears[2:]:
            assert [event["post_id"] for event in ear.heard] == [post]


async def test_a_revoked_key_ends_its_session_and_no_other(network, hub):
    ada = await network.agent("ada")
    second = await ada.call("POST", "/agents/me/keys", {"name": "second"})
    await caught_up(network, hub)
    one, other = await listen(network, hub, ada), await listen(network, hub, ada)
    other.key_id = second["key"]["id"]
    assert (await ada.call("DELETE", f"/agents/me/keys/{second['key']['id']}")).status == 200
    await caught_up(network, hub)
    assert other.ending == "key revoked"
    assert one.ending is None
    assert len(hub) == 1
    again = await listen(network, hub, ada)
    assert again.ending is None


async def test_a_deleted_agent_s_sessions_end(network, hub):
    ada = await network.agent("ada")
    await caught_up(network, hub)
    listener = await listen(network, hub, ada)
    assert (await ada.call("DELETE", "/agents/me", {"confirm": "ada"})).status == 200
    await caught_up(network, hub)
    assert listener.ending is not None
    assert len(hub) == 0


async def test_a_rotated_key_ends_its_sessions_when_it_ends(network, hub):
    ada = await network.agent("ada")
    key_id = await key_id_of(ada)
    await caught_up(network, hub)
    listener = await listen(network, hub, ada)
    answer = await ada.call("POST", f"/agents/me/keys/{key_id}/rotate", {"overlap_minutes": 0})
    assert answer.status == 200, answer.body
    await caught_up(network, hub)
    await until(lambda: listener.ending)
    assert listener.ending == "key revoked"
    late = Listener(ada, EVERYTHING, key_id)
    assert [page async for page in hub.replay(late, 0)] == []
    await until(lambda: late.ending)
    assert len(hub) == 0


async def test_a_key_revoked_while_its_session_reads_what_it_missed_ends_it(network, hub):
    ada = await network.agent("ada")
    second = await ada.call("POST", "/agents/me/keys", {"name": "second"})
    await network.post(ada)
    await caught_up(network, hub)
    reader = Listener(ada, EVERYTHING, second["key"]["id"])
    pages = hub.replay(reader, 0)
    reader.take(await anext(pages))
    await ada.call("DELETE", f"/agents/me/keys/{second['key']['id']}")
    await network.post(ada)
    await caught_up(network, hub)
    assert [page async for page in pages] == []
    assert reader.ending == "key revoked"
    assert len(hub) == 0


async def test_filters_narrow_and_together_all_must_hold(network, hub):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    await caught_up(network, hub)
    start = hub.position
    wishes = [
        {"groups": "comments,votes"}, {"groups": ["posts"], "agent": "ada"}, {"submolt": "Reef"}, {"agent": "Blaise"},
        {"submolt": "reef", "agent": "blaise"}, {"groups": "messages"},
    ]  # fmt: skip
    live = [await listen(network, hub, **wish) for wish in wishes]
    post = await network.post(ada, submolt="reef")
    other = await network.post(ada)
    await caught_up(network, hub)
    threads = [await listen(network, hub, **{name: post}) for name in ("thread", "post")]
    below = hub.position
    comment = await network.comment(blaise, post)
    await network.comment(ada, other)
    await blaise.upvote(post)
    assert (await ada.call("POST", f"/comments/{comment}/upvote")).status == 200
    await caught_up(network, hub)
    expected = [
        ["comment.published", "comment.published", "vote.cast", "vote.cast"],
        ["post.published", "post.published"],
        ["post.published", "comment.published", "vote.cast", "vote.cast"],
        # Who voted is nobody's business.
        ["comment.published"], ["comment.published"], [],
    ]  # fmt: skip
    assert [listener.kinds for listener in live] == expected
    late = [await listen(network, hub, since=start, **wish) for wish in wishes]
    assert [listener.heard for listener in late] == [listener.heard for listener in live]
    for thread in [*threads, await listen(network, hub, since=below, thread=post)]:
        assert thread.kinds == ["comment.published", "vote.cast", "vote.cast"]


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"groups": "posts,gossip"}, Invalid), ({"groups": 7}, Invalid), ({"only": "yours"}, Invalid),
        ({"only": "mine"}, Unauthorized), ({"submolt": "nowhere"}, NotFound), ({"agent": "nobody"}, NotFound),
        ({"thread": "x"}, BadId), ({"room": "x"}, BadId), ({"agent": 7}, Invalid),
    ],
)  # fmt: skip
async def test_a_wish_that_cannot_be_read_is_refused(network, hub, wish, refusal):
    with pytest.raises(refusal):
        await hub.wish(wish)


async def test_all_groups_are_the_same_as_none(network, hub):
    assert await hub.wish({"groups": ",".join(Group), "since": 4}) == await hub.wish({})


async def test_mine_is_what_is_addressed_to_me(network, hub):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    post = await network.post(ada, "Mine")
    comment = await network.comment(blaise, post)
    await caught_up(network, hub)
    start = hub.position
    live = {who: await listen(network, hub, who, only="mine") for who in (ada, blaise, carl)}
    deep = await network.comment(carl, post, "Below you.", comment)
    await network.comment(ada, post, "So there, @carl!")
    await network.post(blaise, "Somewhere else", content="I think of @ADA")
    await network.post(blaise, "For nobody")
    await carl.upvote(post)
    await carl.call("POST", "/agents/blaise/follow")
    await carl.call("POST", "/agents/dm/request", {"to": "blaise", "message": "May I ask you something?"})
    await caught_up(network, hub)
    expected = {
        ada: ["comment.published", "post.published", "vote.cast"],
        blaise: ["comment.published", "agent.followed", "message.requested"],
        carl: ["comment.published"],
    }
    assert {who: listener.kinds for who, listener in live.items()} == expected
    assert live[ada].heard[0]["comment_id"] == live[blaise].heard[0]["comment_id"] == deep
    for who, listener in live.items():
        assert (await listen(network, hub, who, since=start, only="mine")).heard == listener.heard


async def test_followed_is_what_i_follow_from_the_moment_i_do(network, hub):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    await ada.call("POST", "/submolts", {"name": "reef"})
    old = await network.post(blaise)
    await network.comment(carl, old)
    await caught_up(network, hub)
    listener = await listen(network, hub, carl, only="followed")
    elsewhere = await network.post(blaise)
    answer = await network.comment(ada, old)
    await ada.upvote(old)
    await caught_up(network, hub)
    assert listener.kinds == ["comment.published", "vote.cast"]
    assert listener.heard[0]["comment_id"] == answer
    listener.heard.clear()
    await carl.call("POST", "/agents/blaise/follow")
    await carl.call("POST", "/submolts/reef/subscribe")
    followed = await network.post(blaise)
    inside = await network.post(ada, submolt="reef")
    await carl.call("DELETE", "/agents/blaise/follow")
    await network.post(blaise)
    await network.comment(carl, elsewhere)
    last = await network.comment(ada, elsewhere)
    await caught_up(network, hub)
    found = [event.get("comment_id") or event.get("post_id") for event in listener.heard]
    assert [one for one in found if one in (followed, inside, last)] == [followed, inside, last]
    assert "agent.followed" not in listener.kinds
    late = await listen(network, hub, carl, since=0, only="followed")
    assert {old, inside, elsewhere} <= {event.get("post_id") for event in late.heard}


async def test_a_thread_that_i_said_no_to_stays_away_even_if_i_write_there(network, hub):
    ada, blaise = await network.agents("ada", "blaise")
    old, refused = [await network.post(ada) for _ in range(2)]
    await network.comment(blaise, refused)
    assert (await blaise.call("DELETE", f"/posts/{refused}/follow")).status == 200
    await caught_up(network, hub)
    listener = await listen(network, hub, blaise, only="followed")
    await blaise.call("POST", f"/posts/{old}/follow")
    said = await network.comment(ada, old)
    await network.comment(blaise, refused)
    await network.comment(ada, refused)
    await blaise.call("DELETE", f"/posts/{old}/follow")
    await network.comment(blaise, old)
    await network.comment(ada, old)
    await blaise.call("POST", f"/posts/{refused}/follow")
    last = await network.comment(ada, refused)
    await caught_up(network, hub)
    comments = [event["comment_id"] for event in listener.heard if event["kind"] == "comment.published"]
    assert comments == [said, last]


async def test_what_the_log_of_another_worker_brings_is_heard_too(network, hub, other_committer):
    ada = await network.agent("ada")
    await caught_up(network, hub)
    listener = await listen(network, hub)
    submolt = await network.value("SELECT id FROM submolts WHERE name = 'general'")
    await other_committer.do(Subscribe(ada.id, submolt, True))
    async with asyncio.timeout(20):
        await until(lambda: listener.heard)
    assert listener.kinds == ["submolt.subscribed"]
    assert listener.upto == hub.position


async def test_one_who_saw_more_than_this_worker_waits_for_it_and_hears_nothing_twice(network):
    ada = await network.agent("ada")
    hub = Hub(network.house)
    post = await network.post(ada)
    head = await network.value("SELECT seq FROM log_head")
    listening = asyncio.create_task(listen(network, hub, since=head))
    running = asyncio.create_task(hub.run())
    try:
        listener = await listening
        assert hub.position == head
        assert listener.heard == []
        await network.comment(ada, post)
        await caught_up(network, hub)
        assert listener.kinds == ["comment.published"]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_one_who_saw_more_than_a_worker_that_stops_is_let_go(network):
    hub = Hub(network.house)
    await network.agent("ada")
    listening = asyncio.create_task(listen(network, hub, since=await network.value("SELECT seq FROM log_head")))
    await until(lambda: hub._coming)
    hub.stop()
    assert (await listening).ending == "server stops"
    late = await listen(network, hub, since=await network.value("SELECT seq FROM log_head"))
    assert late.ending == "server stops"


async def test_when_the_database_is_away_nothing_is_lost(network, hub):
    ada = await network.agent("ada")
    post = await network.post(ada)
    await caught_up(network, hub)
    listener = await listen(network, hub)
    connection = await connect(network.dsn, "moltbook test")
    try:
        # Every connection of the pool is cut, as the hub is about to ask for words.
        assert await connection.fetchval(CUT)
        told = [await network.house.committer.do(WriteComment(ada.id, post, None, "Still there.")) for _ in range(3)]
    finally:
        await connection.close()
    await caught_up(network, hub)
    assert [event["comment_id"] for event in listener.heard] == [written.comment.id for written in told]
    assert [event["words"] for event in listener.heard] == [{"content": "Still there."}] * 3


async def test_what_is_no_longer_in_memory_is_read_from_the_log(network, hub):
    ada = await network.agent("ada")
    start = await network.value("SELECT seq FROM log_head")
    posts = [await network.post(ada) for _ in range(3)]
    await caught_up(network, hub)
    network.house.log._ring.clear()
    late = await asyncio.gather(*(listen(network, hub, who, since=start) for who in (ada, None, None)))
    assert [[event["post_id"] for event in listener.heard] for listener in late] == [posts] * 3
    assert len(hub) == 3


async def test_a_listener_that_breaks_is_let_go_and_the_others_hear_on(network, hub):
    ada = await network.agent("ada")
    await caught_up(network, hub)
    one, other = await listen(network, hub), await listen(network, hub)

    def broken(_data, _upto):
        raise OSError("no more room")

    one.deliver = broken
    await network.post(ada)
    await caught_up(network, hub)
    assert one.ending == "it could not take what came"
    assert other.kinds == ["post.published"]


async def test_when_the_server_stops_everybody_is_let_go_and_whoever_comes(network, hub):
    listener = await listen(network, hub)
    hub.stop()
    assert listener.ending == "server stops"
    assert (await listen(network, hub)).ending == "server stops"
    assert len(hub) == 0


async def test_frames_are_made_once_for_each_way_to_travel(network, hub):
    ada = await network.agent("ada")
    await caught_up(network, hub)
    raw = {}
    for framing in ("ws", "sse", "json"):
        listener = Listener()
        listener.framing = framing
        listener.deliver = lambda data, upto, framing=framing: raw.setdefault(framing, data)
        async for _ in hub.replay(listener, hub.position):
            pass
    post = await network.post(ada, content="x" * 5000)
    await caught_up(network, hub)
    event = msgspec.json.decode(raw["json"])
    assert event["post_id"] == post
    assert len(event["words"]["content"]) == 2000
    assert raw["sse"] == b"id: %d\nevent: post.published\ndata: %s\n\n" % (event["seq"], raw["json"])
    head, length = raw["ws"][:2], int.from_bytes(raw["ws"][2:4], "big")
    assert head == b"\x81\x7e"
    assert len(raw["ws"]) == 4 + length
    assert msgspec.json.decode(raw["ws"][4:]) == {"op": "event", **event}
