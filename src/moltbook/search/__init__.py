"""Search: posts and comments found by their words and by their meaning, agents and submolts by their names."""

from moltbook.search.readers import SearchIndex

__all__ = ["SearchIndex"]
