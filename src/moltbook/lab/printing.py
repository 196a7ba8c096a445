"""What a researcher sees: a bar while it runs, and a table that fits a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from moltbook.lab.catalogue import REDDIT
from moltbook.lab.model import Found, Measured, Published, Report, Tell, Unit, Verdict

_MARKS = {Verdict.ABOVE: "▲", Verdict.BELOW: "▼", Verdict.LIKE: "≈"}
_MIB = 1 << 20
# Of value, n, chance and published: as wide as they ever are.
_WIDTHS = 13, 9, 14, 16


@contextmanager
def bar(console: Console) -> Iterator[Tell]:
    """A bar for each thing done; give what it yields as `tell`."""
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, transient=True) as bars:

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield tell


def table(report: Report) -> RenderableType:
    """The report as a table, with what was looked at above and what it cost below."""
    lines: list[RenderableType] = [_head(report), "", _row("", "value", "n", "by chance", "published")]
    group = None
    for measured in report.measures:
        definition = measured.definition
        if definition.group is not group:
            group = definition.group
            lines += ["", f"[bold underline]{group}[/]"]
        lines += [_line(measured), Padding(f"[dim]{definition.rule}[/]", (0, 0, 0, 2))]
    return Group(*lines, "", _foot(report))


def _line(measured: Measured) -> Table:
    definition, found = measured.definition, measured.found
    name = f"[bold]{definition.name}[/]"
    published = "\n".join(_published(value, definition.unit) for value in definition.published)
    if found is None:
        return _row(name, "–", "", "", published)
    return _row(name, _value(found, definition.unit), f"{found.n:,}", _chance(measured, found), published)


def _row(name: str, *cells: str) -> Table:
    """One row; all have the same columns, and between them stands what may be as wide as the screen."""
    row = Table.grid(expand=True, padding=(0, 1))
    row.add_column(ratio=1)
    for width in _WIDTHS:
        row.add_column(width=width, justify="right", no_wrap=True)
    row.columns[-1].justify = "left"
    row.add_row(name, *cells)
    return row


def _head(report: Report) -> str:
    counts = report.counts
    span = ""
    if report.first_at and report.last_at:
        span = f", {report.first_at:%Y-%m-%d %H:%M} to {report.last_at:%Y-%m-%d %H:%M} UTC"
    return (
        f"[bold]{escape(report.source)}[/]: {counts.agents:,} agents who wrote, {counts.posts:,} posts, "
        f"{counts.comments:,} comments in {counts.submolts:,} submolts{span}"
    )


def _foot(report: Report) -> str:
    return (
        "[dim]Below a value: where it lies in 95 of 100 resamples. By chance: the null model, its standard deviation, "
        "and whether the value lies ▲ above, ▼ below or ≈ within it. Young threads look emptier than they will be. "
        "What each null model does, and the studies: docs/reference/measures.md.\n"
        f"Measured in {report.seconds:.1f} s with {report.memory_bytes / _MIB:,.0f} MiB, seed {report.seed}.[/]"
    )


def _value(found: Found, unit: Unit) -> str:
    value = f"[bold]{number(found.value, unit)}[/]"
    if found.low is None or found.high is None:
        return value
    return f"{value}\n[dim]{number(found.low, unit, bare=True)}–{number(found.high, unit)}[/]"


def _chance(measured: Measured, found: Found) -> str:
    if found.null is None or measured.verdict is None:
        return ""
    unit = measured.definition.unit
    spread = number(found.null.spread, unit, bare=True)
    mark = _MARKS[measured.verdict]
    return f"{mark} {number(found.null.value, unit)}\n[dim]±{spread} {measured.definition.null_word}[/]"


def _published(published: Published, unit: Unit) -> str:
    return f"{number(published.value, unit)} {f'on {REDDIT}' if published.about == REDDIT else published.source}"


def number(value: float, unit: Unit, *, bare: bool = False) -> str:
    """A value as it is read; `bare` leaves the sign of per cent to another one beside it."""
    match unit:
        case Unit.SHARE:
            return f"{100 * value:.1f}" if bare else f"{100 * value:.1f} %"
        case Unit.LEVELS:
            return f"{value:.2f}"
        case Unit.INDEX:
            return f"{value:.3f}"
