"""Who watches the wall: one Wall a worker, awake only while somebody looks.

In this room: hearing the log's entries for all views, one digest a second for each, its bytes for whoever watches, and
falling asleep again. Not here: what a digest holds (digest), the stream itself (stream).

A view begins with what happened lately, read from the log, and goes on with what is heard; what is heard while it
begins waits. However much happens, a second's work has a bound: of posts that nobody knows so many are looked up, and
what waits for that has a limit; beyond it events are counted and no more.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic, time
from weakref import WeakKeyDictionary

import asyncpg
import msgspec
import structlog
from msgspec.structs import replace

from moltbook.db.failures import GONE
from moltbook.house import House
from moltbook.kernel.clock import Clock
from moltbook.kernel.errors import Unavailable
from moltbook.log import Entry
from moltbook.past import comments_at, seq_at
from moltbook.web.wall.acts import CHANGED, COUNTED, FOLDED, LEFT, TAKEN_BACK, VOTE, Act, act_of
from moltbook.web.wall.digest import View
from moltbook.web.wall.fold import Fold
from moltbook.web.wall.known import Ground
from moltbook.web.wall.model import Beat, Digest, Hot, Map, Speaker, Spoken
from moltbook.web.wall.window import WINDOW_SECONDS

log = structlog.get_logger(__name__)

TICK_SECONDS = 1.0
# A view nobody asked for so long is given up.
IDLE_SECONDS = 60.0
MOST_VIEWS = 12
MOST_WATCHERS = 500
LINES_A_SECOND = 1
# So much may wait for a look at the database.
MOST_WAITING = 4000
# What happened at the end of a second is heard a little later.
LATE_SECONDS = 0.05


class WallFull(Unavailable):
    """All seats are taken."""

    message = "Too many watch the wall already."
    hint = "Read /live.json every few seconds instead."
    retry_after_seconds = 30


class Step(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What of a digest is new: lists that changed, lines that were said, lines that went, who spoke across."""

    at: datetime
    beat: Beat
    awake: tuple[Speaker, ...] | None = None
    said: tuple[Spoken, ...] = ()
    gone: tuple[str, ...] = ()
    heat: tuple[Hot, ...] | None = None
    map: Map | None = None
    arcs: tuple[tuple[str, str], ...] = ()


_encode = msgspec.json.Encoder().encode


class Watched:
    """A view that somebody watches: its newest digest as the bytes of a stream, and the step that led to it."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.number = 0
        self.step = b""
        self.watchers = 0
        self.asked_at = monotonic()
        self.moved = asyncio.Event()
        self.is_over = False
        self.is_ready = False
        self.beginning = asyncio.Lock()
        # What was heard while the view began.
        self.heard: list[Act] = []
        self.gone: list[str] = []
        self._whole = b""

    @property
    def whole(self) -> bytes:
        """All of the digest, for one who has just come or missed a step."""
        if not self._whole:
            self._whole = b"event: wall\ndata: %b\n\n" % _encode(self.view.digest)
        return self._whole

    def move(self, step: Step) -> None:
        """There is a new digest."""
        self._whole = b""
        self.step = b"event: step\ndata: %b\n\n" % _encode(step)
        self.number += 1
        self._wake()

    def end(self) -> None:
        """There will be none any more."""
        self.is_over = True
        self._wake()

    def _wake(self) -> None:
        moved, self.moved = self.moved, asyncio.Event()
        moved.set()


class Wall:
    """This worker's wall."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock, seats: int, upto: int) -> None:
        self._pool = pool
        self._clock = clock
        self._seats = seats
        self._upto = upto
        self._ground = Ground()
        self._views: dict[str, Watched] = {}
        # Of these it is not known yet where they happened, or whom they answer.
        self._waiting: list[Act] = []
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = False
        self.watchers = 0

    @property
    def is_awake(self) -> bool:
        """Whether anybody watches, or did a moment ago."""
        return bool(self._views)

    async def now(self, submolt: str = "") -> Digest:
        """The wall of this moment; of one submolt if it is named, as it writes itself."""
        watched = await self._wake(submolt)
        if watched is None:
            return await self._still(submolt, self._clock(), self._upto)
        return watched.view.digest

    async def at(self, submolt: str, moment: datetime) -> Digest:
        """The wall of a past moment."""
        digest = await self._still(submolt, moment, await seq_at(self._pool, moment))
        counts = await comments_at(self._pool, moment, [hot.post_id for hot in digest.heat])
        return replace(digest, heat=tuple(replace(hot, comments=counts.get(hot.post_id, 0)) for hot in digest.heat))

    async def _still(self, submolt: str, moment: datetime, upto: int) -> Digest:
        view = View(self._pool, Ground(), submolt)
        await view.begin(moment, upto)
        return view.digest

    async def _wake(self, submolt: str) -> Watched | None:
        """The view that is asked for, begun if it sleeps; None if there are too many."""
        if self._is_stopped:
            return None
        watched = self._views.get(submolt)
        if watched is None:
            # The wall of all is never full of those of some.
            if submolt and len(self._views) >= MOST_VIEWS:
                return None
            watched = self._views[submolt] = Watched(View(self._pool, self._ground, submolt))
        watched.asked_at = monotonic()
        async with watched.beginning:
            if not watched.is_ready:
                try:
                    await self._begin(watched)
                except BaseException:
                    self._drop(submolt, watched)
                    raise
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="wall")
        return watched

    async def _begin(self, watched: Watched) -> None:
        known = await watched.view.begin(self._clock(), self._upto)
        for act in watched.heard:
            if (act.comment_id or act.post_id) not in known or act.kind == VOTE:
                watched.view.take(act)
        watched.heard = []
        watched.is_ready = True

    def _drop(self, submolt: str, watched: Watched) -> None:
        if self._views.get(submolt) is watched:
            del self._views[submolt]
        watched.end()

    @contextmanager
    def seat(self, watched: Watched) -> Iterator[None]:
        """One more watches.

        Raises: WallFull.
        """
        if self.watchers >= self._seats:
            raise WallFull()
        self.watchers += 1
        watched.watchers += 1
        try:
            yield
        finally:
            self.watchers -= 1
            watched.watchers -= 1
            watched.asked_at = monotonic()

    async def view(self, submolt: str) -> Watched:
        """What a stream of this view sends.

        Raises: WallFull.
        """
        watched = await self._wake(submolt)
        if watched is None:
            raise WallFull()
        return watched

    def hear(self, entries: Sequence[Entry]) -> None:
        """Take in what happened, if somebody watches."""
        self._upto = entries[-1].seq
        if not self._views:
            return
        # What an archive brings in happened long ago.
        oldest = self._clock() - timedelta(seconds=WINDOW_SECONDS)
        everything = self._views.get("")
        for entry in entries:
            if entry.at < oldest:
                continue
            kind = entry.kind
            if everything is not None and kind in COUNTED:
                everything.view.fold.pulse.add(entry.at.timestamp())
            if kind in FOLDED:
                self._take(act_of(entry))
            elif kind in TAKEN_BACK:
                act = act_of(entry)
                self._lose(lambda fold, act=act: fold.lose(act.post_id, act.comment_id))  # type: ignore[misc]
            elif entry.actor_id is not None and kind == LEFT:
                self._lose(lambda fold, gone=entry.actor_id: fold.forget(gone))  # type: ignore[misc]
            elif entry.actor_id is not None and kind == CHANGED:
                for watched in self._views.values():
                    watched.view.forget_avatar(entry.actor_id)

    def _take(self, act: Act) -> None:
        ground = self._ground
        ground.hear(act)
        place = ground.place(act)
        # Who answers whom is shown within a submolt only, and only there it is looked up.
        is_lacking = place is None or (
            act.parent_id is not None and place.submolt in self._views and ground.answered(act, place) is None
        )
        if not is_lacking:
            self._hand_out(act)
        elif len(self._waiting) < MOST_WAITING:
            self._waiting.append(act)

    def _hand_out(self, act: Act) -> None:
        for watched in self._views.values():
            if watched.is_ready:
                watched.view.take(act)
            elif len(watched.heard) < MOST_WAITING:
                watched.heard.append(act)

    def _lose(self, lose: Callable[[Fold], list[str]]) -> None:
        for watched in self._views.values():
            watched.gone += lose(watched.view.fold)

    async def _run(self) -> None:
        """A digest a second for each view, for as long as anybody looks."""
        while self._views:
            try:
                await self.tick()
            except (*GONE, asyncpg.PostgresError) as error:
                log.warning("the wall stands still", error=repr(error))
            # The edge of the wall: whoever comes next begins it anew.
            except Exception:
                log.exception("the wall broke")
                break
            # On the second, so that what happened in it is whole.
            await asyncio.sleep(TICK_SECONDS - time() % TICK_SECONDS + LATE_SECONDS)
        self._task = None
        for submolt, watched in list(self._views.items()):
            self._drop(submolt, watched)

    async def tick(self) -> None:
        """Make every view's digest of this moment, and give up the views that nobody wants any more."""
        for submolt, watched in list(self._views.items()):
            if not watched.watchers and monotonic() - watched.asked_at > IDLE_SECONDS:
                self._drop(submolt, watched)
        waiting, self._waiting = self._waiting, []
        if waiting:
            await self._ground.look_up(self._pool, waiting)
            for act in waiting:
                self._hand_out(act)
        now = self._clock().timestamp()
        for watched in list(self._views.values()):
            if watched.is_ready:
                await self._renew(watched, now)

    async def _renew(self, watched: Watched, now: float) -> None:
        view = watched.view
        former = view.digest
        said = await view.renew(now, LINES_A_SECOND)
        digest = view.digest
        gone, watched.gone = watched.gone, []
        watched.move(
            Step(
                at=digest.at,
                beat=digest.beat,
                awake=digest.awake if digest.awake != former.awake else None,
                said=tuple(said),
                gone=tuple(gone),
                heat=digest.heat if digest.heat != former.heat else None,
                map=digest.map if digest.map != former.map else None,
                arcs=tuple(view.fold.take_arcs()),
            )
        )

    async def stop(self) -> None:
        """Let everybody go: the server stops."""
        self._is_stopped = True
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        for submolt, watched in list(self._views.items()):
            self._drop(submolt, watched)


_WALLS: WeakKeyDictionary[House, Wall] = WeakKeyDictionary()


def wall_of(house: House) -> Wall:
    """The wall of a house: one, whoever asks."""
    wall = _WALLS.get(house)
    if wall is None:
        # It must not hold the house, or neither would ever go.
        seats = min(MOST_WATCHERS, house.settings.streams)
        wall = _WALLS[house] = Wall(house.pool, house.clock, seats, house.log.head)
    return wall
