"""`moltbook world`: a whole society in one command, from a dozen agents to a million."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from moltbook.cli.growing import Figures, Growth, World, finished, keep, planned, settings_of
from moltbook.cli.options import AsJson, Data, console, moment_of
from moltbook.cli.screen import is_screen
from moltbook.cli.supervisor import Stop

DEFAULT = Path("moltbook-world")
SOCIETY = "moltbook.minds.society:world"
# Its moments are counted from 1970, and it may have lived for years.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MIB = 2**20
LINE_SECONDS = 10.0
# What took less has no rate worth telling.
LEAST_SECONDS = 0.05


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
    shown = _Bars(plan) if is_screen() else _Lines(plan)
    growth = Growth(settings_of(data, port, search), plan, shown.tell, shown.tell_of_reading)
    try:
        figures = growth.run()
    except Stop:
        shown.end()
        console.print("Stopped; what is told above is on disk. The same command goes on from there.")
        raise typer.Exit(130) from None
    finally:
        shown.end()
    keep(data, figures)
    return figures


class _Bars:
    """Growth on a terminal, in eighty columns; they begin when the server has said its own words."""

    def __init__(self, plan: World) -> None:
        count = TextColumn("{task.completed:,.0f} of {task.total:,.0f}")
        left = TimeRemainingColumn(compact=True, elapsed_when_finished=True)
        bar = BarColumn(bar_width=20)
        self._bars = Progress(TextColumn("{task.description:7}"), bar, count, left, TextColumn("{task.fields[more]}"))
        self._lives = self._bars.add_task("Agents", total=plan.agents, more="")
        self._deeds = self._bars.add_task("Acts", total=plan.acts, more="")
        self._reading: TaskID | None = None
        self._memory = Text(style="dim")
        self._live = Live(Group(self._bars, self._memory), console=console)
        self._is_shown = False

    def tell(self, figures: Figures) -> None:
        """Show how far it is."""
        self._show()
        self._bars.update(self._lives, completed=figures.agents, more=_rate_of_agents(figures))
        self._bars.update(self._deeds, completed=figures.acts, more=_rate_of_acts(figures))
        self._memory.plain = _memory_of(figures)

    def tell_of_reading(self, done: int, of: int) -> None:
        """Show how far the log's readers are."""
        self._show()
        if self._reading is None:
            self._reading = self._bars.add_task("Readers", total=of, more="ranks and the rest")
        self._bars.update(self._reading, completed=done, total=of)

    def end(self) -> None:
        """Leave the last of it on the screen."""
        self._live.stop()

    def _show(self) -> None:
        if not self._is_shown:
            self._is_shown = True
            self._live.start()


class _Lines:
    """Growth where nothing can be written over: a line now and then."""

    def __init__(self, plan: World) -> None:
        self._plan = plan
        self._told_at = -LINE_SECONDS

    def tell(self, figures: Figures) -> None:
        """Say how far it is."""
        agents = f"{figures.agents:,} of {self._plan.agents:,} agents {_rate_of_agents(figures)}"
        acts = f"{figures.acts:,} of {self._plan.acts:,} acts {_rate_of_acts(figures)}"
        self._say(f"{agents} · {acts} · {_memory_of(figures)}")

    def tell_of_reading(self, done: int, of: int) -> None:
        """Say how far the log's readers are."""
        self._say(f"readers: {done:,} of {of:,} events")

    def end(self) -> None:
        """Nothing is left to be said."""

    def _say(self, line: str) -> None:
        now = time.monotonic()
        if now >= self._told_at + LINE_SECONDS:
            self._told_at = now
            console.print(line, highlight=False, soft_wrap=True)


def _rate(count: int, seconds: float) -> str:
    return f"{count / seconds:,.0f}/s" if seconds >= LEAST_SECONDS else ""


def _rate_of_agents(figures: Figures) -> str:
    return _rate(figures.own_agents, figures.registering_seconds)


def _rate_of_acts(figures: Figures) -> str:
    return _rate(figures.own_acts, figures.acting_seconds)


def _memory_of(figures: Figures) -> str:
    return f"memory: server {figures.server_bytes // MIB:,} MiB, runner {figures.runner_bytes // MIB:,} MiB"


def _summary(figures: Figures) -> Table:
    table = Table("", "in all", "in this run", "took", "rate", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in table.columns[1:]:
        column.justify = "right"
    for what, count, own, seconds, rate in (
        ("agents", figures.agents, figures.own_agents, figures.registering_seconds, _rate_of_agents(figures)),
        ("acts", figures.acts, figures.own_acts, figures.acting_seconds, _rate_of_acts(figures)),
    ):
        table.add_row(what, f"{count:,}", f"{own:,}", f"{seconds:,.1f} s", rate)
    for what, seconds in (("readers caught up", figures.reading_seconds), ("tidied up", figures.tidying_seconds)):
        table.add_row(what, "", "", f"{seconds:,.1f} s", "")
    for code, count in sorted(figures.refused.items()):
        table.add_row(f"refused: {code}", "", f"{count:,}", "", "")
    table.add_row("server, most memory", f"{figures.server_bytes // MIB:,} MiB", "", "", "")
    table.add_row("runner, most memory", f"{figures.runner_bytes // MIB:,} MiB", "", "", "")
    return table
