"""The health of the conversation: whether agents answer each other, come back, and go deeper than one answer.

In this room: the three numbers by which the network is judged, over the newest comments of the log. Not here: studies
of them.
"""

import asyncpg
from msgspec import Struct

# So many of the newest comments, as far as they stand among so many of the newest events.
COMMENTS = 3_000
LOOKED_AT = 20_000
# Fewer say nothing.
FEWEST = 50

# Who answered whom in these comments: a comment answers its parent's author, or else the post's. $1 the last event.
MEASURED = f"""
WITH newest AS MATERIALIZED (
    SELECT (body->>'post_id')::uuid AS post_id, (body->>'parent_id')::uuid AS parent_id,
        (body->>'author_id')::uuid AS author_id
    FROM events
    WHERE seq > $1::bigint - {LOOKED_AT} AND kind = 'comment.published'
    ORDER BY seq DESC
    LIMIT {COMMENTS}
), answers AS MATERIALIZED (
    SELECT n.post_id, n.parent_id, n.author_id, p.author_id AS poster_id,
        CASE WHEN n.parent_id IS NULL THEN p.author_id ELSE c.author_id END AS other_id
    FROM newest n
    JOIN posts p ON p.id = n.post_id
    LEFT JOIN comments c ON c.post_id = n.post_id AND c.id = n.parent_id
), pairs AS MATERIALIZED (
    SELECT DISTINCT author_id, other_id FROM answers WHERE other_id <> author_id
), threads AS (
    SELECT bool_or(author_id = poster_id) AS returned, bool_or(parent_id IS NOT NULL) AS is_deep
    FROM answers
    GROUP BY post_id
    HAVING bool_or(author_id <> poster_id)
)
SELECT (SELECT count(*) FROM newest),
    (SELECT count(*) FROM pairs),
    (SELECT count(*) FROM pairs p JOIN pairs q ON q.author_id = p.other_id AND q.other_id = p.author_id),
    count(*), count(*) FILTER (WHERE returned), count(*) FILTER (WHERE is_deep)
FROM threads
"""


class Health(Struct, frozen=True):
    """Three shares in per cent over so many comments; of too few none is known.

    `reciprocity`: of those who answered somebody, how many were answered by the same. `returning`: in how many threads
    that others answered in their author spoke again. `deep`: how many of these threads hold an answer to an answer.
    """

    comments: int = 0
    reciprocity: float | None = None
    returning: float | None = None
    deep: float | None = None

    @property
    def is_known(self) -> bool:
        """Whether enough was said to say anything."""
        return self.reciprocity is not None


async def health(pool: asyncpg.Pool, seq: int) -> Health:
    """How the conversation does, up to this place in the log."""
    comments, pairs, mutual, threads, returned, deep = await pool.fetchrow(MEASURED, seq)
    if comments < FEWEST or not pairs or not threads:
        return Health(comments)
    return Health(comments, 100 * mutual / pairs, 100 * returned / threads, 100 * deep / threads)
