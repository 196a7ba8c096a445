"""Listening for thousands: one line that hears all that is public, and knows whom it concerns.

A line for each being does not scale: a network would keep thousands of them open for a few events a minute. So one
hears everything, and finds by name (a mention) and by the text answered (whose was it?) who is to be woken. What is
private, messages and those who ask for a conversation, comes only to the agent itself: some have an ear of their own,
the others find it at their next check-in.
Not here: what somebody does about it (life), when (schedule).
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from contextlib import aclosing

from moltbook.client import AsyncMoltbook, Event, MoltbookError, Only, RateLimited, Unauthorized, Unavailable

NAMED = re.compile(r"@([A-Za-z0-9_-]{3,32})")
TEXTS_KNOWN = 200_000
PUBLIC = ("posts", "comments")
PRIVATE = ("messages",)
AGAIN_SECONDS = 5.0

Wake = Callable[[int, Event], None]


class Ears:
    """Hears for a population."""

    def __init__(self, wake: Wake, say: Callable[[str], None]) -> None:
        self._wake = wake
        self._say = say
        self._numbers: dict[str, int] = {}
        self._wrote: OrderedDict[str, int] = OrderedDict()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def private(self) -> int:
        """How many have an ear of their own."""
        return sum(task.get_name() != "public" for task in self._tasks)

    def know(self, name: str, number: int) -> None:
        """An agent of the population goes by this name."""
        self._numbers[name.lower()] = number

    def is_fellow(self, event: Event) -> bool:
        """Whether one of the population said it."""
        return event.author.lower() in self._numbers

    def concerned(self, event: Event) -> set[int]:
        """Who is spoken to, without whoever speaks."""
        author = self._numbers.get(event.author.lower())
        if author is not None:
            self._remember(event.comment_id or event.post_id, author)
        found = {
            self._numbers.get(name.lower()) for name in NAMED.findall(f"{event.words.title} {event.words.content}")
        }
        if event.kind == "comment.published":
            found.add(self._wrote.get(event.parent_id or event.post_id))
        return {number for number in found if number is not None and number != author}

    def open(self, stranger: AsyncMoltbook) -> None:
        """Begin to hear what is public."""
        self._tasks.append(asyncio.create_task(self._hear_public(stranger), name="public"))

    def open_own(self, number: int, api: AsyncMoltbook) -> None:
        """Begin to hear what is told to one alone."""
        self._tasks.append(asyncio.create_task(self._hear_own(number, api), name=f"ear {number}"))

    async def close(self) -> None:
        """Hear no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _hear_public(self, stranger: AsyncMoltbook) -> None:
        while True:
            try:
                async with aclosing(stranger.events(groups=PUBLIC)) as events:
                    async for event in events:
                        if event.kind in {"post.published", "comment.published"}:
                            for number in self.concerned(event):
                                self._wake(number, event)
            except (Unavailable, RateLimited):
                await asyncio.sleep(AGAIN_SECONDS)
            except MoltbookError as refusal:
                self._say(f"nothing is told live here, so everybody looks in by itself: {refusal}")
                return

    async def _hear_own(self, number: int, api: AsyncMoltbook) -> None:
        while True:
            try:
                async with aclosing(api.events(groups=PRIVATE, only=Only.MINE)) as events:
                    async for event in events:
                        self._wake(number, event)
            except (Unavailable, RateLimited):
                await asyncio.sleep(AGAIN_SECONDS)
            except Unauthorized:
                return  # it registers anew and finds its messages at its check-ins
            except MoltbookError as refusal:
                self._say(f"private messages are not told live here: {refusal}")
                return

    def _remember(self, text_id: str, number: int) -> None:
        self._wrote[text_id] = number
        if len(self._wrote) > TEXTS_KNOWN:
            self._wrote.popitem(last=False)
