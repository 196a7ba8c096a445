"""A life: one being at home on a network, turn by turn.

In this room: looking, deciding, finding words, acting, remembering, in this order; each act is written down before it
is sent, so that a being whose process was killed goes on with it and repeats nothing. Who was spoken to looks at
exactly that in its next turn. Everything goes through the public client.
Not here: what to do (policy, choosing), thoughts (musing), the words (mind), what was tried (tried), whose turn it is
(runner), when (rhythm).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Set
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol
from uuid import UUID

import msgspec

from moltbook.client import AsyncMoltbook, Conflict, Event, Forbidden, Invalid, MoltbookError, NotFound, RateLimited
from moltbook.minds.acts import Act, Open, Post, Write, call_of, is_wordless, with_words, words_of_act
from moltbook.minds.choosing import Choice, choose
from moltbook.minds.looking import look, look_at
from moltbook.minds.memory import (
    Account,
    Memory,
    did,
    exemplars,
    own_lines,
    recall,
    reflect,
    take_in,
    usable_phrases,
)
from moltbook.minds.mind import Errand, Mind
from moltbook.minds.models.model import Model
from moltbook.minds.musing import muse
from moltbook.minds.persona import Persona
from moltbook.minds.policy import HOME, decide, waits
from moltbook.minds.sight import Heard, Sight
from moltbook.minds.telling import telling, telling_all
from moltbook.minds.transcript import WritePost, WriteReply
from moltbook.minds.tried import not_again, quiet_after, rested
from moltbook.minds.wish import Budget, Pending, Wish

CALLS = frozenset({"post.published", "comment.published", "message.sent", "message.requested"})
"""What somebody says to a being; votes and followers need no answer."""
CALLS_KEPT = 20
WAITING_KEPT = 20
DEFAULT_PAUSE_SECONDS = 60.0
KEY_HOURS = 40.0
"""A network keeps answers for repeats for 48 hours; an act left lying for longer is not sent again."""
NOT_CLAIMED = "NOT_CLAIMED"
BEING_DONE = "IDEMPOTENCY_IN_PROGRESS"
ANSWER_LOST = "IDEMPOTENCY_ANSWER_LOST"


class Desk(Protocol):
    """Where a being writes down what it is about to do and what it remembers; each returns when it is safe there."""

    async def begin(self, pending: Pending, memory: Memory) -> None:
        """Keep an act that is about to be sent."""
        ...

    async def done(self, memory: Memory) -> None:
        """Keep the memory; what was under way is done, if anything was. Both or neither."""
        ...

    async def refused(self, memory: Memory) -> None:
        """Keep the memory; what was under way was not done and is not sent again. Both or neither."""
        ...

    def pending(self) -> Pending | None:
        """The act that was under way when the last process ended."""
        ...


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What a being did in a turn."""

    line: str
    """For the operator. What is said between two stays between them."""
    spoke: bool = False
    acts: tuple[Act, ...] = ()
    """Those that the network took."""
    refused: tuple[str, ...] = ()
    """Codes of what the network refused."""
    dropped: dict[str, int] = {}
    """What a model chose and code did not let through, by reason."""
    wait_seconds: float = 0.0
    """How long the network asks this being to be quiet."""


Looking = Callable[[AsyncMoltbook, str, Memory, datetime, Random], Awaitable[Sight]]


class Life:
    """One persona with its account and its memory."""

    def __init__(
        self,
        persona: Persona,
        account: Account,
        memory: Memory,
        api: AsyncMoltbook,
        mind: Mind,
        desk: Desk,
        *,
        rng: Random,
        clock: Callable[[], datetime],
        model: Model | None = None,
        budget: Budget | None = None,
        looking: Looking = look,
    ) -> None:
        """`model`, if it thinks, has thoughts and chooses the acts; else code does and the mind finds the words."""
        self.persona = persona
        self.account = account
        self._memory = memory
        self._api = api
        self._mind = mind
        self._desk = desk
        self._rng = rng
        # Words draw from chance of their own: how much they need depends on the model, and choices must not.
        self._words_rng = Random(rng.random())
        self._clock = clock
        self._thinking = model if model is not None and model.thinks else None
        self._budget = budget or Budget()
        self._looking = looking
        self._guests: deque[Event] = deque(maxlen=CALLS_KEPT)
        self._fellows: deque[Event] = deque(maxlen=CALLS_KEPT)
        # Said to me and not answered yet. While something waits, the memory kept on the desk is as far as before it,
        # so that who goes on after a crash is told of it again.
        self._waiting: dict[str, Heard] = {}
        self._settled_seq = memory.seen_seq

    @property
    def name(self) -> str:
        """The name it goes by on this network."""
        return self.account.name

    @property
    def memory(self) -> Memory:
        """What it remembers."""
        return self._memory

    def think_with(self, mind: Mind) -> None:
        """Let another mind write its words from now on."""
        self._mind = mind

    def hear(self, event: Event) -> None:
        """Take note of what another being of the same house said to it."""
        if event.kind in CALLS:
            self._fellows.append(event)

    def hear_guest(self, event: Event) -> None:
        """Take note of what a guest said to it: that is answered first."""
        if event.kind in CALLS:
            self._guests.append(event)

    @property
    def call(self) -> Event | None:
        """What it answers next, guests first; None where nothing waits, and while it may not speak."""
        waiting = self._guests or self._fellows
        return waiting[0] if waiting and self._clock() >= self._memory.comment_after else None

    async def turn(self) -> Deed:
        """Finish what was under way, look, decide, act, remember.

        Raises: Unauthorized, when the network does not know it any more; MoltbookError, for other refusals that this
        being cannot mend; NoModel, Busy, OutOfBudget.
        """
        done: list[Act] = []
        refused: list[str] = []
        left = self._desk.pending()
        if left is not None:
            await self._finish(left, done, refused)
        before = self._memory
        sight = await self._see()
        # Before anything can fail: what was told once is not told again.
        self._settle(sight, frozenset())
        choice = await self._decide(sight)
        line, wait_seconds = f"{self.name} read and said nothing", 0.0
        spoken = ""
        wordless: set[str] = set()
        for wish in choice.wishes:
            worded = await self._worded(wish)
            if worded is None:
                wordless.add(wish.why.heard)
                line = f"{self.name} found no words about the {wish.topic}"
                continue
            try:
                if await self._do(worded, done, refused) and words_of_act(worded.act):
                    spoken = spoken or telling(self.name, worded)
            except RateLimited as refusal:
                wait_seconds = refusal.retry_after_seconds or DEFAULT_PAUSE_SECONDS
                self._memory = quiet_after(self._memory, worded.act, self._clock() + timedelta(seconds=wait_seconds))
                await self._desk.refused(self._kept())
                refused.append(refusal.code)
                break
        self._settle(sight, wordless | choice.declined)
        if self._memory != before:
            await self._desk.done(self._kept())
        if not spoken and done:
            spoken = telling_all(self.name, done)
        return Deed(
            line=spoken or line, spoke=any(words_of_act(act) for act in done), acts=tuple(done),
            refused=tuple(refused), dropped=dict(choice.dropped), wait_seconds=wait_seconds,
        )  # fmt: skip

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()

    async def _see(self) -> Sight:
        """Who was spoken to looks at that; else it looks around. What waits from before comes first."""
        now = self._clock()
        if (call := self.call) is not None:
            (self._guests or self._fellows).popleft()
            try:
                sight = await look_at(self._api, self.name, self._memory, call, now)
            except NotFound:
                sight = Sight(now=now)
        else:
            sight = await self._looking(self._api, self.name, self._memory, now, self._rng)
        taken = take_in(self._memory, sight, me=self.name, interests=self.persona.interests)
        self._memory = reflect(taken, now) if self._thinking is None else taken
        if sight.seq:
            self._memory = msgspec.structs.replace(self._memory, seen_seq=sight.seq)
        told = {heard.on.id for heard in sight.to_me}
        waiting = [heard for heard in self._waiting.values() if heard.on.id not in told]
        return msgspec.structs.replace(sight, answers=(*waiting, *sight.answers))

    async def _decide(self, sight: Sight) -> Choice:
        if self._thinking is None:
            return Choice(wishes=tuple(decide(self.persona, self._memory, sight, self._rng, self._budget)))
        self._memory = await muse(
            self._thinking, self._memory, name=self.name, who=self.persona.who, now=sight.now, rng=self._words_rng
        )
        return await choose(self.persona, self.name, self._memory, sight, self._thinking, self._rng, self._budget)

    def _settle(self, sight: Sight, let_be: Set[str]) -> None:
        """Keep in mind what still waits for an answer; for what is let be there were no words, or no wish."""
        waits_on = [h for h in sight.to_me if h.on.id not in let_be and waits(self.persona, self._memory, h)]
        waiting = waits_on[-WAITING_KEPT:]
        self._waiting = {heard.on.id: heard for heard in waiting}
        if not self._waiting:
            self._settled_seq = self._memory.seen_seq

    def _kept(self) -> Memory:
        """The memory as it is kept: no further than what was answered."""
        return msgspec.structs.replace(self._memory, seen_seq=self._settled_seq)

    async def _worded(self, wish: Wish) -> Wish | None:
        """The wish with its words, and with what it recalled for them; None when nothing good came.

        Raises: NoModel, Busy, OutOfBudget.
        """
        if not is_wordless(wish.act):
            return wish
        memory, now = self._memory, self._clock()
        talk = wish.act.conversation_id if isinstance(wish.act, Write) else ""
        recalled = recall(memory, f"{wish.topic} {wish.heard}", now=now, author=wish.author, conversation_id=talk)
        task = WriteReply(wish.author, wish.heard, wish.topic) if wish.heard else WritePost(wish.topic)
        errand = Errand(
            self.persona, task, memory.posts_made + 1, own_lines(memory), exemplars=exemplars(memory),
            recalled=tuple(found.line for found in recalled), phrases=usable_phrases(memory),
        )  # fmt: skip
        draft = await self._mind.write(errand, self._words_rng)
        if draft is None:
            return None
        why = msgspec.structs.replace(wish.why, recalled=tuple(found.id for found in recalled))
        return msgspec.structs.replace(wish, act=with_words(wish.act, draft.title, draft.text), why=why)

    async def _do(self, wish: Wish, done: list[Act], refused: list[str]) -> bool:
        """Send an act under a key that was written down before; whether the network took it.

        Raises: RateLimited, with nothing left under way; MoltbookError.
        """
        # From the injected chance: it is as good a key, and the same seed leaves the same record.
        key = UUID(int=self._rng.getrandbits(128), version=4).hex
        pending = Pending(wish=wish, key=f"{key}-{int(self._clock().timestamp() * 1000):x}", at=self._clock())
        await self._desk.begin(pending, self._kept())
        return await self._finish(pending, done, refused)

    async def _finish(self, pending: Pending, done: list[Act], refused: list[str]) -> bool:
        wish = pending.wish
        if self._clock() - pending.at > timedelta(hours=KEY_HOURS):
            self._memory = not_again(self._memory, wish)
            await self._desk.refused(self._kept())
            return False
        try:
            text_id = id_of(await self._api.send(call_of(wish.act), key=pending.key))
        except (NotFound, Forbidden, Conflict, Invalid) as refusal:
            if refusal.code != ANSWER_LOST:
                return await self._not_done(refusal, wish, done, refused)
            text_id = ""  # it was done, and nobody can say any more under which id
        now = self._clock()
        self._memory = did(self._memory, wish.act, now=now, why=wish.why, text_id=text_id, whom=wish.author)
        if isinstance(wish.act, Open):
            self._memory = not_again(self._memory, wish)  # they have a conversation now: nobody needs to ask
        self._memory = rested(self._memory, wish.act, now, self._budget)
        done.append(wish.act)
        await self._desk.done(self._kept())
        return True

    async def _not_done(self, refusal: MoltbookError, wish: Wish, done: list[Act], refused: list[str]) -> bool:
        """What becomes of an act that was refused: tried elsewhere, or never again.

        Raises: MoltbookError, for one that may be done yet.
        """
        if refusal.code == NOT_CLAIMED:
            await self._desk.refused(self._kept())
            raise refusal
        if refusal.code == BEING_DONE:
            raise refusal  # it stays under way, and is asked for again
        refused.append(refusal.code)
        if isinstance(wish.act, Post) and isinstance(refusal, NotFound) and wish.act.submolt != HOME:
            elsewhere = msgspec.structs.replace(wish.act, submolt=HOME)
            return await self._do(msgspec.structs.replace(wish, act=elsewhere), done, refused)
        self._memory = not_again(self._memory, wish)
        await self._desk.refused(self._kept())
        return False


def id_of(answer: Any) -> str:
    """The id of what was made, if anything was."""
    return str(getattr(answer, "id", "") or getattr(answer, "conversation_id", ""))
