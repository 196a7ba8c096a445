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


def test_rows_are_loaded_in_the_order_of_their_keys_and_locked():
    assert THINGS.load_sql == (
        "SELECT t.id, t.words, t.count FROM things t WHERE t.id = ANY($1::uuid[]) ORDER BY t.id FOR NO KEY UPDATE OF t"
    )
    assert THINGS.load_args(["a", "b"]) == [["a", "b"]]
    assert "unnest($1::text[], $2::text[]) AS k(left, right)" in PAIRS.load_sql
    assert not PAIRS.load_sql.endswith("UPDATE OF t")
    assert PAIRS.load_args([("a", "b"), ("c", "d")]) == [["a", "c"], ["b", "d"]]


def test_a_world_that_nobody_changed_writes_nothing(world):
    world.take(THINGS, [Thing("a", "x", 1)])
    assert world[THINGS].get("a") == Thing("a", "x", 1)
    assert world[THINGS].get("b") is None
    assert world.writes() == []


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
    ((sql, args),) = world.writes()
    assert sql.startswith("WITH w0 AS (INSERT INTO things")
    assert args == [["b"], ["new"], [0], ["c"], [5], ["l"], ["r"]]
    assert [f"${n}::" in sql for n in range(1, 8)] == [True] * 7


def test_a_second_change_of_a_table_waits_for_a_second_statement(world):
    world.take(THINGS, [Thing("a", "x", 1)])
    row = world[THINGS].rows["a"]
    row.words = "y"
    world[THINGS].touch(row)
    world[THINGS].sum("a", "count", 1)
    (first, _), (second, args) = world.writes()
    assert "SET words = u.words" in first
    assert "SET count = t.count + u.count" in second
    assert args == [["a"], [1]]
    assert row.count == 2


def test_sums_that_cancel_each_other_are_not_written(world):
    world[THINGS].sum("a", "count", 1)
    world[THINGS].sum("a", "count", -1)
    assert world.writes() == []


def test_what_is_added_takes_its_sums_and_changes_along(world):
    row = Thing("a", "x", 0)
    world[THINGS].add(row)
    world[THINGS].sum("a", "count", 4)
    row.words = "y"
    world[THINGS].touch(row)
    ((sql, args),) = world.writes()
    assert sql.startswith("INSERT INTO things")
    assert args == [["a"], ["y"], [4]]


def test_what_comes_and_goes_within_a_batch_leaves_no_trace(world):
    pair = Pair("l", "r")
    world[PAIRS].add(pair)
    world[PAIRS].remove(pair)
    assert world.writes() == []
    assert world[PAIRS].get(("l", "r")) is None


def test_what_goes_and_comes_again_within_a_batch_stays(world):
    world.take(PAIRS, [Pair("l", "r")])
    world[PAIRS].remove(world[PAIRS].rows[("l", "r")])
    world[PAIRS].add(Pair("l", "r"))
    assert world.writes() == []
    world.take(THINGS, [Thing("a", "old", 1)])
    world[THINGS].remove(world[THINGS].rows["a"])
    world[THINGS].add(Thing("a", "new", 1))
    ((sql, args),) = world.writes()
    assert sql.startswith("UPDATE things")
    assert args == [["a"], ["new"]]
    world[THINGS].remove(world[THINGS].rows["a"])
    ((sql, args),) = world.writes()
    assert sql.startswith("DELETE FROM things")


def test_events_keep_their_order_their_actor_and_their_kind(world):
    world.emit(Happened("one"), "ada")
    world.emit(Happened("two"), None)
    assert world.kinds == ["thing.happened"] * 2
    assert world.actors == ["ada", None]
    assert [msgspec.json.decode(body)["what"] for body in world.bodies] == ["one", "two"]


def test_ids_are_those_that_were_handed_in(world):
    assert [world.new_id() for _ in range(3)] == ["0", "1", "2"]


def test_an_act_that_does_not_decide_says_so(world):
    class Idle(Act[None], frozen=True):
        pass

    Idle().needs(Wants())
    Idle().further(Wants(), world)
    with pytest.raises(TypeError, match="Idle"):
        Idle().decide(world)
