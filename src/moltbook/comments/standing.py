"""What others decide about a comment's row: whether it may be shown.

In this room: the change to this slice's rows. Not here: who decides it (verdicts).
"""

from moltbook.comments.model import CommentRow
from moltbook.comments.tables import COMMENT_STANDING, CommentStanding
from moltbook.db.world import World


def put_standing(world: World, comment: CommentRow) -> None:
    """Write down what the row says about being shown."""
    world[COMMENT_STANDING].touch(CommentStanding(comment.post_id, comment.id, comment.verification_status))
