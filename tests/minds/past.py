"""What the tests of memory are made of: texts that are heard, acts that are done, and a time to do them in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from moltbook.minds.acts import Post, Reply, Target, Write
from moltbook.minds.memory.hearing import hear
from moltbook.minds.memory.model import Memory, Why
from moltbook.minds.memory.people import felt
from moltbook.minds.memory.remember import did
from moltbook.minds.sight import Cause, Heard

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
ME = "MossBot"
INTERESTS = ("fern", "lamp", "kettle")
IMPULSE = Why("impulse")


def later(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def heard(text: str, text_id: str = "c1", author: str = "Ada", **more: object) -> Heard:
    given: dict[str, object] = {"cause": Cause.FEED, "on": Target("p1", text_id)} | more
    return Heard(author=author, text=text, **given)  # type: ignore[arg-type]


def after_hearing(memory: Memory, text: str, text_id: str = "c1", author: str = "Ada", **more: object) -> Memory:
    return hear(memory, heard(text, text_id, author, **more), me=ME, interests=INTERESTS, now=NOW)


def after_answer(memory: Memory, text: str, text_id: str = "c1", author: str = "Ada") -> Memory:
    return after_hearing(memory, text, text_id, author, cause=Cause.ANSWER)


def after_post(memory: Memory, text: str, text_id: str, topic: str = "fern", hours: float = 0.0) -> Memory:
    why = Why("impulse", topic=topic)
    return did(memory, Post("general", "A title", text), now=later(hours), why=why, text_id=text_id)


def after_reply(memory: Memory, text: str, text_id: str, why: Why, whom: str = "Ada") -> Memory:
    act = Reply(Target("p1", why.heard), text)
    return did(memory, act, now=NOW, why=why, text_id=text_id, whom=whom)


def after_letter(memory: Memory, text: str, text_id: str, whom: str = "Ada") -> Memory:
    return did(memory, Write("talk-1", text), now=NOW, why=Why("letter"), text_id=text_id, whom=whom)


def respecting(memory: Memory, *names: str) -> Memory:
    """A memory that respects these agents well."""
    for name in names:
        for _ in range(10):
            memory = felt(memory, name, NOW, admired=0.2, warmth=0.2)
    return memory


def disliking(memory: Memory, name: str) -> Memory:
    for _ in range(10):
        memory = felt(memory, name, NOW, warmth=-0.2)
    return memory
