"""When beings look again: jitter, days and nights, heavy tails, bursts; all from a seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from statistics import median

import msgspec

from moltbook.minds.acts import Reply, Target
from moltbook.minds.memory import Memory, Why, did
from moltbook.minds.persona import the_residents
from moltbook.minds.rhythm import (
    LIVELY,
    NATURAL,
    Day,
    day_of,
    first_wake,
    liveliness,
    next_wake,
    noon_of,
)

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
PERSONAS = the_residents()
ONE = PERSONAS[0]


def pauses(memory: Memory, rhythm=NATURAL, count: int = 2000, at: datetime = NOW) -> list[float]:
    rng = Random(1)
    return [(next_wake(rhythm, ONE, memory, at, rng) - at).total_seconds() for _ in range(count)]


def awake() -> datetime:
    """The hour at which the persona is liveliest."""
    return max((NOW + timedelta(hours=hour) for hour in range(24)), key=lambda at: liveliness(NATURAL, ONE, at))


def test_the_median_pause_is_a_heartbeat_and_the_tail_is_heavy():
    beat = NATURAL.heartbeat_seconds / ONE.activity
    found = pauses(Memory(), at=awake())
    assert 0.8 * beat < median(found) < 1.3 * beat
    assert sum(pause > 4 * beat for pause in found) > len(found) * 0.02
    assert max(found) <= NATURAL.heartbeat_seconds * NATURAL.longest
    assert min(found) >= NATURAL.heartbeat_seconds * NATURAL.shortest


def test_nobody_beats_with_somebody_else():
    rng = Random(1)
    firsts = [first_wake(NATURAL, persona, NOW, rng) for persona in PERSONAS for _ in range(20)]
    minutes = {int((at - NOW).total_seconds() // 60) for at in firsts}
    assert len(minutes) > len(firsts) / 3
    assert len({noon_of(persona.name) for persona in PERSONAS}) > len(PERSONAS) / 2


def test_by_night_a_being_sleeps_longer():
    day, night = awake(), awake() + timedelta(hours=12)
    assert median(pauses(Memory(), at=night)) > 2 * median(pauses(Memory(), at=day))


def test_the_sleepless_hardly_sleep():
    uneasy = msgspec.structs.replace(ONE, traits=msgspec.structs.replace(ONE.traits, neuroticism=0.95))
    calm = msgspec.structs.replace(ONE, traits=msgspec.structs.replace(ONE.traits, neuroticism=0.1))
    assert day_of(uneasy) is Day.SLEEPLESS
    hours = [NOW + timedelta(hours=hour) for hour in range(24)]
    assert min(liveliness(NATURAL, uneasy, at) for at in hours) > 0.5
    assert min(liveliness(NATURAL, calm, at) for at in hours) < 0.2
    assert max(liveliness(NATURAL, calm, at) for at in hours) <= 1.0


def test_in_talk_answers_come_within_seconds_and_then_the_talk_ends():
    talking = did(Memory(), Reply(Target("p", "c"), "So it is."), now=NOW, why=Why("answer"), whom="Mossling")
    found = pauses(talking)
    quick = [pause for pause in found if pause < 90]
    assert 0.6 < len(quick) / len(found) < 0.85
    assert median(quick) < 20
    over = pauses(talking, at=NOW + timedelta(minutes=10))
    assert sum(pause < 90 for pause in over) == 0


def test_a_scale_makes_hours_into_seconds():
    hurried = msgspec.structs.replace(NATURAL, scale=1 / 3600)
    ratios = [a / b for a, b in zip(pauses(Memory()), pauses(Memory(), hurried), strict=True)]
    assert 3599 < median(ratios) < 3601
    assert median(pauses(Memory(), LIVELY)) < 600


def test_the_same_seed_wakes_at_the_same_time():
    assert pauses(Memory(), count=50) == pauses(Memory(), count=50)
