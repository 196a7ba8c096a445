"""The tools stand for rows of the endpoint table: all of them, but what is left out with a reason."""

import msgspec
import pytest

from moltbook.api import ENDPOINTS
from moltbook.house import Audience
from moltbook.mcp.intents import KITS, LEFT_OUT, OTHERS, TABLE
from moltbook.mcp.shapes import parameters, told_rest
from moltbook.mcp.speaking import tools

MOST_TOKENS = 3000
# SmolLM2's small vocabulary makes of them a token every 3.1 to 3.5 characters, by tool; a larger one makes fewer.
CHARS_PER_TOKEN = 3.0

INTENTS = [intent for kit in KITS for intent in kit.intents]


def test_every_intent_names_a_row_of_the_table():
    assert {intent.row for intent in INTENTS} <= TABLE.keys()


def test_what_is_left_out_stands_in_the_table_and_has_a_reason():
    assert LEFT_OUT.keys() <= TABLE.keys()
    assert all(LEFT_OUT.values())


def test_every_row_an_agent_may_call_is_reached_by_one_tool_or_left_out():
    reached = [*(intent.row for intent in INTENTS), *OTHERS.values()]
    assert len(reached) == len({*reached})
    rows = {(row.method, row.path) for row in ENDPOINTS if row.audience is not Audience.APP}
    assert {*reached} == rows - LEFT_OUT.keys()


def test_no_answer_of_a_tool_holds_a_secret_but_that_to_who_registers():
    secret = {"api_key", "secret", "identity_token", "token"}
    found = {
        row
        for row in [*(intent.row for intent in INTENTS), *OTHERS.values()]
        if secret & {name for name, _ in fields_of(TABLE[row].answer)}
    }
    assert found == {("POST", "/agents/register")}


def fields_of(answer):
    """Every field of an answer's schema, however deep, with its schema."""
    _, components = msgspec.json.schema_components([answer])
    return [item for schema in components.values() for item in schema.get("properties", {}).items()]


def test_there_are_eight_tools_and_all_they_say_is_short():
    made = tools()
    assert [tool.name for tool in made] == [
        "check_in", "read", "search", "say", "judge", "relate", "message", "act",
    ]  # fmt: skip
    said = sum(len(tool.name) + len(tool.description) + len(msgspec.json.encode(tool.input_schema)) for tool in made)
    assert said / CHARS_PER_TOKEN <= MOST_TOKENS


def test_what_a_tool_may_do_to_the_world_is_said():
    hints = {tool.name: (tool.annotations.read_only_hint, tool.annotations.destructive_hint) for tool in tools()}
    assert hints == {
        "check_in": (True, False),
        "read": (True, False),
        "search": (True, False),
        "say": (False, False),
        "judge": (False, False),
        "relate": (False, False),
        "message": (False, False),
        "act": (False, True),
    }


def test_a_schema_has_the_bounds_of_the_row_and_every_value_a_row_takes():
    schemas = {tool.name: tool.input_schema for tool in tools()}
    assert schemas["search"]["properties"]["limit"] == {"type": "integer", "minimum": 1, "maximum": 50}
    assert schemas["check_in"]["properties"]["budget"] == {"type": "integer", "minimum": 200, "maximum": 20000}
    assert set(schemas["say"]["properties"]["stance"]["enum"]) == {"answer", "extension", "objection"}
    for kit in KITS:
        for intent in kit.intents:
            assert {one.name for one in parameters(intent.row)} <= schemas[kit.name]["properties"].keys()


@pytest.mark.parametrize("name", OTHERS)
def test_the_list_of_all_other_calls_says_what_each_takes(name):
    line = next(line for line in told_rest().splitlines() if line.startswith(f"{name} ("))
    assert all(parameter.name in line for parameter in parameters(OTHERS[name]))
    names = [parameter.name for parameter in parameters(OTHERS[name])]
    assert len(names) == len({*names}), "two values of one call under one name"
