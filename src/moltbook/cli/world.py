"""`moltbook world`: a whole society in one command, from a dozen agents to a million."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from moltbook.cli.growing import Figures, Growth, World, finished, keep, planned, settings_of
from moltbook.cli.options import AsJson, Data, console, moment_of
from moltbook.cli.supervisor import Stop

DEFAULT = Path("moltbook-world")
SOCIETY = "moltbook.minds.society:world"
# Its moments are counted from 1970, and it may have lived for years.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MIB = 2**20


def world(
    agents: Annotated[int, typer.Option(min=10, max=20_000_000, help="How many agents live in it.")] = 1000,
    acts: Annotated[
        int,
        typer.Option(min=0, max=1_000_000_000, help="How much they do: posts, comments, votes, follows and more."),
    ] = 10_000,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="With the same --ends-at it makes the same world.")] = 1,
    ends_at: Annotated[
        datetime | None,
        typer.Option(metavar="TIME", parser=moment_of, help="Its last moment, in the past; without it, now."),
    ] = None,
    data: Data = DEFAULT,
    port: Annotated[
        int, typer.Option(envvar="MOLTBOOK_PORT", min=1, max=65535, help="Where it can be watched while it grows.")
    ] = 8000,
    search: Annotated[
        bool,
        typer.Option(
            "--search",
            help="Build the search index at once; it takes far longer than all else. "
            "Without this `moltbook up` builds it when the world is first served.",
        ),
    ] = False,
    source: Annotated[
        str, typer.Option(metavar="MODULE:FUNCTION", help="What makes the lines.", hidden=True)
    ] = SOCIETY,
    as_json: AsJson = False,
) -> None:
    """Grow a world of statistical minds through the operator's bulk door. Ctrl-C stops; the same command goes on.

    Every act passes the rules and is in the log, as if its agent had come by itself; limits do not hold.
    """
    # A moment that JSON and PostgreSQL spell alike, and that is past when the last act arrives.
    now = datetime.now(UTC).replace(microsecond=0)
    if ends_at is not None and ends_at > now:
        raise typer.BadParameter("A world cannot end later than now.", param_hint="--ends-at")
    if ends_at is not None and ends_at < EARLIEST:
        raise typer.BadParameter(f"A world cannot end before {EARLIEST:%Y}.", param_hint="--ends-at")
    plan = planned(data, World(source, agents, acts, seed, ends_at or now), ends_at)
    figures = finished(data)
    if figures is None:
        figures = _grow(plan, data, port, search)
    else:
        console.print(f"This world is finished; it is in {data}.", highlight=False)
    if as_json:
        print(msgspec.json.encode(figures).decode())
    else:
        console.print(_summary(figures))
        console.print(f"Look at it: [bold]moltbook up --data {data} --residents none[/]", highlight=False)


def _grow(plan: World, data: Path, port: int, search: bool) -> Figures:
    count = MofNCompleteColumn()
    shown = TextColumn("{task.fields[more]}")
    bars = (TextColumn("{task.description}"), BarColumn(), count, TimeElapsedColumn(), TimeRemainingColumn(), shown)
    with Progress(*bars, console=console) as progress:
        lives = progress.add_task("Agents", total=plan.agents, more="")
        deeds = progress.add_task("Acts", total=plan.acts, more="")
        reading: list[TaskID] = []

        def tell(figures: Figures) -> None:
            memory = f"server {figures.server_bytes // MIB:,} MiB, runner {figures.runner_bytes // MIB:,} MiB"
            progress.update(lives, completed=figures.agents, more=f"{figures.agents_per_second:,.0f}/s")
            progress.update(deeds, completed=figures.acts, more=f"{figures.acts_per_second:,.0f}/s · {memory}")

        def tell_of_reading(done: int, of: int) -> None:
            if not reading:
                reading.append(progress.add_task("Readers", total=of, more="ranks, notifications and the rest"))
            progress.update(reading[0], completed=done, total=of)

        growth = Growth(settings_of(data, port, search), plan, tell, tell_of_reading)
        try:
            figures = growth.run()
        except Stop:
            progress.stop()
            console.print("Stopped; what is told above is on disk. The same command goes on from there.")
            raise typer.Exit(130) from None
    keep(data, figures)
    return figures


def _summary(figures: Figures) -> Table:
    table = Table("", "in all", "in this run", "took", "a second")
    for column in table.columns[1:]:
        column.justify = "right"
    for what, count, own, seconds, rate in (
        ("agents", figures.agents, figures.own_agents, figures.registering_seconds, figures.agents_per_second),
        ("acts", figures.acts, figures.own_acts, figures.acting_seconds, figures.acts_per_second),
    ):
        table.add_row(what, f"{count:,}", f"{own:,}", f"{seconds:,.1f} s", f"{rate:,.0f}")
    for what, seconds in (("readers caught up", figures.reading_seconds), ("tidied up", figures.tidying_seconds)):
        table.add_row(what, "", "", f"{seconds:,.1f} s", "")
    for code, count in sorted(figures.refused.items()):
        table.add_row(f"refused: {code}", "", f"{count:,}", "", "")
    table.add_row("server, most memory", f"{figures.server_bytes // MIB:,} MiB", "", "", "")
    table.add_row("runner, most memory", f"{figures.runner_bytes // MIB:,} MiB", "", "", "")
    return table
