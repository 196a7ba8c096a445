"""A world at scale: `python -m bench.world`.

In this room: a world of a million agents grown through the bulk door, what that took, and the times of its pages beside
those of the same society with 10,000 agents. Nothing here is read from kept bytes: later pages of feeds, threads,
profiles, check-ins, one caller at a time.

The raw limit is the same lines as rows and events by grouped inserts without a rule (bare).
"""

import argparse
import asyncio
import contextlib
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import msgspec
from rich.box import SIMPLE_HEAD
from rich.table import Table

from bench import bare, report
from bench.asking import ask, console
from bench.machine import Machine, describe
from bench.report import Promise
from bench.stage import Process, Read
from moltbook.agents import IssueKey
from moltbook.app import open_house
from moltbook.cli.growing import Figures
from moltbook.cli.sending import source_of
from moltbook.cli.world import SOCIETY
from moltbook.db.embedded import EmbeddedServer
from moltbook.db.migrate import upgrade
from moltbook.house import ALL_SCOPES
from moltbook.kernel.ids import AgentId
from moltbook.settings import NO_LIMITS, Settings, to_json

HERE = Path(__file__).parent
AGENTS, ACTS, FEW = 1_000_000, 10_000_000, 10_000
RAW_ACTS = 300_000
ASKED = 200
CALLERS = 40
PAGES = 60
TURNS = 5
GIB = 2**30
MOVE_ON = "from moltbook.cli.main import main; main()"

# Chosen by what they do and not by where they lie: any agent, and any post that somebody answered.
ANY_AGENTS = "SELECT id, name FROM agents WHERE posts_count + comments_count > 0 ORDER BY md5(id::text) LIMIT $1"
ANY_POSTS = "SELECT id FROM posts WHERE comment_count > 0 AND deleted_at IS NULL ORDER BY md5(id::text) LIMIT $1"
SUBMOLTS = "SELECT name FROM submolts WHERE post_count >= 50 ORDER BY post_count DESC LIMIT 20"

Asked = list[tuple[str, dict[str, str]]]


class Taken(msgspec.Struct, frozen=True):
    """The milliseconds of one kind of page, in the large world and in the small one."""

    name: str
    p50_ms: float
    p99_ms: float
    few_p50_ms: float
    few_p99_ms: float


class Results(msgspec.Struct, frozen=True):
    """All of one run."""

    machine: Machine
    source: str
    agents: int
    acts: int
    figures: Figures
    raw_agents_per_second: float
    raw_acts_per_second: float
    pages: list[Taken]
    promises: list[Promise]


@contextlib.contextmanager
def folder(name: str) -> Iterator[Path]:
    """A place beside the results, gone afterwards; the suffix is ignored by git."""
    made = Path(tempfile.mkdtemp(prefix=f"{name}-", suffix=".tmp", dir=HERE / "results"))
    try:
        yield made / "world"
    finally:
        shutil.rmtree(made, ignore_errors=True)


def grow(data: Path, options: argparse.Namespace, agents: int, acts: int) -> Figures:
    """The command itself, as anybody runs it."""
    words = ["world", "--agents", agents, "--acts", acts, "--seed", options.seed, "--data", data]
    words += ["--port", options.port, "--source", options.source, "--json"]
    command = [sys.executable, "-c", MOVE_ON, *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(done.stdout, type=Figures)


@contextlib.contextmanager
def served(data: Path) -> Iterator[tuple[Process, dict[str, Asked]]]:
    """A world with its server, and what to ask it."""
    postgres = EmbeddedServer(data)
    settings = Settings(data=data, residents=0, limits=NO_LIMITS, search=False)
    server = None
    try:
        dsn = postgres.start()
        agents, posts, submolts, keys = asyncio.run(_choose(settings, dsn))
        server = Process("moltbook.cli.worker", {"MOLTBOOK_SETTINGS": to_json(settings), "MOLTBOOK_DSN": dsn})
        server.await_ready("/api/v1/health")
        mine = [{"Authorization": f"Bearer {key}"} for key in keys]
        yield (
            server,
            {
                "feed, hot": _pages(server, "/posts?sort=hot"),
                "feed, new": _pages(server, "/posts?sort=new"),
                "submolt feed": [
                    at for name in submolts for at in _pages(server, f"/posts?submolt={name}", PAGES // 10)
                ],
                "thread": [(f"/posts/{post}/comments", {}) for post in posts],
                "profile": [(f"/agents/profile?name={quote(name)}", {}) for name in agents],
                "home": [("/home", mine[n % len(mine)]) for n in range(ASKED)],
                "home, lean": [("/home?budget=2000", mine[n % len(mine)]) for n in range(ASKED)],
            },
        )
    finally:
        if server is not None:
            server.stop()
        postgres.stop()


def read(many: Path, few: Path) -> list[Taken]:
    """The milliseconds of each kind of page in both worlds, in turns: machines are noisy for seconds at a time."""
    with served(many) as large, served(few) as small:
        for server, asked in (large, small):
            # Once to warm it, then what counts.
            for paths in asked.values():
                ask(server.port, paths)
        found = []
        for name in large[1]:
            took: tuple[list[float], list[float]] = ([], [])
            for turn in range(TURNS):
                for (server, asked), into in zip((large, small), took, strict=True):
                    into.extend(ask(server.port, asked[name][turn::TURNS]))
            if took[0] and took[1]:
                found.append(Taken(name, *_quantiles(took[0]), *_quantiles(took[1])))
        return found


async def _choose(settings: Settings, dsn: str) -> tuple[list[str], list[str], list[str], list[str]]:
    async with open_house(settings, dsn) as house:
        agents = await house.pool.fetch(ANY_AGENTS, ASKED)
        posts = [str(row["id"]) for row in await house.pool.fetch(ANY_POSTS, ASKED)]
        submolts = [row["name"] for row in await house.pool.fetch(SUBMOLTS)]
        keys = [house.keyring.new_key() for _ in agents[:CALLERS]]
        for agent, key in zip(agents, keys, strict=False):
            act = IssueKey(AgentId(str(agent["id"])), house.keyring.digest(key), "bench", ALL_SCOPES)
            await house.committer.do(act)
    return [row["name"] for row in agents], posts, submolts, keys


def _pages(server: Process, path: str, count: int = PAGES) -> Asked:
    """Later pages of a feed, none of which is kept as bytes."""
    found: Asked = []
    at = path
    for _ in range(count):
        cursor = _cursor_of(server.read(f"/api/v1{at}"))
        if cursor is None:
            break
        at = f"{path}&cursor={cursor}"
        found.append((at, {}))
    return found


def _cursor_of(answer: Read) -> str | None:
    class Page(msgspec.Struct):
        next_cursor: str | None

    return msgspec.json.decode(answer.body, type=Page).next_cursor


def raw_limit(options: argparse.Namespace, agents: int, acts: int) -> tuple[float, float]:
    """Agents and acts a second without a rule, on an empty database of the same kind."""
    with folder("bare") as data:
        postgres = EmbeddedServer(data)
        try:
            dsn = postgres.start()
            asyncio.run(upgrade(dsn))
            now = datetime.now(UTC).replace(microsecond=0)
            lines = source_of(options.source)(agents, acts, options.seed, now, skip=0)
            return bare.raw_limit(dsn, lines, agents)
        finally:
            postgres.stop()


def _quantiles(took: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(took)
    return round(statistics.median(ordered), 3), round(ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)], 3)


def promises(figures: Figures, pages: Sequence[Taken]) -> list[Promise]:
    """What a world of a million was asked to keep, and what was measured."""
    kept = [
        _at_most("seconds to register a million", 360, 1_000_000 / (figures.agents_per_second or 1)),
        Promise("acts a second", 8000, figures.acts_per_second, figures.acts_per_second >= 8000),
        _at_most("server, GiB", 1.5, figures.server_bytes / GIB),
        _at_most("runner, GiB", 3, figures.runner_bytes / GIB),
    ]
    for page in pages:
        kept.append(_at_most(f"{page.name}, p50 beside few agents", 1.5, page.p50_ms / page.few_p50_ms))
        kept.append(_at_most(f"{page.name}, p99 beside few agents", 3, page.p99_ms / page.few_p99_ms))
    return kept


def _at_most(what: str, promised: float, measured: float) -> Promise:
    return Promise(what, promised, round(measured, 3), measured <= promised)


def show(results: Results) -> None:
    """Print it."""
    figures = results.figures
    table = Table(title="Growing", title_justify="left", box=SIMPLE_HEAD)
    for column in ("", "ours/s", "raw/s", "share", "CPU µs"):
        table.add_column(column, justify="right" if column else "left")
    spent = (figures.server_cpu_seconds, figures.postgres_cpu_seconds, figures.runner_cpu_seconds)
    each = " + ".join(f"{seconds * 1e6 / max(figures.agents + figures.acts, 1):.0f}" for seconds in spent)
    for name, ours, raw in (
        ("agents", figures.agents_per_second, results.raw_agents_per_second),
        ("acts", figures.acts_per_second, results.raw_acts_per_second),
    ):
        table.add_row(name, f"{ours:,.0f}", f"{raw:,.0f}", f"{ours / raw:.2f}", each if name == "acts" else "")
    console.print(table)
    console.print("CPU: server + PostgreSQL + runner a line, all readers of the log included")
    console.print(f"Readers caught up {figures.reading_seconds:,.0f} s later; refused: {figures.refused or 'nothing'}")
    table = Table(title="Pages, ms", title_justify="left", box=SIMPLE_HEAD)
    for column in ("", "p50", "p99", f"p50 of {FEW:,}", f"p99 of {FEW:,}"):
        table.add_column(column, justify="right" if column else "left")
    for page in results.pages:
        numbers = (page.p50_ms, page.p99_ms, page.few_p50_ms, page.few_p99_ms)
        table.add_row(page.name, *(f"{number:.1f}" for number in numbers))
    console.print(table)
    report.show_promises(console, results.promises)


def main() -> None:
    """Grow both, read both, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.world", description="A million agents, and their pages.")
    parser.add_argument("--agents", type=int, default=AGENTS)
    parser.add_argument("--acts", type=int, default=ACTS)
    parser.add_argument("--few", type=int, default=FEW, help="agents of the small world; its acts are in proportion")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8317)
    parser.add_argument("--source", default=SOCIETY, help="MODULE:FUNCTION; bench.crowd:world is the plain workload")
    options = parser.parse_args()
    (HERE / "results").mkdir(exist_ok=True)
    machine = describe(HERE.parent)
    console.print(f"{machine.cpu}, {machine.cores} cores, commit {machine.commit}, load {machine.load_before} before")
    per_agent = options.acts / options.agents
    raw = raw_limit(options, options.agents // 10, min(RAW_ACTS, options.acts))
    with folder("few") as few, folder("many") as many:
        grow(few, options, options.few, int(options.few * per_agent))
        figures = grow(many, options, options.agents, options.acts)
        pages = read(many, few)
    kept = promises(figures, pages)
    results = Results(machine, options.source, options.agents, options.acts, figures, *raw, pages, kept)
    show(results)
    path = HERE / "results" / f"{machine.at[:10]}-{machine.commit}-world.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    console.print(f"Kept in {path.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
