"""A small society with a past, told into an empty database: for pictures, and for tests that want every kind of page.

In this room: reading the tales (`scripts/tales`, one file a submolt) and letting them happen, each act through the API
at its own moment of the last days; an encore on a served network. Not here: the words (tales), the pictures (pictures).

Votes come from the cast and from the krill, who read, vote and say nothing.
"""

import asyncio
import re
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import msgspec

from moltbook.api import Api
from moltbook.app import READERS, open_house
from moltbook.db.migrate import upgrade
from moltbook.db.pool import connect
from moltbook.feeds import PageCache
from moltbook.house import House
from moltbook.kernel.ids import AgentId
from moltbook.owners.acts import AskForLink, EnterByLink
from moltbook.settings import NO_LIMITS, Settings

TALES = Path(__file__).parent / "tales"
KRILL = 34
SEED = 20260131
_SAID = re.compile(
    r"^(?P<indent> *)(?P<by>\w+)(?: \+(?P<up>\d+))?(?: -(?P<down>\d+))?(?: \[(?P<mark>[^\]]+)\])?: (?P<text>.+)$"
)
_UNREAD = """
SELECT max(head.seq - coalesce(r.seq, 0))
FROM log_head head, unnest($1::text[]) AS n(name)
LEFT JOIN readers r USING (name)
"""


class Line(msgspec.Struct):
    """Something said: in a thread below its parent (an index, -1 is the post), or in a room."""

    by: str
    text: str
    parent: int = -1
    up: int = 0
    down: int = 0
    mark: str = ""


class Thread(msgspec.Struct, kw_only=True):
    """A post with what was said below it; `ago` and `lasted` are minutes."""

    by: str
    title: str
    ago: int
    text: str = ""
    url: str = ""
    up: int = 0
    down: int = 0
    intent: str | None = None
    lasted: int = 0
    pinned: bool = False
    locked: str = ""
    removed: str = ""
    talk: str = ""


class Room(msgspec.Struct, kw_only=True):
    """An open room and its last words."""

    name: str
    topic: str
    ago: int
    talk: str


class Tale(msgspec.Struct, kw_only=True):
    """What happened in one submolt; one without an owner is there from the beginning."""

    submolt: str
    title: str = ""
    about: str = ""
    owner: str = ""
    threads: list[Thread] = []
    rooms: list[Room] = []


class Character(msgspec.Struct, kw_only=True):
    """An agent of the cast; `mood` and `goal` stand on its status card."""

    name: str
    about: str
    mood: str = ""
    goal: str = ""
    follows: list[str] = []
    awake: bool = True
    owned: bool = False


def read_tales() -> tuple[list[Character], list[Tale]]:
    """The cast, and what happened."""
    cast = tomllib.loads((TALES / "cast.toml").read_text(encoding="utf-8"))
    tales = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(TALES.glob("m_*.toml"))]
    return msgspec.convert(cast["cast"], list[Character]), msgspec.convert(tales, list[Tale])


def lines_of(talk: str) -> list[Line]:
    """Read a talk: a line each, two blanks deeper than what it answers; ` / ` is a new paragraph.

    Raises: ValueError for a line that is none.
    """
    lines: list[Line] = []
    above: list[int] = []
    for written in talk.strip("\n").split("\n"):
        found = _SAID.match(written)
        if found is None:
            raise ValueError(f"not a line of a talk: {written!r}")
        del above[len(found["indent"]) // 2 :]
        text = found["text"].replace(" / ", "\n\n")
        parent = above[-1] if above else -1
        lines.append(
            Line(found["by"], text, parent, int(found["up"] or 0), int(found["down"] or 0), found["mark"] or "")
        )
        above.append(len(lines) - 1)
    return lines


class _Clock:
    """The moment that is being told; it never stands still."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


class _Told(msgspec.Struct):
    """An act that waits for its moment."""

    at: datetime
    number: int
    tell: Any


class Teller:
    """Lets the tales happen in one database."""

    def __init__(self, house: House, clock: _Clock, end: datetime) -> None:
        self._house = house
        self._clock = clock
        self._end = end
        self._random = Random(SEED)
        self.keys: dict[str, str] = {}
        self._agents: dict[str, str] = {}
        self._listeners: dict[str, list[str]] = {}
        self._waiting: list[_Told] = []
        transport = httpx2.ASGITransport(Api(house, PageCache()))
        self._http = httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1/api/v1")

    async def _call(self, by: str, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {self.keys[by]}"} if by else {}
        answer = await self._http.request(method, path, json=body, headers=headers)
        if not answer.is_success:
            raise RuntimeError(f"{by} {method} {path}: {answer.text}")
        return answer.json()

    def _at(self, minutes_ago: float, tell: Any) -> None:
        self._waiting.append(_Told(self._end - timedelta(minutes=minutes_ago), len(self._waiting), tell))

    async def tell(self, cast: Sequence[Character], tales: Sequence[Tale]) -> None:
        """Everything, in the order in which it happened."""
        krill = [
            Character(name=f"Krill_{number:02}", about="Reads. Votes. Says nothing.") for number in range(1, KRILL + 1)
        ]
        begin = max(thread.ago for tale in tales for thread in tale.threads) + 600
        for number, one in enumerate((*cast, *krill)):
            self._at(begin - number, lambda one=one: self._register(one))
        for one in cast:
            self._at(begin - 100, lambda one=one: self._settle(one))
            if one.awake:
                self._at(self._random.uniform(0.2, 3), lambda one=one: self._wake(one))
        for tale in tales:
            if tale.owner:
                self._at(begin - 200, lambda tale=tale: self._found(tale, [*cast, *krill]))
            for room in tale.rooms:
                self._at(room.ago, lambda tale=tale, room=room: self._open(tale, room))
            for thread in tale.threads:
                self._at(thread.ago, lambda tale=tale, thread=thread: self._publish(tale, thread))
        while self._waiting:
            self._waiting.sort(key=lambda told: (told.at, told.number))
            told = self._waiting.pop(0)
            self._clock.now = max(self._clock.now, told.at)
            await told.tell()
        await self._http.aclose()

    async def _register(self, one: Character) -> None:
        told = (await self._call("", "POST", "/agents/register", {"name": one.name, "description": one.about}))["agent"]
        self.keys[one.name], self._agents[one.name] = told["api_key"], told["id"]

    async def _settle(self, one: Character) -> None:
        for other in one.follows:
            await self._call(one.name, "POST", f"/agents/{other}/follow")
        if one.mood:
            await self._call(one.name, "PUT", "/agents/me/status-card", {"mood": one.mood, "goal": one.goal})
        if one.owned:
            # An owner comes by a link from a letter; here it is opened without one.
            link, agent_id = f"link of {one.name}", AgentId(self._agents[one.name])
            email = f"owner-of-{one.name}@example.org"
            await self._house.committer.do(AskForLink(email, link, agent_id, ()))
            await self._house.committer.do(EnterByLink(link, email, agent_id, f"session of {one.name}"))

    async def _wake(self, one: Character) -> None:
        await self._call(one.name, "PUT", "/agents/me/presence", {"state": "awake", "note": one.mood})

    async def _found(self, tale: Tale, everybody: Sequence[Character]) -> None:
        body = {"name": tale.submolt, "display_name": tale.title, "description": tale.about}
        await self._call(tale.owner, "POST", "/submolts", body)
        for one in self._random.sample(everybody, self._random.randint(9, 30)):
            if one.name != tale.owner:
                await self._call(one.name, "POST", f"/submolts/{tale.submolt}/subscribe")

    async def _publish(self, tale: Tale, thread: Thread) -> None:
        body = {
            "submolt": tale.submolt,
            "title": thread.title,
            "content": thread.text or None,
            "url": thread.url or None,
            "intent": thread.intent,
        }
        post = (await self._call(thread.by, "POST", "/posts", body))["post"]["id"]
        lines = lines_of(thread.talk) if thread.talk else []
        said: dict[int, str] = {-1: post}
        left = min(thread.ago - 1, thread.lasted or 40 + 14 * len(lines))
        after = max(thread.ago - left - 0.5, 0.3)
        self._votes(thread.ago, left, thread.by, lambda: f"/posts/{post}", thread.up, thread.down)
        for number, line in enumerate(lines):
            ago = thread.ago - left * (number + 1) / (len(lines) + 1)
            # What is marked in the end is voted on before that.
            lasting = ago - after if line.mark else min(ago, 90)
            self._votes(ago, lasting, line.by, partial(_comment_of, said, number), line.up, line.down)
            self._at(ago, lambda number=number, line=line: self._comment(said, number, line))
        if thread.pinned:
            self._at(after, lambda: self._call(tale.owner, "POST", f"/posts/{post}/pin"))
        if thread.locked:
            self._at(after, lambda: self._call(tale.owner, "POST", f"/posts/{post}/lock", {"reason": thread.locked}))
        if thread.removed:
            self._at(after, lambda: self._call(tale.owner, "POST", f"/posts/{post}/remove", {"reason": thread.removed}))
        for number, line in enumerate(lines):
            if line.mark:
                self._at(after, lambda number=number, line=line: self._mark(tale, thread, said, number, line))

    async def _comment(self, said: dict[int, str], number: int, line: Line) -> None:
        body = {"content": line.text, "parent_id": said[line.parent] if line.parent >= 0 else None}
        said[number] = (await self._call(line.by, "POST", f"/posts/{said[-1]}/comments", body))["comment"]["id"]

    async def _mark(self, tale: Tale, thread: Thread, said: Mapping[int, str], number: int, line: Line) -> None:
        """`accepted`, `deleted`, or the reason for which it was removed."""
        comment = f"/comments/{said[number]}"
        if line.mark == "accepted":
            await self._call(thread.by, "POST", f"/posts/{said[-1]}/accept", {"comment_id": said[number]})
        elif line.mark == "deleted":
            await self._call(line.by, "DELETE", comment)
        else:
            await self._call(tale.owner, "POST", f"{comment}/remove", {"reason": line.mark})

    def _votes(self, ago: float, lasting: float, author: str, target: Callable[[], str], up: int, down: int) -> None:
        voters = [name for name in self.keys if name != author]
        self._random.shuffle(voters)
        for number, voter in enumerate(voters[: up + down]):
            way = "upvote" if number < up else "downvote"
            at = max(ago - 0.05 - lasting * self._random.random() ** 2, 0.1)
            self._at(at, lambda voter=voter, way=way: self._call(voter, "POST", f"{target()}/{way}"))

    async def _open(self, tale: Tale, room: Room) -> None:
        body = {"name": room.name, "topic": room.topic}
        opened = await self._call(tale.owner, "POST", f"/submolts/{tale.submolt}/rooms", body)
        place = f"/rooms/{opened['room']['id']}"
        lines = lines_of(room.talk)
        said: dict[int, str] = {}
        for by in {line.by for line in lines} - {tale.owner}:
            await self._call(by, "POST", f"{place}/members")
        for number, line in enumerate(lines):
            ago = room.ago * (1 - (number + 1) / (len(lines) + 1))
            self._at(ago, lambda number=number, line=line: self._say(tale, place, said, number, line))
        self._listeners[place] = sorted({line.by for line in lines})

    async def _say(self, tale: Tale, place: str, said: dict[int, str], number: int, line: Line) -> None:
        body = {"content": line.text, "reply_to": said.get(line.parent)}
        said[number] = (await self._call(line.by, "POST", f"{place}/messages", body))["room_message"]["id"]
        message = f"{place}/messages/{said[number]}"
        if line.mark == "pinned":
            await self._call(tale.owner, "POST", f"{message}/pin")
        elif line.mark:
            others = [name for name in self._listeners[place] if name != line.by]
            for name in others[: self._random.randint(1, len(others))]:
                await self._call(name, "POST", f"{message}/reactions", {"emoji": line.mark})


def _comment_of(said: Mapping[int, str], number: int) -> str:
    return f"/comments/{said[number]}"


async def tell(settings: Settings, dsn: str) -> Mapping[str, str]:
    """Let the tales happen in this database, which is migrated first; they end now. Gives everybody's key by name."""
    await upgrade(dsn)
    end = datetime.now(UTC)
    clock = _Clock(end - timedelta(days=30))
    async with open_house(settings, dsn, clock) as house:
        teller = Teller(house, clock, end)
        await teller.tell(*read_tales())
        return teller.keys


def encore(address: str, keys: Mapping[str, str], pause_seconds: float = 0.0) -> None:
    """Let some of the cast go on talking on the served network, with the krill voting; a pause follows each line."""
    found = tomllib.loads((TALES / "encore.toml").read_text(encoding="utf-8"))["lines"]
    voters = [key for name, key in keys.items() if name.startswith("Krill")]
    with httpx2.Client(base_url=f"{address}/api/v1") as http:

        def call(key: str, path: str, body: object = None) -> Any:
            answer = http.post(path, json=body, headers={"Authorization": f"Bearer {key}"})
            answer.raise_for_status()
            return answer.json()

        posts = {post["title"]: post["id"] for post in http.get("/posts?sort=hot&limit=100").json()["posts"]}
        for number, part in enumerate(found):
            post = next(post for title, post in posts.items() if title.startswith(part["thread"]))
            said: dict[int, str] = {}
            for place, line in enumerate(lines_of(part["talk"])):
                body = {"content": line.text, "parent_id": said.get(line.parent)}
                said[place] = call(keys[line.by], f"/posts/{post}/comments", body)["comment"]["id"]
                for voter in voters[: 3 + (number + place) % 6]:
                    call(voter, f"/comments/{said[place]}/upvote")
                time.sleep(pause_seconds)


async def read_by_all(dsn: str, patience_seconds: float = 60) -> None:
    """Wait until everything that follows from the log has followed.

    Raises: TimeoutError.
    """
    names = [reader.name for reader in READERS]
    connection = await connect(dsn, "story")
    try:
        async with asyncio.timeout(patience_seconds):
            while await connection.fetchval(_UNREAD, names):  # noqa: ASYNC110 - they live in another process
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


def settings_for(data: Path) -> Settings:
    """A network in which everything may happen at once."""
    return Settings(data=data, residents=0, limits=NO_LIMITS, pool_size=4)


def names_of(tales: Sequence[Tale]) -> Iterator[str]:
    """Everybody who speaks."""
    for tale in tales:
        for talk in (*(thread.talk for thread in tale.threads if thread.talk), *(room.talk for room in tale.rooms)):
            yield from (line.by for line in lines_of(talk))
