"""Reports of what is gone: a reader of the log that closes them with what became of it.

A comment under a removed post comes back with it, so reports about it stay open; with a deleted post they are closed.
A report filed after its target came back is younger than the event, and stays.
"""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
import msgspec

from moltbook.comments import CommentDeleted, CommentRemoved
from moltbook.log import GATHERED, Entry
from moltbook.moderation.model import Outcome
from moltbook.posts import PostDeleted, PostRemoved, PostWithdrawn

# $1 posts, $2 what went (null: the post with all under it), $3 how, $4 when. Of several the first counts that a report
# lived to see, and none where somebody closed it meanwhile.
CLOSE = """
UPDATE reports r
SET closed_at = f.at, outcome = f.outcome
FROM (
    SELECT DISTINCT ON (q.id) q.post_id, q.target_id, q.reporter_id, g.at, g.outcome
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
        WITH ORDINALITY AS g(post_id, target_id, outcome, at, n)
    JOIN reports q ON q.post_id = g.post_id AND q.target_id = coalesce(g.target_id, q.target_id)
        AND q.closed_at IS NULL AND q.created_at <= g.at
    ORDER BY q.id, g.n
) f
WHERE r.post_id = f.post_id AND r.target_id = f.target_id AND r.reporter_id = f.reporter_id
    AND r.closed_at IS NULL AND r.created_at <= f.at
"""
AGAIN = f"""
UPDATE reports
SET closed_at = NULL, outcome = ''
WHERE outcome IN ('{Outcome.REMOVED}', '{Outcome.DELETED}')
"""

_post_deleted = msgspec.json.Decoder(PostDeleted).decode
_post_withdrawn = msgspec.json.Decoder(PostWithdrawn).decode
_post_removed = msgspec.json.Decoder(PostRemoved).decode
_comment_deleted = msgspec.json.Decoder(CommentDeleted).decode
_comment_removed = msgspec.json.Decoder(CommentRemoved).decode


class SettledReports:
    """Closes the reports of what is gone."""

    name = "reports"
    pause_seconds = 1.0
    most_events = GATHERED

    async def reset(self, connection: asyncpg.Connection) -> None:
        """Open again what was closed here."""
        await connection.execute(AGAIN)

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Close what these events leave without an object."""
        gone: list[tuple[str, str | None, str, datetime]] = []
        for entry in entries:
            match entry.kind:
                case "post.deleted":
                    gone.append((_post_deleted(entry.body).post_id, None, Outcome.DELETED, entry.at))
                case "post.withdrawn":
                    # Removed before, so that reports about what is said under it are still open; or never shown.
                    gone.append((_post_withdrawn(entry.body).post_id, None, Outcome.DELETED, entry.at))
                case "post.removed":
                    post_id = _post_removed(entry.body).post_id
                    gone.append((post_id, post_id, Outcome.REMOVED, entry.at))
                case "comment.deleted":
                    deleted = _comment_deleted(entry.body)
                    gone.append((deleted.post_id, deleted.comment_id, Outcome.DELETED, entry.at))
                case "comment.removed":
                    removed = _comment_removed(entry.body)
                    gone.append((removed.post_id, removed.comment_id, Outcome.REMOVED, entry.at))
                case _:
                    pass
        if gone:
            await connection.execute(CLOSE, *(list(column) for column in zip(*gone, strict=True)))
