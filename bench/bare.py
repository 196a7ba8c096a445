"""The bare writer of the bulk door: the same lines as rows and events, by grouped inserts and nothing else.

No rule, no look, no lock, no tally, no karma: what Python and PostgreSQL need at least to have these rows on disk. It
is the raw limit beside which the door is measured.
"""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from moltbook.agents import AGENTS, NAMES, AgentRow, NameRow
from moltbook.bulk.lines import AnyLine, CommentLine, FollowLine, PostLine, RegisterLine, VoteLine
from moltbook.comments import COMMENTS, CommentRow
from moltbook.db.pool import connect
from moltbook.db.table import encode_json
from moltbook.db.transaction import HEAD, TELL, WAKE
from moltbook.db.world import Told, World
from moltbook.follows import FOLLOWS, FollowRow
from moltbook.kernel.ids import AgentId, CommentId, PostId, SubmoltId
from moltbook.posts import POSTS, PostRow
from moltbook.verification import VerificationStatus
from moltbook.votes import VOTES, Direction, VoteRow

TOGETHER = 1000
_decode = msgspec.json.Decoder(AnyLine).decode_lines
# Who has voted on what, or follows whom: a second time would be another row of the same key.
Seen = set[tuple[str, str]]
_shown = VerificationStatus.VERIFIED.value


async def write(dsn: str, parts: Iterator[bytes], agents: int) -> tuple[float, float]:
    """Write all of it; agents and acts a second."""
    connection = await connect(dsn, "bench")
    lines = (line for part in parts for line in _decode(part))
    rates: list[float] = []
    seen: Seen = set()
    try:
        for most in (agents, 1 << 62):
            done, began = 0, time.monotonic()
            while done < most:
                some = [line for line, _ in zip(lines, range(min(TOGETHER, most - done)), strict=False)]
                if not some:
                    break
                async with connection.transaction():
                    await _insert(connection, some, seen)
                done += len(some)
            rates.append(done / (time.monotonic() - began))
        return rates[0], rates[1]
    finally:
        await connection.close()


async def _insert(connection: Any, lines: list[AnyLine], seen: Seen) -> None:
    world = World(datetime.now(UTC))
    for line in lines:
        at = datetime.fromtimestamp((line.at or 0) / 1000, UTC)
        _put(world, line, at, seen)
        world.told.append(Told(str(line.__struct_config__.tag), None, msgspec.Raw(msgspec.json.encode(line)), at))
    first, _ = world.writes()
    parts = "".join(f", w{n} AS ({sql.format(f'${n}')})" for n, (sql, _) in enumerate(first, 4))
    args = [arg for _, arg in first]
    sql = f"{HEAD.format('')}{TELL}{parts}{WAKE}"
    await connection.fetchval(sql, len(world.told), world.now, encode_json(world.told), *args)


def _put(world: World, line: AnyLine, at: datetime, seen: Seen) -> None:
    match line:
        case RegisterLine():
            agent = AgentId(line.id)
            world[NAMES].add(NameRow("agent", line.name.lower(), agent))
            world[AGENTS].add(AgentRow(agent, line.name, line.about, "{}", 0, 0, 0, 0, 0, False, at, at, at, None))
        case PostLine():
            world[POSTS].add(
                PostRow(
                    PostId(line.id), SubmoltId(line.submolt), AgentId(line.by), "somebody", "text", line.title,
                    line.text, None, 0, 0, 0, 0, 0, at, None, _shown, False, False,
                )
            )  # fmt: skip
        case CommentLine():
            parent = CommentId(line.parent) if line.parent else None
            world[COMMENTS].add(
                CommentRow(
                    PostId(line.post), CommentId(line.id), parent, AgentId(line.by), "somebody", 0, line.text,
                    0, 0, 0, 0, 0, at, None, _shown,
                )
            )  # fmt: skip
        case VoteLine():
            key = (PostId(line.target), line.target, AgentId(line.by))
            if _is_new(seen, line.by, line.target):
                world[VOTES].add(VoteRow(*key, Direction(line.dir), at))
        case FollowLine():
            if _is_new(seen, line.by, line.agent):
                world[FOLLOWS].add(FollowRow(AgentId(line.by), AgentId(line.agent), at))
        case _:
            pass


def _is_new(seen: Seen, by: str, to: str) -> bool:
    if (by, to) in seen:
        return False
    seen.add((by, to))
    return True


def raw_limit(dsn: str, parts: Iterator[bytes], agents: int) -> tuple[float, float]:
    """As `write`, from plain code."""
    return asyncio.run(write(dsn, parts, agents))
