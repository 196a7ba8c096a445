"""The digest: what a fold comes to at one moment, and the few words, names and places that have to be read for it.

In this room: one view of the wall (of all submolts, or of one) from moment to moment. Not here: who hears and who
watches (watch).
"""

import asyncio
from datetime import UTC, datetime

import asyncpg

from moltbook.web.faces import avatars_of, draw
from moltbook.web.wall.acts import FOLDED, VOTE, Act, act_of
from moltbook.web.wall.fold import Fold
from moltbook.web.wall.known import Ground, Known
from moltbook.web.wall.layout import Place, arrange, label, radius_of
from moltbook.web.wall.model import Beat, Digest, Hot, Map, Speaker, Spoken, Spot, Tie
from moltbook.web.wall.rows import lately, lately_in, titles_of, words_of
from moltbook.web.wall.talk import LINES, Talk

SPOTS, TIES = 24, 60
THREADS = 8
# The map is counted and laid out anew every so many digests; in between nothing on it moves.
MAP_EVERY = 3
# A submolt of which the log told less lately is read from its newest posts.
FEWEST_IN = 100


class View:
    """The wall as one sees it who watches all, or one submolt."""

    def __init__(self, pool: asyncpg.Pool, ground: Ground, submolt: str = "") -> None:
        self._pool = pool
        self._ground = ground
        self._avatars: Known[str | None] = Known(1000)
        self._titles: Known[str] = Known(1000)
        self._where: dict[str, Place] = {}
        self._digests = 0
        self.fold = Fold(submolt)
        self.digest = Digest(at=datetime.fromtimestamp(0, UTC), submolt=submolt)

    async def begin(self, now: datetime, upto: int) -> set[str]:
        """Take in what happened lately, up to a place in the log; answers the ids of what was said.

        The first lines are chosen from all of it, however long ago it was said.
        """
        entries = await lately(self._pool, upto)
        submolt = self.fold.submolt
        if not submolt:
            for entry in entries:
                self.fold.pulse.add(entry.at.timestamp())
        acts = [act_of(entry) for entry in entries if entry.kind in FOLDED]
        for act in acts:
            self._ground.hear(act)
        await self._ground.look_up(self._pool, acts)
        if submolt:
            acts = [act for act in acts if (place := self._ground.place(act)) and place.submolt == submolt]
            if sum(act.kind != VOTE for act in acts) < FEWEST_IN:
                acts = await lately_in(self._pool, submolt, now)
                await self._ground.look_up(self._pool, acts)
        for act in acts:
            self.take(act)
        self.fold.take_arcs()
        offered, talk = self.fold.talk.offered, Talk()
        talk.show(await words_of(self._pool, offered), offered, LINES)
        self.fold.talk = talk
        await self.renew(now.timestamp(), 0)
        return {act.comment_id or act.post_id for act in acts if act.kind != VOTE}

    def take(self, act: Act) -> None:
        """Take in one act, if it is known where it happened and that is here."""
        place = self._ground.place(act)
        if place is not None and self.fold.submolt in ("", place.submolt):
            self.fold.take(act, place, self._ground.answered(act, place) if self.fold.submolt else None)

    async def renew(self, now: float, lines: int) -> list[Spoken]:
        """Make the digest of this moment, with at most so many new lines; answers those, newest last."""
        fold = self.fold
        fold.window.expire(now)
        offers = fold.talk.best(now)
        said = fold.talk.show(await words_of(self._pool, offers), offers, lines) if offers else []
        if self._digests % MAP_EVERY == 0:
            drawn = await self._map()
        else:
            drawn = self.digest.map
        self._digests += 1
        self.digest = Digest(
            at=datetime.fromtimestamp(int(now), UTC),
            submolt=fold.submolt,
            beat=Beat(fold.pulse.before(now), fold.window.speaking(now), fold.window.sampled),
            awake=await self._awake(),
            said=tuple(fold.talk.lines),
            heat=await self._heat(),
            map=drawn,
        )
        return said

    def forget_avatar(self, agent_id: str) -> None:
        """An agent may have another picture from now on."""
        self._avatars.forget(agent_id)

    async def _awake(self) -> tuple[Speaker, ...]:
        speakers = self.fold.speakers
        if not all(agent_id in self._avatars for agent_id in speakers):
            found = await avatars_of(self._pool, list(speakers))
            for agent_id in speakers:
                self._avatars.put(agent_id, found.get(agent_id))
        return tuple(
            Speaker(agent_id, name, draw(agent_id), self._avatars.get(agent_id))
            for agent_id, name in reversed(speakers.items())
        )

    async def _heat(self) -> tuple[Hot, ...]:
        hottest = self.fold.heats.hottest(THREADS)
        lacking = [post_id for post_id, _ in hottest if post_id not in self._titles]
        if lacking:
            found = await titles_of(self._pool, lacking)
            for post_id in lacking:
                if post_id in found:
                    self._titles.put(post_id, found[post_id])
                else:
                    self.fold.lose(post_id, "")
        shown = []
        for post_id, share in hottest:
            place, title = self._ground.posts.get(post_id), self._titles.get(post_id)
            if place is not None and title is not None:
                shown.append(Hot(post_id, title, place.submolt, place.comments, max(1, round(share * 100))))
        return tuple(shown)

    async def _map(self) -> Map:
        fold = self.fold
        window, among_agents = fold.window, bool(fold.submolt)
        shown, ties = window.answers(SPOTS) if among_agents else window.crossings(SPOTS)
        if not shown:
            return Map()
        most = shown[0][1]
        names = {key: (fold.names.get(key) or "?") if among_agents else key for key, _ in shown}
        places = [Place(key, label(names[key], fold.submolt), radius_of(said, most)) for key, said in shown]
        numbers = {place.key: n for n, place in enumerate(places)}
        strongest = dict(sorted(((numbers[a], numbers[b]), w) for (a, b), w in ties.most_common(TIES)))
        # Some milliseconds of arithmetic, in which others can be answered.
        await asyncio.to_thread(arrange, places, strongest, self._where)
        self._where = {place.key: place for place in places}
        return Map(
            datetime.fromtimestamp(int(window.since or 0), UTC),
            tuple(
                _spot(place, names[place.key], said, among_agents)
                for place, (_, said) in zip(places, shown, strict=True)
            ),
            tuple(Tie(a, b, weight) for (a, b), weight in strongest.items()),
        )


def _spot(place: Place, name: str, said: int, is_agent: bool) -> Spot:
    where = round(place.x), round(place.y), round(place.radius)
    return Spot(place.key, name, *where, said, draw(place.key) if is_agent else -1)
