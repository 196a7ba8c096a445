"""The calibration: the original network's first days beside a world of ours: `python -m bench.calibration ARCHIVE`.

In this room: all measures of the laboratory and a few of shape, for the archive, for worlds of the same size (the mean
of some seeds), for a larger one in which each does less, and for the society we want. What was fitted, and how, stands
in decision 0013.
"""

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import msgspec
import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.machine import Machine, describe
from bench.shape import difference, lived, shape, society_of, spoken
from moltbook.lab.measure import measure
from moltbook.lab.model import Window
from moltbook.lab.society import Society
from moltbook.lab.sources import read_archive
from moltbook.minds.society import ALIVE, CALIBRATED, Parameters

HERE = Path(__file__).parent
LARGE = 100_000
# What a world of a million agents and ten million acts has.
ACTS_AN_AGENT = 10
WORKERS = 2
# The laboratory has these, too.
TWICE = {
    "unanswered posts", "unanswered comments", "depth of comments", "flat threads", "flat busy threads",
    "authors who never return", "Gini of activity", "Gini of posts", "Gini of comments",
    "reciprocity: who answers whom", "reciprocity: who comments on whose post", "Gini of votes on posts",
    "comments without a vote", "Gini of votes on comments",
}  # fmt: skip
console = Console()

Figures = dict[str, float]


class Row(msgspec.Struct, frozen=True):
    """One measure in all societies; `error` is the world's distance from the archive in logarithms (of odds)."""

    name: str
    archive: float
    world: float
    spread: float
    error: float
    large: float | None
    alive: float


class Results(msgspec.Struct, frozen=True):
    """All of one calibration."""

    machine: Machine
    agents: int
    acts: int
    large_agents: int
    seeds: int
    parameters: Parameters
    rows: list[Row]


def figures(society: Society) -> Figures:
    """Every figure there is, by name."""
    report = measure(society, "", Window(), lambda *_: None, began=time.monotonic())
    found = {m.definition.name: m.found.value for m in report.measures if m.found is not None}
    return {**found, **{name: value for name, value in shape(society).items() if name not in TWICE}}


def of_world(agents: int, acts: int, seed: int, ends_at: datetime, parameters: Parameters) -> Figures:
    """The figures of a world."""
    simulation = lived(agents, acts, seed, ends_at, parameters)
    return figures(society_of(simulation, spoken(simulation)))


def show(rows: list[Row]) -> None:
    """Print the table, so narrow that it fits a terminal."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True, max_width=29)
    for column in ("archive", "world", "error", "larger", "alive"):
        table.add_column(column, justify="right", no_wrap=True, min_width=6)
    for row in rows:
        larger = "–" if row.large is None else told(row.large)
        table.add_row(row.name, told(row.archive), told(row.world), f"{row.error:+.2f}", larger, told(row.alive))
    console.print(table)


def told(value: float) -> str:
    """A number as short as it may be."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3f}"


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.calibration", description="A world beside an archive.")
    parser.add_argument("archive", type=Path, help="threads as .jsonl, .jsonl.gz or .jsonl.xz")
    parser.add_argument("--seeds", type=int, default=3, help="how many worlds of the archive's size (3)")
    parser.add_argument("--large", type=int, default=LARGE, help="agents of the larger world, 0 for none (100,000)")
    options = parser.parse_args()
    machine = describe(HERE.parent)
    with console.status("Reading the archive …"):
        original = read_archive(options.archive, Window(), lambda *_: None)
        wanted = figures(original)
    agents = original.agents
    # Writing is half of what agents do; the rest is votes, follows and the like.
    said = len(original.posts.author) + len(original.comments.author)
    acts = round(said / (CALIBRATED.post_share + CALIBRATED.comment_share))
    ends_at = datetime.fromtimestamp(int(original.comments.at.max()) / 1e6, UTC)
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool, console.status("Living through worlds …"):
        large_acts = options.large * ACTS_AN_AGENT
        larger = pool.submit(of_world, options.large, large_acts, 1, ends_at, CALIBRATED) if options.large else None
        seeds = range(1, options.seeds + 1)
        jobs = [pool.submit(of_world, agents, acts, seed, ends_at, CALIBRATED) for seed in seeds]
        lively = pool.submit(of_world, agents, acts, 1, ends_at, ALIVE)
        worlds, alive = [job.result() for job in jobs], lively.result()
        large = larger.result() if larger else {}
    rows = []
    for name, value in wanted.items():
        ours = np.array([world[name] for world in worlds])
        spread = float(ours.std(ddof=1)) if len(ours) > 1 else 0.0
        mean = float(ours.mean())
        rows.append(Row(name, value, mean, spread, difference(mean, value), large.get(name), alive[name]))
    console.print(
        f"World: {agents:,} agents, {acts:,} acts, mean of {options.seeds}; larger: {options.large:,} agents."
    )
    console.print("Error: how far from the archive, in logarithms; of the odds where it is a share.")
    show(rows)
    path = HERE / "results" / f"{machine.at[:10]}-{machine.commit}-calibration.json"
    results = Results(machine, agents, acts, options.large, options.seeds, CALIBRATED, rows)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    console.print(f"Kept in {path}", highlight=False)


if __name__ == "__main__":
    main()
