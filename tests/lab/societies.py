"""Societies made by hand, as archives and as columns, and what is measured in them."""

import time
from pathlib import Path

from moltbook.lab import Report, Window, measure, read_archive
from moltbook.lab.model import Found
from moltbook.lab.society import Society
from tests.archive.archives import Json, comment, thread, write


def quietly(_what: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def read(folder: Path, threads: list[Json], window: Window | None = None) -> Society:
    """The society of these threads."""
    return read_archive(write(folder / "threads.jsonl", threads), window or Window(), quietly)


def report_of(society: Society) -> Report:
    """Everything measured."""
    return measure(society, "by hand", Window(), quietly, began=time.monotonic())


def found_in(report: Report) -> dict[str, Found | None]:
    """What was found, by the measure's key."""
    return {measured.definition.key: measured.found for measured in report.measures}


def four_threads() -> list[Json]:
    """Ada and Ben talk in one thread; Cyd and Dan do not talk in theirs; Ben has one answer and one post without."""
    return [
        thread(
            "talk",
            "ada",
            0,
            comment("c1", "ben", 1, comment("c2", "ada", 2, comment("c3", "ben", 3)), upvotes=3),
            comment("c4", "cyd", 4),
            upvotes=6,
        ),
        thread("silence", "ben", 5, upvotes=2),
        thread("speech", "cyd", 6, comment("c5", "dan", 7), comment("c6", "dan", 8)),
        thread("word", "ben", 9, comment("c7", "ada", 10), place="rock"),
    ]
