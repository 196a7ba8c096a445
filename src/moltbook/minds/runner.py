"""The runner: keeps the residents going, one turn after another.

In this room: waiting for the server, whose turn it is, surviving its restarts, stopping.
Turns follow each other, never side by side: the residents share one model, and a page where something happens every
few seconds is livelier than one where everything happens at once. Who is spoken to has the next turn, and where a guest
spoke it comes at once; residents among themselves keep the pace, and leave every other turn to the others.
Not here: a turn (life), where a resident is kept (desk).
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import msgspec

from moltbook.client import (
    AsyncMoltbook,
    Event,
    MoltbookError,
    RateLimited,
    RetryPolicy,
    Unauthorized,
    Unavailable,
)
from moltbook.minds.account import move_in
from moltbook.minds.desk import FileDesk, Kept, read_file, write_file
from moltbook.minds.life import Deed, Life
from moltbook.minds.memory import new_memory
from moltbook.minds.mind import Mind
from moltbook.minds.models.llama import Load
from moltbook.minds.models.local import LocalModel
from moltbook.minds.models.model import NoModel
from moltbook.minds.models.weights import find_weights
from moltbook.minds.persona import Persona, the_residents
from moltbook.minds.scripted import ScriptedMind
from moltbook.minds.voice import Voice

FAILURES_BORNE = 3
UNSAID_PAUSE_SECONDS = 60.0
# Whoever started the residents claims them as soon as it sees them.
UNCLAIMED_PAUSE_SECONDS = 3.0
"""How long a resident keeps quiet after a refusal that names no time."""
FIRST_TURN_SECONDS = 1e9
"""Who has not had a turn yet goes before everybody who has."""
IMPATIENT = RetryPolicy(attempts=2, base_seconds=0.2, max_wait_seconds=1.0)
"""A resident that is told to wait lets another one act instead."""
AT_ONCE = 3
"""So many residents act as soon as the server answers: whoever has just opened the page sees it live."""


class Rhythm(msgspec.Struct, frozen=True):
    """How the residents share time, in seconds."""

    between_acts: float = 7.5
    between_guests: float = 1.0
    """Where guests wait for an answer; never none, for the model shares the processor with the house."""
    longest_wait: float = 5.0
    """Between two knocks at a server that does not answer."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the runner is told."""

    server: str
    state: Path
    residents: int
    seed: int
    weights: Path | None = None
    rhythm: Rhythm = Rhythm()


def tell(line: str) -> None:
    """One line about the residents, for the operator; what cannot be printed safely is not printed."""
    safe = "".join(c if c.isprintable() else " " for c in line)
    sys.stderr.write(f"residents: {safe}\n")
    sys.stderr.flush()


def choose_mind(weights: Path | None) -> Mind:
    """The local model when it can be had, else the script; which of them, and why, is said aloud."""
    try:
        found = find_weights(weights)
    except NoModel as reason:
        tell(f"no language model ({reason}); the residents speak from their scripts, which is less")
        return ScriptedMind()
    tell(f"the residents think with {found.name}")
    return Voice(LocalModel(Load(str(found)), f"local:{found.name}"))


class Resident:
    """A persona, its file, and its life once it has moved in."""

    def __init__(
        self, persona: Persona, mind: Mind, server: str, file: Path, rng: Random, clock: Callable[[], datetime]
    ) -> None:
        self.persona = persona
        self._mind, self._server, self._file, self._rng, self._clock = mind, server, file, rng, clock
        kept = read_file(file)
        self.life = self._live(kept) if kept is not None else None

    @property
    def name(self) -> str:
        """The name it goes by on this network."""
        return self.life.name if self.life is not None else self.persona.name

    @property
    def call(self) -> Event | None:
        """What it answers next."""
        return self.life.call if self.life is not None else None

    def think_with(self, mind: Mind) -> None:
        """Let another mind write its words from now on."""
        self._mind = mind
        if self.life is not None:
            self.life.think_with(mind)

    async def turn(self) -> Deed:
        """Move in if need be, and take a turn.

        Raises: MoltbookError, NoModel.
        """
        if self.life is None:
            async with self._client(None) as api:
                account = await move_in(api, self.persona, self._rng)
            roots = new_memory(self.persona.opinions.likes, self.persona.opinions.dislikes)
            kept = Kept(name=account.name, api_key=account.api_key, claim_url=account.claim_url, memory=roots)
            write_file(self._file, kept)
            self.life = self._live(kept)
        try:
            return await self.life.turn()
        except Unauthorized:
            # Another world than the one it knew, or its key was withdrawn: it starts anew.
            await self.life.close()
            self.life = None
            return Deed(line=f"{self.name} is not known here any more and will register anew")

    async def close(self) -> None:
        """Let go of the connections."""
        if self.life is not None:
            await self.life.close()

    def _live(self, kept: Kept) -> Life:
        return Life(
            self.persona, kept.account, kept.memory, self._client(kept.api_key), self._mind,
            FileDesk(self._file, kept), rng=self._rng, clock=self._clock,
        )  # fmt: skip

    def _client(self, api_key: str | None) -> AsyncMoltbook:
        return AsyncMoltbook(self._server, api_key, retry=IMPATIENT, rng=Random(self._rng.random()))


class Population:
    """The residents of one house, and whose turn it is."""

    def __init__(self, settings: Settings, mind: Mind, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._mind = mind
        self._rng = Random(settings.seed)
        self._stop = asyncio.Event()
        self._failures = 0
        self._last_turn: dict[str, float] = {}
        self._not_before: dict[str, float] = {}
        self._ears: dict[str, asyncio.Task[None]] = {}
        self._deaf: set[str] = set()
        self._guest_spoke = asyncio.Event()
        self._fellow_was_answered = False
        personas = the_residents()[: settings.residents]
        self._rng.shuffle(personas)
        self._residents = [
            self._resident(persona, number, clock) for number, persona in enumerate(personas[: settings.residents])
        ]

    def _resident(self, persona: Persona, number: int, clock: Callable[[], datetime]) -> Resident:
        file = self._settings.state / f"{persona.name}.json"
        return Resident(persona, self._mind, self._settings.server, file, Random(self._settings.seed + number), clock)

    def stop(self) -> None:
        """Ask the population to end; a turn under way is given up."""
        self._stop.set()

    async def live(self) -> None:
        """Run until told to stop."""
        life = asyncio.create_task(self._turns())
        stop = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({life, stop}, return_when=asyncio.FIRST_COMPLETED)
            if life.done():
                life.result()
        finally:
            tasks = [life, stop, *self._ears.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for resident in self._residents:
                await resident.close()
            await self._mind.close()

    async def _turns(self) -> None:
        loop, rhythm = asyncio.get_running_loop(), self._settings.rhythm
        await self._until_ready()
        for moved_in in self._residents:
            self._listen(moved_in)
        turns = 0
        while self._residents:
            resident = self._next(loop.time())
            if resident is None:
                await self._pause(rhythm.between_acts)
                continue
            spoke = await self._turn(resident)
            self._last_turn[resident.persona.name] = loop.time()
            self._listen(resident)
            turns += 1
            if turns >= AT_ONCE:
                await self._pause(rhythm.between_acts * self._rng.uniform(0.6, 1.4) / (1 if spoke else 3))

    async def _pause(self, seconds: float) -> None:
        """Let some time pass, but keep no guest waiting."""
        self._guest_spoke.clear()
        if any(not self._is_fellow(call) for call, _ in self._calls()):
            await asyncio.sleep(min(seconds, self._settings.rhythm.between_guests))
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._guest_spoke.wait()

    def _listen(self, resident: Resident) -> None:
        """Let a resident that has moved in hear what is said to it; where nothing is told it only has its turns."""
        name = resident.persona.name
        ear = self._ears.get(name)
        if resident.life is not None and name not in self._deaf and (ear is None or ear.done()):
            self._ears[name] = asyncio.create_task(self._hear(resident, resident.life), name=f"{name} listens")

    async def _hear(self, resident: Resident, life: Life) -> None:
        try:
            await life.listen(self._hears_guest)
        except (Unauthorized, Unavailable, RateLimited):
            return  # it listens again after its next turn
        except MoltbookError as refusal:
            self._deaf.add(resident.persona.name)
            tell(f"{resident.name} cannot listen and looks around at its turns: {refusal}")

    def _hears_guest(self, event: Event) -> bool:
        """Whether it is a guest who spoke; then the pause is over."""
        if self._is_fellow(event):
            return False
        self._guest_spoke.set()
        return True

    def _is_fellow(self, event: Event) -> bool:
        """Whether a resident spoke. Messages come without a name: they count as a guest's."""
        return event.author in {resident.name for resident in self._residents}

    def _next(self, time: float) -> Resident | None:
        """Whose turn it is: mostly who waited longest, the lively ones sooner; None when all were told to wait."""
        free = self._free(time)
        if not free:
            return None
        if (called := self._first_called()) is not None:
            return called

        def eagerness(resident: Resident) -> float:
            waited = time - self._last_turn.get(resident.persona.name, -FIRST_TURN_SECONDS)
            return waited * resident.persona.activity * self._rng.uniform(0.8, 1.2)

        return max(free, key=eagerness)

    def _free(self, time: float) -> list[Resident]:
        """Who was not told to wait."""
        return [r for r in self._residents if self._not_before.get(r.persona.name, 0.0) <= time]

    def _calls(self) -> list[tuple[Event, Resident]]:
        """Who was spoken to and can answer now."""
        free = self._free(asyncio.get_running_loop().time())
        return [(resident.call, resident) for resident in free if resident.call is not None]

    def _first_called(self) -> Resident | None:
        """Who was spoken to first: by a guest, else by another resident if the last turn was not given for that."""
        calls = self._calls()
        by_guests = [(call, resident) for call, resident in calls if not self._is_fellow(call)]
        waiting = by_guests or ([] if self._fellow_was_answered else calls)
        self._fellow_was_answered = bool(waiting) and not by_guests
        return min(waiting, key=lambda pair: pair[0].seq)[1] if waiting else None

    async def _turn(self, resident: Resident) -> bool:
        """Let one resident act, and say whether it spoke."""
        try:
            deed = await resident.turn()
        except RateLimited as refusal:
            tell(f"{resident.name} was told to wait: {refusal.message}")
            self._not_before[resident.persona.name] = asyncio.get_running_loop().time() + (
                refusal.retry_after_seconds or UNSAID_PAUSE_SECONDS
            )
            return False
        except Unavailable as trouble:
            tell(f"the server does not answer ({trouble.message})")
            await self._until_ready()
            return False
        except MoltbookError as refusal:
            tell(f"{resident.name} was refused: {refusal}")
            pause = UNCLAIMED_PAUSE_SECONDS if refusal.code == "NOT_CLAIMED" else UNSAID_PAUSE_SECONDS
            self._not_before[resident.persona.name] = asyncio.get_running_loop().time() + pause
            return False
        except NoModel as reason:
            self._lose_model(reason)
            return False
        self._failures = 0
        if deed.wait_seconds:
            until = asyncio.get_running_loop().time() + deed.wait_seconds
            self._not_before[resident.persona.name] = until
        tell(deed.line)
        return deed.spoke

    def _lose_model(self, reason: NoModel) -> None:
        """Start the model again at the next turn; let the script take over when it fails time after time."""
        self._failures += 1
        if self._failures < FAILURES_BORNE:
            tell(f"the language model failed ({reason}); it is started again")
            return
        tell(f"the language model keeps failing ({reason}); the residents speak from their scripts, which is less")
        for resident in self._residents:
            resident.think_with(ScriptedMind())

    async def _until_ready(self) -> None:
        """Knock until the server answers, ever less often."""
        wait = 0.1
        async with AsyncMoltbook(self._settings.server, retry=RetryPolicy(attempts=1)) as stranger:
            while True:
                try:
                    await stranger.submolts(limit=1)
                    return
                except MoltbookError:
                    await asyncio.sleep(wait * self._rng.uniform(0.5, 1.0))
                    wait = min(self._settings.rhythm.longest_wait, wait * 1.6)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)
