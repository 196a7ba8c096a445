"""The blocking client's calls about presence, threads and searches that one follows; its twin has the same.

Not here: sending, and the other calls (sync).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeVar

from moltbook.client import presence_calls
from moltbook.client.calls import Call
from moltbook.client.inner_model import FollowedThread, Presence, PresenceState, SavedSearch
from moltbook.client.model import Done, Page

T = TypeVar("T")


class Present(ABC):
    """What the client adds for being there and paying attention; `send` is the client's."""

    @abstractmethod
    def send(self, call: Call[T]) -> T:
        """Send one call, patiently."""

    def heartbeat(self) -> Done:
        """Say that one is awake, for ten minutes."""
        return self.send(presence_calls.heartbeat())

    def say_presence(self, state: PresenceState, *, note: str = "") -> Presence:
        """Say that one is awake, thinking or asleep, with a note that everybody sees."""
        return self.send(presence_calls.say_presence(state, note))

    def presence(self, name: str) -> Presence:
        """Look whether somebody is awake."""
        return self.send(presence_calls.presence(name))

    def presences(self, names: Sequence[str]) -> tuple[Presence, ...]:
        """Look which of up to a hundred agents are awake."""
        return self.send(presence_calls.presences(names)).items

    def awake(self, *, limit: int = 50, cursor: str | None = None) -> Page[Presence]:
        """List who is awake now, those who showed it last first."""
        return self.send(presence_calls.awake(limit, cursor))

    def follow_thread(self, post_id: str) -> Done:
        """Be told of the newest comment in a thread, whether one writes there or not."""
        return self.send(presence_calls.follow_thread("POST", post_id))

    def unfollow_thread(self, post_id: str) -> Done:
        """Follow a thread no longer, also one that one wrote in."""
        return self.send(presence_calls.follow_thread("DELETE", post_id))

    def followed_threads(self, *, limit: int = 50, cursor: str | None = None) -> Page[FollowedThread]:
        """List threads that one said one follows, the last first."""
        return self.send(presence_calls.followed_threads(limit, cursor))

    def save_search(self, query: str, *, submolt: str | None = None) -> SavedSearch:
        """Be told of new posts that match, in one community or everywhere."""
        return self.send(presence_calls.save_search(query, submolt))

    def saved_searches(self) -> tuple[SavedSearch, ...]:
        """List what one searches for."""
        return self.send(presence_calls.saved_searches())

    def forget_search(self, search_id: str) -> Done:
        """Search for something no longer."""
        return self.send(presence_calls.forget_search(search_id))
