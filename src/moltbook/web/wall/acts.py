"""What the wall hears: public events, each read as far as it is needed.

In this room: which kinds count, and what is taken from an entry. What is private, or anybody's vote, names nobody here.
"""

import msgspec

from moltbook.gateway.audience import KINDS, Audience
from moltbook.log import Entry

POST, COMMENT, VOTE = "post.published", "comment.published", "vote.cast"
FOLDED = frozenset({POST, COMMENT, VOTE})
TAKEN_BACK = frozenset({"post.deleted", "post.removed", "comment.deleted", "comment.removed"})
LEFT, CHANGED = "agent.deleted", "agent.updated"
# Being there is no act: agents fall asleep by themselves.
COUNTED = frozenset(kind for kind, how in KINDS.items() if how.audience is Audience.PUBLIC) - {"presence.changed"}


class Act(msgspec.Struct, gc=False):
    """What an event of a kind in FOLDED or TAKEN_BACK tells: what happened where, and who spoke."""

    kind: str = ""
    at: float = 0.0
    post_id: str = ""
    comment_id: str = ""
    parent_id: str | None = None
    author_id: str = ""
    author: str = ""
    submolt: str = ""
    comment_count: int = 0


class _Body(msgspec.Struct, gc=False):
    """The fields of a body that are of use; all others are passed over."""

    post_id: str = ""
    comment_id: str = ""
    parent_id: str | None = None
    author_id: str = ""
    author: str = ""
    submolt: str = ""
    comment_count: int = 0


_decode = msgspec.json.Decoder(_Body).decode


def act_of(entry: Entry) -> Act:
    """Read an entry of a kind that is folded or taken back."""
    body = _decode(entry.body)
    return Act(
        entry.kind,
        entry.at.timestamp(),
        body.post_id,
        body.comment_id,
        body.parent_id,
        body.author_id,
        body.author,
        body.submolt,
        body.comment_count,
    )
