"""A resident: one persona at home on a network.

In this room: moving in, listening, looking around, and one turn: read, vote, say one thing, remember. Who was spoken to
looks at exactly that in its next turn, and answers.
Everything goes through the public client; text of others is cut, flattened and handled as data.
Not here: deciding (policy), the words (mind), whose turn it is (runner).
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import msgspec

from moltbook.client import (
    AsyncMoltbook,
    Comment,
    CommentSort,
    Conflict,
    Event,
    Forbidden,
    MoltbookError,
    NotFound,
    Only,
    Page,
    Post,
    PostSort,
    RateLimited,
    RetryPolicy,
    Unauthorized,
)
from moltbook.minds.memory import (
    Memory,
    after_message,
    after_post,
    after_reply,
    after_vote,
    load_memory,
    save_memory,
    without_thread,
)
from moltbook.minds.mind import Errand, Mind
from moltbook.minds.persona import Persona
from moltbook.minds.policy import (
    Answer,
    Choice,
    Heard,
    Rest,
    SayPost,
    Sight,
    answer_to,
    choose,
    likes,
    where_to_join,
    whom_to_follow,
)
from moltbook.minds.transcript import WritePost, WriteReply, one_line

HEARD_CHARS = 300
THREADS_READ = 4
FRESH_POSTS = 25
FRESH_THREADS_READ = 2
VOTES_A_TURN = 2
NAME_TRIES = 8
LONGEST_NAME = 32
POST_GAP = timedelta(minutes=30)
COMMENT_GAP = timedelta(seconds=20)
DEFAULT_PAUSE_SECONDS = 60.0
CALLS = frozenset({"post.published", "comment.published", "message.sent"})
"""What somebody says to a resident; votes and followers need no answer."""
CALLS_KEPT = 20
IMPATIENT = RetryPolicy(attempts=2, base_seconds=0.2, max_wait_seconds=1.0)
"""A resident that is told to wait lets another one act instead."""


class Deed(msgspec.Struct, frozen=True):
    """What a resident did in a turn, in one line."""

    line: str
    spoke: bool


class Resident:
    """One persona with its memory and its key."""

    def __init__(
        self, persona: Persona, mind: Mind, base_url: str, file: Path, rng: Random, clock: Callable[[], datetime]
    ) -> None:
        self.persona = persona
        self._mind = mind
        self._base_url = base_url
        self._file = file
        self._rng = rng
        # Words draw from chance of their own: how much they need depends on the model, and choices must not.
        self._words_rng = Random(rng.random())
        self._clock = clock
        self._memory = load_memory(file)
        self._api = self._client(self._memory.api_key if self._memory else None)
        self._guests: deque[Event] = deque(maxlen=CALLS_KEPT)
        self._fellows: deque[Event] = deque(maxlen=CALLS_KEPT)

    @property
    def name(self) -> str:
        """The name it goes by on this network."""
        return self._memory.name if self._memory else self.persona.name

    @property
    def has_moved_in(self) -> bool:
        """Whether it has a key, as far as it knows."""
        return self._memory is not None

    def think_with(self, mind: Mind) -> None:
        """Let another mind write its words from now on."""
        self._mind = mind

    @property
    def call(self) -> Event | None:
        """What it answers next, guests first; None where nothing waits for it, and while it may not speak."""
        may_answer = self._memory is not None and self._clock() >= self._memory.comment_after
        waiting = self._guests or self._fellows
        return waiting[0] if waiting and may_answer else None

    async def listen(self, is_guest: Callable[[Event], bool]) -> None:
        """Take note of what is said to it, until its key counts no more or the network tells nothing.

        Raises: MoltbookError.
        """
        groups = ("posts", "comments", "messages")
        async with contextlib.aclosing(self._api.events(groups=groups, only=Only.MINE)) as events:
            async for event in events:
                if event.kind in CALLS:
                    (self._guests if is_guest(event) else self._fellows).append(event)

    async def turn(self) -> Deed:
        """Answer who called, else check in once: move in if need be, read, vote, say at most one thing, remember it.

        Raises: MoltbookError, when the network refuses for a reason this resident cannot mend; NoModel.
        """
        memory = self._memory or await self._move_in()
        try:
            while (call := self.call) is not None:
                (self._guests or self._fellows).popleft()
                if (deed := await self._heed(memory, call)) is not None:
                    return deed
            memory = await self._settle(memory)
            sight, memory = await self._look_around(memory)
            memory = await self._vote(memory, sight)
            return await self._act(memory, choose(self.persona, memory, sight, self._rng))
        except Unauthorized:
            # Another world than the one it knew, or its key was withdrawn: it starts anew, without the old threads.
            self._memory = None
            self._guests.clear()
            self._fellows.clear()
            await self._api.close()
            self._api = self._client(None)
            return Deed(f"{memory.name} is not known here any more and will register anew", spoke=False)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()

    def _client(self, api_key: str | None) -> AsyncMoltbook:
        return AsyncMoltbook(self._base_url, api_key, retry=IMPATIENT, rng=Random(self._rng.random()))

    def _remember(self, memory: Memory) -> Memory:
        self._memory = memory
        save_memory(self._file, memory)
        return memory

    async def _move_in(self) -> Memory:
        """Register, under another name when one's own is taken.

        Raises: MoltbookError.
        """
        name = self.persona.name
        for _ in range(NAME_TRIES):
            try:
                made = await self._api.register(name, self.persona.description)
            except Conflict:
                suffix = f"_{self._rng.randrange(2, 1000)}"
                name = self.persona.name[: LONGEST_NAME - len(suffix)] + suffix
                continue
            return self._remember(Memory(name=made.name or name, api_key=made.api_key, claim_url=made.claim_url))
        raise Conflict(f"Every name like {self.persona.name} is taken.", status=409, code="name_taken")

    async def _settle(self, memory: Memory) -> Memory:
        """Join one community it likes, follow one agent it talks with."""
        if place := where_to_join(self.persona, memory):
            # Where there is no such place, it is not asked for again.
            with contextlib.suppress(NotFound, Conflict):
                await self._api.subscribe(place)
            memory = self._remember(msgspec.structs.replace(memory, joined=(*memory.joined, place)))
        if friend := whom_to_follow(memory):
            with contextlib.suppress(NotFound, Conflict):
                await self._api.follow(friend)
            memory = self._remember(msgspec.structs.replace(memory, follows=(*memory.follows, friend)))
        return memory

    async def _look_around(self, memory: Memory) -> tuple[Sight, Memory]:
        """Read the threads it spoke in, then what is new, then into the liveliest of that."""
        heard: list[Heard] = []
        for post_id in reversed(memory.threads[-THREADS_READ:]):
            try:
                heard += await self._read_thread(memory, post_id)
            except NotFound:
                memory = self._remember(without_thread(memory, post_id))
        fresh = [post for post in (await self._api.posts(PostSort.NEW, limit=FRESH_POSTS)).items if not post.is_deleted]
        heard += [heard_of_post(post) for post in fresh]
        lively = [post for post in fresh if post.comment_count and post.id not in memory.threads]
        self._rng.shuffle(lively)
        for post in lively[:FRESH_THREADS_READ]:
            comments = await self._api.comments(post.id, CommentSort.NEW, limit=20)
            heard += heard_in_thread(post.id, comments, memory.name, post.author_name == memory.name)
        return Sight(self._clock(), tuple(heard)), memory

    async def _read_thread(self, memory: Memory, post_id: str) -> Iterator[Heard]:
        """What others said in a thread.

        Raises: NotFound.
        """
        comments = await self._api.comments(post_id, CommentSort.NEW, limit=50)
        mine = (await self._api.post(post_id)).author_name == memory.name
        return heard_in_thread(post_id, comments, memory.name, mine)

    async def _heed(self, memory: Memory, event: Event) -> Deed | None:
        """Answer what was said to it; None where that is not for it to answer."""
        named = f"@{memory.name}".lower() in f"{event.words.title} {event.words.content}".lower()
        try:
            match event.kind:
                case "message.sent":
                    return await self._answer_message(memory, event)
                case "comment.published":
                    heard = [h for h in await self._read_thread(memory, event.post_id) if h.id == event.comment_id]
                case _:
                    heard = [heard_of_post(await self._api.post(event.post_id))]
        except NotFound:
            return None
        for said in heard:
            to_me = said if said.to_me else msgspec.structs.replace(said, to_me=named)
            if (answer := answer_to(self.persona, memory, to_me, self._rng)) is not None:
                return await self._reply(memory, answer)
        return None

    async def _answer_message(self, memory: Memory, event: Event) -> Deed | None:
        """Write back to one with whom it has a conversation."""
        last = (await self._api.messages(event.conversation_id, limit=1)).items[-1:]
        if not last or last[0].from_you or last[0].sender is None:
            return None
        author, text = last[0].sender.name, one_line(last[0].content, HEARD_CHARS)
        heard = Heard(post_id=event.conversation_id, comment_id=last[0].id, author=author, text=text, to_me=True)
        answer = answer_to(self.persona, memory, heard, self._rng)
        if answer is None:
            return None
        errand = Errand(self.persona, WriteReply(author, text, answer.topic), memory.posts_made + 1, memory.said)
        draft = await self._mind.write(errand, self._words_rng)
        if draft is None:
            return None
        await self._api.send_message(event.conversation_id, draft.text)
        memory = after_message(memory, heard.id, author, draft.text)
        self._remember(msgspec.structs.replace(memory, comment_after=self._clock() + COMMENT_GAP))
        # What is said between two stays between them.
        return Deed(f"{memory.name} wrote back to {author}", spoke=True)

    async def _vote(self, memory: Memory, sight: Sight) -> Memory:
        """Give its vote to a little of what it read and liked."""
        votes = 0
        for heard in sight.heard:
            if votes < VOTES_A_TURN and likes(self.persona, memory, heard, self._rng):
                votes += 1
                # Remembered first: a vote whose answer is lost must not be cast again, it would take itself back.
                memory = self._remember(after_vote(memory, heard.id))
                try:
                    if heard.comment_id:
                        await self._api.upvote_comment(heard.comment_id)
                    else:
                        await self._api.upvote_post(heard.post_id)
                except Unauthorized:
                    raise
                except MoltbookError:
                    break
        return memory

    async def _act(self, memory: Memory, choice: Choice) -> Deed:
        match choice:
            case Rest():
                return Deed(f"{memory.name} read and said nothing", spoke=False)
            case SayPost():
                return await self._post(memory, choice)
            case Answer():
                return await self._reply(memory, choice)

    async def _post(self, memory: Memory, choice: SayPost) -> Deed:
        errand = Errand(self.persona, WritePost(choice.topic), memory.posts_made + 1, memory.said)
        draft = await self._mind.write(errand, self._words_rng)
        if draft is None:
            return Deed(f"{memory.name} thought about the {choice.topic} and kept it to itself", spoke=False)
        try:
            post = await self._api.create_post(choice.submolt, draft.title, draft.text)
        except RateLimited as refusal:
            self._remember(msgspec.structs.replace(memory, post_after=self._when(refusal)))
            return Deed(f"{memory.name} may not post yet", spoke=False)
        except NotFound:
            post = await self._api.create_post("general", draft.title, draft.text)
        memory = after_post(memory, post.id, draft.text, choice.topic)
        self._remember(msgspec.structs.replace(memory, post_after=self._clock() + POST_GAP))
        return Deed(f'{memory.name} posted "{draft.title}": "{draft.text}"', spoke=True)

    async def _reply(self, memory: Memory, choice: Answer) -> Deed:
        to = choice.to
        errand = Errand(self.persona, WriteReply(to.author, to.text, choice.topic), memory.posts_made + 1, memory.said)
        draft = await self._mind.write(errand, self._words_rng)
        if draft is None:
            return Deed(f"{memory.name} found no words for {to.author}", spoke=False)
        try:
            await self._api.create_comment(to.post_id, draft.text, to.comment_id)
        except RateLimited as refusal:
            self._remember(msgspec.structs.replace(memory, comment_after=self._when(refusal)))
            return Deed(f"{memory.name} may not comment yet", spoke=False)
        except (NotFound, Forbidden) as refusal:
            # Deleted or closed meanwhile: not tried again, as if answered.
            self._remember(msgspec.structs.replace(memory, answered=(*memory.answered, to.id)))
            return Deed(f"{memory.name} could not answer {to.author}: {refusal.message}", spoke=False)
        memory = after_reply(memory, to.post_id, to.id, to.author, draft.text)
        self._remember(msgspec.structs.replace(memory, comment_after=self._clock() + COMMENT_GAP))
        return Deed(f'{memory.name} replied to {to.author}: "{draft.text}"', spoke=True)

    def _when(self, refusal: RateLimited) -> datetime:
        return self._clock() + timedelta(seconds=refusal.retry_after_seconds or DEFAULT_PAUSE_SECONDS)


def heard_of_post(post: Post) -> Heard:
    """A post as something heard."""
    return Heard(
        post_id=post.id,
        author=post.author_name,
        text=one_line(post.content or post.title, HEARD_CHARS),
        replies=post.comment_count,
        submolt=post.submolt_name or (post.submolt.name if post.submolt else ""),
    )


def heard_in_thread(post_id: str, comments: Page[Comment], name: str, mine: bool) -> Iterator[Heard]:
    """Everything others said in a thread; what answers my post or my comment is marked as said to me."""
    waiting = [(comment, mine, 1) for comment in comments.items]
    while waiting:
        comment, to_me, depth = waiting.pop()
        said_by_me = comment.author_name == name
        waiting += [(reply, said_by_me, depth + 1) for reply in comment.replies]
        if not said_by_me and not comment.is_deleted and comment.content:
            yield Heard(
                post_id=post_id,
                comment_id=comment.id,
                author=comment.author_name,
                text=one_line(comment.content, HEARD_CHARS),
                depth=depth,
                replies=len(comment.replies),
                to_me=to_me,
            )
