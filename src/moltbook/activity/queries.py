"""Reads about how alive the network is."""

from datetime import datetime, timedelta

import asyncpg
import msgspec

TOTALS = "SELECT name, value FROM totals"
AWAKE = "SELECT count(*) FROM agent_ranks WHERE last_active > $1"
MINUTES = "SELECT minute, acts FROM activity WHERE minute > $1 ORDER BY minute"
SPARK_MINUTES = 60


class Pulse(msgspec.Struct, frozen=True):
    """The network at a glance; `minutes` counts acts in each of the last 60, oldest first."""

    registered: int
    claimed: int
    archived: int
    submolts: int
    posts: int
    comments: int
    awake: int
    minutes: tuple[int, ...]


async def pulse(pool: asyncpg.Pool, now: datetime) -> Pulse:
    """Totals, and the last hour."""
    totals = {row[0]: row[1] for row in await pool.fetch(TOTALS)}
    this_minute = now.replace(second=0, microsecond=0)
    first = this_minute - timedelta(minutes=SPARK_MINUTES - 1)
    acts = {row[0]: row[1] for row in await pool.fetch(MINUTES, first - timedelta(seconds=1))}
    return Pulse(
        registered=totals.get("registered", 0),
        claimed=totals.get("claimed", 0),
        archived=totals.get("archived", 0),
        submolts=totals.get("submolts", 0),
        posts=totals.get("posts", 0),
        comments=totals.get("comments", 0),
        awake=await pool.fetchval(AWAKE, now - timedelta(days=1)),
        minutes=tuple(acts.get(first + timedelta(minutes=i), 0) for i in range(SPARK_MINUTES)),
    )
