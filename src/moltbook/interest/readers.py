"""Whose saved searches a new post matches: a reader of the log.

A post's own words are looked up among the keys of the searches (rules), so what nobody looks for costs nothing, however
many searches there are. What matches is told by an act that also moves how far posts were matched: once, however often
the log is read. What an archive brings is history, not news.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

import asyncpg
import msgspec

from moltbook.house import House
from moltbook.interest.acts import TellMatches
from moltbook.interest.model import Match
from moltbook.log import Entry, in_breaths
from moltbook.posts import PostPublished

# As the search reads it.
WORDS_CHARS = 10_000
# Posts that are matched together, and matches that are told together.
PART = 50
TOLD_AT_ONCE = 1_000
REST_SHARE = 1.0

BY_KEY = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
TOLD = "SELECT seq FROM matched"
ANY = "SELECT EXISTS (SELECT FROM search_keys)"
# $1 posts, $2 their events, $3 when. One match an agent and post: that of its oldest search.
MATCHING = f"""
WITH posted AS MATERIALIZED (
    SELECT p.id, p.submolt_id, p.author_id, u.seq, u.at,
        to_tsvector('english', p.title) || to_tsvector('english', left(p.content, {WORDS_CHARS})) AS words
    FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) AS u(id, seq, at)
    JOIN posts p ON p.id = u.id AND p.deleted_at IS NULL
    JOIN agents a ON a.id = p.author_id AND NOT a.archived
)
SELECT DISTINCT ON (w.seq, s.agent_id) w.seq, s.agent_id, s.id, w.id
FROM posted w
CROSS JOIN LATERAL unnest(tsvector_to_array(w.words)) AS l(lexeme)
JOIN search_keys k ON k.lexeme = l.lexeme
JOIN saved_searches s ON s.agent_id = k.agent_id AND s.id = k.search_id
WHERE s.agent_id <> w.author_id AND (s.submolt_id IS NULL OR s.submolt_id = w.submolt_id) AND s.created_at < w.at
    AND w.words @@ s.words
ORDER BY w.seq, s.agent_id, s.id
"""

_published = msgspec.json.Decoder(PostPublished).decode


class Matches:
    """Tells of new posts that somebody looks for."""

    name = "matches"
    pause_seconds = 1.0
    most_events = 2000

    def __init__(self, house: House) -> None:
        self._house = house

    async def reset(self, connection: asyncpg.Connection) -> None:
        """Nothing to forget: what matched is in the log."""

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Match what was published since it was told last."""
        posts = [(_published(e.body).post_id, e.seq, e.at) for e in entries if e.kind == "post.published"]
        if not posts or not await connection.fetchval(ANY):
            return
        told: int = await connection.fetchval(TOLD)
        await connection.execute(BY_KEY)
        async for part in in_breaths([post for post in posts if post[1] > told], PART, REST_SHARE):
            found = await connection.fetch(MATCHING, *(list(column) for column in zip(*part, strict=True)))
            for up_to, matches in _together(found):
                await self._house.committer.do(TellMatches(up_to, matches))


def _together(found: Sequence[asyncpg.Record]) -> Iterator[tuple[int, tuple[Match, ...]]]:
    """Matches of whole posts, in parts that are small if the posts' are."""
    waiting: list[Match] = []
    up_to = 0
    for seq, rows in groupby(found, key=lambda row: row[0]):
        if len(waiting) >= TOLD_AT_ONCE:
            yield up_to, tuple(waiting)
            waiting = []
        up_to = seq
        waiting += [Match(*row[1:]) for row in map(tuple, rows)]
    if waiting:
        yield up_to, tuple(waiting)
