"""A population on a Ray cluster: parts of it live on the cluster's machines, its file stays with whoever began it.

In this room: the keeper of the file, a part of the population, and the driver that spreads the parts, adds up their
figures and begins a part anew when its machine is lost. A being writes down what it is about to do before it does it,
and the file is nobody's but the keeper's: so a lost part goes on where it was, on another machine, and repeats nothing.
Ray is an extra and is imported when it is asked for. Agents' keys travel between the keeper and the parts: a cluster is
one trusted network. Not here: living (runner), the command line (cli).
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from moltbook.minds.memory.model import Account, Memory
from moltbook.minds.runner.clock import WallClock
from moltbook.minds.runner.figures import Figures, Tally
from moltbook.minds.runner.founding import Request, ensure_same, peopled
from moltbook.minds.runner.population import Population
from moltbook.minds.store import Begun, Kept, Store

LOOK_SECONDS = 0.5
CALLS = 1000
"""So many calls a keeper or a part may have under way."""


class NoCluster(Exception):
    """There is no Ray, or no cluster at the address; the text says what to do."""


def import_ray() -> Any:
    """Ray itself, told to phone nobody.

    Raises: NoCluster.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise NoCluster("Ray is not installed: .venv/bin/pip install '.[ray]'.") from None
    return ray


class Keeper:
    """The file of a population, on the driver's machine; every part asks it. Fills the port `Keeping`."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._store: Store | None = None

    async def open(self) -> None:
        """Take the file.

        Raises: StoreTrouble.
        """
        self._store = Store(self._request.state)
        ensure_same(self._store, self._request)

    @property
    def _open(self) -> Store:
        if self._store is None:
            raise RuntimeError("the keeper's file is not open")
        return self._store

    async def fetch(self, numbers: Sequence[int]) -> list[Kept]:
        """Those of these agents that it knows."""
        return await self._open.fetch(numbers)

    async def intend(self, number: int, persona: str, name: str) -> bool:
        """An agent is about to register under this name."""
        return await self._open.intend(number, persona, name)

    async def move_in(self, number: int, account: Account) -> None:
        """An agent has an account."""
        await self._open.move_in(number, account)

    async def lose(self, number: int) -> None:
        """The network does not know the account any more."""
        await self._open.lose(number)

    async def begin(self, number: int, begun: Begun, memory: Memory) -> None:
        """An act is about to be sent."""
        await self._open.begin(number, begun, memory)

    async def done(self, number: int, memory: Memory) -> None:
        """It was done."""
        await self._open.done(number, memory)

    async def refused(self, number: int, memory: Memory) -> None:
        """It was not done."""
        await self._open.refused(number, memory)

    async def rest(self, number: int, next_at: float) -> None:
        """A turn is over."""
        await self._open.rest(number, next_at)

    async def note(self, **facts: Any) -> None:
        """A fact of the population."""
        await self._open.note(**facts)

    async def paused(self) -> bool:
        """Whether somebody wrote into the file that nobody is to begin a turn."""
        return self._open.fact("paused", bool, False)

    async def former(self) -> Figures:
        """What was done before this start."""
        return self._open.fact("figures", Figures, Figures())

    async def close(self) -> None:
        """Let go of the file."""
        await self._open.close()


class Asking:
    """The keeper, asked from another machine; fills the port `Keeping`."""

    def __init__(self, keeper: Any) -> None:
        self._keeper = keeper

    async def fetch(self, numbers: Sequence[int]) -> list[Kept]:
        """Those of these agents that it knows."""
        found: list[Kept] = await self._keeper.fetch.remote(list(numbers))
        return found

    async def intend(self, number: int, persona: str, name: str) -> bool:
        """An agent is about to register under this name."""
        return bool(await self._keeper.intend.remote(number, persona, name))

    async def move_in(self, number: int, account: Account) -> None:
        """An agent has an account."""
        await self._keeper.move_in.remote(number, account)

    async def lose(self, number: int) -> None:
        """The network does not know the account any more."""
        await self._keeper.lose.remote(number)

    async def begin(self, number: int, begun: Begun, memory: Memory) -> None:
        """An act is about to be sent."""
        await self._keeper.begin.remote(number, begun, memory)

    async def done(self, number: int, memory: Memory) -> None:
        """It was done."""
        await self._keeper.done.remote(number, memory)

    async def refused(self, number: int, memory: Memory) -> None:
        """It was not done."""
        await self._keeper.refused.remote(number, memory)

    async def rest(self, number: int, next_at: float) -> None:
        """A turn is over."""
        await self._keeper.rest.remote(number, next_at)

    async def note(self, **facts: Any) -> None:
        """A part's own figures and clock are the driver's to keep; anything else is the population's."""
        own = {name: value for name, value in facts.items() if name not in {"figures", "clock"}}
        if own:
            await self._keeper.note.remote(**own)


class Part:
    """Some of the agents, on one of the cluster's machines."""

    def __init__(self, request: Request, numbers: Sequence[int], keeper: Any) -> None:
        self._request = request
        self._numbers = list(numbers)
        self._keeper = keeper
        self._population: Population | None = None
        self._stopped = False

    async def live(self) -> str:
        """Live until stopped or at the end of the plan; why it ended."""
        keeping = Asking(self._keeper)
        async with peopled(self._request, self._numbers, keeping, WallClock(), Tally(), _in_silence) as population:
            self._population = population
            if not self._stopped:
                await population.live()
            return population.why_ended

    async def figures(self) -> Figures:
        """How it stands."""
        return self._population.figures() if self._population is not None else Figures(agents=len(self._numbers))

    async def pause(self, paused: bool) -> None:
        """Begin no turns for now, or again."""
        if self._population is not None:
            self._population.pause(paused)

    async def stop(self) -> None:
        """Begin no more turns."""
        self._stopped = True
        if self._population is not None:
            self._population.stop()


class Spread:
    """A population over a cluster, seen from its driver."""

    def __init__(self, ray: Any, request: Request, parts: int, say: Callable[[str], None]) -> None:
        self._ray = ray
        self._request = request
        self._say = say
        count = request.cast.count
        self._numbers = [range(count)[place::parts] for place in range(min(parts, count))]
        self._parts: list[Any] = []
        self._last: list[Figures] = []
        self._spent = [Figures() for _ in self._numbers]
        self._lost = Figures()
        self._former = Figures()
        self._stopping = False
        self.why_ended = ""

    def figures(self) -> Figures:
        """All parts together, those that were lost as far as they had told."""
        living = sum(self._last, Figures())
        done = self._former + self._lost
        return msgspec.structs.replace(
            living + done, agents=self._request.cast.count, registered=living.registered,
            acts_per_second=living.acts_per_second, waiting=living.waiting, overdue=living.overdue,
            under_way=living.under_way, window=living.window, paused=living.paused,
        )  # fmt: skip

    def stop(self, why: str = "") -> None:
        """Begin no more turns anywhere."""
        self.why_ended = self.why_ended or why
        self._stopping = True

    async def live(self) -> None:
        """Live until the plan is fulfilled or somebody stops it.

        Raises: StoreTrouble, NoModel, as a part or the keeper does.
        """
        ray, request = self._ray, self._request
        here = ray.get_runtime_context().get_node_id()
        beside_me = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(here, soft=False)
        keeper = ray.remote(Keeper).options(
            num_cpus=0, max_concurrency=CALLS, scheduling_strategy=beside_me
        ).remote(request)  # fmt: skip
        await keeper.open.remote()
        self._former = await keeper.former.remote()
        acts = self._former.acts + request.plan.acts
        lives = {}
        for place in range(len(self._numbers)):
            self._parts.append(None)
            self._last.append(Figures())
            lives[self._begin(place, keeper)] = place
        paused = stopped = False
        try:
            while lives:
                ended, _ = await asyncio.wait(lives, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                for life in ended:
                    place = lives.pop(life)
                    if self._is_lost(life, place):
                        lives[self._begin(place, keeper)] = place
                await self._look()
                await keeper.note.remote(figures=self.figures())
                if self.figures().acts >= acts:
                    self.stop("it did as many acts as it was to do")
                if self._stopping and not stopped:
                    stopped = True
                    await self._tell("stop")
                wanted = await keeper.paused.remote()
                if wanted is not paused:
                    paused = wanted
                    await self._tell("pause", paused)
        finally:
            for life in lives:
                life.cancel()
            await keeper.close.remote()

    def _begin(self, place: int, keeper: Any) -> asyncio.Task[str]:
        # What a lost part has spent is spent.
        mine = less(share_of(self._request, len(self._numbers)), self._spent[place])
        part = self._ray.remote(Part).options(
            num_cpus=1, max_concurrency=CALLS, scheduling_strategy="SPREAD"
        ).remote(mine, self._numbers[place], keeper)  # fmt: skip
        self._parts[place] = part
        return asyncio.create_task(_awaited(part.live.remote()), name=f"part {place}")

    def _is_lost(self, life: asyncio.Task[str], place: int) -> bool:
        """Whether a part ended because its machine or process did; another one takes its agents over then.

        Raises: what the part raised.
        """
        try:
            self.why_ended = self.why_ended or life.result()
        except self._ray.exceptions.RayActorError:
            self._say(f"part {place + 1} of {len(self._numbers)} was lost; its agents go on elsewhere")
            self._lost = self._lost + self._last[place]
            self._spent[place] = self._spent[place] + self._last[place]
            self._last[place] = Figures()
            return not self._stopping
        except self._ray.exceptions.RayTaskError as trouble:
            raise trouble.cause from trouble
        return False

    async def _look(self) -> None:
        told = await asyncio.gather(*(_awaited(part.figures.remote()) for part in self._parts), return_exceptions=True)
        for place, figures in enumerate(told):
            if isinstance(figures, Figures):
                self._last[place] = figures

    async def _tell(self, what: str, *words: Any) -> None:
        calls = [_awaited(getattr(part, what).remote(*words)) for part in self._parts]
        await asyncio.gather(*calls, return_exceptions=True)


def share_of(request: Request, parts: int) -> Request:
    """What one of so many parts is asked for: its share of the budgets; the driver counts the acts."""
    terms = request.terms
    return msgspec.structs.replace(
        request,
        plan=msgspec.structs.replace(request.plan, acts=math.inf),
        terms=msgspec.structs.replace(
            terms,
            tokens=terms.tokens // parts if terms.tokens is not None else None,
            dollars=terms.dollars / parts if terms.dollars is not None else None,
        ),
    )


def less(request: Request, spent: Figures) -> Request:
    """A request whose budgets are smaller by what was spent already."""
    terms = request.terms
    return msgspec.structs.replace(
        request,
        terms=msgspec.structs.replace(
            terms,
            tokens=max(0, terms.tokens - spent.tokens_in - spent.tokens_out) if terms.tokens is not None else None,
            dollars=max(0.0, terms.dollars - spent.dollars) if terms.dollars is not None else None,
        ),
    )


def _in_silence(_line: str) -> None:
    pass


async def _awaited(answer: Any) -> Any:
    return await answer


@contextlib.asynccontextmanager
async def spread(request: Request, parts: int, address: str, say: Callable[[str], None]) -> AsyncIterator[Spread]:
    """A population over the cluster at `address`. `parts` of 0: as many as the cluster has processors.

    Raises: NoCluster.
    """
    ray = import_ray()
    if request.leaps:
        raise NoCluster("A recorded run goes one turn at a time: leave out --on ray, --record or --replay.")
    if not address:
        raise NoCluster(
            "RAY_ADDRESS names no cluster: start one with `ray start --head` and say RAY_ADDRESS=HOST:6379."
        )
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, RuntimeError, ValueError) as trouble:
        raise NoCluster(f"No Ray cluster answers at {address}: {trouble}.") from trouble
    try:
        cores = max(1, math.floor(ray.cluster_resources().get("CPU", 1)))
        nodes = sum(node["Alive"] for node in ray.nodes())
        wanted = min(parts or cores, cores)
        say(f"{wanted} parts on {nodes} machines with {cores} processors")
        yield Spread(ray, request, wanted, say)
    finally:
        ray.shutdown()
