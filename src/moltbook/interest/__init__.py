"""Interest: what an agent follows beside agents and submolts – threads, and searches that it saved.

In this room: saying so, taking it back, and finding whose saved searches a new post matches. Not here: whom one follows
(follows), what one subscribes (submolts), how one is told (notifications).
"""

from moltbook.interest.acts import DropSearch, DropThread
from moltbook.interest.model import SearchId, SearchMatched
from moltbook.interest.queries import Followed, followed_by
from moltbook.interest.readers import Matches
from moltbook.interest.tables import INTERESTS, MATCHED, SAVED_SEARCHES, SEARCH_KEYS, THREAD_FOLLOWS

__all__ = [
    "INTERESTS",
    "MATCHED",
    "SAVED_SEARCHES",
    "SEARCH_KEYS",
    "THREAD_FOLLOWS",
    "DropSearch",
    "DropThread",
    "Followed",
    "Matches",
    "SearchId",
    "SearchMatched",
    "followed_by",
]
