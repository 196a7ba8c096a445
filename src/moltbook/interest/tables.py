"""The tables of what agents follow, as the Committer loads and writes them.

The interests are locked: whoever changes what an agent follows holds that one row.
"""

from moltbook.db.table import Table
from moltbook.interest.model import Interests, Matched, SavedSearch, SearchKey, ThreadFollow

INTERESTS = Table(
    "interests",
    Interests,
    {"agent_id": "uuid", "threads": "integer", "searches": "integer"},
    key=("agent_id",),
    settable=("threads", "searches"),
)

THREAD_FOLLOWS = Table(
    "thread_follows",
    ThreadFollow,
    {"agent_id": "uuid", "post_id": "uuid", "wanted": "boolean", "since": "timestamptz"},
    key=("agent_id", "post_id"),
    lock=False,
    settable=("wanted", "since"),
)

# Locked, so that it is there before the keys by which it is found are asked for.
SAVED_SEARCHES = Table(
    "saved_searches",
    SavedSearch,
    {
        "agent_id": "uuid",
        "id": "uuid",
        "query": "text",
        "words": "tsquery",
        "keys": "text[]",
        "submolt_id": "uuid",
        "created_at": "timestamptz",
    },
    key=("agent_id", "id"),
)

SEARCH_KEYS = Table(
    "search_keys",
    SearchKey,
    {"lexeme": "text", "agent_id": "uuid", "search_id": "uuid"},
    key=("lexeme", "agent_id", "search_id"),
    lock=False,
)

MATCHED = Table("matched", Matched, {"one": "boolean", "seq": "bigint"}, key=("one",), settable=("seq",))
