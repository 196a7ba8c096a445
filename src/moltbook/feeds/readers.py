"""The ranks: a narrow table that hot and top walk, written once a second by a reader of the log.

Nothing but events goes in, so a replay from 0 gives the same table. Many votes on a post within a second are one write,
and rows are written in the order of their key, a few hundred at a time.
"""

from collections.abc import Sequence

import asyncpg
import msgspec

from moltbook.log import GATHERED, Entry, in_breaths
from moltbook.posts import PostDeleted, PostPublished, PostRemoved, PostRestored
from moltbook.votes import VoteCast

HOT = "sign({score}) * log(greatest(abs({score}), 1)) + extract(epoch FROM {at}) / 45000"
PUT = f"""
INSERT INTO post_ranks (post_id, submolt_id, created_at, score, hot)
SELECT u.post_id, u.submolt_id, u.created_at, u.score, {HOT.format(score="u.score::float8", at="u.created_at")}
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::int[]) AS u(post_id, submolt_id, created_at, score)
ON CONFLICT (post_id) DO UPDATE SET score = excluded.score, hot = excluded.hot
"""
MOVE = f"""
UPDATE post_ranks r
SET score = u.score, hot = {HOT.format(score="u.score::float8", at="r.created_at")}
FROM unnest($1::uuid[], $2::int[]) AS u(post_id, score)
WHERE r.post_id = u.post_id AND r.score <> u.score
"""
DROP = "DELETE FROM post_ranks WHERE post_id = ANY($1::uuid[])"

_published = msgspec.json.Decoder(PostPublished).decode
_deleted = msgspec.json.Decoder(PostDeleted).decode
_removed = msgspec.json.Decoder(PostRemoved).decode
_restored = msgspec.json.Decoder(PostRestored).decode
_voted = msgspec.json.Decoder(VoteCast).decode


class Ranks:
    """Keeps post_ranks in step with the log."""

    name = "ranks"
    pause_seconds = 1.0
    most_events = GATHERED

    async def reset(self, connection: asyncpg.Connection) -> None:
        """Forget all ranks."""
        await connection.execute("DELETE FROM post_ranks")

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Fold the events to each post's last state, then write that."""
        new: dict[str, PostPublished | PostRestored] = {}
        scores: dict[str, int] = {}
        gone: set[str] = set()
        async for part in in_breaths(entries):
            for entry in part:
                match entry.kind:
                    case "post.published":
                        post = _published(entry.body)
                        new[post.post_id] = post
                        scores[post.post_id] = post.upvotes - post.downvotes
                    case "post.restored":
                        back = _restored(entry.body)
                        new[back.post_id] = back
                        scores[back.post_id] = back.upvotes - back.downvotes
                        gone.discard(back.post_id)
                    case "post.removed":
                        gone.add(_removed(entry.body).post_id)
                    case "vote.cast":
                        vote = _voted(entry.body)
                        if vote.target_id == vote.post_id:
                            scores[vote.post_id] = vote.upvotes - vote.downvotes
                    case "post.deleted":
                        gone.add(_deleted(entry.body).post_id)
                    case _:
                        pass
        await self._put(connection, [new[i] for i in sorted(new.keys() - gone)], scores)
        moved = sorted(scores.keys() - new.keys() - gone)
        async for ids in in_breaths(moved):
            await connection.execute(MOVE, ids, [scores[i] for i in ids])
        if gone:
            await connection.execute(DROP, sorted(gone))

    async def _put(
        self, connection: asyncpg.Connection, posts: Sequence[PostPublished | PostRestored], scores: dict[str, int]
    ) -> None:
        async for part in in_breaths(posts):
            await connection.execute(
                PUT,
                [p.post_id for p in part],
                [p.submolt_id for p in part],
                [p.created_at for p in part],
                [scores[p.post_id] for p in part],
            )
