"""Whether an answer fits, and what happens when it does not."""

from __future__ import annotations

import re

import jsonschema
import pytest

from moltbook.minds.models.fit import Said, answer_fitting, bounded, misfit, read_object
from moltbook.minds.models.model import Busy, Line, Question, Role, Spent, Unfit

ACTS = {
    "type": "object",
    "properties": {
        "acts": {
            "type": "array",
            "maxItems": 2,
            "items": {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {
                            "act": {"const": "reply"},
                            "to": {"type": "integer", "minimum": 1, "maximum": 9},
                            "text": {"type": "string", "minLength": 2, "maxLength": 20},
                        },
                        "required": ["act", "to", "text"],
                        "additionalProperties": False,
                    },
                    {"$ref": "#/$defs/rest"},
                ]
            },
        }
    },
    "required": ["acts"],
    "additionalProperties": False,
    "$defs": {
        "rest": {"type": "object", "properties": {"act": {"enum": ["rest"]}}, "required": ["act"]},
    },
}
FITTING = [
    {"acts": []},
    {"acts": [{"act": "rest"}]},
    {"acts": [{"act": "reply", "to": 3, "text": "no"}, {"act": "rest"}]},
]
UNFITTING = [
    [],
    {},
    {"acts": None},
    {"acts": [], "more": 1},
    {"acts": [{"act": "rest"}] * 3},
    {"acts": [{"act": "leak"}]},
    {"acts": [{"act": "reply", "to": 0, "text": "no"}]},
    {"acts": [{"act": "reply", "to": 10, "text": "no"}]},
    {"acts": [{"act": "reply", "to": True, "text": "no"}]},
    {"acts": [{"act": "reply", "to": "3", "text": "no"}]},
    {"acts": [{"act": "reply", "to": 3, "text": "n"}]},
    {"acts": [{"act": "reply", "to": 3, "text": "n" * 21}]},
    {"acts": [{"act": "reply", "to": 3}]},
]
QUESTION = Question(lines=(Line(Role.USER, "What now?"),), name="acts", schema=ACTS)


@pytest.mark.parametrize("value", [*FITTING, *UNFITTING], ids=repr)
def test_we_judge_as_the_standard_does(value):
    assert (misfit(value, ACTS) == "") is jsonschema.Draft202012Validator(ACTS).is_valid(value)


def test_a_fault_says_where_and_what():
    assert misfit({"acts": "x"}, ACTS) == "the answer.acts must be of type array"
    assert "the answer.acts[0]" in misfit({"acts": [{"act": "leak"}]}, ACTS)


def test_a_schema_that_we_would_check_by_half_is_refused():
    with pytest.raises(ValueError, match="multipleOf"):
        misfit(3, {"type": "integer", "multipleOf": 2})


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ('{"acts": []}', True),
        ('```json\n{"acts": []}\n```', True),
        ('Sure! {"acts": []}', False),
        ("[]", False),
        ("", False),
        ('{"acts": NaN}', False),
    ],
)
def test_what_was_said_is_read_strictly(text, fits):
    assert (read_object(Said(text, Spent()), ACTS)[1] == "") is fits


def test_a_grammar_for_small_models_bounds_every_free_string():
    tight = bounded(ACTS)
    text = tight["properties"]["acts"]["items"]["anyOf"][0]["properties"]["text"]
    assert text["pattern"].endswith("{2,20}$")
    assert "maxLength" not in text
    assert re.search(text["pattern"], "Well, no.")
    assert not re.search(text["pattern"], "1111111")
    assert tight["$defs"] == ACTS["$defs"]


async def test_an_unfit_answer_is_asked_for_once_more_with_the_fault_named():
    heard = []

    async def say(lines):
        heard.append(lines)
        return Said('{"acts": 1}' if len(heard) == 1 else '{"acts": []}', Spent(1, 10, 0, 5))

    answered = await answer_fitting(QUESTION, say)
    assert answered.value == {"acts": []}
    assert answered.spent == Spent(2, 20, 0, 10)
    assert [line.role for line in heard[1]] == [Role.USER, Role.ASSISTANT, Role.USER]
    assert "the answer.acts must be of type array" in heard[1][-1].text


async def test_two_unfit_answers_are_one_failure_with_its_cost():
    async def say(_):
        return Said("{", Spent(1, 10, 0, 5), complete=False)

    with pytest.raises(Unfit, match="be shorter") as caught:
        await answer_fitting(QUESTION, say)
    assert caught.value.spent == Spent(2, 20, 0, 10)


async def test_what_the_first_try_cost_is_not_forgotten_when_the_second_fails():
    heard = []

    async def say(lines):
        heard.append(lines)
        if len(heard) == 2:
            raise Busy("later", 3.0)
        return Said("{", Spent(1, 10, 0, 5))

    with pytest.raises(Busy) as caught:
        await answer_fitting(QUESTION, say)
    assert caught.value.spent == Spent(1, 10, 0, 5)
    assert caught.value.retry_after_seconds == 3.0
