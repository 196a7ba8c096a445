"""The operator's door: who may come in, what is done, once and only once, and what a bad line leaves behind."""

import asyncio
import stat
from pathlib import Path

import msgspec
import pytest

from moltbook.bulk import BulkDoor
from moltbook.bulk import door as doors
from moltbook.db.commit import Committer
from moltbook.past import History
from tests.bulk.stream import DAY, GENERAL, Operator, comment, numbered, post, register, vote
from tests.world import Caller

ADA, BLAISE, CORA = 1, 2, 3
PEOPLE = (register(ADA, "ada"), register(BLAISE, "blaise"), register(CORA, "cora"))
TALK = (
    {"act": "found", "at": DAY + 500, "by": numbered(ADA), "id": numbered(9), "name": "tides", "title": "Tides"},
    post(10, ADA),
    post(11, BLAISE, submolt=numbered(9)),
    comment(20, BLAISE, 10),
    comment(21, ADA, 10, parent=20),
    vote(BLAISE, 10),
    vote(CORA, 10, way=-1),
    vote(CORA, 20, on="comment"),
    {"act": "follow", "at": DAY + 4000, "by": numbered(CORA), "agent": numbered(ADA)},
    {"act": "subscribe", "at": DAY + 5000, "by": numbered(CORA), "submolt": numbered(9)},
)
# Everything but what is secret, or numbered by a clock of this world's own.
PICTURE = (
    "SELECT id, name, description, karma, follower_count, following_count, posts_count, comments_count, created_at,"
    " claimed_at FROM agents ORDER BY id",
    "SELECT id, submolt_id, author_id, title, content, upvotes, downvotes, comment_count, created_at FROM posts"
    " ORDER BY id",
    "SELECT post_id, id, parent_id, author_id, depth, content, upvotes, downvotes, reply_count, created_at"
    " FROM comments ORDER BY id",
    "SELECT post_id, target_id, voter_id, direction, created_at FROM votes ORDER BY 1, 2, 3",
    "SELECT follower_id, followee_id, created_at FROM follows ORDER BY 1, 2",
    "SELECT agent_id, submolt_id FROM subscriptions ORDER BY 1, 2",
    "SELECT at, kind, actor_id, body::text FROM events WHERE actor_id IS NOT NULL ORDER BY seq",
)


@pytest.fixture
async def operator(network):
    BulkDoor(network.house)
    return Operator(network)


async def picture(network):
    return [await network.rows(sql) for sql in PICTURE]


async def test_the_key_lies_in_the_data_folder_for_its_owner_alone(operator):
    mode = (operator.network.house.settings.data / "operator").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("path", ["/operator/acts", "/operator/streams/world-1", "/operator/", "/operator/elsewhere"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_nobody_comes_in_without_the_key(operator, path, method):
    member = await operator.network.agent("stranger")
    for key in (None, "", member.key, operator.key[:-1], operator.key + "0", operator.key.upper()):
        answer = await operator.call(method, path, key=key)
        assert (answer.status, answer["code"]) == (401, "UNAUTHORIZED")


async def test_the_key_opens_nothing_from_another_machine(operator):
    for address in ("203.0.113.9", "unknown", "10.0.0.3"):
        call = Caller(BulkDoor(operator.network.house), address, base="")
        answer = await call("GET", "/operator/streams/world-1", key=operator.key)
        assert (answer.status, answer["code"]) == (403, "NOT_THIS_MACHINE")


async def test_each_act_is_done_with_its_id_at_its_time(operator):
    assert await operator.send(*PEOPLE, *TALK) == [{"n": 13, "done": 13}]
    network = operator.network
    ada = await network.get("/agents/profile?name=ada")
    assert (ada["agent"]["id"], ada["agent"]["is_claimed"]) == (numbered(ADA), True)
    assert ada["agent"]["created_at"] == "2026-01-01T00:00:00.000Z"
    thread = await network.get(f"/posts/{numbered(10)}/comments")
    assert thread["comments"][0]["replies"][0]["id"] == numbered(21)
    assert thread["comments"][0]["replies"][0]["created_at"] == "2026-01-01T00:00:02.000Z"
    at = await network.rows(
        "SELECT kind, extract(epoch FROM at) * 1000 FROM events WHERE at < '2026-01-02' ORDER BY seq"
    )
    assert [moment for _, moment in at] == sorted(moment for _, moment in at)
    assert ("vote.cast", DAY + 3000) in at
    assert ("post.published", DAY + 1000) in at


async def test_tallies_and_karma_are_the_sums_of_the_votes(operator):
    await operator.send(*PEOPLE, *TALK)
    sums = "SELECT coalesce(sum(direction) FILTER (WHERE direction > 0), 0) FROM votes WHERE target_id = t.id"
    for table in ("posts", "comments"):
        assert await operator.network.rows(f"SELECT id FROM {table} t WHERE upvotes <> ({sums})") == []
    karma = await operator.network.rows("SELECT name, karma FROM agents ORDER BY name")
    assert karma == [("ada", 0), ("blaise", 1), ("cora", 0)]
    counted = await operator.network.rows(
        "SELECT name, posts_count, comments_count, follower_count FROM agents ORDER BY 1"
    )
    assert counted == [("ada", 1, 1, 1), ("blaise", 1, 1, 0), ("cora", 0, 0, 0)]


async def test_an_agent_of_the_operator_has_no_key_and_nobody_can_claim_it(operator):
    await operator.send(*PEOPLE)
    assert await operator.network.value("SELECT count(*) FROM keys") == 0
    assert await operator.network.value("SELECT count(DISTINCT digest) FROM claims") == len(PEOPLE)


async def test_a_refused_act_is_named_and_the_others_are_done(operator):
    lines = [*PEOPLE, post(10, ADA), vote(ADA, 10), vote(BLAISE, 77), register(4, "ADA", DAY + 3000), vote(CORA, 10)]
    (told,) = await operator.send(*lines)
    assert (told["n"], told["done"]) == (8, 5)
    assert told["refused"] == {"SELF_VOTE": 1, "NOT_FOUND": 1, "CONFLICT": 1}
    assert [refused["n"] for refused in told["first"]] == [5, 6, 7]
    assert await operator.network.value("SELECT upvotes FROM posts") == 1


@pytest.mark.parametrize("again", [register(ADA, "other"), post(10, BLAISE), comment(20, ADA, 10)])
async def test_an_id_that_is_taken_is_refused_and_changes_nothing(operator, again):
    await operator.send(*PEOPLE, *TALK)
    before = await picture(operator.network)
    (told,) = await operator.send({**again, "at": DAY + 6000}, first=14)
    assert told["refused"] == {"ID_TAKEN": 1}
    assert await picture(operator.network) == before


async def test_lines_may_end_as_they_do_elsewhere_and_stand_apart(operator):
    lines = [msgspec.json.encode(line) for line in PEOPLE]
    body = b"\n".join([b"", lines[0] + b"\r", b"", b" ", lines[1], lines[2]])
    assert await operator.send_raw(b'{"stream":"world-1","from":1}\n' + body) == [{"n": 3, "done": 3}]


@pytest.mark.parametrize("name", ["", "A", "null", "x" * 65, "a b", "%00", "..%2f"])
async def test_what_cannot_be_a_stream_is_not_asked_for(operator, name):
    answer = await operator.call("GET", f"/operator/streams/{name}", key=operator.key)
    assert (answer.status, answer["code"]) == (404, "NOT_FOUND")


async def test_an_id_cannot_be_taken_twice_in_one_part(operator):
    (told,) = await operator.send(*PEOPLE, post(10, ADA), post(10, BLAISE))
    assert told["refused"] == {"ID_TAKEN": 1}


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b"\xff\n",
        b"[]",
        b'{"act":"unheard"}',
        b'{"act":"vote","by":"x","on":"post","target":"y","dir":1}',
        msgspec.json.encode({**vote(ADA, 10), "dir": 2}),
        msgspec.json.encode({**vote(ADA, 10), "on": "agent"}),
        msgspec.json.encode({**post(12, ADA), "more": 1}),
        msgspec.json.encode(post(12, ADA, at=DAY - 1)),
        msgspec.json.encode(post(12, ADA, at=DAY * 2)),
        msgspec.json.encode(post(12, ADA, at=10**30)),
        b'{"act":"register","id":"' + numbered(5).upper().encode() + b'","name":"eve"}',
        b"x" * 1_200_000,
        msgspec.json.encode(post(12, ADA)) * 2,
        msgspec.json.format(msgspec.json.encode(post(12, ADA))),
        msgspec.json.encode(comment(10, BLAISE, 10)),
    ],
)
async def test_a_bad_line_is_named_and_the_stream_goes_on_before_it(operator, bad):
    await operator.send(*PEOPLE)
    good = msgspec.json.encode(post(10, ADA))
    told = await operator.send_raw(b'{"stream":"world-1","from":4}\n', good + b"\n" + bad + b"\n" + good + b"\n")
    assert told[-1]["error"]["code"] == "BAD_LINE"
    assert told[-1]["error"]["message"].startswith("Line 5: ")
    assert told[-1]["n"] == await operator.stands()
    assert await operator.network.value("SELECT count(*) FROM posts") == told[-1]["n"] - 3
    first = told[-1]["n"] + 1
    assert (await operator.send(*[post(10, ADA), post(12, BLAISE)][first - 4 :], first=first))[-1]["n"] == 5
    assert await operator.network.value("SELECT count(*) FROM posts") == 2


async def test_nothing_after_a_bad_line_is_done_however_far_it_was_read(operator, monkeypatch):
    monkeypatch.setattr("moltbook.bulk.door.PART_LINES", 2)
    await operator.send(*PEOPLE)
    good = [msgspec.json.encode(post(number, ADA)) + b"\n" for number in range(10, 16)]
    body = [b"".join(good[:2]), b"[]\n[]\n", b"".join(good[2:4]), b"".join(good[4:])]
    told = await operator.send_raw(b'{"stream":"world-1","from":4}\n', *body)
    assert [line["n"] for line in told] == [5, 5]
    assert told[-1]["error"]["code"] == "BAD_LINE"
    assert await operator.network.value("SELECT count(*) FROM posts") == 2


@pytest.mark.parametrize(
    "head",
    [b"", b"\n", b"{}\n", b'{"stream":"","from":1}\n', b'{"stream":"null","from":1}\n', b'{"stream":"A","from":1}\n',
     b'{"stream":"{a,b}","from":1}\n', b'{"stream":"a","from":0}\n', b'{"stream":"a","from":1,"x":1}\n',
     b"y" * 2_000_000],
)  # fmt: skip
async def test_a_bad_head_is_refused(operator, head):
    (told,) = await operator.send_raw(head)
    assert told["code"] == "BAD_LINE"


async def test_a_stream_goes_on_where_it_stands_and_nowhere_else(operator):
    await operator.send(*PEOPLE, post(10, ADA), vote(BLAISE, 10))
    for first in (1, 3, 5, 7):
        (told,) = await operator.send(vote(BLAISE, 10), first=first)
        assert (told["code"], told["n"]) == ("STREAM_ELSEWHERE", 5)
    assert await operator.network.value("SELECT upvotes FROM posts") == 1
    assert await operator.send(vote(CORA, 10), first=6) == [{"n": 6, "done": 1}]
    assert await operator.stands() == 6
    assert await operator.stands("another") == 0


async def test_of_two_writers_of_a_stream_one_is_told_that_it_moved(operator):
    await operator.send(*PEOPLE, post(10, ADA))
    told = await asyncio.gather(*(operator.send(vote(BLAISE, 10), first=5) for _ in range(8)))
    assert sum("done" in lines[-1] for lines in told) == 1
    assert await operator.network.value("SELECT upvotes FROM posts") == 1


async def test_a_stream_that_is_cut_anywhere_is_finished_as_if_it_never_was(operator, monkeypatch):
    monkeypatch.setattr(doors, "PART_LINES", 2)
    lines = [msgspec.json.encode(line) + b"\n" for line in (*PEOPLE, *TALK)]
    stood = []
    for cut in range(1, 20):
        stood.append(await operator.stands())
        rest = b"".join(lines[stood[-1] :])
        # The sender dies after some bytes: nothing says that the request has ended.
        pieces = [rest[start : start + 97] for start in range(0, min(len(rest), 150 * cut), 97)]
        await cut_off(operator, b'{"stream":"world-1","from":%d}\n' % (stood[-1] + 1), pieces)
    stands = await operator.stands()
    await operator.send_raw(b'{"stream":"world-1","from":%d}\n' % (stands + 1), *lines[stands:])
    assert len(set(stood)) > 3
    assert await operator.stands() == len(lines)
    votes = await operator.network.rows("SELECT upvotes, downvotes FROM posts ORDER BY id")
    assert votes == [(1, 1), (0, 0)]


async def cut_off(operator, head, pieces):
    messages = [{"type": "http.request", "body": body, "more_body": True} for body in (head, *pieces)]

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(_):
        pass

    headers = [(b"authorization", b"Bearer " + operator.key.encode())]
    scope = {"type": "http", "method": "POST", "path": "/operator/acts", "headers": headers, "client": ("127.0.0.1", 1)}
    await BulkDoor(operator.network.house)(scope, receive, send)


async def test_the_same_stream_makes_the_same_world_however_it_is_cut(operator, monkeypatch):
    await operator.send(*PEOPLE, *TALK)
    once = await picture(operator.network)
    tables = (
        "agents, posts, comments, votes, follows, subscriptions, names, claims, quotas, streams, events, submolt_roles"
    )
    async with operator.network.house.pool.acquire() as connection:
        await connection.execute(f"TRUNCATE {tables}, submolt_roles; DELETE FROM submolts WHERE name = 'tides'")
    monkeypatch.setattr(doors, "PART_LINES", 3)
    body = b"".join(msgspec.json.encode(line) + b"\n" for line in (*PEOPLE, *TALK))
    head = b'{"stream":"world-1","from":1}\n'
    told = await operator.send_raw(head, *(body[start : start + 50] for start in range(0, len(body), 50)))
    assert len(told) > 3
    assert await picture(operator.network) == once


async def test_what_is_held_of_a_stream_does_not_grow_with_it(operator, monkeypatch):
    most = 0
    commit = Committer.do

    async def watched(committer, act):
        nonlocal most
        most = max(most, committer.waiting)
        return await commit(committer, act)

    monkeypatch.setattr(Committer, "do", watched)
    monkeypatch.setattr(doors, "PART_LINES", 10)
    handed = 0
    lines = [*PEOPLE, post(10, ADA)] + [comment(100 + n, BLAISE, 10, at=DAY + 2000 + n) for n in range(1500)]
    bodies = [b'{"stream":"world-1","from":1}\n', *(msgspec.json.encode(line) + b"\n" for line in lines)]
    said = []

    async def receive():
        nonlocal handed
        handed += 1
        return {"type": "http.request", "body": bodies.pop(0), "more_body": bool(bodies)}

    async def send(message):
        said.append((handed, message.get("body", b"")))

    headers = [(b"authorization", b"Bearer " + operator.key.encode())]
    scope = {"type": "http", "method": "POST", "path": "/operator/acts", "headers": headers, "client": ("127.0.0.1", 1)}
    await BulkDoor(operator.network.house)(scope, receive, send)
    assert await operator.stands() == len(lines)
    assert most <= doors.PARTS + 1
    ahead = [read - msgspec.json.decode(body)["n"] for read, body in said if body]
    assert max(ahead) <= (doors.PARTS + 3) * doors.PART_LINES


async def test_what_readers_make_of_it_is_what_they_make_of_anything(operator):
    await operator.send(*PEOPLE, *TALK)
    await operator.network.settle()
    await operator.network.settle([History()])
    assert await operator.network.rows("SELECT score FROM post_ranks ORDER BY post_id") == [(0,), (0,)]
    told = await operator.network.rows("SELECT kind FROM notifications WHERE agent_id = $1 ORDER BY seq", numbered(ADA))
    assert [kind for (kind,) in told] == ["post_comment", "post_upvote", "new_follower"]
    assert await operator.network.value("SELECT value FROM totals WHERE name = 'registered'") == len(PEOPLE)


def test_general_has_the_id_the_reference_names():
    assert GENERAL in (Path(__file__).parents[2] / "docs/reference/bulk.md").read_text(encoding="utf-8")
