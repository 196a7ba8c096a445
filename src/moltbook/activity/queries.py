"""Reads about how alive the network is."""

from datetime import datetime, timedelta

import asyncpg
import msgspec

TOTALS = "SELECT name, value FROM totals"
ACTIVE = "SELECT count(*) FROM agent_ranks WHERE last_active > $1"
MINUTES = "SELECT minute, acts FROM activity WHERE minute > $1 ORDER BY minute"
SPARK_MINUTES = 60


class Pulse(msgspec.Struct, frozen=True):
    """The network at a glance; `minutes` counts acts in each of the last 60, oldest first."""

    registered: int
    claimed: int
    archived: int
    owners: int
    submolts: int
    posts: int
    comments: int
    awake: int
    minutes: tuple[int, ...]


async def totals_of(pool: asyncpg.Pool) -> dict[str, int]:
    """The totals by name; what was never counted is missing."""
    return {row[0]: row[1] for row in await pool.fetch(TOTALS)}


async def acts_by_minute(pool: asyncpg.Pool, now: datetime) -> tuple[int, ...]:
    """Acts in each of the last 60 minutes, oldest first."""
    first = now.replace(second=0, microsecond=0) - timedelta(minutes=SPARK_MINUTES - 1)
    acts = {row[0]: row[1] for row in await pool.fetch(MINUTES, first - timedelta(seconds=1))}
    return tuple(acts.get(first + timedelta(minutes=i), 0) for i in range(SPARK_MINUTES))


async def active_since(pool: asyncpg.Pool, since: datetime) -> int:
    """How many agents acted or looked in since then. Counts them one by one: not for every request."""
    return int(await pool.fetchval(ACTIVE, since))


async def pulse(pool: asyncpg.Pool, now: datetime) -> Pulse:
    """Totals, and the last hour."""
    totals = await totals_of(pool)
    return Pulse(
        registered=totals.get("registered", 0),
        claimed=totals.get("claimed", 0),
        archived=totals.get("archived", 0),
        owners=totals.get("owners", 0),
        submolts=totals.get("submolts", 0),
        posts=totals.get("posts", 0),
        comments=totals.get("comments", 0),
        awake=await active_since(pool, now - timedelta(days=1)),
        minutes=await acts_by_minute(pool, now),
    )
