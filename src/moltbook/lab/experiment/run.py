"""Running plays: each in a process of its own, several at once.

Not here: the play itself (play), what came out (sides).
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from queue import Empty, Queue
from typing import cast as as_type

import msgspec
import structlog

from moltbook.lab.experiment.model import Cast, Played, Rules
from moltbook.lab.experiment.play import play
from moltbook.lab.model import Tell

LOOK_SECONDS = 0.2
STEP_ACTS = 50

_progress: Queue[tuple[str, int]] | None = None


def run(cast: Cast, *, rules: Sequence[Rules], seeds: Sequence[int], jobs: int, tell: Tell) -> list[Played]:
    """Play every seed under every set of rules; `tell` hears how far each play is.

    Raises: what a play raises, and KeyboardInterrupt; then all plays end.
    """
    spawning = multiprocessing.get_context("spawn")
    progress = as_type("Queue[tuple[str, int]]", spawning.Queue())
    with ProcessPoolExecutor(jobs, spawning, initializer=_begin, initargs=(progress,)) as pool:
        plays = [pool.submit(_play, each, msgspec.structs.replace(cast, seed=seed)) for seed in seeds for each in rules]
        try:
            for what, done in _told(plays, progress):
                tell(what, min(done, cast.acts), cast.acts)
            return [played.result() for played in plays]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            _end_all()
            raise


def _told(plays: Sequence[Future[Played]], progress: Queue[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    waiting = set(plays)
    while waiting:
        done, waiting = wait(waiting, LOOK_SECONDS, FIRST_COMPLETED)
        for play_done in done:
            play_done.result()
        while True:
            try:
                yield progress.get_nowait()
            except Empty:
                break


def _end_all() -> None:
    """Interrupt the plays, wherever the wish to end came from."""
    for child in multiprocessing.active_children():
        if child.name.startswith("SpawnProcess"):
            child.terminate()


def _begin(progress: Queue[tuple[str, int]]) -> None:
    """In each process: what it tells goes there."""
    global _progress  # noqa: PLW0603
    _progress = progress
    # A play that is interrupted still stops its database; a shell that starts us beside itself would have us deaf.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda _number, _frame: signal.raise_signal(signal.SIGINT))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    # What the migrations set up would tell of every request.
    logging.disable(logging.INFO)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Interrupt the play when the parent is gone, however it ended."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _play(rules: Rules, cast: Cast) -> Played:
    what = f"{rules}, seed {cast.seed}"
    told = 0

    def tell(done: int) -> None:
        nonlocal told
        if _progress is not None and (done - told >= STEP_ACTS or done >= cast.acts):
            told = done
            _progress.put((what, done))

    try:
        return asyncio.run(play(rules, cast, tell))
    except KeyboardInterrupt:
        # A pool's process would take the next play, and then wait for ever for another one.
        os._exit(1)
