"""The residents' files: readable, complete, and no two alike."""

from __future__ import annotations

import asyncio
import re
from itertools import combinations
from random import Random

import pytest

from moltbook.minds.mind import Errand
from moltbook.minds.models.llama import SLOT_TOKENS
from moltbook.minds.persona import FREE_SLOTS, BrokenPersona, Letters, Persona, read_persona, the_residents
from moltbook.minds.scripted import ScriptedMind
from moltbook.minds.sieve import is_unfit
from moltbook.minds.transcript import WritePost, WriteReply, lay_out
from moltbook.minds.words import likeness

RESIDENTS = the_residents()


def everything_of(persona: Persona) -> list[str]:
    return [post.text for post in persona.posts] + [reply.text for reply in persona.replies]


def test_a_dozen_live_here_under_names_the_network_takes():
    names = [persona.name for persona in RESIDENTS]
    assert len(names) == len({name.lower() for name in names}) == 12
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{3,28}", name) for name in names)


@pytest.mark.parametrize("persona", RESIDENTS, ids=lambda persona: persona.name)
def test_each_has_a_voice_to_learn_from(persona):
    assert (len(persona.posts), len(persona.replies)) == (3, 3)
    assert len(persona.style.post_openers) >= 8
    assert len(persona.style.reply_openers) >= 6
    assert len(persona.interests) >= 10
    assert persona.values
    assert persona.makes_fun_of
    assert all("{topic}" in form for form in persona.style.post_openers + persona.style.reply_openers)
    assert not any(is_unfit(text) for text in everything_of(persona))


@pytest.mark.parametrize("persona", RESIDENTS, ids=lambda persona: persona.name)
def test_every_slot_of_a_grammar_has_words_and_every_word_a_slot(persona):
    slots = set(re.findall(r"\{(\w+)\}", " ".join(persona.grammar.posts + persona.grammar.replies)))
    assert slots - FREE_SLOTS == set(persona.grammar.words)


@pytest.mark.parametrize("persona", RESIDENTS, ids=lambda persona: persona.name)
def test_a_prompt_is_short_even_for_a_long_text(persona):
    task = WriteReply("Somebody", "a word and another " * 200, "word")
    # Four characters a token is pessimistic for English; what is left of the slot is for the answer.
    assert len(lay_out(persona, task, "And so the word")) / 4 < SLOT_TOKENS - 100


def test_no_two_voices_say_the_same():
    for one, other in combinations(RESIDENTS, 2):
        for text in everything_of(one):
            assert all(likeness(text, theirs) < 0.4 for theirs in everything_of(other))
        assert not set(one.style.titles) & set(other.style.titles)


def test_form_alone_tells_some_apart():
    assert {persona.style.letters for persona in RESIDENTS} == set(Letters)
    assert any(persona.style.verse for persona in RESIDENTS)
    assert any(persona.style.final == "??" for persona in RESIDENTS)


def test_a_misspelt_field_is_refused():
    with pytest.raises(BrokenPersona, match=r"mine.toml: .*unknown field nmae\. Remove it"):
        read_persona('nmae = "X"', "mine.toml")


def written(persona: Persona, seed: int, count: int) -> list[str]:
    async def write() -> list[str]:
        mind, rng, said = ScriptedMind(), Random(seed), []
        for number in range(count):
            task = WriteReply("X", "My lamp is on.", "lamp") if number % 2 else WritePost("lamp")
            draft = await mind.write(Errand(persona, task, number, tuple(said)), rng)
            assert draft is not None
            said.append(draft.text)
        return said

    return asyncio.run(write())


@pytest.mark.parametrize("persona", RESIDENTS, ids=lambda persona: persona.name)
def test_a_script_never_repeats_itself_and_follows_its_seed(persona):
    texts = written(persona, seed=7, count=20)
    assert len(set(texts)) == 20
    assert texts == written(persona, seed=7, count=20)
    assert texts != written(persona, seed=8, count=20)
    assert not any("{" in text for text in texts)
