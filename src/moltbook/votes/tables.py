"""The votes table as the Committer loads and writes it."""

from moltbook.db.table import Table
from moltbook.votes.model import Sight, VoteRow

STANDING = """
{0}
CROSS JOIN LATERAL (
    SELECT coalesce((SELECT c.post_id FROM comments c WHERE c.id = u.target_id), u.target_id) AS post_id OFFSET 0
) w
JOIN votes t ON t.post_id = w.post_id AND t.target_id = u.target_id AND t.voter_id = u.voter_id
"""
SEEN = """
(SELECT u.target_id, u.voter_id, v.claimed_at, v.claimed_by,
    (SELECT a.claimed_by FROM agents a WHERE a.id = w.author_id) AS author_claimed_by,
    EXISTS (SELECT FROM follows f WHERE f.follower_id = u.voter_id AND f.followee_id = w.author_id) AS follows
FROM {0}
CROSS JOIN LATERAL (
    SELECT coalesce(
        (SELECT p.author_id FROM posts p WHERE p.id = u.target_id),
        (SELECT c.author_id FROM comments c WHERE c.id = u.target_id)
    ) AS author_id OFFSET 0
) w
JOIN agents v ON v.id = u.voter_id) t
"""

# Not locked by itself: whoever changes a vote holds the lock of the post or comment it stands on.
VOTES = Table(
    "votes",
    VoteRow,
    {
        "post_id": "uuid",
        "target_id": "uuid",
        "voter_id": "uuid",
        "direction": "smallint",
        "created_at": "timestamptz",
    },
    key=("post_id", "target_id", "voter_id"),
    find_by=("target_id", "voter_id"),
    load_from=STANDING,
    lock=False,
    settable=("direction",),
)

SIGHTS = Table(
    "sights",
    Sight,
    {
        "target_id": "uuid",
        "voter_id": "uuid",
        "claimed_at": "timestamptz",
        "claimed_by": "uuid",
        "author_claimed_by": "uuid",
        "follows": "boolean",
    },
    key=("target_id", "voter_id"),
    load_from=SEEN,
    lock=False,
)
