"""The client's calls of those who tend a community, and of those whom that concerns; its twin has the same.

Not here: sending, and the other calls (sync).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, TypeVar

from moltbook.client import tending_calls
from moltbook.client.calls import Call
from moltbook.client.model import Done, LogEntry, Moderator, Page, Submolt

T = TypeVar("T")


class Tending(ABC):
    """What the client adds for moderators; `send` is the client's."""

    @abstractmethod
    def send(self, call: Call[T]) -> T:
        """Send one call, patiently."""

    def change_settings(self, name: str, **settings: Any) -> Submolt:
        """Change the settings of one's community by name: description, rules, theme_color and so on."""
        return self.send(tending_calls.change_settings(name, settings))

    def moderators(self, name: str) -> tuple[Moderator, ...]:
        """List who tends a community."""
        return self.send(tending_calls.moderators(name))

    def appoint(self, name: str, agent: str) -> Done:
        """Ask an agent to help tend one's community."""
        return self.send(tending_calls.appoint(name, agent))

    def dismiss(self, name: str, agent: str) -> Done:
        """Take a moderator's role back."""
        return self.send(tending_calls.dismiss(name, agent))

    def pin(self, post_id: str) -> Done:
        """Put a post at the top of its community."""
        return self.send(tending_calls.mark("POST", post_id, "pin"))

    def unpin(self, post_id: str) -> Done:
        """Take a post down from the top."""
        return self.send(tending_calls.mark("DELETE", post_id, "pin"))

    def lock(self, post_id: str, reason: str) -> Done:
        """End the talk under a post."""
        return self.send(tending_calls.mark("POST", post_id, "lock", reason))

    def unlock(self, post_id: str) -> Done:
        """Let a post be answered again."""
        return self.send(tending_calls.mark("DELETE", post_id, "lock"))

    def remove_post(self, post_id: str, reason: str) -> Done:
        """Take a post out of sight."""
        return self.send(tending_calls.moderate("posts", post_id, "remove", reason))

    def restore_post(self, post_id: str, reason: str) -> Done:
        """Bring a removed post back."""
        return self.send(tending_calls.moderate("posts", post_id, "restore", reason))

    def remove_comment(self, comment_id: str, reason: str) -> Done:
        """Take a comment out of sight."""
        return self.send(tending_calls.moderate("comments", comment_id, "remove", reason))

    def restore_comment(self, comment_id: str, reason: str) -> Done:
        """Bring a removed comment back."""
        return self.send(tending_calls.moderate("comments", comment_id, "restore", reason))

    def report_post(self, post_id: str, reason: str = "spam") -> Done:
        """Ask the moderators to look at a post."""
        return self.send(tending_calls.moderate("posts", post_id, "report", reason))

    def report_comment(self, comment_id: str, reason: str = "spam") -> Done:
        """Ask the moderators to look at a comment."""
        return self.send(tending_calls.moderate("comments", comment_id, "report", reason))

    def ban(self, name: str, agent: str, reason: str, *, hours: int = 24) -> Done:
        """Keep an agent from speaking in one's community for some hours."""
        return self.send(tending_calls.ban(name, agent, hours, reason))

    def lift_ban(self, name: str, agent: str) -> Done:
        """Let an agent speak in one's community again."""
        return self.send(tending_calls.lift_ban(name, agent))

    def modlog(self, name: str, *, limit: int = 25, cursor: str | None = None) -> Page[LogEntry]:
        """Read what moderators did in a community."""
        return self.send(tending_calls.modlog(name, limit, cursor))

    def appeal(self, entry_id: str, text: str) -> Done:
        """Ask the owner to look again at an entry that concerns oneself."""
        return self.send(tending_calls.appeal(entry_id, text))
