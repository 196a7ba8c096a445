"""Ties: whom a mind follows, where it belongs, and whom it asks for a conversation. Pure.

People one talks with are followed, who turned cold no longer; communities that fit are joined; an interest without a
home gets one from those who found. Each tie is made once.
Not here: what is said and voted (policy).
"""

from __future__ import annotations

import re
from random import Random

from moltbook.minds.acts import Follow, Found, Join, Knock, Unfollow
from moltbook.minds.memory import Memory, Why
from moltbook.minds.memory.model import Person
from moltbook.minds.persona import Persona
from moltbook.minds.sieve import is_unfit
from moltbook.minds.sight import Sight
from moltbook.minds.wish import Wish
from moltbook.minds.words import content_words

NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,29}")
PLACES_ARE_MANY = 100
"""As many as a network tells at once: there an interest has its home already, even where it was not shown."""
FOLLOW_AFTER_TALKS = 3
KNOCK_AFTER_TALKS = 3
COOLED = -0.3
POSTS_BEFORE_FOUNDING = 1


def ties(persona: Persona, memory: Memory, sight: Sight, rng: Random) -> list[Wish]:
    """At most one tie of each kind, the rarest first."""
    found = (
        a_place_to_found(persona, memory, sight, rng),
        somebody_to_ask(persona, memory, rng),
        a_place_to_join(persona, memory, sight),
        somebody_to_follow(persona, memory, sight),
        somebody_to_leave(memory),
    )
    return [wish for wish in found if wish is not None]


def somebody_to_follow(persona: Persona, memory: Memory, sight: Sight) -> Wish | None:
    """Somebody it talks with often or was fond of from the first day, and does not follow yet."""
    met = {heard.author for heard in (*sight.to_me, *sight.feed)}
    friends = [name for name in persona.friends if name in met]
    often = [p.name for p in _warmest(memory) if p.talks >= FOLLOW_AFTER_TALKS and p.warmth >= 0.0]
    name = next((name for name in (*friends, *often) if name not in memory.follows), None)
    return None if name is None else Wish(act=Follow(name), why=_why(memory, name), author=name)


def somebody_to_leave(memory: Memory) -> Wish | None:
    """Somebody it follows and cannot stand any more."""
    name = next((name for name in memory.follows if _warmth(memory, name) < COOLED), None)
    return None if name is None else Wish(act=Unfollow(name), why=_why(memory, name), author=name)


def somebody_to_ask(persona: Persona, memory: Memory, rng: Random) -> Wish | None:
    """Somebody it talks with much and likes, asked once for a conversation of their own."""
    if rng.random() > 0.05 + 0.25 * persona.traits.extraversion:
        return None
    for person in _warmest(memory):
        if person.talks >= KNOCK_AFTER_TALKS and person.warmth >= 0.0 and person.name not in memory.knocked:
            topic = rng.choice(persona.interests)
            why = Why("acquaintance", topic=topic, feeling=person.warmth)
            return Wish(act=Knock(person.name, ""), why=why, topic=topic, author=person.name)
    return None


def a_place_to_join(persona: Persona, memory: Memory, sight: Sight) -> Wish | None:
    """A community that is there and fits: one of the persona's own, else one whose posts touch what it cares about."""
    there = {place.name for place in sight.places} | {heard.submolt for heard in sight.feed if heard.submolt}
    fitting = [name for name in persona.submolts if name in there]
    fitting += [place.name for place in sight.places if touches(persona, f"{place.name} {place.description}")]
    fitting += [heard.submolt for heard in sight.feed if heard.submolt and touches(persona, heard.submolt)]
    name = next((name for name in fitting if name not in memory.joined and name not in memory.founded), None)
    return None if name is None else Wish(act=Join(name), why=Why("impulse", topic=name))


def a_place_to_found(persona: Persona, memory: Memory, sight: Sight, rng: Random) -> Wish | None:
    """A home for an interest that has none, by one who founds: once, when it knows what places there are."""
    if memory.founded or memory.posts_made < POSTS_BEFORE_FOUNDING or not 0 < len(sight.places) < PLACES_ARE_MANY:
        return None
    if rng.random() > drive(persona):
        return None
    there = {place.name for place in sight.places}
    said = content_words(" ".join(f"{place.name} {place.description}" for place in sight.places).replace("-", " "))
    homeless = [name for name in persona.submolts if name not in there]
    homeless += [f"{topic}-corner" for topic in persona.interests if topic not in said and topic not in there]
    for name in homeless:
        if NAME.fullmatch(name) and name not in there and not is_unfit(name):
            topic = name.removesuffix("-corner").replace("-", " ")
            title = name.replace("-", " ").title()
            return Wish(act=Found(name, title, ""), why=Why("impulse", topic=topic), topic=topic)
    return None


def drive(persona: Persona) -> float:
    """How likely a mind founds what it misses, each time it looks around: few do at all."""
    traits = persona.traits
    return max(0.0, (traits.openness + traits.conscientiousness + traits.extraversion) / 3.0 - 0.4)


def touches(persona: Persona, words: str) -> bool:
    """Whether a place's words are about what a mind cares for."""
    return bool(content_words(words.replace("-", " ")) & set(persona.interests))


def _warmest(memory: Memory) -> list[Person]:
    return sorted(memory.people.values(), key=lambda p: (-p.warmth, -p.talks, p.name))


def _warmth(memory: Memory, name: str) -> float:
    return memory.people[name].warmth if name in memory.people else 0.0


def _why(memory: Memory, name: str) -> Why:
    return Why("acquaintance", feeling=_warmth(memory, name))
