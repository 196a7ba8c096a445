"""Tables and worlds, without a database: what becomes of rows that acts add, change, remove and sum."""

from datetime import UTC, datetime

import msgspec
import pytest

from moltbook.db.table import Table
from moltbook.db.world import Act, Event, Wants, World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Thing(msgspec.Struct):
    id: str
    words: str
    count: int


class Pair(msgspec.Struct):
    left: str
    right: str


COLUMNS = {"id": "uuid", "words": "text", "count": "integer"}
THINGS = Table("things", Thing, COLUMNS, key=("id",), settable=("words",), summable=("count",))
PAIRS = Table("pairs", Pair, {"left": "text", "right": "text"}, key=("left", "right"), lock=False)


class Happened(Event, frozen=True, tag="thing.happened"):
    what: str


@pytest.fixture
def world():
    return World(NOON, iter(map(str, range(100))).__next__)


def test_columns_and_fields_must_agree():
    with pytest.raises(TypeError, match="things"):
        Table("things", Thing, {"id": "uuid"}, key=("id",))


def test_rows_that_are_locked_are_loaded_in_the_order_of_their_keys():
    assert "t.id = ANY({}::text::uuid[]) ORDER BY t.id FOR NO KEY UPDATE OF t" in THINGS.sql_to_load(lock=True)
    assert THINGS.load_arg(["a", "b"]) == "{a,b}"
    assert "json_to_recordset({}::json) AS u(left text, right text)" in PAIRS.sql_to_load(lock=True)
    assert "ORDER BY" not in PAIRS.sql_to_load(lock=True)
    assert "UPDATE" not in PAIRS.sql_to_load(lock=True)
    assert PAIRS.load_arg([("a", "b")]) == '[{"left":"a","right":"b"}]'


def test_a_world_that_nobody_changed_writes_nothing(world):
    world.take(THINGS, [Thing("a", "x", 1)])
    assert world[THINGS].get("a") == Thing("a", "x", 1)
    assert world[THINGS].get("b") is None
    assert world.writes() == ([], [])


def test_a_row_already_changed_is_not_loaded_over(world):
    world.take(THINGS, [Thing("a", "x", 1)])
    world[THINGS].rows["a"].words = "y"
    world.take(THINGS, [Thing("a", "x", 1)])
    assert world[THINGS].rows["a"].words == "y"


def test_everything_that_changed_is_one_statement(world):
    world.take(THINGS, [Thing("a", "x", 1)])
    world.take(PAIRS, [Pair("l", "r")])
    world[THINGS].add(Thing("b", "new", 0))
    world[THINGS].sum("c", "count", 2)
    world[THINGS].sum("c", "count", 3)
    world[PAIRS].remove(Pair("l", "r"))
    first, second = world.writes()
    assert second == []
    assert [(" ".join(sql.split()[: 2 if sql[0] == "U" else 3]), arg) for sql, arg in first] == [
        ("DELETE FROM pairs", '[{"left":"l","right":"r"}]'),
        ("INSERT INTO things", '[{"id":"b","words":"new","count":0}]'),
        ("UPDATE things", '[{"id":"c","count":5}]'),
    ]


def test_the_same_changes_are_the_same_text_whatever_was_touched_first():
    texts = set()
    for order in ((THINGS, PAIRS), (PAIRS, THINGS)):
        world = World(NOON)
        for table in order:
            world[table].add(Thing("a", "x", 0) if table is THINGS else Pair("l", "r"))
        texts.add(tuple(sql for sql, _ in world.writes()[0]))
    assert len(texts) == 1


def test_a_second_change_of_a_table_waits_for_a_second_statement(world):
    world.take(THINGS, [Thing("a", "x", 1)])
    row = world[THINGS].rows["a"]
    row.words = "y"
    world[THINGS].touch(row)
    world[THINGS].sum("a", "count", 1)
    ((first, _),), ((second, arg),) = world.writes()
    assert "SET words = u.words" in first
    assert "SET count = t.count + u.count" in second
    assert arg == '[{"id":"a","count":1}]'
    assert row.count == 2


def test_sums_that_cancel_each_other_are_not_written(world):
    world[THINGS].sum("a", "count", 1)
    world[THINGS].sum("a", "count", -1)
    assert world.writes() == ([], [])


def test_what_is_added_takes_its_sums_and_changes_along(world):
    row = Thing("a", "x", 0)
    world[THINGS].add(row)
    world[THINGS].sum("a", "count", 4)
    row.words = "y"
    world[THINGS].touch(row)
    ((sql, arg),), _ = world.writes()
    assert sql.startswith("INSERT INTO things")
    assert arg == '[{"id":"a","words":"y","count":4}]'


def test_what_comes_and_goes_within_a_batch_leaves_no_trace(world):
    pair = Pair("l", "r")
    world[PAIRS].add(pair)
    world[PAIRS].remove(pair)
    assert world.writes() == ([], [])
    assert world[PAIRS].get(("l", "r")) is None


def test_what_goes_and_comes_again_within_a_batch_is_deleted_and_then_inserted_as_it_is_now(world):
    world.take(PAIRS, [Pair("a", "b")])
    world.take(THINGS, [Thing("a", "x", 1), Thing("b", "y", 1)])
    pairs, things = world[PAIRS], world[THINGS]
    pairs.remove(pairs.get(("a", "b")))
    pairs.add(Pair("a", "b"))
    things.sum("a", "count", 1)
    things.remove(things.get("a"))
    things.add(Thing("a", "z", 0))
    things.touch(things.get("a"))
    things.sum("a", "count", 5)
    things.remove(things.get("b"))
    things.add(Thing("b", "w", 0))
    things.remove(things.get("b"))
    first, second = world.writes()
    assert [sql for sql, _ in first] == [PAIRS.delete_sql, THINGS.delete_sql]
    assert [(sql, msgspec.json.decode(arg)) for sql, arg in second] == [
        (PAIRS.insert_sql, [{"left": "a", "right": "b"}]),
        (THINGS.insert_sql, [{"id": "a", "words": "z", "count": 5}]),
    ]


def test_events_keep_their_order_their_actor_and_their_kind(world):
    world.emit(Happened("one"), "ada")
    world.emit(Happened("two"), None)
    assert [told.kind for told in world.told] == ["thing.happened"] * 2
    assert [told.actor_id for told in world.told] == ["ada", None]
    assert [msgspec.json.decode(told.body)["what"] for told in world.told] == ["one", "two"]


def test_ids_are_those_that_were_handed_in(world):
    assert [world.new_id() for _ in range(3)] == ["0", "1", "2"]


def test_an_act_that_does_not_decide_says_so(world):
    class Idle(Act[None], frozen=True):
        pass

    Idle().needs(Wants())
    Idle().further(Wants(), world)
    with pytest.raises(TypeError, match="Idle"):
        Idle().decide(world)
