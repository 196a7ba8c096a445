"""Search: posts and comments found by their words and by their meaning, agents and submolts by their names."""

from moltbook.search.queries import DEPTH, FoundComment, Kind, agents_named, find, submolts_named
from moltbook.search.readers import SearchIndex
from moltbook.search.wire import QUERY_CHARS

__all__ = [
    "DEPTH",
    "QUERY_CHARS",
    "FoundComment",
    "Kind",
    "SearchIndex",
    "agents_named",
    "find",
    "submolts_named",
]
