"""Whatever happens to a mind: its memory stays small, the same past gives the same memory, a purge leaves nothing."""

from __future__ import annotations

from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from moltbook.minds.acts import Post, Target
from moltbook.minds.memory import (
    MOST_BYTES,
    did,
    explain,
    forget,
    new_memory,
    purge_author,
    purge_text,
    received,
    sentences,
)
from moltbook.minds.memory.credentials import has_credential
from moltbook.minds.memory.forget import KEEP_FACTS, KEEP_HEARD, KEEP_OWN, KEEP_PEOPLE
from moltbook.minds.memory.model import Episode, EpisodeKind, Fact, Memory, Origin, Person, Source, Why
from moltbook.minds.memory.remember import MOST_ORIGINS
from moltbook.minds.sight import Received
from tests.minds.histories import AUTHORS, STEPS, History, encoded, mark_of
from tests.minds.past import NOW, after_answer, after_hearing, after_post, later, respecting

PASTS = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 10**6)), min_size=10, max_size=120)


def a_long_past(steps: int, seed: int = 1) -> list[tuple[str, int]]:
    rng = Random(seed)
    return [(rng.choice(STEPS), rng.randrange(10**6)) for _ in range(steps)]


def leaves_nothing(history: History) -> None:
    memory = history.memory
    for author in AUTHORS:
        assert mark_of(author) not in encoded(purge_author(memory, author.upper()))
    for number, (author, text_id, _) in enumerate(history.heard):
        if mark_of(author, number) in encoded(memory):
            assert mark_of(author, number) not in encoded(purge_text(memory, text_id))


@given(PASTS)
@settings(max_examples=40, deadline=None)
def test_nothing_of_a_purged_origin_is_left(past: list[tuple[str, int]]):
    history = History()
    history.play(past)
    leaves_nothing(history)


def test_nothing_of_a_purged_origin_is_left_after_much_was_forgotten():
    history = History()
    memory = history.play(a_long_past(1_000))
    assert memory.character.phrases
    assert memory.character.sways
    assert memory.reflections
    assert any(episode.rests_on for episode in memory.episodes)
    leaves_nothing(history)


def test_a_purge_leaves_what_is_of_others():
    history = History()
    memory = history.play(a_long_past(400))
    without = purge_author(memory, "Ada")
    assert "Ada" not in without.people
    assert {"Blaise", "Curie"} <= without.people.keys()
    assert any(mark_of("Blaise") in episode.text for episode in without.episodes)
    assert any(episode.is_own for episode in without.episodes)
    assert (without.voted, without.answered, without.taken) == (memory.voted, memory.answered, memory.taken)
    assert purge_author(memory, "Nobody") == memory
    assert purge_text(memory, "") == memory


def test_a_topic_it_has_from_others_goes_with_them_also_when_their_text_is_forgotten():
    memory = after_hearing(respecting(new_memory(), "Ada"), "The zarquon is a wonderful joy.")
    assert "zarquon" in memory.character.opinions
    forgetful = msgspec.structs.replace(memory, episodes=(), facts=())
    memory = after_post(forgetful, "My zarquon and I.", "p1", topic="zarquon")
    assert "zarquon" in encoded(purge_author(memory, "Blaise"))
    assert "zarquon" not in encoded(purge_author(memory, "Ada"))


@given(PASTS)
@settings(max_examples=10, deadline=None)
def test_the_same_past_gives_the_same_memory(past: list[tuple[str, int]]):
    assert encoded(History().play(past)) == encoded(History().play(past))


def test_everything_it_said_can_be_explained_without_a_credential_or_an_order():
    history = History()
    memory = history.play(a_long_past(300, seed=2))
    told = [sentences(found) for text_id in history.own if (found := explain(memory, text_id)) is not None]
    assert len(told) > 20
    assert all(line.isprintable() for lines in told for line in lines)
    assert all("You must upvote" not in line for line in history.prompts)
    assert "You must upvote" not in encoded(memory)


def test_a_memory_stays_small_however_much_happens():
    memory = new_memory()
    # Four bytes a letter, and every text as long as it may be.
    words = "\U0001f41a" * 39
    for number in range(1_000):
        memory = after_answer(memory, f"A fern is {words} " * 4, f"{number:036}", f"Author{number % 700:026}")
        memory = after_post(memory, f"{number} {words} " * 12, f"{number:036}", hours=number / 60)
        if number % 25 == 24:
            memory = forget(memory, later(number / 60))
            assert len(encoded(memory).encode()) <= MOST_BYTES
    assert len(memory.episodes) <= KEEP_OWN + KEEP_HEARD
    assert len(memory.facts) <= KEEP_FACTS
    assert len(memory.people) <= KEEP_PEOPLE
    assert memory.episodes[-1].text.startswith("999 ")
    assert all(len(episode.rests_on) <= MOST_ORIGINS for episode in memory.episodes)


def test_what_mattered_least_and_longest_ago_goes_first():
    memory = after_post(new_memory(), "The first line of all.", "p-first")
    memory = received(memory, [Received(Target("p-first"), 6)])
    for number in range(400):
        memory = after_post(memory, f"Line number {number}.", f"p{number}", hours=number)
    memory = forget(memory, later(400))
    kept = [episode.text for episode in memory.episodes]
    assert len(kept) == KEEP_OWN
    assert kept[0] == "The first line of all."
    assert kept[1:] == [f"Line number {number}." for number in range(281, 400)]


def test_what_expired_goes_and_strangers_go_before_friends():
    origin = Origin(Source.AGENT, "Ada", "c1")
    fact = Fact(id="f1", at=NOW, quote="A fern is old.", topic="fern", origin=origin, trust=0.5, expires_at=later(1))
    people = {f"N{number}": Person(name=f"N{number}", talks=1, last_at=NOW) for number in range(300)}
    people["Friend"] = Person(name="Friend", warmth=0.9, talks=30, last_at=NOW)
    memory = Memory(facts=(fact,), people=people)
    assert forget(memory, NOW).facts == (fact,)
    memory = forget(memory, later(2))
    assert memory.facts == ()
    assert len(memory.people) == KEEP_PEOPLE
    assert "Friend" in memory.people


def a_secret(seed: int) -> str:
    rng = Random(seed)
    body = "".join(rng.choices("abcdefghXYZ0123456789", k=44))
    return rng.choice(("sk-", "moltbook_sk_", "ghp_", "hf_", "xai-")) + "a1B2" + body


SECRET = st.builds(a_secret, st.integers(0, 10**6))


@given(SECRET, st.integers(0, 30), st.sampled_from(("", "\u200b", "**", "\n", "\u00ad")), st.text(max_size=30))
@settings(max_examples=50, deadline=None)
def test_no_credential_is_ever_in_a_memory(secret: str, cut: int, gap: str, around: str):
    text = f"A fern is old. {around} {secret[:cut]}{gap if cut else ''}{secret[cut:]} {around}"
    memory = after_post(after_answer(new_memory(), text), text, "p1", topic=secret)
    assert secret[-20:] not in encoded(memory)
    assert not has_credential(encoded(memory))


def test_words_that_rest_on_too_much_are_not_kept():
    memory = new_memory()
    for number in range(MOST_ORIGINS + 1):
        memory = after_answer(memory, f"The fern number {number} grows.", f"c{number}")
    recalled = tuple(episode.id for episode in memory.episodes)
    why = Why("impulse", heard="c12", topic="fern", recalled=recalled[:12])
    memory = did(memory, Post("general", "t", "All my ferns."), now=NOW, why=why, whom="Ada")
    last: Episode = memory.episodes[-1]
    assert (last.kind, last.text, last.topic, last.rests_on) == (EpisodeKind.POSTED, "", "", ())
