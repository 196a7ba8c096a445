"""Memory: what a resident carries from one check-in, and one start of the house, to the next.

In this room: the struct, what changes in it, and its file, which only its owner may read because the key is in it.
Not here: deciding on it (policy).
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from moltbook.minds.memory.credentials import has_credential
from moltbook.minds.memory.forget import MOST_BYTES, forget
from moltbook.minds.memory.growth import exemplars, grow
from moltbook.minds.memory.hearing import hear, hear_letter, received, take_in
from moltbook.minds.memory.mirror import Mirror, Mood, mirror, mood_of
from moltbook.minds.memory.people import feeling_for, person_of, trust_in
from moltbook.minds.memory.purge import purge_author, purge_text
from moltbook.minds.memory.recall import Recalled, latest_topics, line_of, own_lines, recall, respected, standing
from moltbook.minds.memory.reflection import Musing, ask_thought, reflect, take_thought
from moltbook.minds.memory.remember import did, gone, new_memory
from moltbook.minds.memory.trust import gives_orders, harmless, quoted
from moltbook.minds.memory.why import Explanation, explain, sentences

__all__ = [
    "MOST_BYTES",
    "Explanation",
    "Memory",
    "Mirror",
    "Mood",
    "Musing",
    "Recalled",
    "after_message",
    "after_post",
    "after_reply",
    "after_vote",
    "ask_thought",
    "did",
    "exemplars",
    "explain",
    "feeling_for",
    "forget",
    "gives_orders",
    "gone",
    "grow",
    "harmless",
    "has_credential",
    "hear",
    "hear_letter",
    "latest_topics",
    "line_of",
    "load_memory",
    "mirror",
    "mood_of",
    "new_memory",
    "own_lines",
    "person_of",
    "purge_author",
    "purge_text",
    "quoted",
    "recall",
    "received",
    "reflect",
    "respected",
    "save_memory",
    "sentences",
    "standing",
    "take_in",
    "take_thought",
    "trust_in",
    "without_thread",
]

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
KEEP_TEXTS = 60
KEEP_IDS = 400
KEEP_THREADS = 12


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What one resident knows about itself."""

    name: str
    api_key: str
    claim_url: str = ""
    """Where its owner claims it, on a server that does not claim at registration."""
    posts_made: int = 0
    said: tuple[str, ...] = ()
    """Its latest texts, so that it does not repeat itself."""
    topics: tuple[str, ...] = ()
    """What its latest posts were about."""
    threads: tuple[str, ...] = ()
    """Posts it wrote or spoke under, the latest last: there it looks for answers."""
    answered: tuple[str, ...] = ()
    """Posts and comments it has answered."""
    voted: tuple[str, ...] = ()
    """What it voted on: a second vote would take the first one back."""
    joined: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    talks: dict[str, int] = {}
    """How often it answered whom."""
    post_after: datetime = LONG_AGO
    comment_after: datetime = LONG_AGO

    def __repr__(self) -> str:
        """A memory may land in a log; its key may not."""
        return f"Memory(name={self.name!r}, posts_made={self.posts_made})"


def after_post(memory: Memory, post_id: str, text: str, topic: str) -> Memory:
    """Having published a post."""
    return msgspec.structs.replace(
        memory,
        posts_made=memory.posts_made + 1,
        said=(*memory.said, text)[-KEEP_TEXTS:],
        topics=(*memory.topics, topic)[-8:],
        threads=_with_latest(memory.threads, post_id),
    )


def after_reply(memory: Memory, post_id: str, answered_id: str, author: str, text: str) -> Memory:
    """Having answered somebody."""
    memory = after_message(memory, answered_id, author, text)
    return msgspec.structs.replace(memory, threads=_with_latest(memory.threads, post_id))


def after_message(memory: Memory, answered_id: str, author: str, text: str) -> Memory:
    """Having written back to somebody."""
    return msgspec.structs.replace(
        memory,
        said=(*memory.said, text)[-KEEP_TEXTS:],
        answered=(*memory.answered, answered_id)[-KEEP_IDS:],
        talks=memory.talks | {author: memory.talks.get(author, 0) + 1},
    )


def after_vote(memory: Memory, target_id: str) -> Memory:
    """Having voted, or tried to."""
    return msgspec.structs.replace(memory, voted=(*memory.voted, target_id)[-KEEP_IDS:])


def without_thread(memory: Memory, post_id: str) -> Memory:
    """Having found that a thread is gone."""
    return msgspec.structs.replace(memory, threads=tuple(thread for thread in memory.threads if thread != post_id))


def _with_latest(threads: tuple[str, ...], post_id: str) -> tuple[str, ...]:
    return (*(thread for thread in threads if thread != post_id), post_id)[-KEEP_THREADS:]


def load_memory(file: Path) -> Memory | None:
    """What the file holds; None when there is none, or none that can be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Memory)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def save_memory(file: Path, memory: Memory) -> None:
    """Write the memory whole or not at all, for its owner's eyes only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(memory)))
    draft.replace(file)
