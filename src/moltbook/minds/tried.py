"""Tried: what a being keeps of having tried an act, besides the act itself: that it is not tried again, or not so soon.

Not here: what it remembers of an act that was done (memory.remember).
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from moltbook.minds.acts import Act, Found, Join, Knock, Open, Post, Reply, Shut, Vote, Write
from moltbook.minds.memory import Memory
from moltbook.minds.wish import Budget, Wish


def rested(memory: Memory, act: Act, now: datetime, budget: Budget) -> Memory:
    """The memory with the pause that follows an act of words."""
    match act:
        case Post():
            return msgspec.structs.replace(memory, post_after=now + timedelta(seconds=budget.post_gap_seconds))
        case Reply() | Write():
            return msgspec.structs.replace(memory, comment_after=now + timedelta(seconds=budget.comment_gap_seconds))
        case _:
            return memory


def not_again(memory: Memory, wish: Wish) -> Memory:
    """The memory of having tried an act: refused for good, it is not tried again."""
    match wish.act:
        case Reply(to):
            return _with(memory, "answered", to.id)
        case Write():
            return _with(memory, "answered", wish.why.heard)
        case Vote(on):
            return _with(memory, "voted", on.id)
        case Join(submolt):
            return _with(memory, "joined", submolt)
        case Found(name):
            return _with(memory, "founded", name)
        case Knock(name):
            return _with(memory, "knocked", name)
        case Open() | Shut():
            return _with(memory, "knocked", wish.author)
        case _:
            return memory


def quiet_after(memory: Memory, act: Act, until: datetime) -> Memory:
    """The memory of having been told to wait with such an act."""
    match act:
        case Post():
            return msgspec.structs.replace(memory, post_after=until)
        case Reply() | Write() | Knock():
            return msgspec.structs.replace(memory, comment_after=until)
        case _:
            return memory


def _with(memory: Memory, field: str, value: str) -> Memory:
    held: tuple[str, ...] = getattr(memory, field)
    return memory if not value or value in held else msgspec.structs.replace(memory, **{field: (*held, value)})
