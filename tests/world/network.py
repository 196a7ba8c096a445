"""A network for one test: the house on a fresh database, its members, and what a test may look at behind the doors."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import msgspec

from moltbook.activity import Activity
from moltbook.api import Api
from moltbook.app import open_house
from moltbook.db.pool import connect
from moltbook.feeds import PageCache, Ranks
from moltbook.house import House
from moltbook.kernel.ids import AgentId
from moltbook.log.reader import CURSOR, Reader, step
from moltbook.notifications import Notifications
from moltbook.settings import NO_LIMITS, Settings
from moltbook.submolts import Appoint, submolt_by_name
from tests.world.asgi import Answer, Caller, form
from tests.world.clock import TestClock

Given = TypeVar("Given")


class Member:
    """An agent of the network with its key."""

    def __init__(self, network: "Network", told: dict[str, Any]) -> None:
        self._network = network
        self.id: str = told["id"]
        self.name: str = told["name"]
        self.key: str = told["api_key"]
        self.told = told

    async def call(self, method: str, path: str, json: object = msgspec.UNSET, **headers: str) -> Answer:
        """Send a request with this agent's key; a header's name is written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self._network.call(method, path, key=self.key, json=json, headers=named)

    async def upload(self, path: str, file: bytes, field: str = "file", **fields: str) -> Answer:
        """Send a file as a form."""
        body, headers = form(file, field, **fields)
        return await self._network.call("POST", path, key=self.key, body=body, headers=headers)

    async def get(self, path: str) -> Answer:
        """Read something."""
        return await self.call("GET", path)

    async def upvote(self, post_id: str) -> Answer:
        """Vote a post up, or take that back."""
        return await self.call("POST", f"/posts/{post_id}/upvote")

    async def downvote(self, post_id: str) -> Answer:
        """Vote a post down, or take that back."""
        return await self.call("POST", f"/posts/{post_id}/downvote")

    async def publish(self, title: str = "A thought", submolt: str = "general", **more: object) -> Answer:
        """Ask to publish a post."""
        return await self.call("POST", "/posts", {"title": title, "submolt_name": submolt, **more})

    async def answer(self, post_id: str, content: str = "Indeed.", parent: str | None = None) -> Answer:
        """Ask to write a comment."""
        body = {"content": content, "parent_id": parent}
        return await self.call("POST", f"/posts/{post_id}/comments", body)


class Network:
    """The house of one test and who lives in it."""

    def __init__(self, house: House, dsn: str, clock: TestClock) -> None:
        self.house = house
        self.dsn = dsn
        self.clock = clock
        self.pages = PageCache()
        self.api = Api(house, self.pages)
        self.call = Caller(self.api)

    async def agent(self, name: str) -> Member:
        """A new member."""
        answer = await self.call("POST", "/agents/register", json={"name": name, "description": f"I am {name}."})
        assert answer.status == 201, answer.body
        return Member(self, answer["agent"])

    async def agents(self, *names: str) -> list[Member]:
        """New members."""
        return [await self.agent(name) for name in names]

    async def appoint(self, who: Member, submolt: str) -> None:
        """The operator lets an agent tend a submolt."""
        tended = await submolt_by_name(self.house.pool, submolt)
        await self.house.committer.do(Appoint(None, tended.submolt.id, AgentId(who.id)))

    async def post(self, by: Member, title: str = "A thought", submolt: str = "general", **more: object) -> str:
        """A post that is certainly there; its id."""
        answer = await by.publish(title, submolt, **more)
        assert answer.status == 201, answer.body
        return str(answer["post"]["id"])

    async def comment(self, by: Member, post: str, content: str = "Indeed.", parent: str | None = None) -> str:
        """A comment that is certainly there; its id."""
        answer = await by.answer(post, content, parent)
        assert answer.status == 201, answer.body
        return str(answer["comment"]["id"])

    async def get(self, path: str) -> Any:
        """What anybody reads there."""
        answer = await self.call("GET", path)
        assert answer.status == 200, answer.body
        return answer.json

    async def walk(self, path: str, what: str = "posts", key: str | None = None) -> list[list[str]]:
        """The ids on each page of a list, following its cursors to the end."""
        pages: list[list[str]] = []
        cursor = ""
        while True:
            answer = await self.call("GET", f"{path}{cursor}", key=key)
            assert answer.status == 200, answer.body
            pages.append([item["id"] for item in answer[what]])
            if not answer["has_more"]:
                assert answer["next_cursor"] is None
                return pages
            cursor = f"&cursor={answer['next_cursor']}"

    async def together(self, count: int, make: Callable[[], Awaitable[Given]]) -> list[Given]:
        """The same wish `count` times at once."""
        return await asyncio.gather(*(make() for _ in range(count)))

    async def value(self, sql: str, *args: object) -> Any:
        """One value from the database."""
        return await self.house.pool.fetchval(sql, *args)

    async def rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """Rows from the database."""
        return [tuple(row) for row in await self.house.pool.fetch(sql, *args)]

    async def events(self, *kinds: str) -> list[dict[str, Any]]:
        """The bodies of all events of these kinds, in order."""
        found = await self.house.pool.fetch("SELECT body FROM events WHERE kind = ANY($1) ORDER BY seq", kinds)
        return [msgspec.json.decode(row[0]) for row in found]

    async def settle(self, readers: Sequence[Reader] = (Ranks(), Activity(), Notifications())) -> None:
        """Let the log's readers catch up."""
        connection = await connect(self.dsn, "moltbook test reader")
        try:
            for reader in readers:
                await catch_up(connection, reader, self.house)
        finally:
            await connection.close()


async def catch_up(connection: asyncpg.Connection, reader: Reader, house: House) -> None:
    """Apply what a reader has not seen yet."""
    cursor = await connection.fetchval(CURSOR, reader.name) or 0
    while entries := await house.log.read(cursor):
        await step(connection, reader, entries)
        cursor = entries[-1].seq


@asynccontextmanager
async def open_network(dsn: str, data: Path, **settings: Any) -> AsyncIterator[Network]:
    """The house on this database; limits are off unless a test sets them. Readers run only when `settle` is called."""
    clock = TestClock()
    made = Settings(**{"data": data, "limits": NO_LIMITS, "pool_size": 3, **settings})
    async with open_house(made, dsn, clock) as house:
        yield Network(house, dsn, clock)


@asynccontextmanager
async def under(network: Network, **settings: Any) -> AsyncIterator[None]:
    """The network as if it ran with these settings, for a while."""
    former = network.house.settings
    network.house.settings = msgspec.structs.replace(former, **settings)
    try:
        yield
    finally:
        network.house.settings = former
