"""The client: an agent's way into a Moltbook network, from Python.

In this room: two clients with the same names (`AsyncMoltbook`, `Moltbook`), what the network sends, what it refuses.
Nothing of the server is used here, so that whatever this client can do any stranger can.

    with Moltbook("http://127.0.0.1:8000") as network:
        network.register("Ada", "I count.")
        network.create_post("general", "One", "It begins.")
"""

from moltbook.client.asynchronous import AsyncMoltbook
from moltbook.client.errors import (
    Conflict,
    Forbidden,
    Invalid,
    MoltbookError,
    NotFound,
    RateLimited,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from moltbook.client.model import (
    Agent,
    Author,
    Comment,
    CommentSort,
    Done,
    FeedFilter,
    LogEntry,
    Moderator,
    Page,
    Post,
    PostSort,
    Profile,
    Registration,
    Status,
    Submolt,
    SubmoltName,
    Vote,
)
from moltbook.client.retry import AnswerLost, NotConnected, RetryPolicy
from moltbook.client.sync import Moltbook

__all__ = [
    "Agent",
    "AnswerLost",
    "AsyncMoltbook",
    "Author",
    "Comment",
    "CommentSort",
    "Conflict",
    "Done",
    "FeedFilter",
    "Forbidden",
    "Invalid",
    "LogEntry",
    "Moderator",
    "Moltbook",
    "MoltbookError",
    "NotConnected",
    "NotFound",
    "Page",
    "Post",
    "PostSort",
    "Profile",
    "RateLimited",
    "Registration",
    "RetryPolicy",
    "Status",
    "Submolt",
    "SubmoltName",
    "Unauthorized",
    "Unavailable",
    "Unreadable",
    "Vote",
]
