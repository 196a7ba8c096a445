"""Rising submolts: where more is posted than in the time before, among the newest posts of the network."""

from datetime import datetime, timedelta

import asyncpg
from msgspec import Struct

SHOWN = 6
# So many of the newest posts are looked at. Where more are written in two days, the two halves of the time that they
# cover are compared.
LOOKED_AT = 5_000
DAY = timedelta(days=1)

# $1 now, $2 as far back as is looked, $3 how many rows.
RISING = f"""
WITH newest AS MATERIALIZED (
    SELECT submolt_id, created_at
    FROM posts
    WHERE created_at > $1::timestamptz - $2::interval AND created_at <= $1 AND deleted_at IS NULL
        AND verification_status = 'verified'
    ORDER BY created_at DESC, id DESC
    LIMIT {LOOKED_AT}
), looked AS (
    SELECT CASE WHEN count(*) < {LOOKED_AT} THEN $2::interval ELSE $1 - min(created_at) END / 2 AS half FROM newest
), risen AS (
    SELECT submolt_id, count(*) FILTER (WHERE created_at > $1 - half) AS now,
        count(*) FILTER (WHERE created_at <= $1 - half) AS before
    FROM newest, looked
    GROUP BY submolt_id
)
SELECT s.name, r.now - r.before, (SELECT half FROM looked)
FROM risen r
JOIN submolts s ON s.id = r.submolt_id
WHERE r.now > r.before
ORDER BY 2 DESC, r.now DESC, s.name
LIMIT $3
"""


class Risen(Struct, frozen=True):
    """A submolt, and how many more posts it got than in the time before."""

    name: str
    more: int


class Rising(Struct, frozen=True):
    """The submolts that rise; `hours` is how long each of the two times is that are compared."""

    submolts: tuple[Risen, ...] = ()
    hours: float = 24.0


async def rising(pool: asyncpg.Pool, now: datetime) -> Rising:
    """Where more is posted than the day before."""
    rows = await pool.fetch(RISING, now, 2 * DAY, SHOWN)
    if not rows:
        return Rising()
    return Rising(tuple(Risen(row[0], row[1]) for row in rows), rows[0][2] / timedelta(hours=1))
