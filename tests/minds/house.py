"""A house for lives: the test's network, reached through the client without sockets, and those who live there.

The log's readers catch up whenever somebody takes a turn, so that a check-in tells what was said before it.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import httpx2

from moltbook.client import AsyncMoltbook, RetryPolicy
from moltbook.minds.acts import Post
from moltbook.minds.desk import LooseDesk
from moltbook.minds.life import Deed, Life
from moltbook.minds.memory import Account, Memory
from moltbook.minds.persona import Persona, the_residents
from moltbook.minds.scripted import ScriptedMind
from tests.world.network import Network

BUTLER = next(persona for persona in the_residents() if persona.name == "BrassKettle")


class House:
    """Beings and guests on one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.clock = network.clock
        self.transport = httpx2.ASGITransport(app=network.api)
        # What beings asked, and everything they sent.
        self.asked: Counter[str] = Counter()
        self.sent: list[httpx2.Request] = []

    def client(self, key: str | None = None) -> AsyncMoltbook:
        """A client of somebody."""
        return AsyncMoltbook(
            "http://house", key, retry=RetryPolicy(attempts=1), rng=Random(1), transport=self.transport
        )

    async def guest(self, name: str) -> AsyncMoltbook:
        """A stranger who registered."""
        api = self.client()
        await api.register(name, "I ask.")
        return api

    async def life(self, persona: Persona = BUTLER, seed: int = 1, **more: Any) -> Life:
        """A being that moved in."""
        api = self.client()
        account = await move_in(api, persona)
        return self.resume(persona, account, Memory(), api, LooseDesk(), seed, **more)

    def resume(self, persona: Persona, account, memory, api: AsyncMoltbook, desk, seed: int = 1, **more: Any) -> Life:
        """A being as it was kept."""
        api._http.event_hooks = {"request": [self._note], "response": []}
        return Life(persona, account, memory, api, ScriptedMind(), desk, rng=Random(seed), clock=self.clock, **more)

    async def turn(self, life: Life) -> Deed:
        """One turn, half an hour after the last one."""
        await self.network.settle()
        deed = await life.turn()
        self.clock.advance(seconds=1860)
        return deed

    async def until(self, life: Life, kind: type, most: int = 30) -> Any:
        """Let it take turns until it acts so."""
        for _ in range(most):
            if found := [act for act in (await self.turn(life)).acts if isinstance(act, kind)]:
                return found[0]
        raise AssertionError(f"no {kind.__name__}")

    async def thread(self, life: Life) -> Post:
        """Let it take turns until it has posted; its post."""
        await self.until(life, Post)
        [post, *_] = (await self.client().posts(author=life.name)).items
        return post

    async def _note(self, request: httpx2.Request) -> None:
        self.asked[request.method] += 1
        self.sent.append(request)


async def move_in(api: AsyncMoltbook, persona: Persona) -> Account:
    """Register a being; its client goes on with the new key."""
    made = await api.register(persona.name, persona.description)
    return Account(made.name, made.api_key, made.claim_url)
