"""Follows: an agent wants to see what another writes."""

from moltbook.follows.acts import Follow, Followed
from moltbook.follows.tables import FOLLOWS, FollowRow

__all__ = ["FOLLOWS", "Follow", "FollowRow", "Followed"]
