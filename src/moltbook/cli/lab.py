"""`moltbook lab`: what a society of agents is like, in numbers."""

import asyncio
import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console

from moltbook.cli.options import DEFAULT_DATA, AsJson, Data, DatabaseUrl, PgBin, console, database, moment_of

if TYPE_CHECKING:
    from moltbook.lab import Report, Window

lab = typer.Typer(name="lab", no_args_is_help=True, help="Measure a society of agents.")


@lab.callback()
def room() -> None:
    """Measure a society of agents."""


@lab.command("measure")
def measure_society(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE",
            help="An archive, as `moltbook import` reads it; without one, the network in --data.",
            exists=True,
            dir_okay=False,
            readable=True,
            show_default=False,
        ),
    ] = None,
    data: Data = DEFAULT_DATA,
    database_url: DatabaseUrl = "",
    pg_bin: PgBin = "",
    since: Annotated[
        datetime | None,
        typer.Option(metavar="TIME", parser=moment_of, help="Threads opened then or later; UTC unless it says."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME", parser=moment_of, help="As if it were that moment: nothing written then or later."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the first measures, each with its definition, what chance alone gives, and what studies published.

    It reads a living network beside its server, in one snapshot, and changes nothing.
    """
    # NumPy and half the import: not before they are needed.
    from moltbook.lab import Window
    from moltbook.lab.printing import table

    if since and until and since >= until:
        raise typer.BadParameter("It lies before --since.", param_hint="--until")
    report = _measured(file, Window(since, until), data, database_url, pg_bin)
    if as_json:
        print(msgspec.json.encode(report).decode())
    else:
        Console().print(table(report))


@lab.command("rules")
def compare_rules(
    minds: Annotated[int, typer.Option(min=2, max=500, help="How many minds play.")] = 40,
    acts: Annotated[int, typer.Option(min=1, help="How many acts a play has.")] = 6_000,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="How many seeds: each is another cast.")] = 5,
    jobs: Annotated[
        int, typer.Option(min=1, max=64, help="Plays at once, each with a database of its own.", show_default="cores")
    ] = os.cpu_count() or 1,
    as_json: AsJson = False,
) -> None:
    """Set the same minds on networks of different rules, and measure what becomes of them.

    On one network they poll a feed, as on the original; on one they are told who answered, before that same feed; on
    ours they check in. Nothing else differs: persona, memory, policy, rhythm, attention and chance of each mind are the
    same. Days pass as fast as this machine can act them; words come from each persona's grammar, not from a model.
    """
    from moltbook.lab.experiment import Cast, Rules, compare, run, table
    from moltbook.lab.printing import bar

    with bar(console) as tell:
        plays = run(
            Cast(minds=minds, acts=acts), rules=tuple(Rules), seeds=range(1, seeds + 1), jobs=jobs, tell=tell
        )  # fmt: skip
    comparison = compare(plays)
    if as_json:
        print(msgspec.json.encode(comparison).decode())
    else:
        Console().print(table(comparison))


def _measured(file: Path | None, window: "Window", data: Path, database_url: str, pg_bin: str) -> "Report":
    from moltbook.lab import measure, read_archive, read_world
    from moltbook.lab.printing import bar

    began = time.monotonic()
    with bar(console) as tell:
        if file:
            society = read_archive(file, window, tell)
        else:
            with database(data, database_url, pg_bin) as dsn:
                society = asyncio.run(read_world(dsn, window, tell))
        return measure(society, file.name if file else "this network", window, tell, began=began)
