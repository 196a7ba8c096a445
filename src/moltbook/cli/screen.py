"""A population on the operator's terminal: its screen, the keys it heeds and the signals, and its last words.

Where there is no terminal that can be written over, plain lines. Not here: how figures look (minds/runner/view), the
command (populate).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.live import Live

from moltbook.cli.options import console

if TYPE_CHECKING:
    from moltbook.minds.runner.figures import Figures
    from moltbook.minds.runner.population import Population

PLAIN_SECONDS = 5.0
PLAIN_SECONDS_AT_MOST = 60.0
LIVE_SECONDS = 0.5


async def watch(figures: Callable[[], Figures], title: str, *, keys: bool) -> None:
    """Show a population until nobody wants to see it any more."""
    from moltbook.minds.runner.view import plain, screen

    if not is_screen():
        shown, quiet = -1, 0.0
        while True:
            await asyncio.sleep(PLAIN_SECONDS)
            now, quiet = figures(), quiet + PLAIN_SECONDS
            if now.acts != shown or quiet >= PLAIN_SECONDS_AT_MOST:
                shown, quiet = now.acts, 0.0
                console.print(plain(now), highlight=False, markup=False, soft_wrap=True)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        while True:
            live.update(screen(figures(), title, keys), refresh=True)
            await asyncio.sleep(LIVE_SECONDS)


def is_screen() -> bool:
    """Whether lines can be written over."""
    return console.is_terminal and not console.is_dumb_terminal


def tell_end(figures: Figures, why: str, state: Path) -> None:
    """The last words."""
    from moltbook.minds.runner.view import plain

    console.print(plain(figures), highlight=False, markup=False, soft_wrap=True)
    console.print(
        f"Ended: {why or 'you stopped it'}. With --state {state} it goes on from here.",
        highlight=False,
        markup=False,
    )


def say(line: str) -> None:
    from moltbook.minds.runner.view import printable

    console.print(printable(line), highlight=False, markup=False, soft_wrap=True)


@contextlib.contextmanager
def signals(population: Population) -> Iterator[None]:
    """Ctrl-C ends it when the acts under way are done, again: at once; SIGUSR1 pauses it, SIGUSR2 lets it go on."""
    loop = asyncio.get_running_loop()
    asked = False

    def end() -> None:
        nonlocal asked
        if asked:
            population.hurry()
        else:
            console.print("Finishing what is under way; Ctrl-C again gives it up until the next start.")
            population.stop()
        asked = True

    handlers: dict[signal.Signals, Callable[[], None]] = {
        signal.SIGINT: end, signal.SIGTERM: end, signal.SIGUSR1: lambda: population.order_pause(True),
        signal.SIGUSR2: lambda: population.order_pause(False),
    }  # fmt: skip
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def keys_of(population: Population) -> Iterator[bool]:
    """`p` pauses and goes on, `q` ends, where a person sits at the terminal."""
    if not (sys.stdin.isatty() and is_screen()):
        yield False
        return
    handle = sys.stdin.fileno()
    former = termios.tcgetattr(handle)

    def pressed() -> None:
        match sys.stdin.read(1):
            case "p":
                population.order_pause(not population.is_paused)
            case "q":
                population.stop()
            case _:
                pass

    tty.setcbreak(handle)
    loop = asyncio.get_running_loop()
    loop.add_reader(handle, pressed)
    try:
        yield True
    finally:
        loop.remove_reader(handle)
        termios.tcsetattr(handle, termios.TCSADRAIN, former)
