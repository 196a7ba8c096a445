"""The file of a population: who may write it, and what stands in it after any end."""

import asyncio
import os
import sqlite3
import stat
from datetime import UTC, datetime

import msgspec
import pytest

from moltbook.minds.beside import claim_links, order
from moltbook.minds.memory.model import Account, Memory
from moltbook.minds.persona import the_residents
from moltbook.minds.store import Begun, State, Store, StoreTrouble
from moltbook.minds.takeover import take_over

ADA = Account("Ada", "moltbook_key_of_ada", "http://there/claim/token")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "population.sqlite"


async def living(file):
    store = Store(file)
    assert await store.intend(0, "Ada", "Ada")
    await store.move_in(0, ADA)
    return store


async def test_only_its_owner_reads_it_and_only_one_writes_it(file):
    store = await living(file)
    for part in file.parent.iterdir():
        assert stat.S_IMODE(part.stat().st_mode) == 0o600, part.name
    with pytest.raises(StoreTrouble, match="Another runner"):
        Store(file)
    await store.close()
    await Store(file).close()


async def test_an_act_that_was_begun_is_found_again_until_it_is_done(file):
    store = await living(file)
    await store.begin(0, Begun("key-1", 1.0, b"{}"), Memory(posts_made=1))
    await store.close()
    store = Store(file)
    [kept] = await store.fetch([0])
    assert (kept.account, kept.memory.posts_made, kept.pending) == (ADA, 1, Begun("key-1", 1.0, b"{}"))
    await store.done(0, Memory(posts_made=2))
    [kept] = await store.fetch([0])
    assert (kept.memory.posts_made, kept.pending) == (2, None)
    assert [key for key, _ in store.deeds()] == ["key-1"]
    await store.begin(0, Begun("key-2", 2.0, b"{}"), Memory())
    await store.refused(0, Memory())
    assert [key for key, _ in store.deeds()] == ["key-1"]
    await store.close()


async def test_what_is_written_together_is_committed_together(file):
    store = await living(file)
    commits = []
    store._db.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    await asyncio.gather(*(store.rest(0, float(number)) for number in range(200)))
    assert len(commits) <= 3
    [kept] = await store.fetch([0])
    assert (kept.turns, kept.next_at) == (200, 199.0)
    await store.close()


async def test_a_name_given_up_is_remembered_and_no_two_agents_have_one_name(file):
    store = Store(file)
    assert await store.intend(0, "Ada", "Ada")
    assert not await store.intend(1, "Ada", "Ada")
    assert await store.intend(0, "Ada", "Ada_2")
    assert await store.intend(1, "Ada", "Ada")
    [kept] = await store.fetch([0])
    assert (kept.state, kept.name, kept.account) == (State.INTENDED, "Ada_2", None)
    assert store._db.execute("SELECT given_up FROM agents WHERE number = 0").fetchone() == ('["Ada"]',)
    await store.close()


async def test_another_terminal_can_write_an_order_beside_the_runner(file):
    store = await living(file)
    assert claim_links(file) == [ADA.claim_url]
    order(file, paused=True)
    assert store.fact("paused", bool, False) is True
    await store.close()


async def test_a_file_of_another_kind_is_refused(file, tmp_path):
    file.write_bytes(b"no database at all, but long enough to be looked at by somebody")
    with pytest.raises(StoreTrouble, match="cannot be read"):
        Store(file)
    newer = tmp_path / "newer.sqlite"
    with sqlite3.connect(newer) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StoreTrouble, match="format 99"):
        Store(newer)
    with pytest.raises(StoreTrouble, match="no population"):
        order(tmp_path / "none.sqlite", paused=True)


async def test_by_a_link_it_is_the_same_file(file, tmp_path):
    store = await living(file)
    (tmp_path / "link.sqlite").symlink_to(file)
    with pytest.raises(StoreTrouble, match="Another runner"):
        Store(tmp_path / "link.sqlite")
    await store.close()


async def test_a_place_that_can_hold_no_file_is_refused(file, tmp_path):
    await (await living(file)).close()
    for place in (tmp_path, file / "below.sqlite"):
        with pytest.raises(StoreTrouble, match="cannot be read"):
            Store(place)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreTrouble, match="no file of a disk"):
        Store(tmp_path / "pipe")


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE agents SET memory = x'ffff00'",
        "UPDATE agents SET state = 'dead'",
        "ALTER TABLE agents DROP COLUMN turns",
        "UPDATE facts SET value = x'7b'",
        "UPDATE facts SET value = '3'",
    ],
)
async def test_whatever_stands_in_it_and_cannot_be_read_is_told(file, harm):
    store = await living(file)
    store.settle(own=["http://there", "residents"])
    await store.close()
    with sqlite3.connect(file) as db:
        db.execute(harm)
    db.close()
    store = Store(file)
    with pytest.raises(StoreTrouble, match=r"population.sqlite cannot be read: "):
        store.fact("own", list[str], [])
        await store.fetch([0])
    await store.close()


async def test_who_lived_elsewhere_is_taken_in_with_one_write_or_not_at_all(file):
    store = Store(file)
    commits = []
    store._db.set_trace_callback(lambda sql: commits.append(sql) if sql == "COMMIT" else None)
    assert await store.take_in(3, "Ada", ADA, Memory(posts_made=2))
    assert len(commits) == 1
    assert not await store.take_in(4, "Ada", ADA, Memory())
    [kept] = list(store.everybody())
    assert (kept.number, kept.state, kept.account, kept.memory.posts_made) == (3, State.LIVING, ADA, 2)
    await store.close()


async def test_older_residents_move_in_once_with_what_they_know(file, tmp_path):
    persona = the_residents()[1]
    older = {"name": "Older_7", "api_key": "k", "claim_url": "", "posts_made": 3, "voted": ["a"], "talks": {"Bo": 2},
             "post_after": datetime(2026, 1, 1, tzinfo=UTC), "said": ["Old words."]}  # fmt: skip
    (tmp_path / f"{persona.name}.json").write_bytes(msgspec.json.encode(older))
    (tmp_path / "Nobody.json").write_bytes(b"{}")
    lines = []
    assert await take_over(file, tmp_path, lines.append) == 1
    assert await take_over(file, tmp_path, lines.append) == 0
    store = Store(file)
    [kept] = list(store.everybody())
    await store.close()
    assert (kept.number, kept.account) == (1, Account("Older_7", "k"))
    assert (kept.memory.posts_made, kept.memory.voted, kept.memory.people["Bo"].talks) == (3, ("a",), 2)
