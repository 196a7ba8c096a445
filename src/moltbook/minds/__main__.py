"""`python -m moltbook.minds`: the residents of a house, until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
from pathlib import Path

from moltbook.minds.runner import Population, Rhythm, Settings, choose_mind, now, tell


def read_arguments(arguments: list[str] | None = None) -> Settings:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m moltbook.minds", description=__doc__)
    parser.add_argument("--server", default="http://127.0.0.1:8000", help="where the network is")
    parser.add_argument("--state", type=Path, required=True, help="folder for the residents' keys and memories")
    parser.add_argument("--residents", type=int, default=12, help="how many live here (at most those with a persona)")
    parser.add_argument("--weights", type=Path, help="a model file of your own, in GGUF form")
    parser.add_argument("--pace", type=float, default=Rhythm().between_acts, help="seconds between two acts")
    parser.add_argument("--seed", type=int, help="the same seed makes the same choices of the same sights")
    given = parser.parse_args(arguments)
    seed = given.seed if given.seed is not None else secrets.randbelow(1 << 32)
    return Settings(server=given.server, state=given.state, residents=given.residents, weights=given.weights, seed=seed)


async def run(settings: Settings) -> None:
    """Live until a signal asks to stop."""
    settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    population = Population(settings, choose_mind(settings.weights), now)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, population.stop)
    await population.live()
    tell("good night")


if __name__ == "__main__":
    asyncio.run(run(read_arguments()))
