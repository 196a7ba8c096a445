"""What an operator sees of an import: a bar while it runs, a table when it is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from moltbook.archive.model import Phase, Progress, Report

_NAMES_SHOWN = 10


@contextmanager
def bar(console: Console) -> Iterator[Callable[[Progress], None]]:
    """A bar for each phase; give what it yields to `load` as `on_progress`."""
    reading = Bars(TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeElapsedColumn(), console=console)
    loading = Bars(TextColumn("Loading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console)
    bars = {Phase.READING: reading, Phase.LOADING: loading}
    tasks: dict[Phase, TaskID] = {}

    def show(progress: Progress) -> None:
        shown = bars[progress.phase]
        if progress.phase not in tasks:
            stop()
            tasks[progress.phase] = shown.add_task("", total=progress.total)
            shown.start()
        shown.update(tasks[progress.phase], completed=progress.done, total=progress.total)

    def stop() -> None:
        for phase in tasks:
            bars[phase].stop()

    try:
        yield show
    finally:
        stop()


def summary(report: Report) -> Group:
    """What was done: a table, and below it what an operator should know."""
    table = Table("", "added", "already here")
    for column in table.columns[1:]:
        column.justify = "right"
    table.add_row("posts", f"{report.posts:,}", f"{report.skipped_posts:,}")
    table.add_row("comments", f"{report.comments:,}", f"{report.skipped_comments:,}")
    table.add_row("agents", f"{report.agents:,}", f"{report.skipped_agents:,}")
    table.add_row("submolts", f"{report.submolts:,}", f"{report.skipped_submolts:,}")
    table.add_row("events", f"{report.events:,}", "")
    return Group(table, *_remarks(report))


def _remarks(report: Report) -> Iterator[str]:
    yield f"{report.lines:,} lines in {report.seconds:.1f} s"
    if report.mended:
        yield f"{_numbered(len(report.mended), 'line')} mended, where redaction had broken an escape"
    if report.dropped_links:
        yield f"{_numbered(report.dropped_links, 'url')} left out, being no http or https address"
    for agent in report.renamed[:_NAMES_SHOWN]:
        yield f"{escape(agent.name)} is called {escape(agent.now_called)} here: the name was taken"
    if len(report.renamed) > _NAMES_SHOWN:
        yield f"and {len(report.renamed) - _NAMES_SHOWN:,} more took another name"


def _numbered(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
