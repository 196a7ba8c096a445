"""The Committer: batches, what fails alone, what is retried, and that everybody gets an answer."""

import asyncio

import asyncpg
import msgspec
import pytest

from moltbook.db.commit import RETRIES, Committer, Unfinished
from moltbook.db.pool import connect
from moltbook.db.table import Table
from moltbook.db.world import Act, Event
from moltbook.kernel.errors import Conflict, Unavailable


class Note(msgspec.Struct):
    id: int
    words: str
    count: int


NOTES = Table(
    "notes", Note, {"id": "integer", "words": "text", "count": "integer"}, key=("id",), settable=("words",),
    summable=("count",),
)  # fmt: skip
SCHEMA = """
CREATE TABLE notes (id integer PRIMARY KEY, words text NOT NULL CHECK (words <> 'forbidden'), count integer NOT NULL)
"""


class Noted(Event, frozen=True, tag="note.noted"):
    id: int


class Write(Act[str], frozen=True):
    """Write a note; what it says decides what happens."""

    id: int
    words: str = "x"

    def needs(self, wants):
        wants.ask(NOTES, self.id)

    def decide(self, world):
        if self.words == "refuse":
            raise Conflict("No.", "Do not.")
        if self.words == "surprise":
            raise ZeroDivisionError("a bug")
        note = world[NOTES].get(self.id)
        if note is None:
            world[NOTES].add(Note(self.id, self.words, 0))
        else:
            note.words = self.words
            world[NOTES].touch(note)
        world[NOTES].sum(self.id, "count", 1)
        world.emit(Noted(self.id), None)
        return "first" if note is None else "again"


class Replace(Act[str], frozen=True):
    """Take a note away, or put another in its place."""

    id: int
    words: str = ""

    def needs(self, wants):
        wants.ask(NOTES, self.id)

    def decide(self, world):
        if self.words:
            world[NOTES].add(Note(self.id, self.words, 0))
        else:
            world[NOTES].remove(world[NOTES].get(self.id))
        world.emit(Noted(self.id), None)
        return self.words


class Look(Act[int], frozen=True):
    """Change nothing."""

    def decide(self, world):
        return 42


@pytest.fixture(autouse=True, params=[False, True], ids=["locked", "alone"])
def alone(request, monkeypatch):
    """Both ways in which a batch is kept true (transaction)."""
    monkeypatch.setattr(NOTES, "sole", request.param)
    return request.param


@pytest.fixture
async def database(dsn):
    connection = await connect(dsn, "test")
    await connection.execute(SCHEMA)
    yield connection
    await connection.close()


@pytest.fixture
async def committer(dsn, database):
    committer = Committer(lambda: connect(dsn, "moltbook committer"), [NOTES])
    committer.start()
    yield committer
    await committer.stop()


BLOCKED = "SELECT pid FROM pg_stat_activity WHERE application_name = 'moltbook committer' AND wait_event_type = 'Lock'"


async def outcomes(committer, *acts):
    return await asyncio.gather(*(committer.do(act) for act in acts), return_exceptions=True)


async def notes(database):
    return [tuple(row) for row in await database.fetch("SELECT id, words, count FROM notes ORDER BY id")]


async def test_what_arrives_together_is_one_batch_decided_in_turn(committer, database):
    assert await outcomes(committer, *(Write(1, str(n)) for n in range(100))) == ["first"] + ["again"] * 99
    assert await notes(database) == [(1, "99", 100)]
    assert committer.batches == 1
    assert committer.acts == 100
    assert await database.fetchval("SELECT count(DISTINCT at) FROM events") == 1
    assert [r[0] for r in await database.fetch("SELECT seq FROM events ORDER BY seq")] == list(range(1, 101))


async def test_a_refusal_concerns_its_own_act_only(committer, database):
    one, two, three = await outcomes(committer, Write(1), Write(2, "refuse"), Write(3))
    assert (one, three) == ("first", "first")
    assert isinstance(two, Conflict)
    assert [row[0] for row in await notes(database)] == [1, 3]
    assert committer.batches == 1


async def test_a_bug_in_an_act_concerns_its_own_act_only(committer, database):
    one, two, three = await outcomes(committer, Write(1), Write(2, "surprise"), Write(3))
    assert (one, three) == ("first", "first")
    assert isinstance(two, ZeroDivisionError)
    assert [row[0] for row in await notes(database)] == [1, 3]
    assert await database.fetchval("SELECT seq FROM log_head") == 2


async def test_what_the_database_refuses_concerns_its_own_act_only(committer, database):
    acts = [Write(n, "forbidden" if n == 7 else "x") for n in range(20)]
    done = await outcomes(committer, *acts)
    assert isinstance(done.pop(7), asyncpg.CheckViolationError)
    assert done == ["first"] * 19
    assert len(await notes(database)) == 19
    assert (
        await database.fetchval("SELECT seq FROM log_head")
        == await database.fetchval("SELECT count(*) FROM events")
        == 19
    )


async def test_an_act_that_changes_nothing_costs_no_number(committer, database):
    assert await committer.do(Look()) == 42
    assert await committer.do_at(Look()) == (42, 0)
    assert (await committer.do_at(Write(1)))[1] == 1
    assert await database.fetchval("SELECT seq FROM log_head") == 1


async def test_past_a_full_queue_the_answer_is_at_once(dsn, database):
    committer = Committer(lambda: connect(dsn, "moltbook committer"), [NOTES], queue_acts=5)
    committer.start()
    try:
        done = await outcomes(committer, *(Write(n) for n in range(50)))
        assert done[:5] == ["first"] * 5
        assert all(isinstance(d, Unavailable) and d.retry_after_seconds == 1 for d in done[5:])
        assert committer.waiting == 0
    finally:
        await committer.stop()


async def test_who_is_not_started_or_stopped_says_so(dsn, database):
    committer = Committer(lambda: connect(dsn, "moltbook committer"), [NOTES])
    with pytest.raises(Unavailable):
        await committer.do(Look())
    committer.start()
    await committer.stop()
    with pytest.raises(Unavailable):
        await committer.do(Look())


async def test_stopping_finishes_what_is_queued(dsn, database):
    committer = Committer(lambda: connect(dsn, "moltbook committer"), [NOTES])
    committer.start()
    waiting = [asyncio.ensure_future(committer.do(Write(n))) for n in range(30)]
    await asyncio.sleep(0)
    await committer.stop()
    assert await asyncio.gather(*waiting) == ["first"] * 30
    assert committer.connection is None or committer.connection.is_closed()


async def test_who_no_longer_waits_is_no_hindrance(committer, database):
    hurried = asyncio.ensure_future(committer.do(Write(1)))
    patient = asyncio.ensure_future(committer.do(Write(2)))
    await asyncio.sleep(0)
    hurried.cancel()
    assert await patient == "first"
    assert await committer.do(Write(3)) == "first"


async def test_what_one_act_takes_away_and_the_next_puts_back_is_the_new_row(committer, database):
    await committer.do(Write(1))
    assert await outcomes(committer, Replace(1), Replace(1, "new")) == ["", "new"]
    assert committer.batches == 2
    assert await notes(database) == [(1, "new", 0)]


async def killed(database):
    return await database.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'moltbook committer'"
    )


async def test_a_connection_that_died_between_batches_is_replaced(committer, database):
    await committer.do(Write(1))
    await killed(database)
    # One caller may be told that the database went away; nobody hangs, and the next one works.
    first = (await outcomes(committer, Write(2)))[0]
    assert first == "first" or isinstance(first, Unavailable)
    assert await committer.do(Write(3)) == "first"


async def test_a_connection_killed_in_the_midst_of_a_batch_answers_everybody(committer, database, alone):
    async with database.transaction():
        await database.execute("SELECT seq FROM log_head FOR UPDATE")
        waiting = [asyncio.ensure_future(committer.do(Write(n))) for n in range(10)]
        await blocked(database)
        await killed(database)
        done = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 10)
    # Alone, the statement that writes is the one that commits: nobody knows how far it came.
    assert all(isinstance(d, Unavailable) and isinstance(d, Unfinished) == alone for d in done)
    assert await notes(database) == []
    assert await outcomes(committer, *(Write(n) for n in range(10))) == ["first"] * 10


class Stray(Look, frozen=True):
    """As if a broken connection cancelled whoever waits for it."""

    def decide(self, world):
        raise asyncio.CancelledError


async def test_a_cancellation_that_nobody_asked_for_leaves_no_dead_writer(committer, database):
    with pytest.raises(Unfinished):
        await committer.do(Stray())
    assert await committer.do(Write(1)) == "first"


async def blocked(database):
    """Wait until the Committer waits for a lock."""
    async with asyncio.timeout(20):
        # Within a transaction PostgreSQL shows what it saw first, unless it is told to look again.
        while not await database.fetchval(BLOCKED):
            await database.execute("SELECT pg_stat_clear_snapshot()")


async def test_a_batch_that_lost_a_race_is_decided_anew(committer, database):
    await committer.do(Write(1))
    await committer.connection.execute("SET default_transaction_isolation = 'repeatable read'")
    async with database.transaction():
        await database.execute("UPDATE notes SET words = 'theirs', count = 10")
        waiting = asyncio.ensure_future(committer.do(Write(1, "ours")))
        await blocked(database)
    # PostgreSQL gives up the Committer's view of the row: could not serialize access due to concurrent update.
    assert await waiting == "again"
    assert committer.retries == 1
    assert await notes(database) == [(1, "ours", 11)]


async def test_a_deadlock_is_survived(committer, database):
    await outcomes(committer, Write(1), Write(2))
    async with database.transaction():
        await database.execute("SET LOCAL deadlock_timeout = '30s'")
        await database.execute("SELECT 1 FROM notes WHERE id = 2 FOR UPDATE")
        await committer.connection.execute("SET deadlock_timeout = '20ms'")
        waiting = [asyncio.ensure_future(committer.do(Write(n))) for n in (1, 2)]
        await blocked(database)
        await database.execute("SELECT 1 FROM notes WHERE id = 1 FOR UPDATE")
    assert await asyncio.gather(*waiting) == ["again", "again"]
    assert 1 <= committer.retries <= RETRIES
    assert [row[2] for row in await notes(database)] == [2, 2]


async def test_who_always_loses_is_told_in_the_end(committer, database):
    await committer.do(Write(1))
    await committer.connection.execute("SET lock_timeout = '5ms'")
    async with database.transaction():
        await database.execute("SELECT seq FROM log_head FOR UPDATE")
        lost = (await outcomes(committer, Write(2)))[0]
    assert isinstance(lost, Unavailable)
    assert committer.retries == RETRIES + 1
    assert await committer.do(Write(2)) == "first"


async def taken(committer):
    """Wait until what is on its way into the queue was taken from it."""
    await asyncio.sleep(0)
    while committer.waiting:  # noqa: ASYNC110 - the Committer has no such event
        await asyncio.sleep(0)


async def in_turn(committer, *batches):
    """Queue each batch while the former one is at work."""
    waiting = []
    for acts in batches:
        waiting.append([asyncio.ensure_future(committer.do(act)) for act in acts])
        if acts is not batches[-1]:
            await taken(committer)
    return waiting


async def test_nobody_waits_for_a_later_batch_that_is_stuck(committer, database):
    await committer.do(Write(1))
    async with database.transaction():
        await database.execute("SELECT 1 FROM notes WHERE id = 1 FOR UPDATE")
        early, late = await in_turn(committer, [Write(n) for n in range(2, 12)], [Write(1)])
        async with asyncio.timeout(20):
            assert await asyncio.gather(*early) == ["first"] * 10
        await blocked(database)
        assert not late[0].done()
    assert await late[0] == "again"


async def test_a_batch_that_breaks_behind_another_leaves_the_next_one_whole(committer, database):
    first, second, third = await in_turn(
        committer, [Write(1), Write(2)], [Write(3), Write(4, "surprise")], [Write(5), Write(6)]
    )
    assert await asyncio.gather(*first, *third) == ["first"] * 4
    assert await second[0] == "first"
    with pytest.raises(ZeroDivisionError):
        await second[1]
    assert [row[0] for row in await notes(database)] == [1, 2, 3, 5, 6]
    assert [r[0] for r in await database.fetch("SELECT seq FROM events ORDER BY seq")] == [1, 2, 3, 4, 5]


async def test_under_load_batches_grow_alike(dsn, database):
    sizes = []
    committer = Committer(
        lambda: connect(dsn, "moltbook committer"), [NOTES], heard=lambda *told: sizes.append(len(told[3]))
    )
    committer.start()

    async def caller(n):
        for _ in range(20):
            await committer.do(Write(n))

    try:
        few = [asyncio.ensure_future(caller(n)) for n in range(4)]
        await taken(committer)
        await asyncio.gather(*few, *(caller(n) for n in range(4, 64)))
    finally:
        await committer.stop()
    assert [row[2] for row in await notes(database)] == [20] * 64
    assert sizes[0] == 4
    assert all(16 <= size <= 48 for size in sizes[2:30]), sizes


async def test_what_was_committed_is_told_in_order(dsn, database):
    heard = []
    committer = Committer(lambda: connect(dsn, "moltbook committer"), [NOTES], heard=lambda *told: heard.append(told))
    committer.start()
    try:
        await asyncio.gather(*(committer.do(Write(n)) for n in range(20)), committer.do(Look()))
        await committer.do(Write(1))
        pid = committer.connection.get_server_pid()
    finally:
        await committer.stop()
    assert {told[0] for told in heard} == {pid}
    told = [
        (last - len(events) + 1 + place, at, event.kind, bytes(event.body).decode())
        for _, last, at, events in heard
        for place, event in enumerate(events)
    ]
    kept = await database.fetch("SELECT seq, at, kind, body FROM events ORDER BY seq")
    assert told == [tuple(row) for row in kept]
    assert len(told) == 21


async def test_what_is_heard_badly_is_written_once(dsn, database):
    committer = Committer(lambda: connect(dsn, "moltbook committer"), [NOTES], heard=lambda *_: 1 / 0)
    committer.start()
    try:
        assert await outcomes(committer, Write(1), Write(2)) == ["first", "first"]
    finally:
        await committer.stop()
    assert await notes(database) == [(1, "x", 1), (2, "x", 1)]
