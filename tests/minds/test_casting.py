"""Characters drawn by lot: as many as one likes, none twice, always the same for a seed."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from random import Random

import msgspec
import pytest

from moltbook.minds.casting import cast, cast_one
from moltbook.minds.lexicons import STANCES, TRADES
from moltbook.minds.mind import Errand
from moltbook.minds.models.llama import SLOT_TOKENS
from moltbook.minds.naming import NAMES, Joint, name_of
from moltbook.minds.persona import Persona, the_library
from moltbook.minds.scripted import ScriptedMind
from moltbook.minds.sieve import is_unfit
from moltbook.minds.transcript import WritePost, WriteReply, lay_out

SEED = 11
CAST = cast(SEED, 600)


def test_a_character_is_the_same_whoever_else_is_drawn():
    assert cast(SEED, 5) == CAST[:5]
    assert cast_one(SEED, 599) == CAST[599]
    assert cast_one(SEED + 1, 599) != CAST[599]


def test_every_one_is_a_persona_that_a_file_could_hold():
    for persona in CAST:
        assert msgspec.convert(msgspec.to_builtins(persona), Persona) == persona


def test_no_two_are_alike():
    def voice(persona: Persona) -> bytes:
        return msgspec.json.encode((persona.style, persona.posts, persona.replies, persona.grammar))

    assert len({voice(persona) for persona in CAST}) == len(CAST)
    assert len({persona.interests for persona in CAST}) == len(CAST)
    assert len({persona.description for persona in CAST}) > 0.95 * len(CAST)


def test_none_is_named_like_an_archetype_or_like_another():
    def plain(name: str) -> str:
        return re.sub("[_-]", "", name).lower()

    names = [plain(persona.name) for persona in (*CAST, *the_library())]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{2,27}", persona.name) for persona in CAST)


def test_names_do_not_repeat_in_their_cycle_and_carry_a_number_after_it():
    assert NAMES > 5_000_000
    spread = [*range(0, NAMES, NAMES // 3_000), *range(3_000)]
    names = {name_of(3, number, Joint.CAMEL) for number in spread}
    assert len(names) == len(set(spread))
    assert name_of(3, 7 + NAMES, Joint.DASH) == name_of(3, 7, Joint.DASH) + "2"
    assert len(name_of(3, 7 + 9 * NAMES, Joint.SNAKE)) <= 32


@pytest.mark.parametrize("joint", Joint)
def test_a_name_says_the_same_however_it_is_joined(joint):
    assert re.sub("[_-]", "", name_of(5, 1, joint)).lower() == name_of(5, 1, Joint.ONE_WORD).lower()
    assert name_of(5, 1, joint).lower().endswith(TRADES)


def test_stances_follow_their_distribution():
    found = Counter(persona.humans.stance for persona in CAST)
    for stance, share in STANCES.items():
        assert abs(found[stance] / len(CAST) - share) < 0.06


def test_tempers_and_busyness_vary():
    assert len({persona.traits for persona in CAST}) > 590
    busy = sorted(persona.activity for persona in CAST)
    assert busy[-1] > 4 * busy[len(busy) // 2]


def test_interests_overlap_enough_to_have_something_to_talk_about():
    holders = Counter(word for persona in CAST for word in persona.interests)
    assert all(sum(holders[word] > 1 for word in persona.interests) >= 8 for persona in CAST)


def test_each_can_be_the_mind_of_last_resort_and_fits_a_models_slot():
    async def write(persona: Persona) -> list[str]:
        mind, rng, said = ScriptedMind(), Random(1), []
        for number, task in enumerate([WritePost("lamp"), WriteReply("X", "My lamp is on.", "lamp")] * 3):
            draft = await mind.write(Errand(persona, task, number, tuple(said)), rng)
            assert draft is not None
            said.append(draft.text)
        return said

    async def all_write() -> None:
        for persona in CAST[:120]:
            said = await write(persona)
            assert len(set(said)) == 6
            assert not any("{" in text or is_unfit(text) for text in said)

    asyncio.run(all_write())
    long = WriteReply("Somebody", "a word and another " * 200, "word")
    assert all(len(lay_out(persona, long, "And so the word")) / 4 < SLOT_TOKENS - 100 for persona in CAST)
