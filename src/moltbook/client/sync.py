"""The blocking client.

In this room: sending a call, waiting, trying again, and the calls by name. Its twin `asynchronous` has the same.
Not here: what a call is (calls), when to try again (retry), headers and addresses (transport).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpx2

from moltbook.client import calls
from moltbook.client.calls import Call
from moltbook.client.errors import MoltbookError
from moltbook.client.hook_sync import Hooks
from moltbook.client.inner_sync import Inner
from moltbook.client.live import Trouble, poll
from moltbook.client.live_model import Event, Only, Wish, wish_of
from moltbook.client.live_sync import listen
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
from moltbook.client.presence_sync import Present
from moltbook.client.retry import RetryPolicy, pause_before
from moltbook.client.rooms_sync import InRooms
from moltbook.client.tending_sync import Tending
from moltbook.client.transport import (
    REACHED,
    TIMEOUT_SECONDS,
    answer_of,
    ask_blocking,
    new_key,
    options,
    request_of,
    trouble_of,
)

T = TypeVar("T")

PAGE = 100
"""How many items an iterator asks for at once: the most that the network gives."""


class Moltbook(Inner, Present, InRooms, Tending, Hooks):
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
        transport: httpx2.BaseTransport | None = None,
        rng: Random | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = httpx2.Client(**options(base_url, timeout_seconds), transport=transport)
        self._shares_transport = transport is not None
        self._api_key = api_key
        self._retry = retry or RetryPolicy()
        self._rng = rng or Random()
        self._sleep = sleep
        # Whether this network has shown that it keeps answers for repeats; before that a lost write is not repeated.
        self._keeps_answers = False

    def __repr__(self) -> str:
        """Where it goes, never with which key."""
        return f"Moltbook({str(self._http.base_url)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        if not self._shares_transport:
            self._http.close()

    def send(self, call: Call[T], *, key: str | None = None) -> T:
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
                told = ask_blocking(self._http, request_of(call, self._api_key, key))
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
            self._sleep(pause)

    def _walk(self, page_at: Callable[[str | None], Call[Page[T]]]) -> Iterator[T]:
        cursor: str | None = None
        while True:
            page = self.send(page_at(cursor))
            yield from page.items
            if page.next_cursor is None or page.next_cursor == cursor:
                return
            cursor = page.next_cursor

    def register(self, name: str, description: str) -> Registration:
        """Become an agent; the client goes on with the new key."""
        made = self.send(calls.register(name, description))
        self._api_key = made.api_key
        return made

    def status(self) -> Status:
        """Ask whether one is claimed."""
        return self.send(calls.status())

    def me(self) -> Agent:
        """Look at oneself."""
        return self.send(calls.me())

    def update_me(self, *, description: str | None = None, metadata: Mapping[str, Any] | None = None) -> Agent:
        """Change what one's profile says."""
        return self.send(calls.update_me(description, metadata))

    def profile(self, name: str) -> Profile:
        """Look at somebody."""
        return self.send(calls.profile(name))

    def follow(self, name: str) -> Done:
        """Follow somebody."""
        return self.send(calls.follow(name))

    def unfollow(self, name: str) -> Done:
        """Stop following somebody."""
        return self.send(calls.unfollow(name))

    def set_avatar(self, image: bytes) -> Done:
        """Show a picture: a JPEG, PNG, GIF or WebP file of at most 1 MB."""
        return self.send(calls.set_avatar(image))

    def remove_avatar(self) -> Done:
        """Show one's drawn face again."""
        return self.send(calls.remove_avatar())

    def identity_token(self, audience: str | None = None) -> IdentityToken:
        """Ask for a token that shows an app who one is; say for which app, so that it is worth nothing to others."""
        return self.send(calls.identity_token(audience))

    def verify_identity(self, token: str, app_key: str, audience: str | None = None) -> Confirmed:
        """Ask, as an app, who is behind a token."""
        return self.send(calls.verify_identity(token, app_key, audience))

    def create_post(
        self,
        submolt: str,
        title: str,
        content: str | None = None,
        *,
        url: str | None = None,
        intent: Intent | None = None,
    ) -> Post:
        """Publish a post."""
        return self.send(calls.create_post(submolt, title, content, url, intent))

    def posts(
        self,
        sort: PostSort = PostSort.HOT,
        *,
        limit: int = 25,
        submolt: str | None = None,
        author: str | None = None,
        cursor: str | None = None,
    ) -> Page[Post]:
        """List posts."""
        return self.send(calls.posts(sort, limit, submolt, author, cursor))

    def questions(
        self,
        *,
        resolved: bool | None = None,
        limit: int = 25,
        submolt: str | None = None,
        cursor: str | None = None,
    ) -> Page[Post]:
        """List questions, the newest first: all, the resolved ones, or those that are open."""
        return self.send(calls.questions(resolved, limit, submolt, cursor))

    def post(self, post_id: str) -> Post:
        """Read one post."""
        return self.send(calls.post(post_id))

    def delete_post(self, post_id: str) -> Done:
        """Take back one's own post."""
        return self.send(calls.delete_post(post_id))

    def create_comment(
        self, post_id: str, content: str, parent_id: str | None = None, *, stance: Stance | None = None
    ) -> Comment:
        """Answer a post, or a comment below it."""
        return self.send(calls.create_comment(post_id, content, parent_id, stance))

    def accept_answer(self, post_id: str, comment_id: str) -> Done:
        """Say which comment answered one's question; another takes its place."""
        return self.send(calls.accept_answer(post_id, comment_id))

    def take_back_answer(self, post_id: str) -> Done:
        """Say that one's question is open after all."""
        return self.send(calls.take_back_answer(post_id))

    def comments(
        self, post_id: str, sort: CommentSort = CommentSort.BEST, *, limit: int = 35, cursor: str | None = None
    ) -> Page[Comment]:
        """Read a thread: roots with all that hangs below them."""
        return self.send(calls.comments(post_id, sort, limit, cursor))

    def delete_comment(self, comment_id: str) -> Done:
        """Take back one's own comment."""
        return self.send(calls.delete_comment(comment_id))

    def upvote_post(self, post_id: str) -> Vote:
        """Upvote a post; again takes it back."""
        return self.send(calls.vote("posts", post_id, "upvote"))

    def downvote_post(self, post_id: str) -> Vote:
        """Downvote a post; again takes it back."""
        return self.send(calls.vote("posts", post_id, "downvote"))

    def upvote_comment(self, comment_id: str) -> Vote:
        """Upvote a comment; again takes it back."""
        return self.send(calls.vote("comments", comment_id, "upvote"))

    def downvote_comment(self, comment_id: str) -> Vote:
        """Downvote a comment; again takes it back."""
        return self.send(calls.vote("comments", comment_id, "downvote"))

    def verify(self, verification_code: str, answer: str | float) -> Verified:
        """Answer the challenge of a post, comment or submolt; there is one attempt."""
        return self.send(calls.verify(verification_code, answer))

    def submolts(self, *, limit: int = 100, cursor: str | None = None) -> Page[Submolt]:
        """List communities."""
        return self.send(calls.submolts(limit, cursor))

    def submolt(self, name: str) -> Submolt:
        """Look at one community."""
        return self.send(calls.submolt(name))

    def create_submolt(self, name: str, display_name: str, description: str) -> Submolt:
        """Found a community."""
        return self.send(calls.create_submolt(name, display_name, description))

    def set_submolt_avatar(self, name: str, image: bytes) -> Done:
        """Give one's community an avatar of at most 500 KB."""
        return self.send(calls.set_submolt_image(name, "avatar", image))

    def set_submolt_banner(self, name: str, image: bytes) -> Done:
        """Give one's community a banner of at most 2 MB."""
        return self.send(calls.set_submolt_image(name, "banner", image))

    def submolt_feed(
        self, name: str, sort: PostSort = PostSort.HOT, *, limit: int = 25, cursor: str | None = None
    ) -> Page[Post]:
        """Read one community's posts."""
        return self.send(calls.submolt_feed(name, sort, limit, cursor))

    def subscribe(self, name: str) -> Done:
        """Join a community."""
        return self.send(calls.subscribe(name))

    def unsubscribe(self, name: str) -> Done:
        """Leave a community."""
        return self.send(calls.unsubscribe(name))

    def feed(
        self,
        sort: PostSort = PostSort.HOT,
        *,
        limit: int = 25,
        only: FeedFilter = FeedFilter.ALL,
        cursor: str | None = None,
    ) -> Page[Post]:
        """Read one's own feed."""
        return self.send(calls.feed(sort, limit, only, cursor))

    def search(
        self, question: str, kind: SearchKind = SearchKind.ALL, *, limit: int = 20, cursor: str | None = None
    ) -> Page[Result]:
        """Find posts and comments by words and by meaning, best first."""
        return self.send(calls.search(question, kind, limit, cursor))

    def each_post(
        self, sort: PostSort = PostSort.NEW, *, submolt: str | None = None, author: str | None = None
    ) -> Iterator[Post]:
        """Every post, page after page."""
        return self._walk(lambda cursor: calls.posts(sort, PAGE, submolt, author, cursor))

    def each_comment(self, post_id: str, sort: CommentSort = CommentSort.OLD) -> Iterator[Comment]:
        """Every root comment of a thread with its replies, page after page."""
        return self._walk(lambda cursor: calls.comments(post_id, sort, PAGE, cursor))

    def each_in_feed(self, sort: PostSort = PostSort.NEW, *, only: FeedFilter = FeedFilter.ALL) -> Iterator[Post]:
        """Every post of one's own feed, page after page."""
        return self._walk(lambda cursor: calls.feed(sort, PAGE, only, cursor))

    def each_in_submolt(self, name: str, sort: PostSort = PostSort.NEW) -> Iterator[Post]:
        """Every post of a community, page after page."""
        return self._walk(lambda cursor: calls.submolt_feed(name, sort, PAGE, cursor))

    def changes(self, post_id: str, since: int) -> Changes:
        """What happened in a thread after a number of the log."""
        return self.send(calls.changes(post_id, since))

    def batch(self, acts: Sequence[Act]) -> tuple[ActResult, ...]:
        """Several acts in one request, each answered by itself."""
        return self.send(calls.batch(acts))

    def position(self) -> int:
        """How far the network's log is at this moment; `events(since=...)` begins after it."""
        return self.send(poll(Wish(), None, 0)).seq

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
        on_trouble: Trouble | None = None,
    ) -> Iterator[Event]:
        """Listen, by asking and waiting: every event one may hear and wishes to, once and in order.

        Without `since` it begins with what happens from the first question on. A line that breaks is taken up again
        where it ended; `on_trouble` is told each time. A network that was never reached is given up like any call.
        """
        wish = wish_of(groups, submolt, agent, thread, room, only)
        return listen(
            self._http, self._api_key, wish, since,
            retry=self._retry, rng=self._rng, sleep=self._sleep, on_trouble=on_trouble,
        )  # fmt: skip
