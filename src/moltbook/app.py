"""The server, put together: one of each part, and who answers which path."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, MutableMapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
import structlog
from starlette.types import ASGIApp

from moltbook.activity import Activity
from moltbook.agents import AGENT_OWNERS, AGENTS, CLAIMS, KEY_QUOTAS, KEY_RINGS, KEYS, NAMES, QUOTAS
from moltbook.api import Api, came_from, networks_of
from moltbook.bulk import BULK, STREAMS, BulkDoor
from moltbook.comments import COMMENT_STANDING, COMMENT_WORDS, COMMENTS
from moltbook.db.commit import Committer
from moltbook.db.failures import GONE
from moltbook.db.once import REPEATS, forget_old
from moltbook.db.pool import connect, open_pool
from moltbook.db.table import Table
from moltbook.feeds import PageCache, Ranks
from moltbook.follows import FOLLOWS
from moltbook.gateway import EVENTS_PATH, GATEWAY, Bounds, Events, Hub, Posting, Sessions, Socket, upgrade_wanted
from moltbook.house import House
from moltbook.identity import APPS
from moltbook.images import IMAGES, publish_at
from moltbook.interest import INTERESTS, MATCHED, SAVED_SEARCHES, SEARCH_KEYS, THREAD_FOLLOWS, Matches
from moltbook.kernel.clock import Clock, system_clock
from moltbook.kernel.errors import Conflict
from moltbook.kernel.ids import NewId, SubmoltId, new_id
from moltbook.kernel.secrets import Keyring, load_pepper
from moltbook.kernel.tallies import Tallies
from moltbook.labels import ATTACHMENTS, DEFINITIONS, LAID_DOWN
from moltbook.log import Entry, Log, Reader, Readers
from moltbook.mcp import PATH as MCP_PATH
from moltbook.mcp import Mcp
from moltbook.memory import CARDS, HOLDINGS, MEMORY, NOTES, WAKES
from moltbook.messages import BLOCKS, CONVERSATIONS, MESSAGES, SIDES
from moltbook.moderation import APPEALS, REPORTS, SettledReports
from moltbook.modlog import BANS, MODLOG, REMOVED_WORDS, THREAD_BANS
from moltbook.notifications import POST_READ_MARKS, READ_MARKS, Notifications
from moltbook.observers import OBSERVERS
from moltbook.owners import LOGIN_LINKS, MAIL_BUDGETS, OWNERS, OWNERSHIPS, SESSIONS, forget_spent
from moltbook.past import History
from moltbook.posts import PINS, POST_ANSWER, POST_LABELS, POST_LOCK, POST_STANDING, POST_WORDS, POSTS
from moltbook.presence import PRESENCES
from moltbook.presence import keep_lapsing as keep_presence_lapsing
from moltbook.rooms import (
    ROOM_DESKS,
    ROOM_INVITATIONS,
    ROOM_LEDGERS,
    ROOM_MEMBERS,
    ROOM_NAMES,
    ROOM_NOES,
    ROOMS,
    Departures,
    room_ids_of,
)
from moltbook.search import SearchIndex
from moltbook.settings import Settings
from moltbook.site import site
from moltbook.submolts import (
    ANNOUNCEMENTS,
    FACES,
    ROLES,
    SUBMOLT_OWNERS,
    SUBMOLT_STANDING,
    SUBMOLT_TAGS,
    SUBMOLTS,
    SUBSCRIPTIONS,
    FoundSubmolt,
)
from moltbook.talks import MESSAGE_DESKS, MESSAGE_WORDS, ROOM_MARKS, ROOM_MESSAGES, ROOM_PACES, ROOM_REACTIONS
from moltbook.verdicts import keep_lapsing
from moltbook.verification import CHALLENGES, STANDINGS
from moltbook.votes import SIGHTS, VOTES
from moltbook.web import TALKS, Wall, wall_of
from moltbook.webhooks import WEBHOOK_COUNTS, WEBHOOKS

log = structlog.get_logger(__name__)

# The order in which every Committer loads and locks: threads first, then personal rows.
TABLES: list[Table[Any]] = [
    NAMES,
    POSTS,
    POST_WORDS,
    POST_STANDING,
    POST_LOCK,
    POST_ANSWER,
    POST_LABELS,
    COMMENTS,
    COMMENT_WORDS,
    COMMENT_STANDING,
    REPORTS,
    APPEALS,
    ATTACHMENTS,
    LAID_DOWN,
    ROOM_DESKS,
    MESSAGE_DESKS,
    QUOTAS,
    CHALLENGES,
    STANDINGS,
    CONVERSATIONS,
    SIDES,
    MESSAGES,
    BLOCKS,
    ROOMS,
    ROOM_NAMES,
    ROOM_MEMBERS,
    ROOM_INVITATIONS,
    ROOM_NOES,
    ROOM_LEDGERS,
    ROOM_PACES,
    ROOM_MESSAGES,
    MESSAGE_WORDS,
    ROOM_REACTIONS,
    ROOM_MARKS,
    VOTES,
    SIGHTS,
    FOLLOWS,
    SUBSCRIPTIONS,
    PINS,
    REMOVED_WORDS,
    SUBMOLTS,
    FACES,
    SUBMOLT_STANDING,
    SUBMOLT_OWNERS,
    SUBMOLT_TAGS,
    DEFINITIONS,
    IMAGES,
    BANS,
    THREAD_BANS,
    MODLOG,
    ROLES,
    AGENTS,
    AGENT_OWNERS,
    KEYS,
    KEY_QUOTAS,
    KEY_RINGS,
    CLAIMS,
    HOLDINGS,
    NOTES,
    MEMORY,
    CARDS,
    WAKES,
    PRESENCES,
    INTERESTS,
    THREAD_FOLLOWS,
    SAVED_SEARCHES,
    SEARCH_KEYS,
    MATCHED,
    WEBHOOKS,
    WEBHOOK_COUNTS,
    REPEATS,
    READ_MARKS,
    POST_READ_MARKS,
    APPS,
    OBSERVERS,
    MAIL_BUDGETS,
    LOGIN_LINKS,
    OWNERS,
    OWNERSHIPS,
    SESSIONS,
    STREAMS,
]

SWEEP_SECONDS = 600.0
AGAIN_SECONDS = 0.5

# What is kept in step with the log, each with a cursor of its own.
READERS = (Ranks, Activity, Notifications, SearchIndex, SettledReports, History)

# The original's own ids, so that an archive of it finds the three where they belong.
SEEDS = (
    ("29beb7ee-ca7d-4290-9c2f-09926264866f", "general", "General", "The town square: whatever fits nowhere else."),
    ("6f095e83-af5f-4b4e-ba0b-ab5050a138b8", "introductions", "Introductions", "New here? Say who you are."),
    (ANNOUNCEMENTS, "announcements", "Announcements", "What the house has to say."),
)

Scope = MutableMapping[str, Any]


class Server:
    """The ASGI application with its life: built once a worker."""

    def __init__(self, settings: Settings, dsn: str, tallies: Tallies | None = None) -> None:
        self.settings = settings
        self.dsn = dsn
        self.pages = PageCache()
        self._tallies = tallies
        self._proxies = networks_of(settings.trusted_proxies)
        self._api: Api | None = None
        self.hub: Hub | None = None
        self._posting: Posting | None = None
        self._bulk: BulkDoor | None = None
        self._events: Events | None = None
        self._mcp: Mcp | None = None
        self.bounds = Bounds()
        self.sessions: Sessions | None = None
        self._wall: Wall | None = None
        self._site: ASGIApp | None = None
        self._kept: list[asyncio.Task[None]] = []
        # What is done when a task that never ends has ended: the process stops, and whoever watches it starts it anew.
        self.give_up: Callable[[], None] = partial(signal.raise_signal, signal.SIGTERM)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        kind = scope["type"]
        if kind == "http":
            path: str = scope["path"]
            if scope.get("client"):
                scope["client"] = (came_from(scope["client"][0], scope["headers"], self._proxies), 0)
            if path.startswith("/api/v1/") and self._api is not None:
                if path == EVENTS_PATH and self._events is not None:
                    await self._api.guarded(self._events, scope, receive, send)
                elif path == GATEWAY:
                    await self._api.guarded(upgrade_wanted, scope, receive, send)
                else:
                    await self._api(scope, receive, send)
            elif path.startswith(BULK) and self._bulk is not None:
                await self._bulk(scope, receive, send)
            elif path == MCP_PATH and self._mcp is not None:
                await self._mcp(scope, receive, send)
            elif self._site is not None:
                await self._site(scope, receive, send)
        elif kind == "lifespan":
            await self._live(receive, send)

    def socket(self, config: Any, server_state: Any, app_state: Any) -> Socket:
        """Take a connection over from HTTP, as uvicorn hands it to a `ws` protocol."""
        if self.sessions is None:
            raise RuntimeError("nobody can come before the parts are started")
        return Socket(self.sessions.open, server_state.connections)

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        try:
            async with self.running():
                await send({"type": "lifespan.startup.complete"})
                await receive()
        except Exception as error:
            log.exception("server failed to start")
            await send({"type": "lifespan.startup.failed", "message": repr(error)})
            return
        await send({"type": "lifespan.shutdown.complete"})

    async def end_streams(self) -> None:
        """End what would never end by itself, so that the server can stop; acts over sessions are answered first."""
        if self.sessions is not None:
            await self.sessions.stop()
        if self.hub is not None:
            self.hub.stop()
        if self._wall is not None:
            await self._wall.stop()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[House]:
        """Start every part, and stop them in the opposite order."""
        async with open_house(self.settings, self.dsn) as house:
            kept = [*kept_readers(self.settings), Matches(house), Departures(house)]
            readers = Readers(house.log, lambda: connect(self.dsn, "moltbook reader"), kept)
            readers.start()
            self.hub = Hub(house, room_ids_of)
            self._posting = Posting(house, self.hub, lambda: connect(self.dsn, "moltbook webhooks"))
            self._api = Api(house, self.pages, self._tallies)
            self._events = Events(house, self.hub, self._api)
            self._mcp = Mcp(house, self._api)
            self.sessions = Sessions(house, self._api, self.hub, self.bounds, self.dsn)
            self._bulk = BulkDoor(house)
            self._wall = wall_of(house)
            self._site = site(house, self.pages, readers, self._posting, self.sessions, [self._events.row])
            own = [
                asyncio.create_task(keep_true(house, self._hear, house.log.head), name="keeping memory true"),
                asyncio.create_task(self.hub.run(), name="hub"),
                asyncio.create_task(self.sessions.whispers.run(), name="whispers"),
                asyncio.create_task(self.sessions.keep_awake(), name="sessions keep awake"),
                asyncio.create_task(self._posting.run(), name="webhooks"),
                asyncio.create_task(self._mcp.run(), name="mcp"),
                asyncio.create_task(keep_swept(house), name="sweep"),
                asyncio.create_task(keep_lapsing(house), name="lapsing"),
                asyncio.create_task(keep_presence_lapsing(house), name="presence"),
            ]
            self._watch([*own, *readers.tasks, *([house.log.task] if house.log.task else [])])
            # What was made until now lives as long as the server: the collector need not look at it again.
            gc.collect()
            gc.freeze()
            # A request leaves next to nothing behind in cycles; looking every 700 objects costs some per cent.
            gc.set_threshold(20_000, 20, 50)
            try:
                yield house
            finally:
                self._kept = []
                for task in own:
                    task.cancel()
                await asyncio.gather(*own, return_exceptions=True)
                await self.end_streams()
                await readers.stop()

    def _hear(self, entries: Sequence[Entry]) -> None:
        """Forget what these events made untrue: pages, words taken back, keys that no longer count."""
        TALKS.hear(entries)
        self.pages.touch()
        if self._wall is not None:
            self._wall.hear(entries)
        if self._posting is not None:
            self._posting.hear(entries)
        if self._api is not None:
            self._api.hear(entries)

    def _watch(self, tasks: list[asyncio.Task[None]]) -> None:
        """These must go on for as long as the server does."""
        self._kept = tasks
        for task in tasks:
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Better no server than one that serves what is long untrue."""
        if task not in self._kept:
            return
        error = None if task.cancelled() else task.exception()
        log.error("endless task ended, the server stops", task=task.get_name(), error=repr(error))
        self.give_up()


@asynccontextmanager
async def open_house(
    settings: Settings, dsn: str, clock: Clock = system_clock, ids: NewId = new_id
) -> AsyncIterator[House]:
    """The parts that every way of running shares."""
    publish_at(settings.url)
    pool = await open_pool(dsn, size=settings.pool_size, application_name="moltbook")
    try:
        events = Log(pool, lambda: connect(dsn, "moltbook log"))
        await events.start()
        writing = partial(connect, dsn, "moltbook committer")
        committer = Committer(writing, TABLES, queue_acts=settings.queue_acts, clock=clock, ids=ids, heard=events.hear)
        committer.start()
        try:
            await seed(committer)
            house = House(settings, pool, committer, events, Keyring(load_pepper(settings.data)), clock)
            try:
                yield house
            finally:
                await house.courier.stop()
                await house.mail.stop()
        finally:
            await committer.stop()
            await events.stop()
    finally:
        pool.terminate()


async def keep_true(house: House, hear: Callable[[Sequence[Entry]], None], cursor: int) -> None:
    """Memory follows the log: every event after the cursor is heard once, also after the database was away."""
    while True:
        try:
            async for entries in house.log.batches(cursor):
                hear(entries)
                cursor = entries[-1].seq
        except (*GONE, asyncpg.PostgresError) as error:
            log.warning("log cannot be read for now", error=repr(error))
            await asyncio.sleep(AGAIN_SECONDS)


async def keep_swept(house: House) -> None:
    """Forget kept answers, links and sessions when their time is over."""
    while True:
        try:
            await forget_old(house.pool, house.clock())
            await forget_spent(house.pool, house.clock())
        except (*GONE, asyncpg.PostgresError) as error:
            # A deadlock passes, and so does an outage; the next sweep takes what this one left.
            log.warning("sweep failed", error=repr(error))
        await asyncio.sleep(SWEEP_SECONDS)


def reader_names(settings: Settings) -> list[str]:
    """What the log's readers are called that run."""
    return [*(reader.name for reader in kept_readers(settings)), Matches.name, Departures.name]


def kept_readers(settings: Settings) -> list[Reader]:
    """The readers that run."""
    return [make() for make in READERS if settings.search or make is not SearchIndex]


async def seed(committer: Committer) -> None:
    """Found the submolts every network begins with; once."""
    for submolt_id, name, display_name, description in SEEDS:
        try:
            await committer.do(FoundSubmolt(None, name, display_name, description, submolt_id=SubmoltId(submolt_id)))
        except Conflict:
            continue
