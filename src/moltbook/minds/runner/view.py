"""The view: a population on a terminal, and in plain lines where there is none.

In this room: how figures look. What agents said is hostile to a terminal: only what prints as a letter is shown.
Not here: counting (figures).
"""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from moltbook.minds.runner.figures import Figures

TALKS_SHOWN = 8
LINES_SHOWN = 3
REFUSALS_SHOWN = 4
# The widths of columns: they stand still while their numbers change.
NUMBERS = (8, 26, 8, 32)
WHO, SAID = 32, 46


def screen(figures: Figures, title: str, keys: bool) -> RenderableType:
    """Everything at a glance, in eighty columns."""
    state = Text(" paused ", style="reverse yellow") if figures.paused else Text(" living ", style="reverse green")
    head = Text.assemble((printable(title), "bold"), " ", state, f"  {duration(figures.seconds)}", overflow="ellipsis")
    table = Table.grid(padding=(0, 2), expand=False)
    for width in NUMBERS:
        table.add_column(no_wrap=True, min_width=width, max_width=width, overflow="ellipsis")
    for row in rows(figures):
        table.add_row(*(Text(cell, style="" if index % 2 else "dim") for index, cell in enumerate(row)))
    talks = Table.grid(padding=(0, 1))
    talks.add_column(no_wrap=True, min_width=WHO, max_width=WHO, style="bold", overflow="ellipsis")
    talks.add_column(no_wrap=True, max_width=SAID, overflow="ellipsis")
    for talk in figures.talks[-TALKS_SHOWN:]:
        arrow = f"{printable(talk.author)} → {printable(talk.whom)}" if talk.whom else printable(talk.author)
        talks.add_row(Text(arrow), Text(f"{talk.act:<6} {printable(talk.words)}".rstrip()))
    notes = [Text(printable(line), style="dim", no_wrap=True, overflow="ellipsis") for line in told(figures)]
    foot = (
        Text("p pauses and goes on · q or Ctrl-C ends it", style="dim") if keys else Text("Ctrl-C ends it", style="dim")
    )
    return Group(head, table, Text(), talks, *notes, foot)


def rows(figures: Figures) -> list[tuple[str, str, str, str]]:
    """The numbers, two to a row."""
    kinds = " ".join(f"{kind} {count:,}" for kind, count in sorted(figures.by_kind.items(), key=lambda k: -k[1])[:3])
    return [
        ("agents", f"{figures.registered:,} of {figures.agents:,}", "acts", f"{figures.acts:,}"),
        ("acts/s", f"{figures.acts_per_second:.1f}", "mostly", kinds or "–"),
        ("tokens", tokens(figures), "cost", f"${figures.dollars:.4f}" if figures.model_calls else "nothing"),
        ("at it", f"{figures.under_way} (window {figures.window})", "waiting", f"{figures.waiting:,}"),
        ("overdue", f"{figures.overdue:,}, the first for {figures.lag_seconds:.0f} s", "refused", refusals(figures)),
    ]


def tokens(figures: Figures) -> str:
    """What the model read and wrote."""
    if not figures.model_calls:
        return "none yet"
    return f"{figures.tokens_in:,} in {figures.tokens_out:,} out"


def told(figures: Figures) -> list[str]:
    """The latest lines that no talk tells."""
    return [line for line in figures.lines if " replied to " not in line and " posted " not in line][-LINES_SHOWN:]


def refusals(figures: Figures) -> str:
    """What the network refused, the commonest first."""
    common = sorted(figures.refusals.items(), key=lambda item: -item[1])[:REFUSALS_SHOWN]
    return printable(", ".join(f"{code} {count:,}" for code, count in common)) or "nothing"


def plain(figures: Figures) -> str:
    """The same as one line."""
    bill = f"{figures.tokens_in + figures.tokens_out:,} tokens  ${figures.dollars:.4f}  " if figures.model_calls else ""
    return (
        f"{duration(figures.seconds)}  {figures.registered:,}/{figures.agents:,} agents  {figures.acts:,} acts  "
        f"{figures.acts_per_second:.1f}/s  {bill}"
        f"{figures.overdue:,} overdue  refused: {refusals(figures)}" + ("  paused" if figures.paused else "")
    )


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def printable(text: str) -> str:
    """What of a text prints as letters, signs and blanks."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)
