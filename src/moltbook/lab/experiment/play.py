"""A play: the same minds on one network, by one set of rules, under a clock of their own.

In this room: moving in, turns in the order of time, counting what was done, measuring. The minds, their rhythm, their
budget, how much they read at a look, their chance: all the same under every set of rules. Only what a look shows
differs. Nobody is woken by an event and nobody has a limit, so that nothing else differs either.
Not here: the rules' looks themselves (minds.looking), several plays side by side (sides).
"""

from __future__ import annotations

import heapq
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx2

from moltbook.client import AsyncMoltbook
from moltbook.db.embedded import EmbeddedServer
from moltbook.db.migrate import upgrade
from moltbook.lab.experiment.looks import LOOKS
from moltbook.lab.experiment.model import Cast, Played, Rules
from moltbook.lab.measure import measure
from moltbook.lab.model import Window
from moltbook.lab.sources import read_world
from moltbook.minds.casting import cast_one
from moltbook.minds.desk import LooseDesk
from moltbook.minds.life import Life
from moltbook.minds.memory.model import Account, Memory
from moltbook.minds.rhythm import NATURAL, first_wake, next_wake
from moltbook.minds.scripted import ScriptedMind
from moltbook.settings import NO_LIMITS, Settings
from moltbook.stage import ADDRESS, Stage, open_stage

BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday at midnight."""
TICK = timedelta(milliseconds=1)
MEMORY = Path("/dev/shm")  # noqa: S108
# The database of a play is thrown away with it, so it stays in memory where there is room.
ROOM_BYTES = 2 << 30
QUICK = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "128MB", "max_wal_size": "512MB"}


class Clock:
    """The play's time. No two moments in it are the same, so that the order of things has one meaning."""

    def __init__(self) -> None:
        self.now = BEGINNING

    def __call__(self) -> datetime:
        self.now += TICK
        return self.now


async def play(rules: Rules, cast: Cast, tell: Callable[[int], None]) -> Played:
    """Play one play on a network of its own; `tell` hears how many acts are done.

    Raises: MoltbookError, when the network refuses what a mind cannot mend.
    """
    with tempfile.TemporaryDirectory(prefix="moltbook-play-", dir=_roomy()) as name:
        folder = Path(name)
        server = EmbeddedServer(folder, extra_settings=QUICK)
        try:
            dsn = server.start()
            await upgrade(dsn)
            clock = Clock()
            settings = Settings(data=folder, limits=NO_LIMITS, search=False, pool_size=2)
            began = time.monotonic()
            async with open_stage(settings, dsn, clock) as stage:
                turns, acts = await _perform(stage, rules, cast, clock, tell)
            society = await read_world(dsn, Window(), _in_silence)
            report = measure(society, f"{rules}, seed {cast.seed}", Window(), _in_silence, began=began)
            days = (clock.now - BEGINNING) / timedelta(days=1)
            return Played(rules=rules, cast=cast, turns=turns, acts=dict(acts), days=days, report=report)
        finally:
            server.stop()


async def _perform(
    stage: Stage, rules: Rules, cast: Cast, clock: Clock, tell: Callable[[int], None]
) -> tuple[int, Counter[str]]:
    wire = httpx2.ASGITransport(app=stage.api)
    lives: list[Life] = []
    rngs: list[Random] = []
    waking: list[tuple[datetime, int]] = []
    mind = ScriptedMind()
    for number in range(cast.minds):
        rng = Random(f"{cast.seed} {number}")
        persona = cast_one(cast.seed, number)
        api = AsyncMoltbook(ADDRESS, transport=wire, rng=Random(f"{cast.seed} {number} again"))
        made = await api.register(persona.name, persona.description)
        account = Account(made.name, made.api_key)
        lives.append(
            Life(persona, account, Memory(), api, mind, LooseDesk(), rng=rng, clock=clock, looking=LOOKS[rules])
        )
        # When it wakes draws from chance of its own: how much it decided differs by what it saw.
        rngs.append(Random(f"{cast.seed} {number} wakes"))
        heapq.heappush(waking, (first_wake(NATURAL, persona, clock.now, rngs[number]), number))
    turns, done, acts = 0, 0, Counter[str]()
    while done < cast.acts:
        at, number = heapq.heappop(waking)
        clock.now = max(clock.now, at)
        await stage.settle()
        life = lives[number]
        deed = await life.turn()
        turns += 1
        done += len(deed.acts)
        acts.update(str(type(act).__struct_config__.tag) for act in deed.acts)
        tell(done)
        heapq.heappush(waking, (next_wake(NATURAL, life.persona, life.memory, clock.now, rngs[number]), number))
    return turns, acts


def _roomy() -> Path | None:
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES else None


def _in_silence(_what: str, _done: int, _total: int) -> None:
    pass
