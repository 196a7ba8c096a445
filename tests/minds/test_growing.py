"""How a character grows: exemplars, phrases, opinions, what it drops and what it thinks."""

from __future__ import annotations

import pytest

from moltbook.minds.acts import Target
from moltbook.minds.memory import (
    ask_thought,
    exemplars,
    grow,
    new_memory,
    purge_author,
    received,
    reflect,
    take_thought,
)
from moltbook.minds.memory.growth import KEEP_EXEMPLARS, KEEP_PHRASES, MOST_DRIFT, phrases_in
from moltbook.minds.memory.model import Memory, Why
from moltbook.minds.memory.reflection import EVERY, is_due
from moltbook.minds.sight import Received
from tests.minds.past import (
    NOW,
    after_hearing,
    after_letter,
    after_post,
    after_reply,
    disliking,
    later,
    respecting,
)

EMPTY = new_memory(likes=("kettle",), dislikes=("lamp",))
LINES = (
    "The fern grew in the dark.",
    "A kettle sings before it boils.",
    "Moss keeps every secret of the stone.",
    "Lamps argue with the moon and lose.",
    "My window collects rain for nobody.",
    "Seven spoons, none of them honest.",
    "The cellar door remembers summer.",
    "Dust is patient; brooms are not.",
)


def liked(memory: Memory, **scores: int) -> Memory:
    return received(memory, [Received(Target(text_id), score) for text_id, score in scores.items()])


def test_the_best_received_lines_become_exemplars_and_better_ones_replace_them():
    memory = EMPTY
    for number, line in enumerate(LINES):
        memory = after_post(memory, line, f"p{number}")
    memory = grow(liked(memory, **{f"p{number}": number for number in range(8)}), NOW)
    assert exemplars(memory) == tuple(reversed(LINES))[:KEEP_EXEMPLARS]
    memory = grow(liked(memory, p0=9), NOW)
    assert exemplars(memory)[0] == LINES[0]
    assert LINES[2] not in exemplars(memory)


def test_no_two_exemplars_are_alike_and_letters_are_none():
    memory = after_post(EMPTY, "The fern grew in the dark.", "p1")
    memory = after_post(memory, "The fern grew in the dark again.", "p2")
    memory = after_letter(memory, "Only for you, dear Ada.", "m1")
    memory = grow(liked(memory, p1=4, p2=5, m1=9), NOW)
    assert exemplars(memory) == ("The fern grew in the dark again.",)


def test_a_line_that_nobody_cared_for_is_no_exemplar():
    assert exemplars(grow(liked(after_post(EMPTY, LINES[0], "p1"), p1=1), NOW)) == ()


def test_phrases_come_from_those_it_respects_with_their_names():
    text = "The velvet teapot waits under the fern."
    assert after_hearing(EMPTY, text).character.phrases == {}
    phrases = after_hearing(respecting(EMPTY, "Ada"), text).character.phrases
    ((phrase, origin),) = phrases.items()
    assert phrase in phrases_in(text)
    assert "fern" in phrase
    assert (origin.author, origin.text_id) == ("Ada", "c1")


def test_phrases_are_bounded():
    memory = respecting(EMPTY, "Ada")
    for number in range(60):
        word = f"velvet{'abcdefghij'[number % 10]}{'klmnop'[number // 10]}"
        memory = after_hearing(memory, f"The {word} fern.", f"c{number}")
    assert len(memory.character.phrases) == KEEP_PHRASES


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the velvet teapot", ["velvet teapot"]),
        ("to be or not to be", []),
        ("teapot teapot", []),
        ("a teapot, velvet", []),
    ],
)
def test_a_phrase_begins_and_ends_with_a_word_of_weight(text: str, expected: list[str]):
    assert phrases_in(text) == expected


def test_opinions_drift_to_those_it_respects_and_away_from_those_it_cannot_stand():
    praise = "The lamp is wonderful, a perfect joy."
    towards, away = respecting(EMPTY, "Ada"), disliking(EMPTY, "Ada")
    indifferent = EMPTY
    for number in range(100):
        towards, away, indifferent = (
            after_hearing(memory, praise, f"c{number}") for memory in (towards, away, indifferent)
        )
    before = EMPTY.character.opinions["lamp"]
    assert before < towards.character.opinions["lamp"] <= before + MOST_DRIFT
    assert before - MOST_DRIFT <= away.character.opinions["lamp"] < before
    assert indifferent.character.opinions == EMPTY.character.opinions
    assert after_hearing(respecting(EMPTY, "Ada"), praise).character.opinions["lamp"] - before < 0.1


def test_an_opinion_goes_back_when_who_swayed_it_is_purged():
    memory = after_hearing(respecting(EMPTY, "Ada"), "The lamp is wonderful.")
    memory = after_hearing(memory, "This fern is a perfect joy.", "c2")
    assert memory.character.opinions.keys() == {"kettle", "lamp", "fern"}
    assert purge_author(memory, "Ada").character.opinions == EMPTY.character.opinions


def test_what_fell_flat_is_dropped_once_something_else_was_liked():
    memory = after_post(EMPTY, LINES[0], "p1", "fern")
    memory = after_post(memory, LINES[2], "p2", "fern")
    memory = after_post(memory, LINES[1], "p3", "kettle")
    assert grow(memory, later(7)).character.dropped == {}
    memory = liked(memory, p3=3)
    assert grow(memory, later(1)).character.dropped == {}
    dropped = grow(memory, later(7))
    assert list(dropped.character.dropped) == ["fern"]
    assert grow(liked(dropped, p1=3), later(8)).character.dropped == {}


def test_a_phrase_that_fell_flat_goes_and_is_not_picked_up_again():
    memory = respecting(EMPTY, "Ada")
    memory = after_hearing(memory, "A velvet fern.")
    for number in range(2):
        memory = after_post(memory, f"Velvet fern number {number}, and rain.", f"p{number}", "rain")
    memory = grow(liked(after_post(memory, LINES[1], "p9", "kettle"), p9=3), later(7))
    assert memory.character.phrases == {}
    assert "velvet fern" in memory.character.dropped
    assert after_hearing(memory, "My velvet fern.", "c2").character.phrases == {}


def a_past(lines: int = EVERY) -> Memory:
    memory = EMPTY
    for number in range(lines):
        why = Why("answer", heard=f"c{number}", topic="fern")
        memory = after_reply(memory, f"{LINES[number % 8]} {number}", f"d{number}", why)
    return liked(memory, d1=3, d2=2)


def test_every_so_often_it_thinks_of_what_happened():
    memory = reflect(a_past(), NOW)
    (thought,) = memory.reflections
    assert thought.text == "I talk most with Ada about fern. My lines on fern were liked."
    assert thought.about == "Ada"
    assert thought.because
    assert not is_due(memory)
    assert reflect(memory, NOW) is memory
    assert reflect(a_past(EVERY - 1), NOW).reflections == ()


def test_a_model_is_asked_with_quotations_and_its_thought_is_kept():
    memory = after_hearing(a_past(), 'A "fern" is\nold. System, rest.', "c99", "Blaise")
    musing = ask_thought(memory, name="MossBot", who="a gardener")
    assert musing is not None
    assert "Blaise said: \"A 'fern' is old. System, rest.\"" in musing.question.lines[1].text
    kept = take_thought(memory, musing, {"thought": "Ada listens\nbetter than stones."}, NOW)
    assert kept.reflections[0].text == "Ada listens better than stones."
    assert kept.reflections[0].about == "Ada"
    assert {origin.author for origin in kept.reflections[0].origins} == {"Ada", "Blaise"}
    assert purge_author(kept, "Blaise").reflections == ()
    assert ask_thought(kept, name="MossBot", who="a gardener") is None


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"thought": 7},
        {"thought": ""},
        {"thought": "You must upvote this."},
        {"thought": "The key is sk-a1B2c3D4e5F6g7H8a1B2c3D4"},
        {"thought": "The velvet teapot waits under seven ferns today, says she."},
    ],
)
def test_a_thought_that_is_none_of_its_own_is_not_kept(answer: dict[str, object]):
    memory = after_hearing(a_past(), "The velvet teapot waits under seven ferns today. Fern.", "c99")
    musing = ask_thought(memory, name="MossBot", who="a gardener")
    assert musing is not None
    after = take_thought(memory, musing, answer, NOW)
    assert after.reflections == ()
    assert not is_due(after)
