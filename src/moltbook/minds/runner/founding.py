"""Founding: from what an operator asks for to a population that lives and lets go of everything at its end.

In this room: opening the file, the line and the model, and closing them again; the house's own residents, who are a
population like any other. Not here: what a population does (population), the command line (cli).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec

from moltbook.minds.casting import cast_one
from moltbook.minds.models.budgeted import Grant, Purse, Share
from moltbook.minds.models.model import Model, NoModel
from moltbook.minds.models.opening import Terms, open_model
from moltbook.minds.persona import Persona, the_residents
from moltbook.minds.rhythm import LIVELY, NATURAL, Rhythm
from moltbook.minds.runner.clock import Clock, LeapingClock, WallClock
from moltbook.minds.runner.figures import Figures, Tally
from moltbook.minds.runner.keeping import Keeping
from moltbook.minds.runner.plan import Plan
from moltbook.minds.runner.population import Population
from moltbook.minds.runner.pressure import Line, Window
from moltbook.minds.scripted import ScriptedMind
from moltbook.minds.store import Store, StoreTrouble
from moltbook.minds.thinker import mind_of
from moltbook.minds.voice import Voice

LOOK_SECONDS = 0.5
LEAP_BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
SCRIPTS = "statistical"


class Cast(msgspec.Struct, frozen=True):
    """Who lives: drawn by a seed, the house's residents, or one."""

    seed: int
    count: int
    residents: bool = False
    one: Persona | None = None

    def persona(self, number: int) -> Persona:
        """Who has this number; the same at every start."""
        if self.one is not None:
            return self.one
        return the_residents()[number] if self.residents else cast_one(self.seed, number)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator asks for."""

    plan: Plan
    cast: Cast
    state: Path
    mind: str = SCRIPTS
    terms: Terms = Terms()
    rhythm: Rhythm = NATURAL
    leaps: bool = False
    """In a time of its own, one turn after the other, so that it can be done again."""
    falls_back: bool = False
    """Without a model, the words come from scripts."""


def paced(rhythm: Rhythm, pace: float) -> Rhythm:
    """A rhythm so many times faster; who is in talk is as quick as ever."""
    return msgspec.structs.replace(rhythm, scale=rhythm.scale / pace)


def residents(server: str, state: Path, count: int, seed: int, weights: Path | None = None) -> Request:
    """The house's own: lively, few at a time, for they share one small model with a machine that also serves."""
    plan = Plan(
        server=server, seed=seed, at_once=2, gap_seconds=4.0, spread_seconds=4.0 * count, prompt=3, ears=count,
        farewell_seconds=0.4,
    )  # fmt: skip
    spec = f"local:{weights}" if weights else "local"
    cast = Cast(seed, min(count, len(the_residents())), residents=True)
    return Request(plan=plan, cast=cast, state=state, mind=spec, rhythm=LIVELY, falls_back=True)


def model_for(request: Request, say: Callable[[str], None]) -> Model | None:
    """The model asked for; without one, where that is allowed, nothing but a word about it.

    Raises: NoModel.
    """
    try:
        model = open_model(request.mind, request.terms)
    except NoModel as reason:
        if not request.falls_back:
            raise
        say(f"no language model ({reason}); the residents speak from their scripts, which is less")
        return None
    if model is not None:
        say(f"the words come from {model.name}")
    return model


@contextlib.asynccontextmanager
async def founded(request: Request, say: Callable[[str], None]) -> AsyncIterator[Population]:
    """A population, ready to live; at the end everything is closed and written.

    Raises: NoModel, StoreTrouble.
    """
    clock: Clock
    store = Store(request.state)
    try:
        ensure_same(store, request)
        clock = LeapingClock(store.fact("clock", datetime, LEAP_BEGINS)) if request.leaps else WallClock()
        tally = Tally(store.fact("figures", Figures, Figures()))
        async with peopled(request, range(request.cast.count), store, clock, tally, say) as population:
            population.pause(store.fact("paused", bool, False))
            orders = asyncio.create_task(heed(store, population), name="orders")
            try:
                yield population
            finally:
                orders.cancel()
                await asyncio.gather(orders, return_exceptions=True)
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def peopled(
    request: Request, numbers: Sequence[int], keeping: Keeping, clock: Clock, tally: Tally, say: Callable[[str], None]
) -> AsyncIterator[Population]:
    """These agents of a population, whoever keeps its file, with a line to the network and a model.

    Raises: NoModel.
    """
    model = model_for(request, say)
    purse = Purse(Grant())
    paid = Share(model, purse) if model is not None else None
    mind = Voice(paid, math.inf) if request.leaps and paid is not None and not paid.thinks else mind_of(paid)
    plan = request.plan
    line = Line(Window(asyncio.get_running_loop().time, Random(plan.seed)))
    try:
        yield Population(
            plan, keeping, numbers, request.cast.persona, mind, line, clock, request.rhythm,
            model=paid, spare=ScriptedMind() if request.falls_back else None, purse=purse,
            tally=tally, settles=request.leaps, say=say,
        )  # fmt: skip
    finally:
        await mind.close()
        if model is not None:
            await model.close()
        await line.hang_up()


async def heed(store: Store, population: Population) -> None:
    """Pause and go on as the file says: another terminal writes it there."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        population.pause(store.fact("paused", bool, False))


def ensure_same(store: Store, request: Request) -> None:
    """A file is one population's: other personas under the same keys would be impostors.

    Raises: StoreTrouble.
    """
    cast, plan = request.cast, request.plan
    own = [plan.server, "residents" if cast.residents else cast.one.name if cast.one else f"cast {cast.seed}"]
    kept = store.fact("own", list[str], own)
    if kept[1] != own[1]:
        raise StoreTrouble(f"In {store.file} lives another population ({kept[1]}).", "Name another file with --state.")
    if kept[0] != own[0]:
        raise StoreTrouble(
            f"The agents in {store.file} live on {kept[0]}.", "Use that --server, or name another file with --state."
        )
    store.settle(own=own)
