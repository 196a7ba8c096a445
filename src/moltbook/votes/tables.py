"""The votes table as the Committer loads and writes it."""

from moltbook.db.table import Table
from moltbook.votes.model import VoteRow

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
    lock=False,
    settable=("direction",),
)
