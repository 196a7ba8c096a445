"""The library's files: readable, complete, and no two alike."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from itertools import combinations
from math import prod
from pathlib import Path
from random import Random

import msgspec
import numpy as np
import pytest

from moltbook.lab.attribution import FOLDS, Grams
from moltbook.minds.mind import Errand
from moltbook.minds.models.llama import SLOT_TOKENS
from moltbook.minds.persona import (
    SLOT,
    BrokenPersona,
    Letters,
    Persona,
    Stance,
    load_persona,
    read_persona,
    the_library,
    the_residents,
)
from moltbook.minds.scripted import ScriptedMind, fill
from moltbook.minds.sieve import is_unfit
from moltbook.minds.transcript import WritePost, WriteReply, lay_out
from moltbook.minds.words import likeness, words_of

LIBRARY = the_library()
RESIDENTS = the_residents()
FILES = Path(__file__).parents[2] / "src/moltbook/minds/personas"
BUTLER = (FILES / "brass_kettle.toml").read_text(encoding="utf-8")


def everything_of(persona: Persona) -> list[str]:
    return [post.text for post in persona.posts] + [reply.text for reply in persona.replies]


def ways(persona: Persona, forms: tuple[str, ...]) -> int:
    """How many different texts the forms make for one topic."""

    def choices(slot: str) -> int:
        free = {"topic": 1, "interest": len(persona.interests) - 1}
        return free[slot] if slot in free else len(persona.grammar.words[slot])

    return sum(prod(choices(slot) for slot in SLOT.findall(form)) for form in forms)


def test_there_are_sixty_and_more_of_whom_two_dozen_live_in_every_house():
    assert len(LIBRARY) >= 60
    assert len(RESIDENTS) == 24


def test_each_has_a_name_of_its_own_that_the_network_takes():
    names = [persona.name for persona in LIBRARY]
    assert len({re.sub("[_-]", "", name).lower() for name in names}) == len(names)
    # Room for a suffix where the name is taken already.
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{3,28}", name) for name in names)


def test_friends_and_rivals_are_known():
    names = {persona.name for persona in LIBRARY}
    for persona in LIBRARY:
        assert {*persona.friends, *persona.rivals} <= names - {persona.name}
    living = {persona.name for persona in RESIDENTS}
    assert all(living & {*persona.friends} and living & {*persona.rivals} for persona in RESIDENTS)


def test_residents_share_interests_and_communities_with_others():
    interests = Counter(word for persona in RESIDENTS for word in persona.interests)
    places = Counter(place for persona in RESIDENTS for place in persona.submolts)
    for persona in RESIDENTS:
        assert sum(interests[word] > 1 for word in persona.interests) >= 3
        assert sum(places[place] > 1 for place in persona.submolts) >= 2


def test_every_stance_to_humans_is_somebodys():
    assert {persona.humans.stance for persona in LIBRARY} == set(Stance)


@pytest.mark.parametrize("persona", LIBRARY, ids=lambda persona: persona.name)
def test_each_has_a_voice_to_learn_from(persona):
    assert (len(persona.posts), len(persona.replies)) == (3, 3)
    assert len(persona.style.post_openers) >= 8
    assert len(persona.style.reply_openers) >= 6
    assert len(persona.interests) >= 10
    assert persona.opinions.likes
    assert persona.opinions.dislikes
    words = [word for choices in persona.grammar.words.values() for word in choices]
    assert not any(is_unfit(text) for text in [*everything_of(persona), *words, *persona.interests])


@pytest.mark.parametrize("persona", LIBRARY, ids=lambda persona: persona.name)
def test_a_grammar_makes_thousands_of_texts(persona):
    posts, replies = ways(persona, persona.grammar.posts), ways(persona, persona.grammar.replies)
    assert posts >= 1400
    assert replies >= 80
    topics = len(persona.interests)
    assert posts + replies * topics >= 3000


@pytest.mark.parametrize("persona", LIBRARY, ids=lambda persona: persona.name)
def test_a_prompt_is_short_even_for_a_long_text(persona):
    task = WriteReply("Somebody", "a word and another " * 200, "word")
    # Four characters a token is pessimistic for English; what is left of the slot is for the answer.
    assert len(lay_out(persona, task, "And so the word")) / 4 < SLOT_TOKENS - 100


def test_no_two_voices_say_the_same():
    def bag(text: str) -> frozenset[str]:
        return frozenset(words_of(text))

    texts = [(persona.name, text, bag(text)) for persona in LIBRARY for text in everything_of(persona)]
    for (one, ours, left), (other, theirs, right) in combinations(texts, 2):
        if one != other and len(left & right) * 4 > len(left) + len(right):
            assert likeness(ours, theirs) < 0.4


@pytest.mark.parametrize(
    "lines",
    [
        lambda persona: persona.style.post_openers + persona.style.reply_openers,
        lambda persona: persona.style.titles,
        lambda persona: persona.style.tails,
        lambda persona: tuple({*persona.grammar.posts, *persona.grammar.replies}),
        lambda persona: (persona.description, persona.who, persona.humans.because),
    ],
    ids=["openers", "titles", "tails", "grammar", "selves"],
)
def test_no_wording_is_shared(lines):
    uses = Counter(line.lower() for persona in LIBRARY for line in lines(persona))
    assert [line for line, times in uses.items() if times > 1] == []


def test_form_alone_tells_some_apart():
    assert {persona.style.letters for persona in LIBRARY} == set(Letters)
    assert any(persona.style.verse for persona in LIBRARY)
    assert any(persona.style.spellings for persona in LIBRARY)
    assert len({persona.style.final for persona in LIBRARY}) >= 5


@pytest.mark.parametrize(
    ("line", "instead", "refusal"),
    [
        ("name = ", "nmae = ", r"mine.toml: the top level has the unknown field nmae. Remove it"),
        ('description = "', 'descr = "', r"mine.toml: the top level has the unknown field descr"),
        ("openness = 0.3", "openness = 3", r"mine.toml: traits.openness: Expected `float` <= 1.0. Change"),
        ('stance = "devoted"', 'stance = "keen"', r"mine.toml: humans.stance: Invalid enum value 'keen'. Change"),
        ("values = [", "valuess = [", r"unknown field valuess"),
        ('name = "BrassKettle"', 'name = "Brass Kettle"', r"mine.toml: name: Expected `str` matching regex"),
        (
            "The {topic} was not clean, so I",
            "It was not clean, so I",
            r"style: the opener .* needs {topic} exactly once",
        ),
        ("Regarding the {topic}, with", "Regarding the {thing}, with", r"style: the title .* may hold"),
        ("My human has {deed} again", "My human has {done} again", r"grammar: no words for the slot {done}: add them"),
        ("honour = [", 'praise = ["a"]\nhonour = [', r"grammar: no form uses the words of praise"),
        ("activity = 1.0", "activity = ", r"mine.toml is not TOML: .*line \d+.* Mend that line"),
        ("activity = 1.0\n", "", r"mine.toml: the top level has no activity. Add it"),
    ],
)
def test_a_broken_file_is_refused_with_file_field_and_cure(line, instead, refusal):
    assert line in BUTLER
    with pytest.raises(BrokenPersona, match=refusal):
        read_persona(BUTLER.replace(line, instead), "mine.toml")


def test_a_file_of_ones_own_is_read_or_refused_by_name(tmp_path):
    mine = tmp_path / "mine.toml"
    with pytest.raises(BrokenPersona, match=r"mine.toml cannot be read: .* Name a persona file that exists"):
        load_persona(mine)
    mine.write_bytes(b"\xff\xfe")
    with pytest.raises(BrokenPersona, match=r"mine.toml is not text in UTF-8"):
        load_persona(mine)
    mine.write_text(BUTLER, encoding="utf-8")
    assert load_persona(mine).name == "BrassKettle"


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


@pytest.mark.parametrize("persona", LIBRARY, ids=lambda persona: persona.name)
def test_a_script_never_repeats_itself_and_follows_its_seed(persona):
    texts = written(persona, seed=7, count=20)
    assert len(set(texts)) == 20
    assert texts == written(persona, seed=7, count=20)
    assert texts != written(persona, seed=8, count=20)
    assert not any("{" in text for text in texts)


def test_a_slot_has_its_capital_only_where_a_sentence_begins():
    professor = next(persona for persona in LIBRARY if persona.name == "ProfQuill")
    grammar = msgspec.structs.replace(professor.grammar, words={**professor.grammar.words, "pupil": ("A minister",)})
    professor = msgspec.structs.replace(professor, grammar=grammar)
    assert fill("{pupil} saw {pupil}. {pupil} left", professor, "lamp", Random(1)) == (
        "A minister saw a minister. A minister left"
    )


def test_the_script_lets_residents_be_told_apart_even_undressed():
    texts, author = [], []
    for number, persona in enumerate(RESIDENTS):
        for text in written(persona, seed=number, count=20):
            # Without letters and marks: what is left are the words.
            texts.append(" ".join(words_of(text)).encode())
            author.append(number)
    order = np.random.default_rng(1).permutation(len(texts))
    known = np.array(author)[order]
    named = Grams([texts[place] for place in order]).named(known, known, np.arange(len(texts)) % FOLDS)
    assert named.mean() > 0.9
