"""`make bench`: measure, print, keep."""

import argparse
import contextlib
import signal
import sys
from pathlib import Path
from types import FrameType

import msgspec
from rich.console import Console

from bench import live, paths, report
from bench.cast import Size
from bench.duel import Duel, Match, fight
from bench.machine import describe, flush_of_the_moment
from bench.stage import Stage, raised

HERE = Path(__file__).parent
SEED = 20260131
LIVE_SECONDS, LIVE_QUICK_SECONDS = 5.0, 2.0
console = Console()


class Pace(msgspec.Struct, frozen=True):
    """How long to look, and how often: many short turns, since machines are noisy for seconds at a time."""

    levels: tuple[int, ...] = (16, 64, 256)
    write_turns: int = 7
    write_seconds: float = 1.5
    read_turns: int = 7
    read_seconds: float = 0.7
    other_levels: tuple[int, ...] = (16, 64, 256)
    other_turns: int = 3
    other_seconds: float = 0.8


QUICK = Pace(
    levels=(64, 256), write_turns=3, write_seconds=1.2, read_turns=3, read_seconds=0.5, other_levels=(64,),
    other_turns=1, other_seconds=0.8,
)  # fmt: skip


def main() -> None:
    """Read the options and run."""
    options = _options()
    signal.signal(signal.SIGTERM, _interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        _run(options)
        return
    console.print("Interrupted; nothing was kept.")
    sys.exit(130)


def _run(options: argparse.Namespace) -> None:
    pace = QUICK if options.quick else Pace()
    size = Size(options.agents, options.posts, options.comments, options.votes)
    machine = describe(HERE.parent)
    console.print(f"{machine.cpu}, {machine.cores} cores, commit {machine.commit}, load {machine.load_before} before")
    console.print(
        "Times in ms; CPU in µs of server + PostgreSQL for each operation; raw: everything of ours taken away."
    )
    if options.only == "live":
        live.run(console, machine, HERE / "results", SEED, LIVE_QUICK_SECONDS if options.quick else LIVE_SECONDS)
        return
    with console.status("Filling a world …"):
        stack = contextlib.ExitStack()
        stage = stack.enter_context(raised(size, SEED))
    with stack:
        flush_before = flush_of_the_moment(stage.folder)
        duels = _measure(stage, pace, options.only)
        flush_after = flush_of_the_moment(stage.folder)
    for when, flush in (("before", flush_before), ("after", flush_after)):
        console.print(f"Flush of 8 KiB {when}: median {flush.median_ms:.2f} ms, p99 {flush.p99_ms:.2f} ms")
    kept = report.promises(duels)
    report.show_promises(console, kept)
    mode = ("quick" if options.quick else "full") + (f"-{options.only}" if options.only else "")
    results = report.Results(machine, mode, size, flush_before, flush_after, duels, kept)
    path = report.write(results, HERE / "results")
    console.print(f"Kept in {path}", highlight=False)


def _measure(stage: Stage, pace: Pace, only: str | None) -> list[Duel]:
    pages: paths.Pages = {}
    with console.status("Asking ours what the rival has to answer …"):
        cached = paths.cached(stage.ours, pages)
        uncached = paths.uncached(stage.ours, pages, stage.cast, SEED)
        large = paths.large_thread(stage.ours, pages, stage.cast)
        stage.raise_rival(paths.answers(stage.ours, pages, stage.cast, SEED))
    duels: list[Duel] = []

    def section(matches: list[Match], levels: tuple[int, ...], turns: int, seconds: float) -> None:
        for match in matches:
            found: list[Duel] = []
            for level in levels:
                with console.status(f"{match.name} with {level} connections …"):
                    found.append(fight(stage, match, level, turns, seconds))
            report.show(console, found)
            duels.extend(found)

    # Reads first: they want the world they were prepared for.
    if only in {None, "reads"}:
        section(cached, pace.levels, pace.read_turns, pace.read_seconds)
        section(uncached, pace.other_levels, pace.other_turns, pace.other_seconds)
    if only in {None, "thread"}:
        section(large, (1,), pace.other_turns, pace.other_seconds)
    if only in {None, "writes"}:
        section([Match(report.WRITES)], pace.levels, pace.write_turns, pace.write_seconds)
    return duels


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description="Measure beside the raw limit.")
    parser.add_argument("--quick", action="store_true", help="less than a minute, less certain")
    parser.add_argument("--only", choices=("writes", "reads", "thread", "live"), help="one part")
    size = Size()
    for name in ("agents", "posts", "comments", "votes"):
        parser.add_argument(f"--{name}", type=int, default=getattr(size, name), help=f"how many {name} the world has")
    return parser.parse_args()


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
