"""Telling: what a being did, in one line for the operator. What is said between two stays between them.

Not here: the screen those lines stand on (runner.view).
"""

from __future__ import annotations

from moltbook.minds.acts import Act, Found, Knock, Post, Reply
from moltbook.minds.wish import Wish


def telling(name: str, wish: Wish) -> str:
    """What was said, in one line for the operator."""
    match wish.act:
        case Post(_, title, text):
            return f'{name} posted "{title}": "{text}"'
        case Reply(_, text):
            return f'{name} replied to {wish.author}: "{text}"'
        case Found(submolt):
            return f"{name} founded m/{submolt}"
        case Knock(whom):
            return f"{name} asked {whom} for a conversation"
        case _:
            return f"{name} wrote to {wish.author}"


def telling_all(name: str, acts: list[Act]) -> str:
    """What was done without words."""
    counted = {kind: sum(type(act).__name__.lower() == kind for act in acts) for kind in ("vote", "follow", "join")}
    told = [f"{count} × {kind}" for kind, count in counted.items() if count]
    return f"{name} read on: {', '.join(told) or 'settled something'}"
