"""Coming home in a large world: `python -m bench.home ARCHIVE`.

In this room: an archive copied until it holds 200,000 posts, members who live in it and follow one another, and the
times of their check-ins and notifications, for one caller and for several at once.

The raw limit of each is its SQL alone, on one connection of the same PostgreSQL: no HTTP, no key, no JSON.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

from bench import cast as casting
from bench.asking import ask, console, tell
from bench.cast import Cast, Member, Size
from bench.enlarged import fill
from bench.machine import describe
from bench.stage import Process
from moltbook.app import READERS, open_house
from moltbook.db.embedded import EmbeddedServer
from moltbook.db.pool import connect
from moltbook.follows import Follow
from moltbook.home.queries import CHECK_IN, HOME
from moltbook.kernel.clock import system_clock
from moltbook.kernel.ids import AgentId
from moltbook.notifications.queries import PAGE
from moltbook.search import SearchIndex
from moltbook.settings import NO_LIMITS, Settings, to_json

HERE = Path(__file__).parent
SEED = 20260131
POSTS = 200_000
FOLLOWED = 20
P50_MS = 15.0
LAG = """
SELECT (SELECT seq FROM log_head) - min(coalesce(r.seq, 0))
FROM unnest($1::text[]) AS n(name)
LEFT JOIN readers r USING (name)
"""

Args = Callable[[Member], tuple[Any, ...]]
# What is asked over HTTP, and the same as SQL.
PATHS: dict[str, tuple[str, str, Args]] = {
    "/home": ("/home", HOME, lambda m: (m.id, system_clock())),
    "/home, lean": ("/home?budget=2000", CHECK_IN, lambda m: (m.id, None, 800, system_clock())),
    "/notifications": ("/notifications?limit=25", PAGE, lambda m: (m.id, 2**62, 0, None, False, 26, 0)),
}


async def settle_in(settings: Settings, dsn: str) -> Cast:
    """Members who write, vote and follow twenty others."""
    cast = await casting.fill(settings, dsn, Size(), SEED)
    random = Random(SEED)
    async with open_house(settings, dsn) as house:
        for member in cast.members:
            others = [other for other in random.sample(cast.members, FOLLOWED + 1) if other.id != member.id]
            acts = [Follow(AgentId(member.id), AgentId(other.id), True) for other in others[:FOLLOWED]]
            await asyncio.gather(*(house.committer.do(act) for act in acts))
    return cast


async def told(dsn: str) -> None:
    """Wait until all readers but the search index are done."""
    connection = await connect(dsn, "bench")
    try:
        names = [reader.name for reader in READERS if reader is not SearchIndex]
        while (lag := await connection.fetchval(LAG, names)) > 0:
            console.print(f"  {lag:,} events to read ", end="\r")
            await asyncio.sleep(1)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def bare(dsn: str, sql: str, asked: Sequence[tuple[Any, ...]]) -> list[float]:
    """The raw limit: the SQL alone."""
    connection = await connect(dsn, "bench")
    took: list[float] = []
    try:
        for args in asked:
            began = time.perf_counter()
            await connection.fetch(sql, *args)
            took.append((time.perf_counter() - began) * 1000)
        return took
    finally:
        await connection.close()


def requests_of(path: str, members: Sequence[Member]) -> list[tuple[str, dict[str, str]]]:
    """The same question by each member."""
    return [(path, {"Authorization": f"Bearer {member.key}"}) for member in members]


def main() -> None:
    """Load, live, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.home", description="Check-ins with an archive loaded.")
    parser.add_argument("archive", type=Path, nargs="?", help="threads as .jsonl, .jsonl.gz or .jsonl.xz")
    parser.add_argument("--posts", type=int, default=POSTS, help="posts there should be at least")
    options = parser.parse_args()
    (HERE / "results").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="home-", suffix=".tmp", dir=HERE / "results"))
    machine = describe(HERE.parent)
    console.print(f"{machine.cpu}, {machine.cores} cores, commit {machine.commit}, load {machine.load_before} before")
    server = EmbeddedServer(folder)
    ours = None
    try:
        dsn = server.start()
        asyncio.run(fill(dsn, options.archive, options.posts if options.archive else 0))
        settings = Settings(data=folder, residents=0, limits=NO_LIMITS, search=False)
        cast = asyncio.run(settle_in(settings, dsn))
        ours = Process("moltbook.cli.worker", {"MOLTBOOK_SETTINGS": to_json(settings), "MOLTBOOK_DSN": dsn})
        ours.await_ready("/api/v1/health")
        asyncio.run(told(dsn))
        _measure(dsn, ours.port, cast.members)
    finally:
        if ours is not None:
            ours.stop()
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _measure(dsn: str, port: int, members: Sequence[Member]) -> None:
    for path, _, _ in PATHS.values():
        ask(port, requests_of(path, members[:50]))
    console.print("Times in ms; raw: the SQL alone on one connection")
    for name, (path, sql, args) in PATHS.items():
        asked = requests_of(path, members)
        tell(f"{name}, one caller", ask(port, asked), P50_MS)
        tell("  raw", asyncio.run(bare(dsn, sql, [args(member) for member in members])))
        with ThreadPoolExecutor(16) as threads:
            parts = [asked[n::16] for n in range(16)]
            began = time.monotonic()
            took = [ms for part in threads.map(lambda part: ask(port, part), parts) for ms in part]
            tell(f"{name}, 16 callers", took)
            console.print(f"  {len(members) / (time.monotonic() - began):,.0f} a second")


if __name__ == "__main__":
    main()
