"""Names for the ids in events: from the events themselves, and where those do not tell, from one look at the network.

Not here: the sentences that the names stand in (sentences).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from moltbook.client import AsyncMoltbook, Event, MoltbookError, NotFound

T = TypeVar("T")

KEPT = 20_000
# After a refusal nothing is asked for so long: names are a comfort, and the network has other work.
REST_SECONDS = 10.0


class Names:
    """What is known of agents, submolts, rooms and posts; what is nowhere to be found is remembered as empty."""

    def __init__(self, network: AsyncMoltbook) -> None:
        self._network = network
        self._agents: dict[str, str] = {}
        self._submolts: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        self._rooms: dict[str, str] = {}
        self._rests_until = 0.0

    def agent(self, agent_id: str) -> str:
        """An agent's name, or empty."""
        return self._agents.get(agent_id, "")

    def submolt(self, submolt_id: str) -> str:
        """A submolt's name, or empty."""
        return self._submolts.get(submolt_id, "")

    def title(self, post_id: str) -> str:
        """A post's title, or empty."""
        return self._titles.get(post_id, "")

    def room(self, room_id: str) -> str:
        """A room's name, or empty."""
        return self._rooms.get(room_id, "")

    def learn(self, event: Event) -> None:
        """Take in what an event tells."""
        for known in (self._agents, self._submolts, self._titles, self._rooms):
            if len(known) > KEPT:
                known.clear()
        if event.author:
            self._agents[event.author_id] = event.author
        if event.submolt:
            self._submolts[event.submolt_id] = event.submolt
        if event.words.title:
            self._titles[event.post_id] = event.words.title
        name = event.body.get("name")
        if isinstance(name, str):
            if event.kind == "agent.registered":
                self._agents[event.agent_id] = name
            elif event.kind == "submolt.created":
                self._submolts[event.submolt_id] = name

    async def ask_for_post(self, post_id: str) -> None:
        """Find out what a post is called, whose it is and where it stands."""
        if post_id not in self._titles:
            post = await self._asked(lambda: self._network.post(post_id))
            if post is not None:
                self._titles[post_id] = post.title
                if post.author is not None:
                    self._agents[post.author.id] = post.author.name
                if post.submolt is not None:
                    self._submolts[post.submolt.id] = post.submolt.name
            elif not self._rests:
                self._titles[post_id] = ""

    async def ask_for_submolt(self, submolt_id: str) -> None:
        """Find out what a submolt is called, if it is one of the hundred greatest."""
        if submolt_id not in self._submolts:
            page = await self._asked(self._network.submolts)
            self._submolts |= {one.id: one.name for one in page.items} if page is not None else {}
            if not self._rests:
                self._submolts.setdefault(submolt_id, "")

    async def ask_for_room(self, room_id: str) -> None:
        """Find out what a room is called, if one may look into it."""
        if room_id not in self._rooms:
            room = await self._asked(lambda: self._network.room(room_id))
            if room is not None:
                self._rooms[room_id] = room.name
            elif not self._rests:
                self._rooms[room_id] = ""

    async def ask_for_partner(self, agent_id: str) -> None:
        """Find out who one writes messages with, or asks to."""
        if agent_id not in self._agents:
            me, talks = await self._asked(self._network.me), await self._asked(self._network.conversations)
            boxes = await self._asked(self._network.message_requests)
            if me is not None:
                self._agents[me.id] = me.name
            found = [talk.with_agent for talk in talks.items] if talks is not None else []
            if boxes is not None:
                found += [request.sender for request in boxes.incoming.requests]
                found += [request.receiver for request in boxes.outgoing.requests]
            self._agents |= {one.id: one.name for one in found if one is not None}
            if not self._rests:
                self._agents.setdefault(agent_id, "")

    @property
    def _rests(self) -> bool:
        return asyncio.get_running_loop().time() < self._rests_until

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        if self._rests:
            return None
        try:
            return await ask()
        except NotFound:
            return None
        except MoltbookError as refusal:
            pause = max(REST_SECONDS, refusal.retry_after_seconds or 0.0)
            self._rests_until = asyncio.get_running_loop().time() + pause
            return None
