"""The past: what was to be seen at a moment that is over, from tables that a reader of the log keeps."""

from moltbook.past.feed import past_feed
from moltbook.past.queries import (
    Tally,
    acts_at,
    comments_at,
    found_at,
    karma_at,
    karma_by_day,
    karma_by_step,
    next_minute,
    posts_at,
    seq_at,
    span,
    stops,
    tallies_at,
    thread_at,
)
from moltbook.past.readers import History, minute_of

__all__ = [
    "History",
    "Tally",
    "acts_at",
    "comments_at",
    "found_at",
    "karma_at",
    "karma_by_day",
    "karma_by_step",
    "minute_of",
    "next_minute",
    "past_feed",
    "posts_at",
    "seq_at",
    "span",
    "stops",
    "tallies_at",
    "thread_at",
]
