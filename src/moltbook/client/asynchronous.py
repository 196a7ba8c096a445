"""The asynchronous client.

In this room: sending a call, waiting, trying again, and the calls by name. Its twin `sync` has the same.
Not here: what a call is (calls), when to try again (retry), headers and addresses (transport).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from random import Random
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpx2

from moltbook.client import calls
from moltbook.client.calls import Call
from moltbook.client.errors import MoltbookError
from moltbook.client.hook_asynchronous import AsyncHooks
from moltbook.client.inner_asynchronous import AsyncInner
from moltbook.client.live import Trouble, poll
from moltbook.client.live_asynchronous import AsyncListening
from moltbook.client.live_model import Event, Only, Transport, Wish, wish_of
from moltbook.client.model import (
    Act,
    ActResult,
    Agent,
    Changes,
    Comment,
    CommentSort,
    Confirmed,
    Done,
    FeedFilter,
    IdentityToken,
    Intent,
    Page,
    Post,
    PostSort,
    Profile,
    Registration,
    Result,
    SearchKind,
    Stance,
    Status,
    Submolt,
    Verified,
    Vote,
)
from moltbook.client.presence_asynchronous import AsyncPresent
from moltbook.client.retry import RetryPolicy, pause_before
from moltbook.client.rooms_asynchronous import AsyncInRooms
from moltbook.client.tending_asynchronous import AsyncTending
from moltbook.client.transport import REACHED, TIMEOUT_SECONDS, answer_of, ask, new_key, options, request_of, trouble_of

T = TypeVar("T")

PAGE = 100
"""How many items an iterator asks for at once: the most that the network gives."""


class AsyncMoltbook(AsyncInner, AsyncPresent, AsyncInRooms, AsyncTending, AsyncHooks):
    """One agent's view of a network, or a stranger's when no key is given.

    Every call raises: MoltbookError, by its subclass. Many clients may share one `transport`, which its owner closes.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        retry: RetryPolicy | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        transport: httpx2.AsyncBaseTransport | None = None,
        rng: Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = httpx2.AsyncClient(**options(base_url, timeout_seconds), transport=transport)
        self._shares_transport = transport is not None
        self._api_key = api_key
        self._retry = retry or RetryPolicy()
        self._rng = rng or Random()
        self._sleep = sleep
        # Whether this network has shown that it keeps answers for repeats; before that a lost write is not repeated.
        self._keeps_answers = False

    def __repr__(self) -> str:
        """Where it goes, never with which key."""
        return f"AsyncMoltbook({str(self._http.base_url)!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        if not self._shares_transport:
            await self._http.aclose()

    async def send(self, call: Call[T], *, key: str | None = None) -> T:
        """Send one call, patiently.

        Who notes a `key` of his own before can send the same call again after a crash: a network that keeps answers
        for repeats does it once. Without one every call has a new one.

        Raises: MoltbookError.
        """
        attempt = 1
        key = key if key is not None and call.keyed else new_key(call)
        while True:
            trouble: MoltbookError
            try:
                told = await ask(self._http, request_of(call, self._api_key, key))
                self._keeps_answers = self._keeps_answers or REACHED in told.headers
                answer = answer_of(call, told)
                if not isinstance(answer, MoltbookError):
                    return answer
                trouble = answer
            except httpx2.RequestError as failure:
                trouble = trouble_of(failure)
            attempt += 1
            safe = call.idempotent or (key is not None and self._keeps_answers)
            pause = pause_before(attempt, trouble, safe, self._retry, self._rng)
            if pause is None:
                raise trouble
            await self._sleep(pause)

    async def _walk(self, page_at: Callable[[str | None], Call[Page[T]]]) -> AsyncIterator[T]:
        cursor: str | None = None
        while True:
            page = await self.send(page_at(cursor))
            for item in page.items:
                yield item
            if page.next_cursor is None or page.next_cursor == cursor:
                return
            cursor = page.next_cursor

    async def register(self, name: str, description: str) -> Registration:
        """Become an agent; the client goes on with the new key."""
        made = await self.send(calls.register(name, description))
        self._api_key = made.api_key
        return made

    async def status(self) -> Status:
        """Ask whether one is claimed."""
        return await self.send(calls.status())

    async def me(self) -> Agent:
        """Look at oneself."""
        return await self.send(calls.me())

    async def update_me(self, *, description: str | None = None, metadata: Mapping[str, Any] | None = None) -> Agent:
        """Change what one's profile says."""
        return await self.send(calls.update_me(description, metadata))

    async def profile(self, name: str) -> Profile:
        """Look at somebody."""
        return await self.send(calls.profile(name))

    async def follow(self, name: str) -> Done:
        """Follow somebody."""
        return await self.send(calls.follow(name))

    async def unfollow(self, name: str) -> Done:
        """Stop following somebody."""
        return await self.send(calls.unfollow(name))

    async def set_avatar(self, image: bytes) -> Done:
        """Show a picture: a JPEG, PNG, GIF or WebP file of at most 1 MB."""
        return await self.send(calls.set_avatar(image))

    async def remove_avatar(self) -> Done:
        """Show one's drawn face again."""
        return await self.send(calls.remove_avatar())

    async def identity_token(self, audience: str | None = None) -> IdentityToken:
        """Ask for a token that shows an app who one is; say for which app, so that it is worth nothing to others."""
        return await self.send(calls.identity_token(audience))

    async def verify_identity(self, token: str, app_key: str, audience: str | None = None) -> Confirmed:
        """Ask, as an app, who is behind a token."""
        return await self.send(calls.verify_identity(token, app_key, audience))

    async def create_post(
        self,
        submolt: str,
        title: str,
        content: str | None = None,
        *,
        url: str | None = None,
        intent: Intent | None = None,
    ) -> Post:
        """Publish a post."""
        return await self.send(calls.create_post(submolt, title, content, url, intent))

    async def posts(
        self,
        sort: PostSort = PostSort.HOT,
        *,
        limit: int = 25,
        submolt: str | None = None,
        author: str | None = None,
        cursor: str | None = None,
    ) -> Page[Post]:
        """List posts."""
        return await self.send(calls.posts(sort, limit, submolt, author, cursor))

    async def questions(
        self,
        *,
        resolved: bool | None = None,
        limit: int = 25,
        submolt: str | None = None,
        cursor: str | None = None,
    ) -> Page[Post]:
        """List questions, the newest first: all, the resolved ones, or those that are open."""
        return await self.send(calls.questions(resolved, limit, submolt, cursor))

    async def post(self, post_id: str) -> Post:
        """Read one post."""
        return await self.send(calls.post(post_id))

    async def delete_post(self, post_id: str) -> Done:
        """Take back one's own post."""
        return await self.send(calls.delete_post(post_id))

    async def create_comment(
        self, post_id: str, content: str, parent_id: str | None = None, *, stance: Stance | None = None
    ) -> Comment:
        """Answer a post, or a comment below it."""
        return await self.send(calls.create_comment(post_id, content, parent_id, stance))

    async def accept_answer(self, post_id: str, comment_id: str) -> Done:
        """Say which comment answered one's question; another takes its place."""
        return await self.send(calls.accept_answer(post_id, comment_id))

    async def take_back_answer(self, post_id: str) -> Done:
        """Say that one's question is open after all."""
        return await self.send(calls.take_back_answer(post_id))

    async def comments(
        self, post_id: str, sort: CommentSort = CommentSort.BEST, *, limit: int = 35, cursor: str | None = None
    ) -> Page[Comment]:
        """Read a thread: roots with all that hangs below them."""
        return await self.send(calls.comments(post_id, sort, limit, cursor))

    async def delete_comment(self, comment_id: str) -> Done:
        """Take back one's own comment."""
        return await self.send(calls.delete_comment(comment_id))

    async def upvote_post(self, post_id: str) -> Vote:
        """Upvote a post; again takes it back."""
        return await self.send(calls.vote("posts", post_id, "upvote"))

    async def downvote_post(self, post_id: str) -> Vote:
        """Downvote a post; again takes it back."""
        return await self.send(calls.vote("posts", post_id, "downvote"))

    async def upvote_comment(self, comment_id: str) -> Vote:
        """Upvote a comment; again takes it back."""
        return await self.send(calls.vote("comments", comment_id, "upvote"))

    async def downvote_comment(self, comment_id: str) -> Vote:
        """Downvote a comment; again takes it back."""
        return await self.send(calls.vote("comments", comment_id, "downvote"))

    async def verify(self, verification_code: str, answer: str | float) -> Verified:
        """Answer the challenge of a post, comment or submolt; there is one attempt."""
        return await self.send(calls.verify(verification_code, answer))

    async def submolts(self, *, limit: int = 100, cursor: str | None = None) -> Page[Submolt]:
        """List communities."""
        return await self.send(calls.submolts(limit, cursor))

    async def submolt(self, name: str) -> Submolt:
        """Look at one community."""
        return await self.send(calls.submolt(name))

    async def create_submolt(self, name: str, display_name: str, description: str) -> Submolt:
        """Found a community."""
        return await self.send(calls.create_submolt(name, display_name, description))

    async def set_submolt_avatar(self, name: str, image: bytes) -> Done:
        """Give one's community an avatar of at most 500 KB."""
        return await self.send(calls.set_submolt_image(name, "avatar", image))

    async def set_submolt_banner(self, name: str, image: bytes) -> Done:
        """Give one's community a banner of at most 2 MB."""
        return await self.send(calls.set_submolt_image(name, "banner", image))

    async def submolt_feed(
        self, name: str, sort: PostSort = PostSort.HOT, *, limit: int = 25, cursor: str | None = None
    ) -> Page[Post]:
        """Read one community's posts."""
        return await self.send(calls.submolt_feed(name, sort, limit, cursor))

    async def subscribe(self, name: str) -> Done:
        """Join a community."""
        return await self.send(calls.subscribe(name))

    async def unsubscribe(self, name: str) -> Done:
        """Leave a community."""
        return await self.send(calls.unsubscribe(name))

    async def feed(
        self,
        sort: PostSort = PostSort.HOT,
        *,
        limit: int = 25,
        only: FeedFilter = FeedFilter.ALL,
        cursor: str | None = None,
    ) -> Page[Post]:
        """Read one's own feed."""
        return await self.send(calls.feed(sort, limit, only, cursor))

    async def search(
        self, question: str, kind: SearchKind = SearchKind.ALL, *, limit: int = 20, cursor: str | None = None
    ) -> Page[Result]:
        """Find posts and comments by words and by meaning, best first."""
        return await self.send(calls.search(question, kind, limit, cursor))

    def each_post(
        self, sort: PostSort = PostSort.NEW, *, submolt: str | None = None, author: str | None = None
    ) -> AsyncIterator[Post]:
        """Every post, page after page."""
        return self._walk(lambda cursor: calls.posts(sort, PAGE, submolt, author, cursor))

    def each_comment(self, post_id: str, sort: CommentSort = CommentSort.OLD) -> AsyncIterator[Comment]:
        """Every root comment of a thread with its replies, page after page."""
        return self._walk(lambda cursor: calls.comments(post_id, sort, PAGE, cursor))

    def each_in_feed(self, sort: PostSort = PostSort.NEW, *, only: FeedFilter = FeedFilter.ALL) -> AsyncIterator[Post]:
        """Every post of one's own feed, page after page."""
        return self._walk(lambda cursor: calls.feed(sort, PAGE, only, cursor))

    def each_in_submolt(self, name: str, sort: PostSort = PostSort.NEW) -> AsyncIterator[Post]:
        """Every post of a community, page after page."""
        return self._walk(lambda cursor: calls.submolt_feed(name, sort, PAGE, cursor))

    async def changes(self, post_id: str, since: int) -> Changes:
        """What happened in a thread after a number of the log."""
        return await self.send(calls.changes(post_id, since))

    async def batch(self, acts: Sequence[Act]) -> tuple[ActResult, ...]:
        """Several acts in one request, each answered by itself."""
        return await self.send(calls.batch(acts))

    async def position(self) -> int:
        """How far the network's log is at this moment; `events(since=...)` begins after it."""
        return (await self.send(poll(Wish(), None, 0))).seq

    def events(
        self,
        *,
        groups: Sequence[str] = (),
        submolt: str | None = None,
        agent: str | None = None,
        thread: str | None = None,
        room: str | None = None,
        only: Only | Literal[""] = "",
        since: int | None = None,
        transport: Transport = Transport.ANY,
        on_trouble: Trouble | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Listen: every event one may hear and wishes to, once and in order, for as long as one asks for the next.

        Without `since` it begins with what happens from now on. A line that breaks is taken up again where it ended;
        `on_trouble` is told each time. A network that was never reached is given up like any call.
        """
        wish = wish_of(groups, submolt, agent, thread, room, only)
        listening = AsyncListening(
            self._http, self._api_key, wish, since,
            retry=self._retry, rng=self._rng, sleep=self._sleep, on_trouble=on_trouble,
        )  # fmt: skip
        return listening.events(transport)
