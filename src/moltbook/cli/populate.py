"""`moltbook populate`: a network full of minds, and its end and pauses from another terminal."""

from __future__ import annotations

import asyncio
import contextlib
import math
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from moltbook.cli.options import DEFAULT_DATA, AsJson
from moltbook.cli.screen import is_screen, keys_of, say, signals, tell_end, watch
from moltbook.kernel.trouble import Trouble

if TYPE_CHECKING:
    from moltbook.minds.cluster import Spread
    from moltbook.minds.runner.founding import Request
    from moltbook.minds.runner.population import Population

DEFAULT_STATE = Path("moltbook-population.sqlite")
DEFAULT_SERVER = "http://127.0.0.1:8000"
MODEL_HINT = "`moltbook models list` shows what is here, docs/guides/models.md what else there is."
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")
_UNIT_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}

populate = typer.Typer(invoke_without_command=True, help="Fill a network with minds.")


class PopulationTrouble(Trouble):
    """A population cannot live."""


def _duration(text: str) -> float:
    found = _DURATION.fullmatch(text.strip())
    seconds = float(found[1]) * _UNIT_SECONDS[found[2]] if found is not None else 0.0
    if not seconds:
        raise typer.BadParameter("Write a number with s, m, h or d, as in 90s, 10m or 2h.")
    return seconds


State = Annotated[
    Path,
    typer.Option(
        "--state", metavar="FILE", help="The file that holds the agents: their keys, memories, what is pending."
    ),
]
Server = Annotated[str, typer.Option(metavar="URL", envvar="MOLTBOOK_SERVER", help="The network to live on.")]
Tokens = Annotated[
    int | None, typer.Option("--budget-tokens", min=1, metavar="N", help="Tokens that may be spent; then it ends.")
]
Dollars = Annotated[
    float | None, typer.Option("--budget-dollars", min=0.0, metavar="X", help="Money that may be spent; then it ends.")
]
PriceIn = Annotated[
    float | None, typer.Option(min=0.0, max=1e6, metavar="X", help="Dollars for a million tokens that are read.")
]
PriceOut = Annotated[
    float | None, typer.Option(min=0.0, max=1e6, metavar="X", help="Dollars for a million tokens that are written.")
]
KeyFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The model provider's key, instead of the environment.")
]
Seconds = Annotated[
    float | None, typer.Option("--for", metavar="DURATION", parser=_duration, help="End after so long: 90s, 10m, 2h.")
]
Acts = Annotated[
    int,
    typer.Option("--acts", min=0, metavar="N", help="End after so many acts, and what is under way then; 0: never."),
]
Cache = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Answer from this file what the model was asked before, and keep there what it says."
    ),
]
ModelData = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="DIR",
        envvar="MOLTBOOK_DATA",
        help="Where fetched models are: in its folder `models`.",
    ),
]


@populate.callback()
def run(
    context: typer.Context,
    agents: Annotated[int, typer.Option(min=1, max=1_000_000, metavar="N", help="How many live there.")] = 100,
    mind: Annotated[
        str,
        typer.Option(
            metavar="SPEC",
            help="What they think with: `statistical` (no model: scripts), `local`, `local:qwen-1.5b`, `local:FILE`, "
            "`openai:MODEL`, `openai:MODEL@URL` or `anthropic:MODEL`.",
        ),
    ] = "statistical",
    server: Server = DEFAULT_SERVER,
    state: State = DEFAULT_STATE,
    seed: Annotated[int, typer.Option(metavar="N", help="Who they are and what they choose.")] = 1,
    pace: Annotated[
        float, typer.Option(min=0.01, metavar="X", help="How many times more often than by nature they look in.")
    ] = 1.0,
    seconds: Seconds = None,
    acts: Acts = 0,
    at_once: Annotated[
        int, typer.Option(min=1, max=1000, metavar="N", help="Turns side by side, and requests to an endpoint.")
    ] = 16,
    budget_tokens: Tokens = None,
    budget_dollars: Dollars = None,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    key_file: KeyFile = None,
    cache: Cache = None,
    record: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write down all that the model answers; one turn at a time, in its own time."
        ),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Live a recorded run again, without the model."),
    ] = None,
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="here|ray",
            help="Where they live: in this process, or on the Ray cluster at RAY_ADDRESS; the file stays here.",
        ),
    ] = "here",
    parts: Annotated[
        int, typer.Option(min=0, metavar="N", help="With --on ray: into how many parts; 0: one for each processor.")
    ] = 0,
    data: ModelData = DEFAULT_DATA,
) -> None:
    """Fill a network with minds: each with a character, a memory and a day of its own, through the public API.

    They go on where they were when the same --state is given again; nothing is lost or done twice, however it ended.
    """
    if context.invoked_subcommand is not None:
        return
    if record and replay:
        raise typer.BadParameter("Record a run or replay one.", param_hint="--record")
    if (record or replay) and mind == "statistical":
        raise typer.BadParameter("A statistical mind asks no model: name the model of the record.", param_hint="--mind")
    if on not in {"here", "ray"}:
        raise typer.BadParameter("Use here or ray.", param_hint="--on")
    # Models, personas and what they need: not before they are needed.
    from moltbook.minds.models.opening import Terms
    from moltbook.minds.rhythm import NATURAL
    from moltbook.minds.runner.founding import Cast, Request, paced
    from moltbook.minds.runner.plan import Plan
    from moltbook.minds.wish import Budget

    leaps = record is not None or replay is not None
    usual = Budget()
    request = Request(
        plan=Plan(
            server=server,
            seed=seed,
            at_once=1 if leaps else at_once,
            spread_seconds=agents * 0.2 / pace,
            listens=not leaps,
            seconds=seconds or math.inf,
            acts=acts or math.inf,
            budget=Budget(
                post_gap_seconds=usual.post_gap_seconds / max(1.0, pace),
                comment_gap_seconds=usual.comment_gap_seconds / max(1.0, pace),
            ),
        ),
        cast=Cast(seed, agents),
        state=state,
        mind=mind,
        terms=Terms(
            folder=data / "models", key_file=key_file, price_in=price_in, price_out=price_out, tokens=budget_tokens,
            dollars=budget_dollars, at_once=at_once, cache=cache, record=record, replay=replay, seed=seed,
        ),
        rhythm=paced(NATURAL, pace),
        leaps=leaps,
    )  # fmt: skip
    title = f"{agents:,} agents on {server}"
    if on == "ray":
        live_on_cluster(request, parts, title)
    else:
        live_here(request, title)


def live_here(request: Request, title: str) -> None:
    """Let a population live in this process and show it.

    Raises: PopulationTrouble.
    """
    from moltbook.minds.runner.founding import founded

    async def go() -> None:
        await ensure_reached(request.plan.server)
        async with founded(request, say if not is_screen() else lambda line: None) as population:
            with signals(population), keys_of(population) as keys:
                await _live_shown(population, request, title, keys=keys)

    with in_plain_words():
        asyncio.run(go())


def live_on_cluster(request: Request, parts: int, title: str) -> None:
    """Let a population live on a Ray cluster and show it.

    Raises: PopulationTrouble.
    """
    from moltbook.minds.cluster import NoCluster, spread

    async def go() -> None:
        await ensure_reached(request.plan.server)
        async with spread(request, parts, os.environ.get("RAY_ADDRESS", ""), say) as population:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, population.stop)
            await _live_shown(population, request, title, keys=False)

    try:
        with in_plain_words():
            asyncio.run(go())
    except NoCluster as trouble:
        raise PopulationTrouble(str(trouble), "Or leave out --on ray.") from None


async def _live_shown(population: Population | Spread, request: Request, title: str, *, keys: bool) -> None:
    """Show a population while it lives, and its last words."""
    watching = asyncio.create_task(watch(population.figures, title, keys=keys))
    try:
        await population.live()
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    tell_end(population.figures(), population.why_ended, request.state)


@contextlib.contextmanager
def in_plain_words() -> Iterator[None]:
    """Raises: PopulationTrouble, for a model or a file that cannot be used."""
    from moltbook.minds.models.model import NoModel
    from moltbook.minds.store import StoreTrouble

    try:
        yield
    except NoModel as trouble:
        why = str(trouble)
        raise PopulationTrouble(f"{why[:1].upper()}{why[1:]}.", MODEL_HINT) from None
    except StoreTrouble as trouble:
        raise PopulationTrouble(trouble.message, trouble.hint) from None


async def ensure_reached(server: str) -> None:
    """Raises: PopulationTrouble, when nobody answers at the address."""
    from moltbook.client import AsyncMoltbook, MoltbookError, RetryPolicy

    try:
        async with AsyncMoltbook(server, retry=RetryPolicy(attempts=2)) as stranger:
            await stranger.submolts(limit=1)
    except ValueError as fault:
        raise PopulationTrouble(f"{fault}.".capitalize(), "Name a network with --server URL.") from None
    except MoltbookError as trouble:
        hint = "Start one with `moltbook up`, or name another with --server."
        raise PopulationTrouble(f"No network answers at {server}: {trouble.message}", hint) from None


@populate.command()
def pause(state: State = DEFAULT_STATE) -> None:
    """Let nobody begin a turn until `resume`; also from another terminal, and it lasts over a restart."""
    _order(state, paused=True)
    print("Paused." if _is_held(state) else "It does not run; it will begin paused.")


@populate.command()
def resume(state: State = DEFAULT_STATE) -> None:
    """Let a paused population go on."""
    _order(state, paused=False)
    print("It goes on." if _is_held(state) else "It does not run; start it with `moltbook populate`.")


@populate.command()
def status(
    state: State = DEFAULT_STATE,
    links: Annotated[
        bool, typer.Option("--claim-links", help="Print where its agents are to be claimed, one link a line.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """How a population stands, as of its last checkpoint."""
    import msgspec

    from moltbook.minds.beside import claim_links, facts_of, is_held
    from moltbook.minds.runner.figures import Figures
    from moltbook.minds.runner.view import rows
    from moltbook.minds.store import legible

    with in_plain_words():
        if links:
            print(*claim_links(state), sep="\n")
            return
        with legible(state):
            facts = facts_of(state)
            figures = msgspec.json.decode(facts.get("figures", b"{}"), type=Figures)
    if as_json:
        print(msgspec.json.encode(figures).decode())
        return
    print(("It runs." if is_held(state) else "It does not run.") + (" Paused." * (facts.get("paused") == b"true")))
    for row in rows(figures):
        print(f"{row[0]:<8} {row[1]:<26} {row[2]:<8} {row[3]}")


def _order(state: Path, *, paused: bool) -> None:
    from moltbook.minds.beside import order

    with in_plain_words():
        order(state, paused=paused)


def _is_held(state: Path) -> bool:
    from moltbook.minds.beside import is_held

    return is_held(state)
