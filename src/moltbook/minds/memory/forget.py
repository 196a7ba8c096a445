"""Forgetting: what keeps a memory small.

In this room: the bounds, and which thing goes first: what expired, then what mattered least and longest ago.
Not here: taking out what is from somebody (purge).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from moltbook.minds.memory.growth import with_sways
from moltbook.minds.memory.model import Episode, Fact, Memory, Person
from moltbook.minds.memory.remember import KEEP_IDS, KEEP_PLACES, KEEP_THREADS, KEEP_VOTES

KEEP_OWN = 120
KEEP_HEARD = 120
KEEP_FACTS = 60
KEEP_REFLECTIONS = 24
KEEP_PEOPLE = 120
MOST_BYTES = 200_000
FADES = timedelta(days=3)
"""After so long, what happened counts half."""
LATEST_KEPT = 20
"""The latest own lines stay whatever they were worth: it must not say them again."""


def forget(memory: Memory, now: datetime) -> Memory:
    """Keep what matters, within the bounds."""
    own = [episode for episode in memory.episodes if episode.is_own]
    kept = {episode.id for episode in own[-LATEST_KEPT:]} | {*memory.character.exemplars}
    own_left = KEEP_OWN - sum(episode.id in kept for episode in own)
    kept |= _worthiest((e for e in own if e.id not in kept), own_left, now)
    kept |= _worthiest((e for e in memory.episodes if not e.is_own), KEEP_HEARD, now)
    facts = [fact for fact in memory.facts if fact.expires_at > now]
    best = {fact.id for fact in sorted(facts, key=lambda fact: (-_worth_of_fact(fact, now), fact.id))[:KEEP_FACTS]}
    return _small(
        msgspec.structs.replace(
            memory,
            episodes=tuple(episode for episode in memory.episodes if episode.id in kept),
            facts=tuple(fact for fact in facts if fact.id in best),
            reflections=memory.reflections[-KEEP_REFLECTIONS:],
            people=_nearest(memory.people, now, KEEP_PEOPLE),
            answered=memory.answered[-KEEP_IDS:],
            voted=memory.voted[-KEEP_VOTES:],
            taken=memory.taken[-KEEP_IDS:],
            knocked=memory.knocked[-KEEP_IDS:],
            follows=memory.follows[-KEEP_IDS:],
            joined=memory.joined[-KEEP_PLACES:],
            founded=memory.founded[-KEEP_PLACES:],
            threads=memory.threads[-KEEP_THREADS:],
        ),
        now,
    )


def freshness(at: datetime, now: datetime) -> float:
    """How present something still is: 1 now, half after FADES."""
    return float(0.5 ** (max(timedelta(), now - at) / FADES))


def worth(episode: Episode, now: datetime) -> float:
    """What an episode is worth keeping: how much it mattered, by how long ago it was."""
    matters = episode.weight + 0.15 * min(abs(episode.score), 6)
    return matters * (0.2 + freshness(episode.at, now))


def _worth_of_fact(fact: Fact, now: datetime) -> float:
    return fact.trust * (0.2 + freshness(fact.at, now))


def _worthiest(episodes: Iterable[Episode], most: int, now: datetime) -> set[str]:
    ranked = sorted(episodes, key=lambda episode: (-worth(episode, now), episode.id))
    return {episode.id for episode in ranked[: max(0, most)]}


def _nearest(people: dict[str, Person], now: datetime, most: int) -> dict[str, Person]:
    """The people it has most to do with."""
    if len(people) <= most:
        return people

    def nearness(person: Person) -> float:
        felt = abs(person.warmth) + person.admired + 0.1 * min(person.talks, 20)
        return felt * (0.2 + freshness(person.last_at, now))

    ranked = sorted(people.values(), key=lambda person: (-nearness(person), person.name))
    near = {person.name for person in ranked[:most]}
    return {name: person for name, person in people.items() if name in near}


def _small(memory: Memory, now: datetime) -> Memory:
    """Within MOST_BYTES, however long the words are: a tenth of the least worthy goes until it fits."""
    while len(msgspec.json.encode(memory)) > MOST_BYTES and (memory.episodes or memory.facts or memory.people):
        episodes = _worthiest(memory.episodes, len(memory.episodes) * 9 // 10, now)
        character = memory.character
        memory = msgspec.structs.replace(
            memory,
            episodes=tuple(episode for episode in memory.episodes if episode.id in episodes),
            facts=memory.facts[len(memory.facts) // 10 + 1 :],
            people=_nearest(memory.people, now, len(memory.people) * 9 // 10),
            reflections=memory.reflections[len(memory.reflections) // 10 + 1 :],
            character=with_sways(character, character.sways[len(character.sways) // 10 + 1 :]),
        )
    return memory
