"""Posts: what opens a conversation."""

from moltbook.posts.acts import DeletePost, PublishPost
from moltbook.posts.model import PostDeleted, PostKind, PostPublished, PostRow
from moltbook.posts.tables import POSTS

__all__ = ["POSTS", "DeletePost", "PostDeleted", "PostKind", "PostPublished", "PostRow", "PublishPost"]
