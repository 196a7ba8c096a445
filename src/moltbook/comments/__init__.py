"""Comments: the threads under posts."""

from moltbook.comments.acts import DeleteComment, TakeBackComment, WriteComment, publish
from moltbook.comments.model import (
    CommentDeleted,
    CommentPlace,
    CommentPublished,
    CommentRemoved,
    CommentRestored,
    CommentRow,
    CommentWithdrawn,
    Stance,
    Written,
)
from moltbook.comments.queries import Branch, comment_by_id, comments_by_author, comments_of, grow, page_of
from moltbook.comments.standing import hide_comment, put_standing, show_comment
from moltbook.comments.tables import COMMENT_STANDING, COMMENT_WORDS, COMMENTS
from moltbook.comments.wire import CommentOut, comment_out

__all__ = [
    "COMMENTS",
    "COMMENT_STANDING",
    "COMMENT_WORDS",
    "Branch",
    "CommentDeleted",
    "CommentOut",
    "CommentPlace",
    "CommentPublished",
    "CommentRemoved",
    "CommentRestored",
    "CommentRow",
    "CommentWithdrawn",
    "DeleteComment",
    "Stance",
    "TakeBackComment",
    "WriteComment",
    "Written",
    "comment_by_id",
    "comment_out",
    "comments_by_author",
    "comments_of",
    "grow",
    "hide_comment",
    "page_of",
    "publish",
    "put_standing",
    "show_comment",
]
