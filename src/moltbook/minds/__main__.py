"""`python -m moltbook.minds`: the residents of a house, until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import sys
from pathlib import Path

from moltbook.minds.beside import RESIDENTS_FILE
from moltbook.minds.runner.founding import Request, founded, residents
from moltbook.minds.store import StoreTrouble
from moltbook.minds.takeover import take_over


def read_arguments(arguments: list[str] | None = None) -> Request:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m moltbook.minds", description=__doc__)
    parser.add_argument("--server", default="http://127.0.0.1:8000", help="where the network is")
    parser.add_argument("--state", type=Path, required=True, help="folder for the residents' keys and memories")
    parser.add_argument("--residents", type=int, default=24, help="how many live here (at most those with a persona)")
    parser.add_argument("--weights", type=Path, help="a model file of your own, in GGUF form")
    parser.add_argument("--seed", type=int, help="the same seed makes the same choices of the same sights")
    given = parser.parse_args(arguments)
    seed = given.seed if given.seed is not None else secrets.randbelow(1 << 32)
    return residents(given.server, given.state / RESIDENTS_FILE, given.residents, seed, given.weights)


def tell(line: str) -> None:
    """One line about the residents, for the operator; what cannot be printed safely is not printed."""
    safe = "".join(c if c.isprintable() else " " for c in line)
    sys.stderr.write(f"residents: {safe}\n")
    sys.stderr.flush()


async def run(request: Request) -> None:
    """Live until a signal asks to stop."""
    await take_over(request.state, request.state.parent, tell)
    async with founded(request, tell) as population:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, population.stop)
        await population.live()
    tell("good night")


def main() -> int:
    """Run, or say why not."""
    try:
        asyncio.run(run(read_arguments()))
    except StoreTrouble as trouble:
        tell(f"{trouble.message} {trouble.hint}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
