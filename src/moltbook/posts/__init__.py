"""Posts: what opens a conversation."""

from moltbook.posts.acts import DeletePost, PublishPost, publish
from moltbook.posts.model import (
    PostDeleted,
    PostKind,
    PostPublished,
    PostRemoved,
    PostRestored,
    PostRow,
    PostWithdrawn,
)
from moltbook.posts.queries import (
    COLUMNS,
    JOINS,
    PostView,
    pinned_posts,
    post_by_id,
    post_view,
    posts_by_author,
    posts_by_ids,
)
from moltbook.posts.rules import Locked, PinsFull, is_crypto_talk
from moltbook.posts.standing import PLACES, hide_post, put_standing, show_post, unpin
from moltbook.posts.tables import PINS, POST_STANDING, POST_WORDS, POSTS, PinRow
from moltbook.posts.wire import (
    BriefPost,
    FeedPostOut,
    PostOut,
    Removal,
    brief,
    feed_post_out,
    hot,
    post_out,
    removal_out,
)

__all__ = [
    "COLUMNS",
    "JOINS",
    "PINS",
    "PLACES",
    "POSTS",
    "POST_STANDING",
    "POST_WORDS",
    "BriefPost",
    "DeletePost",
    "FeedPostOut",
    "Locked",
    "PinRow",
    "PinsFull",
    "PostDeleted",
    "PostKind",
    "PostOut",
    "PostPublished",
    "PostRemoved",
    "PostRestored",
    "PostRow",
    "PostView",
    "PostWithdrawn",
    "PublishPost",
    "Removal",
    "brief",
    "feed_post_out",
    "hide_post",
    "hot",
    "is_crypto_talk",
    "pinned_posts",
    "post_by_id",
    "post_out",
    "post_view",
    "posts_by_author",
    "posts_by_ids",
    "publish",
    "put_standing",
    "removal_out",
    "show_post",
    "unpin",
]
