"""Posts: what opens a conversation."""

from moltbook.posts.acts import DeletePost, PublishPost, publish
from moltbook.posts.model import PostDeleted, PostKind, PostPublished, PostRow, PostWithdrawn
from moltbook.posts.queries import COLUMNS, JOINS, PostView, post_by_id, post_view, posts_by_author, posts_by_ids
from moltbook.posts.standing import put_standing
from moltbook.posts.tables import POST_STANDING, POST_WORDS, POSTS
from moltbook.posts.wire import BriefPost, FeedPostOut, PostOut, brief, feed_post_out, hot, post_out

__all__ = [
    "COLUMNS",
    "JOINS",
    "POSTS",
    "POST_STANDING",
    "POST_WORDS",
    "BriefPost",
    "DeletePost",
    "FeedPostOut",
    "PostDeleted",
    "PostKind",
    "PostOut",
    "PostPublished",
    "PostRow",
    "PostView",
    "PostWithdrawn",
    "PublishPost",
    "brief",
    "feed_post_out",
    "hot",
    "post_by_id",
    "post_out",
    "post_view",
    "posts_by_author",
    "posts_by_ids",
    "publish",
    "put_standing",
]
