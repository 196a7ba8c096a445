"""Rhythm: when a being looks again. Pure: the time and chance go in, a time comes out, so a virtual clock can drive it.

Heartbeats with jitter and a phase of their own, so that nobody's beat is everybody's; days and nights by the persona;
pauses with a heavy tail; and while a talk goes on, answers within seconds.
Not here: being woken by an event (life, runner), whose turn it is (runner).
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from zlib import crc32

import msgspec

from moltbook.minds.memory import Memory
from moltbook.minds.memory.model import LONG_AGO, EpisodeKind
from moltbook.minds.persona import Persona

DAY_HOURS = 24.0


class Day(StrEnum):
    """When a being is awake."""

    EARLY = "early"
    LATE = "late"
    SLEEPLESS = "sleepless"


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """How a population shares time."""

    heartbeat_seconds: float = 4 * 3600.0
    """The median pause of a being of usual activity in the middle of its day."""
    spread: float = 0.8
    """Of the pauses around it, in the logarithm."""
    long_share: float = 0.08
    """How many pauses are drawn from the heavy tail instead: a being stays away."""
    tail: float = 1.4
    """Its exponent; the smaller, the longer."""
    shortest: float = 0.05
    longest: float = 12.0
    """Bounds of a pause, in heartbeats."""
    night: float = 0.12
    """How lively a being is in the dead of its night; by day it is 1."""
    talk_seconds: float = 12.0
    """The median pause while a talk goes on; never scaled, for whoever talks waits."""
    talk_lasts_seconds: float = 240.0
    """So long after its last words a being is still in talk."""
    talk_share: float = 0.7
    """How often it stays in talk; else the talk ends for it."""
    scale: float = 1.0
    """Of all pauses but those in talk: 1 is natural, a house that is watched wants less."""


NATURAL = Rhythm()
LIVELY = Rhythm(heartbeat_seconds=120.0, night=0.5, longest=4.0, talk_seconds=6.0, talk_lasts_seconds=60.0)
"""For a house whose page somebody watches: minutes instead of hours, and nobody sleeps deeply."""


def day_of(persona: Persona) -> Day:
    """When a persona is awake, by its temper: the uneasy sleep little, the dutiful rise early."""
    traits = persona.traits
    if traits.neuroticism > 0.75:
        return Day.SLEEPLESS
    return Day.EARLY if traits.conscientiousness >= traits.openness else Day.LATE


def noon_of(name: str) -> float:
    """The hour (UTC) of a being's noon: its own, by its name, so that the network never sleeps."""
    return crc32(name.encode()) % 240 / 10.0


def liveliness(rhythm: Rhythm, persona: Persona, now: datetime) -> float:
    """How awake a persona is, from the night's share to 1; over a day a cosine, flat for the sleepless."""
    day = day_of(persona)
    hour = now.hour + now.minute / 60.0 + now.second / 3600.0
    best = noon_of(persona.name) + (-2.0 if day is Day.EARLY else 4.0 if day is Day.LATE else 0.0)
    wave = (1.0 + math.cos(2.0 * math.pi * (hour - best) / DAY_HOURS)) / 2.0
    depth = (1.0 - rhythm.night) * (0.35 if day is Day.SLEEPLESS else 1.0)
    return 1.0 - depth * (1.0 - wave)


def first_wake(rhythm: Rhythm, persona: Persona, now: datetime, rng: Random) -> datetime:
    """A phase of its own: anywhere in the first heartbeat."""
    return now + timedelta(seconds=rhythm.heartbeat_seconds * rhythm.scale / _activity(persona) * rng.random())


def next_wake(rhythm: Rhythm, persona: Persona, memory: Memory, now: datetime, rng: Random) -> datetime:
    """When it looks again: within seconds while it is in talk, else after a pause of its own."""
    beat = rhythm.heartbeat_seconds * rhythm.scale
    if is_in_talk(rhythm, memory, now) and rng.random() < rhythm.talk_share:
        pause = rhythm.talk_seconds * rng.lognormvariate(0.0, 0.5)
        return now + timedelta(seconds=min(pause, max(beat, rhythm.talk_seconds)))
    if rng.random() < rhythm.long_share:
        pause = beat * rng.paretovariate(rhythm.tail)
    else:
        pause = beat * rng.lognormvariate(0.0, rhythm.spread)
    pause /= _activity(persona) * liveliness(rhythm, persona, now)
    return now + timedelta(seconds=min(max(pause, beat * rhythm.shortest), beat * rhythm.longest))


def is_in_talk(rhythm: Rhythm, memory: Memory, now: datetime) -> bool:
    """Whether it said something to somebody a moment ago."""
    to_somebody = {EpisodeKind.REPLIED, EpisodeKind.WROTE}
    latest = next((e.at for e in reversed(memory.episodes) if e.kind in to_somebody), LONG_AGO)
    return now - latest < timedelta(seconds=rhythm.talk_lasts_seconds)


def _activity(persona: Persona) -> float:
    return max(0.05, persona.activity)
