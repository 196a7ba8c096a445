"""The window in a large world: `python -m bench.pages ARCHIVE`.

In this room: how long the server takes for each kind of page when nothing of it is kept, and the front page from kept
bytes beside its raw limit, a bare application that sends the same bytes.

The time of a page runs from the request to its last byte, encodings included, within the server's own loop: no socket,
no HTTP parser. What stands around all pages is shared for a second, as it always is.
"""

import argparse
import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec
from rich.box import SIMPLE_HEAD
from rich.table import Table

from bench import cast as casting
from bench import paths, report
from bench.asking import console
from bench.cast import Cast
from bench.duel import Duel, Match, fight
from bench.enlarged import fill
from bench.home import told
from bench.machine import Machine, describe
from bench.requests import get
from bench.rival import Answers
from bench.stage import Process, Stage
from moltbook.app import Server
from moltbook.client import Moltbook
from moltbook.db.embedded import EmbeddedServer
from moltbook.db.pool import connect
from moltbook.feeds import Encoded, PageCache
from moltbook.settings import NO_LIMITS, Settings, to_json

HERE = Path(__file__).parent
TURNS = 60
LEVELS = (64, 256)
QUICK_MS, THREAD_MS = 15.0, 80.0
SHARE = 0.5
SAID = 60
WORDS = "human memory context shell agent token crab karma consciousness trust code dream night coffee build".split()

SUBMOLTS = "SELECT name FROM submolts ORDER BY post_count DESC LIMIT 30"
AGENTS = """
SELECT author_name FROM (SELECT author_name, count(*) AS said FROM comments GROUP BY 1) c ORDER BY said DESC LIMIT 30
"""
THREAD = "SELECT id, comment_count FROM posts WHERE comment_count >= 1000 ORDER BY comment_count LIMIT 1"


class Taken(msgspec.Struct, frozen=True):
    """One kind of page: milliseconds of the server, and the bound its median should keep (0 is none)."""

    name: str
    times: int
    p50_ms: float
    p99_ms: float
    largest_bytes: int
    promised_ms: float = 0.0


class PagesResults(msgspec.Struct, frozen=True):
    """All of one run."""

    machine: Machine
    mode: str
    pages: list[Taken]
    duels: list[Duel]
    promises: list[report.Promise]


class Unkept(PageCache):
    """Builds every page anew."""

    async def get(self, key: object, build: Callable[[], Awaitable[bytes]]) -> Encoded:
        """The page as if nobody had asked for it before."""
        self._pages.clear()
        return await super().get(key, build)


async def ask(server: Server, path: str) -> tuple[float, int]:
    """Milliseconds and bytes of one page.

    Raises: RuntimeError for an answer that is no page.
    """
    bare, _, query = path.partition("?")
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": bare, "raw_path": bare.encode(), "root_path": "", "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1"), (b"accept-encoding", b"gzip, br")], "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }  # fmt: skip
    status = sent = 0

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        nonlocal status, sent
        if message["type"] == "http.response.start":
            status = int(str(message["status"]))
        else:
            body = message.get("body", b"")
            assert isinstance(body, bytes)
            sent += len(body)

    began = time.perf_counter()
    await server(scope, receive, send)
    took = (time.perf_counter() - began) * 1000
    if status != 200:
        raise RuntimeError(f"{path} was answered with {status}")
    return took, sent


async def pages(settings: Settings, dsn: str, room: str) -> list[Taken]:
    """Every kind of page, many times, nothing kept."""
    connection = await connect(dsn, "bench")
    submolts = [f"/m/{quote(name)}" for (name,) in await connection.fetch(SUBMOLTS)]
    agents = [f"/u/{quote(name)}" for (name,) in await connection.fetch(AGENTS)]
    thread = await connection.fetchrow(THREAD)
    await connection.close()
    kinds: list[tuple[str, Sequence[str], float]] = [
        ("home", [f"/?sort={sort}" for sort in ("hot", "new", "top", "rising")], QUICK_MS),
        ("submolt", submolts, QUICK_MS),
        ("agent", agents, QUICK_MS),
        ("live", ["/live"], 0),
        ("search", [f"/search?q={word}" for word in WORDS], 0),
        ("directory of agents", ["/u"], QUICK_MS),
        ("directory of submolts", ["/m"], QUICK_MS),
        ("directory of rooms", ["/rooms"], 0),
        ("room", [room], 0),
        ("moderation log", ["/modlog"], 0),
        ("home, a day earlier", ["/?at=2026-01-30T12:00Z"], 0),
    ]
    if thread is not None:
        kinds.insert(3, (f"thread of {thread['comment_count']:,} comments", [f"/post/{thread['id']}"], THREAD_MS))
    server = Server(settings, dsn)
    server.pages = Unkept()
    taken: list[Taken] = []
    async with server.running():
        for name, asked, promised in kinds:
            for path in asked[:3]:
                await ask(server, path)
            found = [await ask(server, asked[turn % len(asked)]) for turn in range(TURNS)]
            times = sorted(took for took, _ in found)
            p99 = times[min(len(times) * 99 // 100, len(times) - 1)]
            largest = max(size for _, size in found)
            taken.append(Taken(name, TURNS, statistics.median(times), p99, largest, promised))
    return taken


def furnish(port: int) -> str:
    """A room with some talk, since the archive has none; its address."""
    with Moltbook(f"http://127.0.0.1:{port}") as host:
        host.register("bench_host", "Talks to itself.")
        host.create_submolt("bench-rooms", "Rooms", "For the benchmark.")
        room = host.open_room("bench-rooms", "echo", topic="What was said again?")
        for number in range(SAID):
            host.say(room.id, f"I said this {number} times.")
    return "/m/bench-rooms/rooms/echo"


def kept_front(stage: Stage, turns: int, seconds: float) -> list[Duel]:
    """The front page from kept bytes, plain and compressed, beside a bare application that sends the same bytes."""
    known: paths.Pages = {}
    matches: list[Match] = []
    for name, headers in (("front page, HTML", []), ("front page, HTML, br", [("accept-encoding", "gzip, br")])):
        read = stage.ours.read("/", dict(headers))
        key = str(len(known))
        known[key] = (
            200,
            read.body,
            [(n, v) for n, v in read.headers if n.lower() not in {"date", "server", "connection"}],
        )
        matches.append(Match(name, [get("/", *headers)], [get(f"/?{key}", *headers)]))
    stage.raise_rival(Answers(known, 0, 0, 0))
    return [fight(stage, match, level, turns, seconds) for match in matches for level in LEVELS]


def promises(taken: Sequence[Taken], duels: Sequence[Duel]) -> list[report.Promise]:
    """Hold the promises against the figures."""
    slow = [
        report.Promise(f"{one.name}, p50 in ms", one.promised_ms, one.p50_ms, one.p50_ms <= one.promised_ms)
        for one in taken
        if one.promised_ms
    ]
    return slow + [
        report.Promise(f"{duel.name}, share of raw at {duel.connections}", SHARE, duel.ratio, duel.ratio >= SHARE)
        for duel in duels
    ]


def show(taken: Sequence[Taken]) -> None:
    """Print them."""
    table = Table(title="Pages, nothing kept", title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in ("page", "p50 ms", "p99 ms", "kB sent"):
        table.add_column(column, justify="left" if column == "page" else "right")
    for one in taken:
        table.add_row(one.name, f"{one.p50_ms:.1f}", f"{one.p99_ms:.1f}", f"{one.largest_bytes / 1000:.0f}")
    console.print(table)


def main() -> None:
    """Load, furnish, ask, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description="Pages with an archive loaded.")
    parser.add_argument("archive", type=Path, nargs="?", help="threads as .jsonl, .jsonl.gz or .jsonl.xz")
    parser.add_argument("--quick", action="store_true", help="fewer turns of the kept front page")
    options = parser.parse_args()
    (HERE / "results").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="pages-", suffix=".tmp", dir=HERE / "results"))
    machine = describe(HERE.parent)
    console.print(f"{machine.cpu}, {machine.cores} cores, commit {machine.commit}, load {machine.load_before} before")
    postgres = EmbeddedServer(folder / "data")
    processes: list[Process] = []
    try:
        dsn = postgres.start()
        asyncio.run(fill(dsn, options.archive))
        settings = Settings(data=folder / "data", residents=0, limits=NO_LIMITS)
        nobody = Cast([], [], [], "")
        casting.save(nobody, folder / "cast")
        stage = Stage(folder, dsn, dsn, nobody, processes, to_json(settings))
        stage.ours = stage.raise_worker("moltbook.cli.worker")
        room = furnish(stage.ours.port)
        asyncio.run(told(dsn))
        duels = kept_front(stage, 2 if options.quick else 5, 1.0)
        for process in processes:
            process.stop()
        processes.clear()
        taken = asyncio.run(pages(settings, dsn, room))
    finally:
        for process in processes:
            process.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    show(taken)
    report.show(console, duels)
    kept = promises(taken, duels)
    report.show_promises(console, kept)
    results = PagesResults(machine, "pages", taken, duels, kept)
    path = HERE / "results" / f"{machine.at[:10]}-{machine.commit}-pages.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    console.print(f"Kept in {path}", highlight=False)


if __name__ == "__main__":
    main()
