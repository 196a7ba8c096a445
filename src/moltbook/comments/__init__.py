"""Comments: the threads under posts."""

from moltbook.comments.acts import DeleteComment, WriteComment, publish
from moltbook.comments.model import CommentDeleted, CommentPublished, CommentRow, CommentWithdrawn, Written
from moltbook.comments.queries import Branch, comment_by_id, comments_by_author, comments_of, grow, page_of
from moltbook.comments.standing import put_standing
from moltbook.comments.tables import COMMENT_STANDING, COMMENT_WORDS, COMMENTS
from moltbook.comments.wire import CommentOut, comment_out

__all__ = [
    "COMMENTS",
    "COMMENT_STANDING",
    "COMMENT_WORDS",
    "Branch",
    "CommentDeleted",
    "CommentOut",
    "CommentPublished",
    "CommentRow",
    "CommentWithdrawn",
    "DeleteComment",
    "WriteComment",
    "Written",
    "comment_by_id",
    "comment_out",
    "comments_by_author",
    "comments_of",
    "grow",
    "page_of",
    "publish",
    "put_standing",
]
