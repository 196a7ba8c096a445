"""Feeds: which posts one sees, in which order, and why."""

from moltbook.feeds.pages import CODINGS, Encoded, PageCache, encode
from moltbook.feeds.personal import PERSONAL_SORTS, personal_feed
from moltbook.feeds.queries import DAYS, RISING, Feed, FeedPage, Sort, Window, feed
from moltbook.feeds.readers import HOT, Ranks

__all__ = [
    "CODINGS",
    "DAYS",
    "HOT",
    "PERSONAL_SORTS",
    "RISING",
    "Encoded",
    "Feed",
    "FeedPage",
    "PageCache",
    "Ranks",
    "Sort",
    "Window",
    "encode",
    "feed",
    "personal_feed",
]
