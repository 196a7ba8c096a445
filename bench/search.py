"""Search with a real archive loaded: `python -m bench.search ARCHIVE`.

In this room: a world made of an archive and its copies; questions taken from its own words; the times of
the answers, for one caller and for several at once.

Two measures stand beside each other: the whole way over HTTP, and the bare SQL of the words alone on one connection,
without meanings, merging or reading what was found.
"""

import argparse
import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from urllib.parse import quote

from bench.asking import ask, console, tell
from bench.enlarged import fill
from bench.machine import describe
from bench.stage import Process
from moltbook.db.embedded import EmbeddedServer
from moltbook.db.pool import connect
from moltbook.search import SearchIndex
from moltbook.settings import NO_LIMITS, Settings, to_json

HERE = Path(__file__).parent
SEED = 20260131
P50_MS, P99_MS = 30.0, 150.0

LAG = "SELECT (SELECT seq FROM log_head) - coalesce((SELECT seq FROM readers WHERE name = $1), 0)"
SAMPLE = "SELECT title FROM posts WHERE length(title) BETWEEN 12 AND 120 ORDER BY md5(id::text) LIMIT 400"
COMMONEST = """
SELECT word FROM ts_stat('SELECT to_tsvector(''simple'', left(content, 300)) FROM posts')
WHERE length(word) > 3 ORDER BY ndoc DESC LIMIT 40
"""
BARE = """
SELECT id FROM search_items WHERE words @@ websearch_to_tsquery('english', $1) ORDER BY created_at DESC LIMIT 20
"""


def questions(titles: Sequence[str], commonest: Sequence[str], count: int) -> dict[str, list[str]]:
    """Questions of each sort, the same each time."""
    random = Random(SEED)
    words = [found for title in titles if len(found := re.findall(r"\w{3,}", title)) >= 3]

    def some(length: int) -> str:
        chosen = random.choice([w for w in words if len(w) >= length])
        start = random.randrange(len(chosen) - length + 1)
        return " ".join(chosen[start : start + length])

    return {
        "one word": [some(1) for _ in range(count)],
        "two words": [some(2) for _ in range(count)],
        "a whole title": [random.choice(titles) for _ in range(count)],
        "the commonest words": [random.choice(commonest) for _ in range(count)],
        "two common words, quoted": [
            f'"{random.choice(commonest)} {random.choice(commonest)}"' for _ in range(count // 2)
        ],
        "several common, any": [" OR ".join(random.sample(list(commonest), 4)) for _ in range(count // 2)],
        "stop words": ["the and of it", "what is this"] * (count // 20),
    }


def requests_of(asked: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
    """The questions as requests."""
    return [(f"/search?q={quote(question)}", {}) for question in asked]


async def prepare(dsn: str, archive: Path | None, posts: int, items: int) -> tuple[list[str], list[str]]:
    """Fill the world; returns titles and its commonest words."""
    await fill(dsn, archive, posts, items)
    connection = await connect(dsn, "bench")
    try:
        titles = [row[0] for row in await connection.fetch(SAMPLE)]
        return titles, [row[0] for row in await connection.fetch(COMMONEST)]
    finally:
        await connection.close()


async def indexed(dsn: str) -> float:
    """Wait until the index has everything; returns the seconds that took."""
    began = time.monotonic()
    connection = await connect(dsn, "bench")
    try:
        while (lag := await connection.fetchval(LAG, SearchIndex.name)) > 0:
            console.print(f"  {lag:,} events to index", end="\r")
            await asyncio.sleep(1)
        took = time.monotonic() - began
        await connection.execute("VACUUM ANALYZE search_items")
        return took
    finally:
        await connection.close()


async def bare(dsn: str, asked: Sequence[str]) -> list[float]:
    """The raw limit: the SQL of the words alone."""
    connection = await connect(dsn, "bench")
    took: list[float] = []
    try:
        await connection.execute("SET plan_cache_mode = force_custom_plan")
        for question in asked:
            began = time.perf_counter()
            await connection.fetch(BARE, question)
            took.append((time.perf_counter() - began) * 1000)
        return took
    finally:
        await connection.close()


def main() -> None:
    """Load, index, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description="Search with an archive loaded.")
    parser.add_argument("archive", type=Path, nargs="?", help="threads as .jsonl, .jsonl.gz or .jsonl.xz")
    parser.add_argument("--data", type=Path, help="a data folder to keep, or one that was kept")
    parser.add_argument("--posts", type=int, default=0, help="posts there should be at least")
    parser.add_argument("--items", type=int, default=200_000, help="posts and comments there should be at least")
    parser.add_argument("--questions", type=int, default=200, help="questions of each sort")
    options = parser.parse_args()
    (HERE / "results").mkdir(exist_ok=True)
    folder = options.data or Path(tempfile.mkdtemp(prefix="search-", suffix=".tmp", dir=HERE / "results"))
    machine = describe(HERE.parent)
    console.print(f"{machine.cpu}, {machine.cores} cores, commit {machine.commit}, load {machine.load_before} before")
    server = EmbeddedServer(folder)
    ours = None
    try:
        dsn = server.start()
        titles, commonest = asyncio.run(prepare(dsn, options.archive, options.posts, options.items))
        settings = Settings(data=folder, residents=0, limits=NO_LIMITS)
        ours = Process("moltbook.cli.worker", {"MOLTBOOK_SETTINGS": to_json(settings), "MOLTBOOK_DSN": dsn})
        ours.await_ready("/api/v1/health")
        console.print(f"indexed in {asyncio.run(indexed(dsn)):.0f} s")
        _measure(dsn, ours.port, questions(titles, commonest, options.questions))
    finally:
        if ours is not None:
            ours.stop()
        server.stop()
        if options.data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _measure(dsn: str, port: int, asked: dict[str, list[str]]) -> None:
    ask(port, requests_of([question for some in asked.values() for question in some[:5]]))
    console.print("Times in ms over HTTP, one caller:")
    everything: list[float] = []
    for name, some in asked.items():
        took = ask(port, requests_of(some))
        tell(name, took, P50_MS, P99_MS)
        everything += took
    tell("all of these", everything, P50_MS, P99_MS)
    mixture = [question for some in asked.values() for question in some]
    Random(SEED).shuffle(mixture)
    for callers in (4, 16):
        with ThreadPoolExecutor(callers) as threads:
            parts = [mixture[n::callers] for n in range(callers)]
            began = time.monotonic()
            took = [ms for part in threads.map(lambda p: ask(port, requests_of(p)), parts) for ms in part]
            tell(f"all, {callers} callers", took, P50_MS, P99_MS)
            console.print(f"  {len(mixture) / (time.monotonic() - began):,.0f} searches a second")
    tell("raw limit: SQL, words alone", asyncio.run(bare(dsn, mixture)))


if __name__ == "__main__":
    main()
