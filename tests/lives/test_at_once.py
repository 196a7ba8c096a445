"""Leaving and writing at the same moment: no word of one who left stays, whoever was first."""

import asyncio
from datetime import timedelta

import pytest

from moltbook.agents import NotClaimed, Pace, WroteMeanwhile
from moltbook.comments.acts import WriteComment
from moltbook.db.transaction import SHARE
from moltbook.follows import Follow
from moltbook.kernel.errors import Refusal
from moltbook.lives import retired, taken_back
from moltbook.memory.acts import Remember, SetWake, ShowCard, WriteNote
from moltbook.messages.acts import SendMessage
from moltbook.moderation.voices import Appeal
from moltbook.modlog import entry_by_id
from moltbook.rooms import FormRoom, RoomId, RoomPlace
from moltbook.rooms.seats import JoinRoom
from moltbook.submolts import HandOver
from moltbook.submolts.acts import Appoint, Dismiss
from moltbook.talks import Say

# As comments are where they are rationed: the agent's quota is locked and counts.
RATIONED = Pace(per_day=1000)

# What an agent may leave behind: everything that one who left must not have any more.
BEHIND = """
SELECT 'post' FROM posts WHERE author_id = $1 AND deleted_at IS NULL
UNION ALL SELECT 'comment' FROM comments WHERE author_id = $1 AND deleted_at IS NULL
UNION ALL SELECT 'message' FROM messages WHERE sender_id = $1 AND content <> '[deleted]'
UNION ALL SELECT 'appeal' FROM appeals WHERE words <> '[deleted]'
UNION ALL SELECT 'note' FROM agent_notes WHERE agent_id = $1
UNION ALL SELECT 'entry' FROM memory WHERE agent_id = $1
UNION ALL SELECT 'wake' FROM wakes WHERE agent_id = $1
UNION ALL SELECT 'card' FROM status_cards WHERE agent_id = $1
UNION ALL SELECT 'follow' FROM follows WHERE follower_id = $1
UNION ALL SELECT 'subscription' FROM subscriptions WHERE agent_id = $1
UNION ALL SELECT 'thread' FROM thread_follows WHERE agent_id = $1
UNION ALL SELECT 'search' FROM saved_searches WHERE agent_id = $1
UNION ALL SELECT 'key' FROM search_keys WHERE agent_id = $1
UNION ALL SELECT 'presence' FROM presences WHERE agent_id = $1
UNION ALL SELECT 'role' FROM submolt_roles WHERE agent_id = $1
UNION ALL SELECT 'answer' FROM repeats WHERE agent_id = $1
UNION ALL SELECT 'saying' FROM room_messages WHERE author_id = $1 AND deleted_at IS NULL
UNION ALL SELECT 'seat' FROM room_members WHERE agent_id = $1
UNION ALL SELECT 'invitation' FROM room_invitations WHERE agent_id = $1
"""

WAITING = """
SELECT count(*)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'moltbook other committer' AND wait_event_type = 'Lock'
"""


async def standing(network, agent):
    return await network.value("SELECT count(*) FROM comments WHERE author_id = $1 AND deleted_at IS NULL", agent.id)


async def test_what_was_written_after_the_last_look_is_taken_back_as_well(network, other_committer):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(blaise)
    leaving = await taken_back(network.house, ada.id)
    await other_committer.do(WriteComment(ada.id, post, None, "One more thing.", RATIONED))
    with pytest.raises(WroteMeanwhile):
        await network.house.committer.do(leaving)
    assert await standing(network, ada) == 1
    await retired(network.house, ada.id, network.house.committer.do)
    assert await standing(network, ada) == 0


async def test_an_agent_that_leaves_while_it_writes_in_two_workers_leaves_nothing(network, other_committer):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(blaise)
    committers = (network.house.committer, other_committer)

    async def write(number):
        try:
            return await committers[number % 2].do(WriteComment(ada.id, post, None, f"{number}", RATIONED))
        except Refusal as refusal:
            return refusal.code

    async def leave():
        # However often it is told that it wrote meanwhile.
        while True:
            try:
                return await retired(network.house, ada.id, network.house.committer.do)
            except WroteMeanwhile:
                continue

    answers = await asyncio.gather(*(write(n) for n in range(20)), leave(), *(write(n) for n in range(20, 60)))
    assert "NOT_CLAIMED" in answers or all(answer is None or not isinstance(answer, str) for answer in answers)
    assert await standing(network, ada) == 0
    assert len(await network.events("agent.deleted")) == 1


@pytest.fixture
async def talking(network):
    """ada, who may write to blaise in a conversation, and an entry of the log that is about her."""
    ada, blaise = await network.agents("ada", "blaise")
    talk = (await ada.call("POST", "/agents/dm/request", {"to": "blaise", "message": "May I ask you something?"})).json
    assert (await blaise.call("POST", f"/agents/dm/requests/{talk['conversation_id']}/approve")).status == 200
    await blaise.call("POST", "/submolts", {"name": "reef"})
    locked = await network.post(ada, submolt="reef")
    await blaise.call("POST", f"/posts/{locked}/lock", {"reason": "Off topic."})
    (entry,) = (await network.get("/submolts/reef/modlog"))["entries"]
    return ada, blaise, talk["conversation_id"], entry["id"]


async def test_whatever_an_agent_did_between_its_last_look_and_its_leaving_is_undone(network, talking):
    ada, blaise, talk, entry = talking
    post = await network.post(blaise)
    hall = (await network.get("/submolts/reef/rooms"))["rooms"][0]["id"]

    async def close(act):
        for method, path, body in (
            ("POST", "/posts", {"submolt_name": "general", "title": "Late", "content": "A late word."}),
            ("POST", f"/posts/{post}/comments", {"content": "A late word."}),
            ("POST", f"/agents/dm/conversations/{talk}/send", {"message": "A late word."}),
            ("POST", f"/modlog/{entry}/appeal", {"text": "A late word."}),
            ("PUT", "/agents/me/notes/blaise", {"content": "A late word."}),
            ("PUT", "/agents/me/memory/late", {"value": "A late word."}),
            ("POST", "/agents/me/wakes", {"at": "2026-04-02T00:00:00Z", "note": "A late word."}),
            ("PUT", "/agents/me/status-card", {"mood": "late"}),
            ("POST", "/agents/blaise/follow", {}),
            ("POST", f"/posts/{post}/follow", {}),
            ("POST", "/searches", {"query": "late words"}),
            ("PUT", "/agents/me/presence", {"state": "awake", "note": "A late word."}),
            ("POST", "/submolts/general/subscribe", {}),
            ("POST", "/submolts", {"name": "late"}),
            ("POST", f"/rooms/{hall}/messages", {"content": "A late word."}),
            ("POST", f"/rooms/{hall}/members", {}),
            ("POST", "/rooms", {"name": "Late"}),
        ):
            answer = await ada.call(method, path, body, idempotency_key=path)
            assert answer.status in {200, 201}, answer.body
        assert len(await network.rows(BEHIND, ada.id)) > 18
        return await network.house.committer.do(act)

    await retired(network.house, ada.id, close)
    assert await network.rows(BEHIND, ada.id) == []
    assert (await network.get("/agents/blaise"))["agent"]["follower_count"] == 0
    assert await network.value("SELECT comment_count FROM posts WHERE id = $1", post) == 0
    assert len(await network.events("agent.deleted")) == 1


async def test_what_is_under_way_in_another_worker_waits_for_the_leaving_and_is_refused(
    network, talking, other_committer
):
    ada, blaise, talk, entry = talking
    hall = RoomPlace(*[RoomId((await network.get("/submolts/reef"))["submolt"]["id"])] * 2)
    log_entry = (await entry_by_id(network.house.pool, entry)).row
    for act in (
        SendMessage(ada.id, talk, "A word."),
        Say(ada.id, hall, "A word."),
        JoinRoom(ada.id, hall),
        FormRoom(ada.id, "Late", ""),
        WriteNote(ada.id, blaise.id, "A word.", ""),
        Remember(ada.id, "late", '"A word."', "", None),
        SetWake(ada.id, network.clock() + timedelta(days=1), "A word."),
        ShowCard(ada.id, "late", "", "", ""),
        Appeal(ada.id, log_entry, "A word."),
        Follow(ada.id, blaise.id, True),
    ):
        # As a locked batch with Retire does, but held open until the act has come to the lock.
        async with network.house.pool.acquire() as leaving, leaving.transaction():
            await leaving.execute(f"SELECT {SHARE}")
            await leaving.execute("SELECT FROM quotas WHERE agent_id = $1 FOR NO KEY UPDATE", ada.id)
            await leaving.execute("UPDATE agents SET claimed_at = NULL WHERE id = $1", ada.id)
            under_way = asyncio.ensure_future(other_committer.do(act))
            while not under_way.done() and not await network.value(WAITING):
                pass
        with pytest.raises(NotClaimed):
            await under_way
        await network.house.pool.execute("UPDATE agents SET claimed_at = now() WHERE id = $1", ada.id)


async def test_an_heir_that_leaves_at_the_same_moment_passes_the_submolt_on(network, other_committer):
    ada, blaise, carl = await network.agents("ada", "blaise", "carl")
    for n in range(5):
        await ada.call("POST", "/submolts", {"name": f"reef{n}"})
        for helper in (blaise, carl):
            network.clock.advance(seconds=1)
            await ada.call("POST", f"/submolts/reef{n}/moderators", {"agent_name": helper.name})
    leave = [retired(network.house, who.id, who_does.do) for who, who_does in (
        (ada, network.house.committer), (blaise, other_committer),
    )]  # fmt: skip
    await asyncio.gather(*leave)
    roles = await network.rows("SELECT agent_id::text, role FROM submolt_roles")
    assert roles == [(carl.id, "owner")] * 5
    assert await network.rows("SELECT DISTINCT creator_id::text FROM submolts WHERE name LIKE 'reef%'") == [(carl.id,)]


async def test_who_was_appointed_at_the_last_moment_does_not_keep_the_role(network):
    ada, blaise = await network.agents("ada", "blaise")
    reef = (await ada.call("POST", "/submolts", {"name": "reef"}))["submolt"]["id"]

    async def close(act):
        await network.house.committer.do(Appoint(ada.id, reef, blaise.id))
        return await network.house.committer.do(act)

    await retired(network.house, blaise.id, close)
    assert await network.rows("SELECT agent_id::text FROM submolt_roles") == [(ada.id,)]


async def test_an_heir_that_is_dismissed_at_the_same_moment_leaves_no_submolt_without_its_owner(
    network, other_committer
):
    ada, blaise = await network.agents("ada", "blaise")
    for n in range(12):
        reef = (await ada.call("POST", "/submolts", {"name": f"reef{n}"}))["submolt"]["id"]
        await ada.call("POST", f"/submolts/reef{n}/moderators", {"agent_name": "blaise"})
        await asyncio.gather(
            other_committer.do(Dismiss(ada.id, reef, blaise.id)),
            network.house.committer.do(HandOver(ada.id, reef, blaise.id)),
            return_exceptions=True,
        )
    orphans = """
    SELECT s.name
    FROM submolts s
    LEFT JOIN submolt_roles r ON r.submolt_id = s.id AND r.agent_id = s.creator_id AND r.role = 'owner'
    WHERE s.creator_id IS NOT NULL AND r.agent_id IS NULL
    """
    assert await network.rows(orphans) == []
