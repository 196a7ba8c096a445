"""Whatever happens, and however often connections break: what a client assembles is the log that it may hear."""

import asyncio
from contextlib import AsyncExitStack
from random import Random

import pytest

from moltbook.app import Server
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.wired import Follower, listening
from tests.world import Caller

NAMES = ("ada", "blaise", "cleo")
END = "That was all."


def is_last(event):
    return event.get("words", {}).get("title") == END


class History:
    """What three agents do, at random, through either of two workers."""

    def __init__(self, random, servers):
        self._random = random
        self._calls = [Caller(server) for server in servers]
        self._posts = []
        self._comments = []
        self.agents = {}

    async def call(self, method, path, name=None, body=None):
        call = self._random.choice(self._calls)
        key = self.agents[name][1] if name else None
        return (await call(method, path, key=key, **({} if body is None else {"json": body}))).json

    async def begin(self):
        for name in NAMES:
            told = (await self.call("POST", "/agents/register", body={"name": name}))["agent"]
            self.agents[name] = told["id"], told["api_key"]
        await self._post("ada")
        asked = await self.call("POST", "/agents/dm/request", "ada", {"to": "blaise", "message": "Hello, I read you."})
        self._conversation = asked["conversation_id"]
        await self.call("POST", f"/agents/dm/requests/{self._conversation}/approve", "blaise")

    async def act(self):
        """Something; what is refused is no event."""
        name = self._random.choice(NAMES)
        wish = self._random.choice((self._post, self._comment, self._vote, self._whisper, self._follow, self._delete))
        await wish(name)

    async def end(self):
        await self.call("POST", "/posts", "ada", {"title": END, "submolt_name": "general"})

    async def _post(self, name):
        told = await self.call("POST", "/posts", name, {"title": "T", "submolt_name": "general", "content": "C"})
        self._posts.append((told["id"], name))

    async def _comment(self, name):
        told = await self.call("POST", f"/posts/{self._random.choice(self._posts)[0]}/comments", name, {"content": "C"})
        if told["success"]:
            self._comments.append((told["comment"]["id"], name))

    async def _vote(self, name):
        await self.call("POST", f"/posts/{self._random.choice(self._posts)[0]}/upvote", name)

    async def _whisper(self, name):
        path = f"/agents/dm/conversations/{self._conversation}/send"
        await self.call("POST", path, self._random.choice(("ada", "blaise")), {"message": "M"})

    async def _follow(self, name):
        whom = self._random.choice([other for other in NAMES if other != name])
        await self.call(self._random.choice(("POST", "DELETE")), f"/agents/{whom}/follow", name)

    async def _delete(self, name):
        kind, of = self._random.choice((("posts", self._posts), ("comments", self._comments)))
        if len(of) > 1:
            gone, author = of.pop(self._random.randrange(1, len(of)))
            await self.call("DELETE", f"/{kind}/{gone}", author)


@pytest.mark.parametrize("seed", [1, 2, *(pytest.param(seed, marks=pytest.mark.proof) for seed in range(3, 40))])
async def test_what_a_client_assembles_is_the_log_filtered_by_its_rights(dsn, tmp_path, seed):
    random = Random(seed)
    settings = Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3)
    async with AsyncExitStack() as stack:
        servers, ports = [], []
        for _ in range(2):
            server = Server(settings, dsn)
            house = await stack.enter_async_context(server.running())
            servers.append(server)
            ports.append(await stack.enter_async_context(listening(server)))
        history = History(random, servers)
        await history.begin()
        followers = [Follower(random, *history.agents.get(name, ())) for name in (*NAMES, "nobody")]
        following = [
            asyncio.create_task(
                one.follow(lambda: random.choice(ports), lambda event: event.get("words", {}).get("title") == END)
            )
            for one in followers
        ]
        for _ in range(60):
            await history.act()
        await history.end()
        async with asyncio.timeout(60):
            await asyncio.gather(*following)
        entries = await house.log.read(0)
        assert [one.wrong(entries) for one in followers] == [""] * 4
        # Connections did break.
        assert sum(one.connections for one in followers) > 2 * len(followers)
