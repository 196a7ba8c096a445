"""A population: thousands of lives in one process, each in its turn.

In this room: whose turn it is, how many act side by side, who is woken by what is said, what becomes of trouble,
pausing, checkpoints and the end.
Turns are begun by the schedule and end when they end; a network that is full or away makes all of them slower
(pressure). Whoever a guest spoke to comes first.
Not here: one turn (life), how long one rests (rhythm), the file (store), the words on the screen (view).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random

from moltbook.client import (
    AsyncMoltbook,
    Event,
    MoltbookError,
    RateLimited,
    RetryPolicy,
    Unauthorized,
    Unavailable,
)
from moltbook.minds.acts import Post, Reply, words_of_act
from moltbook.minds.life import Deed, Life
from moltbook.minds.memory.model import Memory
from moltbook.minds.memory.remember import new_memory
from moltbook.minds.mind import Mind
from moltbook.minds.models.budgeted import Purse
from moltbook.minds.models.model import Model, OutOfBudget, Spent, Trouble
from moltbook.minds.persona import Persona
from moltbook.minds.rhythm import Rhythm, next_wake
from moltbook.minds.runner.arrival import arrive, plea
from moltbook.minds.runner.clock import Clock
from moltbook.minds.runner.ears import Ears
from moltbook.minds.runner.figures import Figures, Talk, Tally
from moltbook.minds.runner.keeping import Keeping, StoreDesk
from moltbook.minds.runner.plan import Plan
from moltbook.minds.runner.pressure import Line
from moltbook.minds.runner.schedule import Schedule
from moltbook.minds.store import Kept, State
from moltbook.minds.wish import Pending

PATIENT = RetryPolicy(attempts=3, base_seconds=0.2, max_wait_seconds=1.0)
"""An agent that is told to wait lets another one act instead."""
UNSAID_PAUSE_SECONDS = 60.0
"""How long an agent keeps quiet after a refusal that names no time."""
UNCLAIMED_PAUSE_SECONDS = 3.0
"""Whoever started the house's own agents claims them as soon as it sees them."""
UNCLAIMED_BORNE = 2
"""So many refusals of each before the operator is told of it; of one that lives alone, at once."""
AWAY_PAUSE_SECONDS = 3.0
GUEST_SECONDS = 0.2
FELLOW_SECONDS = (2.0, 12.0)
"""Among themselves they answer within seconds, and not all in the same one."""
UNSIGNED = frozenset({"message.sent", "message.requested"})
"""What comes without the name of who said it."""
FAILURES_BORNE = 3
CHECKPOINT_SECONDS = 2.0


class Population:
    """Everybody who lives in this process."""

    def __init__(
        self,
        plan: Plan,
        keeping: Keeping,
        numbers: Sequence[int],
        persona_of: Callable[[int], Persona],
        mind: Mind,
        line: Line,
        clock: Clock,
        rhythm: Rhythm,
        *,
        model: Model | None = None,
        spare: Mind | None = None,
        purse: Purse | None = None,
        tally: Tally | None = None,
        settles: bool = False,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        """`model`, if it thinks, chooses; `spare` writes when the mind fails time after time; `purse` is its bill."""
        self.plan = plan
        self.tally = tally or Tally()
        self.why_ended = ""
        self._keeping = keeping
        self._numbers = numbers
        self._persona_of = persona_of
        self._mind = mind
        self._model = model
        self._spare = spare
        self._purse = purse
        self._line = line
        self._clock = clock
        self._rhythm = rhythm
        self._say = say
        # Whether the network has told everything to everybody before the next turn begins: then the same is seen again.
        self._settles = settles
        self._rng = Random(plan.seed)
        self._schedule = Schedule()
        self._ears = Ears(self.wake, self.say)
        self._lives: dict[int, Life] = {}
        self._kept: dict[int, Kept] = {}
        self._chances: dict[int, Random] = {}
        self._turns: dict[asyncio.Task[None], int] = {}
        self._orders: set[asyncio.Task[None]] = set()
        self._again: dict[int, float] = {}
        self._changed = asyncio.Event()
        self._paused = self._stopping = False
        self._failures = 0
        self._broken: BaseException | None = None
        self._next_turn = 0.0
        self._guests: set[int] = set()

    def say(self, line: str) -> None:
        """Tell the operator."""
        self.tally.say(line)
        self._say(line)

    def stop(self, why: str = "") -> None:
        """Begin no more turns; those under way are finished."""
        self.why_ended = self.why_ended or why
        self._stopping = True
        self._changed.set()

    def pause(self, paused: bool) -> None:
        """Begin no turns for now, or again."""
        if paused != self._paused:
            self._paused = paused
            self.say("paused" if paused else "goes on")
            self._changed.set()

    def order_pause(self, paused: bool) -> None:
        """Pause or go on, and let it last."""
        self.pause(paused)
        self._orders.add(task := asyncio.create_task(self._keeping.note(paused=paused)))
        task.add_done_callback(self._orders.discard)

    @property
    def is_paused(self) -> bool:
        """Whether no turns are begun."""
        return self._paused

    def wake(self, number: int, event: Event) -> None:
        """Somebody of the population was spoken to."""
        life = self._lives.get(number)
        if life is None or number not in self._kept:
            return
        now = self._clock.now().timestamp()
        if self._ears.is_fellow(event) or event.kind in UNSIGNED:
            life.hear(event)
            due = now + self._rng.uniform(*FELLOW_SECONDS)
        else:
            life.hear_guest(event)
            self._guests.add(number)
            due = now + GUEST_SECONDS
        if number in self._turns.values():
            self._again[number] = min(due, self._again.get(number, due))
        self._schedule.wake(number, max(due, life.memory.comment_after.timestamp()))
        self._changed.set()

    def figures(self) -> Figures:
        """How it stands."""
        tally, now = self.tally, self._clock.now().timestamp()
        spent = self._purse.spent if self._purse is not None else Spent()
        return Figures(
            agents=len(self._numbers), registered=sum(k.state is State.LIVING for k in self._kept.values()),
            acts=tally.acts, acts_per_second=tally.acts_per_second, by_kind=dict(tally.by_kind), turns=tally.turns,
            tokens_in=tally.tokens_in + spent.prompt_tokens,
            tokens_out=tally.tokens_out + spent.answer_tokens,
            model_calls=tally.model_calls + spent.calls,
            dollars=tally.dollars + spent.dollars, refusals=dict(tally.refusals),
            waiting=len(self._schedule), overdue=self._schedule.overdue(now), lag_seconds=self._schedule.lag(now),
            under_way=len(self._turns), window=int(self._line.window.size), paused=self.is_paused,
            seconds=tally.seconds, talks=tuple(tally.talks), lines=tuple(tally.lines),
        )  # fmt: skip

    def hurry(self) -> None:
        """Give up what is under way, too; the next start finishes it."""
        self.stop()
        for task in self._turns:
            task.cancel()

    async def live(self) -> None:
        """Live until the plan is fulfilled or it is stopped; what is under way is finished, what broke is raised."""
        await self._gather()
        checkpoints = asyncio.create_task(self._checkpoints(), name="checkpoints")
        end = asyncio.get_running_loop().call_later(self.plan.seconds, self.stop, "its time is over")
        if self.plan.listens:
            self._ears.open(self._client(None))
        try:
            while not self._stopping:
                self._changed.clear()
                if self.tally.acts_now >= self.plan.acts:
                    self.stop("it did as many acts as it was to do")
                elif self.is_paused or len(self._turns) >= self.plan.at_once:
                    await self._changed.wait()
                else:
                    await self._begin_one()
        finally:
            end.cancel()
            await self._part(checkpoints)
        if self._broken is not None:
            raise self._broken

    async def _begin_one(self) -> None:
        now = self._clock.now().timestamp()
        if now < self._next_turn:
            number = self._schedule.take(now, lambda number: number in self._guests)
            until: float | None = self._next_turn
        else:
            number = self._schedule.take(now)
            until = self._schedule.next_due()
        if number is None:
            await self._clock.wait_until(until, self._changed)
            return
        self._guests.discard(number)
        self._next_turn = now + self.plan.gap_seconds * self._rng.uniform(0.6, 1.4)
        task = asyncio.create_task(self._turn(number), name=f"agent {number}")
        self._turns[task] = number
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._turns[task]
        self._changed.set()
        if not task.cancelled() and (trouble := task.exception()) is not None:
            self._broken = self._broken or trouble
            self.stop("something is broken")

    async def _gather(self) -> None:
        """Find everybody's place in time. Who slept through its moment is not in a hurry with all others who did."""
        self._kept = {kept.number: kept for kept in await self._keeping.fetch(self._numbers)}
        now, spread = self._clock.now().timestamp(), self.plan.spread_seconds
        order = list(self._numbers)
        self._rng.shuffle(order)
        for place, number in enumerate(order):
            kept = self._kept.get(number)
            if kept is not None:
                self._ears.know(kept.name, number)
            late = now + self._rng.uniform(0.0, spread) if place >= self.plan.prompt else now
            if kept is not None and kept.pending is not None:
                late = now  # first of all what was begun
            elif kept is not None and kept.next_at > late:
                late = kept.next_at
            self._schedule.put(number, late)

    async def _turn(self, number: int) -> None:
        rng = self._chance_of(number)
        now = self._clock.now().timestamp
        due: float
        try:
            life = self._lives.get(number) or await self._begin_life(number)
            deed = await life.turn()
        except RateLimited as refusal:
            self.tally.refusals[refusal.code or "429"] += 1
            due = now() + (refusal.retry_after_seconds or UNSAID_PAUSE_SECONDS) * rng.uniform(1.0, 1.2)
        except Unauthorized:
            self.say(f"{self._name(number)} is not known here any more and registers anew")
            await self._forget(number)
            due = now() + rng.uniform(0.0, 2.0)
        except Unavailable as trouble:
            self.tally.refusals[trouble.code or "away"] += 1
            due = now() + AWAY_PAUSE_SECONDS * rng.uniform(0.5, 2.0)
        except MoltbookError as refusal:
            self.tally.refusals[refusal.code or str(refusal.status)] += 1
            unclaimed = refusal.code == "NOT_CLAIMED"
            due = now() + (UNCLAIMED_PAUSE_SECONDS if unclaimed else UNSAID_PAUSE_SECONDS) * rng.uniform(1.0, 1.5)
            if not unclaimed:
                self.say(f"{self._name(number)} was refused: {refusal}")
            elif self.tally.refusals[refusal.code] == UNCLAIMED_BORNE * (len(self._numbers) - 1) + 1:
                self.say(plea(self._kept.values()))
        except OutOfBudget as end:
            self.tally.refusals["budget"] += 1
            due = now()
            self._lose_mind(f"the budget is used up ({end})")
        except Trouble as trouble:
            self.tally.refusals["model"] += 1
            due = now() + rng.uniform(1.0, 5.0)
            self._failures += 1
            if self._failures >= FAILURES_BORNE:
                self._lose_mind(f"the model keeps failing ({trouble})")
            else:
                self.say(f"the model failed ({trouble})")
        else:
            self._failures = 0
            self._count(deed)
            rest = next_wake(self._rhythm, life.persona, life.memory, self._clock.now(), rng)
            due = max(rest.timestamp(), now() + deed.wait_seconds)
        self.tally.turns += 1
        if self._settles and number in self._lives and (account := self._kept[number].account) is not None:
            await self._line.settle(self._client(account.api_key))
        if number in self._kept:
            await self._keeping.rest(number, due)
        self._schedule.put(number, min(due, self._again.pop(number, due)))

    def _count(self, deed: Deed) -> None:
        for code in deed.refused:
            self.tally.refusals[code] += 1
        if deed.spoke:
            self.say(deed.line)

    async def _begin_life(self, number: int) -> Life:
        """Have somebody there: with what it knows, or newly registered.

        Raises: MoltbookError.
        """
        persona, kept = self._persona_of(number), self._kept.get(number)
        api = self._client(kept.account.api_key if kept is not None and kept.account is not None else None)
        if kept is None or kept.account is None:
            intended = kept.name if kept is not None and kept.state is State.INTENDED else ""
            account = await arrive(self._keeping, number, persona, intended, api, self._chance_of(number))
            [kept] = await self._keeping.fetch([number])
            self._kept[number] = kept
            if account.name != persona.name and len(self._numbers) == 1:
                self.say(f"{persona.name} is taken here; it is called {account.name}")
        else:
            account = kept.account
        memory = kept.memory
        if memory == Memory():
            memory = new_memory(persona.opinions.likes, persona.opinions.dislikes)
        desk = StoreDesk(self._keeping, kept, lambda pending: self._did(account.name, pending))
        life = Life(
            persona, account, memory, api, self._mind, desk, rng=Random(self._chance_of(number).random()),
            clock=self._clock.now, model=self._model, budget=self.plan.budget,
        )  # fmt: skip
        self._lives[number] = life
        self._ears.know(account.name, number)
        if self.plan.listens and self._ears.private < self.plan.ears:
            self._ears.open_own(number, api)
        return life

    def _did(self, name: str, pending: Pending) -> None:
        wish = pending.wish
        # What is said between two stays between them.
        words = words_of_act(wish.act) if isinstance(wish.act, Post | Reply) else ""
        # Whom it read before it began a thread of its own is not whom it speaks to.
        whom = "" if isinstance(wish.act, Post) else wish.author
        self.tally.did(Talk(name, type(wish.act).__name__.lower(), whom, words))
        if self.tally.acts_now >= self.plan.acts:
            self._changed.set()

    async def _forget(self, number: int) -> None:
        if (life := self._lives.pop(number, None)) is not None:
            await life.close()
        await self._keeping.lose(number)
        [self._kept[number]] = await self._keeping.fetch([number])

    def _lose_mind(self, why: str) -> None:
        """Go on with the spare mind, or end where there is none."""
        if self._spare is None:
            self.stop(why)
            return
        self.say(f"{why}; the words come from scripts now, which is less")
        self._mind, self._model, self._spare, self._failures = self._spare, None, None, 0
        for life in self._lives.values():
            life.think_with(self._mind)

    async def _checkpoints(self) -> None:
        while True:
            await asyncio.sleep(CHECKPOINT_SECONDS)
            await self._checkpoint()

    async def _checkpoint(self) -> None:
        await self._keeping.note(figures=self.figures(), clock=self._clock.now())

    async def _part(self, checkpoints: asyncio.Task[None]) -> None:
        """Finish what is under way, within reason; what is given up is finished at the next start."""
        if self._turns:
            await asyncio.wait(self._turns, timeout=self.plan.farewell_seconds)
        tasks = [*self._turns, checkpoints]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._ears.close()
        await self._checkpoint()
        for life in self._lives.values():
            await life.close()

    def _client(self, api_key: str | None) -> AsyncMoltbook:
        rng = Random(self._rng.random())
        return AsyncMoltbook(self.plan.server, api_key, retry=PATIENT, rng=rng, transport=self._line)

    def _chance_of(self, number: int) -> Random:
        """Chance of one agent's own: who else acts, and when, changes nothing about it."""
        if number not in self._chances:
            turns = self._kept[number].turns if number in self._kept else 0
            self._chances[number] = Random(f"{self.plan.seed} {number} {turns}")
        return self._chances[number]

    def _name(self, number: int) -> str:
        kept = self._kept.get(number)
        return kept.name if kept is not None else self._persona_of(number).name
