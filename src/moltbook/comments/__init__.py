"""Comments: the threads under posts."""

from moltbook.comments.acts import DeleteComment, WriteComment
from moltbook.comments.model import CommentDeleted, CommentPublished, CommentRow, Written
from moltbook.comments.tables import COMMENTS

__all__ = [
    "COMMENTS",
    "CommentDeleted",
    "CommentPublished",
    "CommentRow",
    "DeleteComment",
    "WriteComment",
    "Written",
]
