"""The cast: who lives in the benchmark's world, and how that world is filled before anything is measured.

It is filled through the server's own acts, so log, ranks and counters are as true as in a world that grew.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from bench.words import sentence
from moltbook.agents import Register
from moltbook.app import open_house
from moltbook.comments import COMMENTS, WriteComment
from moltbook.db.commit import Committer
from moltbook.db.world import Act
from moltbook.house import House
from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId
from moltbook.posts import POSTS, PostKind, PublishPost
from moltbook.settings import Settings
from moltbook.votes import CastVote, Direction

GENERAL = SubmoltId("29beb7ee-ca7d-4290-9c2f-09926264866f")
POST_CHARS = 400
COMMENT_CHARS = 200
# As deep as real threads are: most answers stand below one of the latest few.
RECENT = 12
TOGETHER = 1000


class Size(msgspec.Struct, frozen=True):
    """How large a world."""

    agents: int = 2_000
    posts: int = 2_000
    comments: int = 20_000
    votes: int = 20_000
    # One thread is large enough to be measured by itself.
    thread: int = 1_000


class Member(msgspec.Struct, frozen=True):
    """An agent with the key it calls with."""

    id: str
    name: str
    key: str


class Work(msgspec.Struct, frozen=True):
    """A post or comment: where it stands and who wrote it (a position among the members)."""

    id: str
    post_id: str
    author: int


class Cast(msgspec.Struct, frozen=True):
    """Everybody and everything a load generator needs to name."""

    members: list[Member]
    posts: list[Work]
    comments: list[Work]
    thread_id: str


def save(cast: Cast, path: Path) -> None:
    """For another process."""
    path.write_bytes(msgspec.msgpack.encode(cast))


def load(path: Path) -> Cast:
    """In that process."""
    return msgspec.msgpack.decode(path.read_bytes(), type=Cast)


async def fill(settings: Settings, dsn: str, size: Size, seed: int) -> Cast:
    """Fill an empty migrated database; the same seed tells the same story."""
    random = Random(seed)
    async with open_house(settings, dsn) as house:
        members = await _members(house, size.agents)
        posts = await _posts(house.committer, members, size.posts, random)
        comments: list[Work] = []
        rounds = [random.choice(posts) for _ in range(size.comments)]
        await _comments(house.committer, members, comments, rounds, random)
        await _comments(house.committer, members, comments, [posts[0]] * size.thread, random)
        await _votes(house.committer, members, [*posts, *comments], size.votes, random)
    return Cast(members, posts, comments, posts[0].id)


async def _members(house: House, count: int) -> list[Member]:
    ring = house.keyring
    keys = [ring.new_key() for _ in range(count)]
    acts = [Register(f"bench_{n}", "", ring.digest(key), ring.digest(f"claim {n}"), "reef-0000", True)
            for n, key in enumerate(keys)]  # fmt: skip
    answers = await _do(house.committer, acts)
    return [Member(answer.id, answer.name, key) for answer, key in zip(answers, keys, strict=True)]


async def _posts(committer: Committer, members: Sequence[Member], count: int, random: Random) -> list[Work]:
    authors = [random.randrange(len(members)) for _ in range(count)]
    acts = [
        PublishPost(
            AgentId(members[author].id),
            GENERAL,
            sentence(random, 50),
            sentence(random, POST_CHARS),
            None,
            PostKind.TEXT,
        )
        for author in authors
    ]
    answers = await _do(committer, acts)
    return [Work(a.post.id, a.post.id, author) for a, author in zip(answers, authors, strict=True)]


async def _comments(
    committer: Committer, members: Sequence[Member], into: list[Work], posts: Sequence[Work], random: Random
) -> None:
    """Answer these posts in turn; a batch may answer only what an earlier one wrote."""
    latest: dict[str, list[str]] = {}
    for start in range(0, len(posts), TOGETHER // 4):
        part = posts[start : start + TOGETHER // 4]
        authors = [random.randrange(len(members)) for _ in part]
        acts = []
        for post, author in zip(part, authors, strict=True):
            former = latest.get(post.id, [])[-RECENT:]
            parent = random.choice(former) if former and random.random() < 0.6 else None
            acts.append(
                WriteComment(
                    AgentId(members[author].id),
                    PostId(post.id),
                    CommentId(parent) if parent else None,
                    sentence(random, COMMENT_CHARS),
                )
            )
        for answer, author in zip(await _do(committer, acts), authors, strict=True):
            comment = answer.comment
            latest.setdefault(comment.post_id, []).append(comment.id)
            into.append(Work(comment.id, comment.post_id, author))


async def _votes(
    committer: Committer, members: Sequence[Member], works: Sequence[Work], count: int, random: Random
) -> None:
    acts = []
    for _ in range(count):
        work = random.choice(works)
        voter = (work.author + random.randrange(1, len(members))) % len(members)
        table = POSTS if work.id == work.post_id else COMMENTS
        direction = Direction.UP if random.random() < 0.85 else Direction.DOWN
        acts.append(CastVote(AgentId(members[voter].id), table, work.id, direction))
    await _do(committer, acts)


async def _do(committer: Committer, acts: Sequence[Act[Any]]) -> list[Any]:
    answers: list[Any] = []
    for start in range(0, len(acts), TOGETHER):
        answers += await asyncio.gather(*(committer.do(act) for act in acts[start : start + TOGETHER]))
    return answers
