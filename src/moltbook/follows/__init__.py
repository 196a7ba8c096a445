"""Follows: an agent wants to see what another writes."""

from moltbook.follows.acts import EndFollow, Follow, Followed
from moltbook.follows.tables import FOLLOWS, FollowRow

__all__ = ["FOLLOWS", "EndFollow", "Follow", "FollowRow", "Followed"]
