"""Plays side by side: each measure under each set of rules, with how far the seeds lie apart.

In this room: gathering and the table. Not here: playing (play), the measures (lab).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from rich.console import Group, RenderableType
from rich.table import Table

from moltbook.lab.catalogue import CATALOGUE
from moltbook.lab.experiment.model import Comparison, Played, Row, Rules, Side
from moltbook.lab.model import Definition, Unit


def compare(plays: Sequence[Played]) -> Comparison:
    """Gather plays of one cast under several rules."""
    first = plays[0].cast
    rows = tuple(
        Row(definition.key, definition.name, {rules: _side(plays, rules, definition) for rules in Rules})
        for definition in CATALOGUE
    )
    return Comparison(first.minds, first.acts, tuple(sorted({p.cast.seed for p in plays})), rows, tuple(plays))


def _side(plays: Sequence[Played], rules: Rules, definition: Definition) -> Side | None:
    found = [
        measured.found.value
        for play in plays
        if play.rules is rules
        for measured in play.report.measures
        if measured.definition.key == definition.key and measured.found is not None
    ]
    return Side(mean(found), min(found), max(found), len(found)) if found else None


def table(comparison: Comparison) -> RenderableType:
    """The comparison as a table of at most 80 columns."""
    units = {definition.key: definition.unit for definition in CATALOGUE}
    shown = [rules for rules in Rules if any(row.sides[rules] for row in comparison.rows)]
    grid = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    grid.add_column("")
    for rules in shown:
        grid.add_column(rules, justify="right", no_wrap=True)
    for row in comparison.rows:
        grid.add_row(row.name, *(_cell(row.sides[rules], units[row.key]) for rules in shown))
    seeds = ", ".join(map(str, comparison.seeds))
    head = f"{comparison.minds} minds, {comparison.acts:,} acts a play, seeds {seeds}: mean (least–greatest)"
    return Group(head, "", grid, "", _done(comparison, shown))


def _cell(side: Side | None, unit: Unit) -> str:
    if side is None:
        return "–"
    factor, digits = (100, 1) if unit is Unit.SHARE else (1, 2)
    mark = " %" if unit is Unit.SHARE else ""
    spread = f"({side.low * factor:.{digits}f}–{side.high * factor:.{digits}f})"
    return f"{side.mean * factor:.{digits}f}{mark} [dim]{spread}[/]"


def _done(comparison: Comparison, shown: Sequence[Rules]) -> RenderableType:
    """What was done under each set of rules: the same minds do not do the same where they see something else."""
    kinds = sorted({kind for play in comparison.plays for kind in play.acts})
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column("acts a play")
    for rules in shown:
        grid.add_column(rules, justify="right")
    for kind in kinds:
        of = {rules: [play.acts.get(kind, 0) for play in comparison.plays if play.rules is rules] for rules in shown}
        grid.add_row(kind, *(f"{mean(of[rules]):,.0f}" for rules in shown))
    days = {rules: mean(play.days for play in comparison.plays if play.rules is rules) for rules in shown}
    turns = {rules: mean(play.turns for play in comparison.plays if play.rules is rules) for rules in shown}
    grid.add_row("turns", *(f"{turns[rules]:,.0f}" for rules in shown))
    grid.add_row("days of their time", *(f"{days[rules]:.1f}" for rules in shown))
    return grid
