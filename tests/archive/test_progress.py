"""What an operator sees of an import."""

import io

from rich.console import Console

from moltbook.archive import Phase, Progress, Renamed, Report
from moltbook.archive.progress import bar, summary


def console(*, terminal: bool) -> Console:
    return Console(file=io.StringIO(), width=100, force_terminal=terminal)


def shown(on: Console) -> str:
    assert isinstance(on.file, io.StringIO)
    return on.file.getvalue()


def test_both_phases_have_a_bar() -> None:
    on = console(terminal=True)
    with bar(on) as show:
        show(Progress(Phase.READING, 500, 1000))
        show(Progress(Phase.READING, 1000, 1000))
        show(Progress(Phase.LOADING, 0, 0))
        show(Progress(Phase.LOADING, 7, 7))
    assert "Reading" in shown(on)
    assert "7/7" in shown(on)


def test_a_bar_that_never_began_shows_nothing() -> None:
    on = console(terminal=False)
    with bar(on):
        pass
    assert shown(on) == ""


def test_the_summary_tells_counts_and_what_was_changed() -> None:
    on = console(terminal=False)
    renamed = tuple(Renamed(f"{n}", f"[bold]{n}", f"[bold]{n}_archived") for n in range(12))
    on.print(summary(Report(12, 16_813, 2, 3, 4, 5, 6, 7, 8, 9, (77, 128), 1, renamed, 12.34)))
    text = shown(on)
    for words in ("16,813", "12 lines in 12.3 s", "2 lines mended", "1 url left out", "[bold]0_archived", "and 2 more"):
        assert words in text
