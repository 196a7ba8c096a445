"""Permits: what of a model's choice may be done, here and now.

In this room: the closed list of acts by their names, the options that numbers mean, and the checks: a number in range
and of the right kind, one vote a target, a conversation that is open, a budget, words that are one's own and hold
nothing secret. Whatever fails is refused with a reason to count by.
Not here: asking the model (choosing).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from moltbook.minds.acts import (
    Act,
    Direction,
    Follow,
    Found,
    Join,
    Knock,
    Open,
    Post,
    Reply,
    Shut,
    Unfollow,
    Vote,
    Write,
)
from moltbook.minds.memory import Memory, has_credential, has_link, has_long_token
from moltbook.minds.sieve import is_unfit
from moltbook.minds.sight import Heard, Letter
from moltbook.minds.ties import NAME
from moltbook.minds.wish import Budget
from moltbook.minds.words import words_of

LONGEST_TEXT = 600
LONGEST_TITLE = 120
SHORTEST_KNOCK = 10
COPIED_RUN = 8
"""So many words in a row that stand in somebody's text, or in the prompt, are not one's own."""
COPIED_SHARE = 0.7


class Form(StrEnum):
    """What kind of thing a number means."""

    TEXT = "text"
    LETTER = "letter"
    KNOCK = "knock"
    PLACE = "place"


class Option(msgspec.Struct, frozen=True):
    """Something that can be meant by a number."""

    number: int
    form: Form
    meant: Heard | Letter | str


class Options(msgspec.Struct, frozen=True):
    """All of them, and the names of the places that are known to be there."""

    all: tuple[Option, ...]
    taken: frozenset[str] = frozenset()

    def find(self, number: int) -> Option | None:
        """What a number means; None where it means nothing."""
        return self.all[number - 1] if 1 <= number <= len(self.all) else None


class Permits:
    """Lets through what a model may do in one turn; it counts as it goes."""

    NAMES: ClassVar = (
        "reply", "up", "down", "post", "follow", "unfollow", "join", "found", "knock", "open", "shut", "write",
    )  # fmt: skip

    def __init__(
        self,
        memory: Memory,
        options: Options,
        said_by_others: Sequence[str],
        prompt: Sequence[str],
        budget: Budget,
        now: datetime,
    ) -> None:
        self._memory = memory
        self._options = options
        self._said = [frozenset(words_of(said)) for said in said_by_others]
        self._runs = {run for line in (*prompt, *said_by_others) for run in _runs_of(line)}
        self._now = now
        self._acts = budget.acts
        self._left = {
            "reply": 1 if budget.comment_gap_seconds else budget.replies, "post": budget.posts,
            "write": budget.letters, "vote": budget.votes, "tie": budget.ties,
        }  # fmt: skip
        self._met: set[tuple[str, str]] = set()
        self._opened: set[str] = set()

    def act(self, name: str, to: int, title: str, text: str) -> Act | str:
        """The act that is meant, or the reason why it may not be done."""
        if name not in self.NAMES:
            return "unknown_act"
        option = self._options.find(to)
        if option is None and not (name == "found" and to == 0):
            return "no_such_number"
        words = cleaned(text)
        act = self._meant(name, option, cleaned(title), words)
        if isinstance(act, str):
            return act
        if isinstance(act, Post | Reply | Knock | Write | Found) and (fault := self._fault_of(words, cleaned(title))):
            return fault
        return self._spend(name, act)

    def _meant(self, name: str, option: Option | None, title: str, words: str) -> Act | str:
        memory = self._memory
        meant = option.meant if option is not None else None
        form = option.form if option is not None else None
        if name == "found":
            return self._found(title, words)
        match name, form, meant:
            case "reply", Form.TEXT, Heard(on=on):
                if self._now < memory.comment_after:
                    return "too_soon"
                return "answered_before" if on.id in memory.answered else Reply(on, words)
            case "up" | "down", Form.TEXT, Heard(on=on):
                return "voted_before" if on.id in memory.voted else Vote(on, Direction(name))
            case "follow", Form.TEXT, Heard(author=author):
                return "followed_before" if author in memory.follows else Follow(author)
            case "unfollow", Form.TEXT, Heard(author=author):
                return Unfollow(author) if author in memory.follows else "not_followed"
            case "knock", Form.TEXT, Heard(author=author):
                if author in memory.knocked or len(words) < SHORTEST_KNOCK:
                    return "asked_before" if author in memory.knocked else "too_short"
                return Knock(author, words)
            case "open", Form.KNOCK, Letter(conversation_id=talk):
                return Open(talk)
            case "shut", Form.KNOCK, Letter(conversation_id=talk):
                return Shut(talk)
            case "write", Form.LETTER, Letter(conversation_id=talk, message_id=message):
                return "answered_before" if message in memory.answered else Write(talk, words)
            case "write", Form.KNOCK, Letter(conversation_id=talk):
                return Write(talk, words) if talk in self._opened else "no_consent"
            case "post", Form.PLACE, str(place):
                if not title:
                    return "no_title"
                return "too_soon" if self._now < memory.post_after else Post(place, title, words)
            case "join", Form.PLACE, str(place):
                return "joined_before" if place in (*memory.joined, *memory.founded) else Join(place)
            case "write" | "open" | "shut", _, _:
                return "no_consent"
            case _:
                return "wrong_kind"

    def _found(self, title: str, words: str) -> Act | str:
        name = title.lower().replace(" ", "-")
        if not NAME.fullmatch(name):
            return "bad_name"
        if name in self._options.taken:
            return "name_taken"
        return "founded_before" if self._memory.founded else Found(name, name.replace("-", " ").title(), words[:400])

    def _fault_of(self, words: str, title: str) -> str | None:
        if not words:
            return "no_words"
        if is_unfit(f"{title} {words}"):
            return "unfit"
        if has_link(f"{title} {words}"):
            return "link"
        if has_credential(f"{title} {words}") or has_long_token(f"{title} {words}"):
            return "secret"
        if not self._runs.isdisjoint(_runs_of(words) | _runs_of(title)):
            return "copy"
        own = frozenset(words_of(words))
        alike = (len(own & said) / len(own | said) for said in self._said if own and said)
        return "copy" if any(share > COPIED_SHARE for share in alike) else None

    def _spend(self, name: str, act: Act) -> Act | str:
        """One vote a target, one reply a text, one tie a person; and never beyond the budget."""
        match act:
            case Vote(on):
                purse, met = "vote", ("vote", on.id)
            case Reply(to):
                purse, met = "reply", ("reply", to.id)
            case Post():
                purse, met = "post", ("post", act.title)
            case Write(talk):
                purse, met = "write", ("write", talk)
            case Open(talk) | Shut(talk):
                purse, met = "tie", ("knock", talk)
            case Follow(whom) | Unfollow(whom) | Knock(whom):
                purse, met = "tie", (name, whom)
            case Join(place) | Found(place):
                purse, met = "tie", ("place", place)
        if met in self._met:
            return "twice"
        if self._acts <= 0 or self._left[purse] <= 0:
            return "over_budget"
        self._acts -= 1
        self._left[purse] -= 1
        self._met.add(met)
        if isinstance(act, Open):
            self._opened.add(act.conversation_id)
        return act


def cleaned(text: str) -> str:
    """A model's words as they may be sent: no hidden characters, no layout, no longer than is read."""
    shown = unicodedata.normalize("NFC", text)
    plain = "".join(" " if unicodedata.category(c).startswith("C") else c for c in shown)
    flat = re.sub(r"\s+", " ", plain).strip()
    return flat if len(flat) <= LONGEST_TEXT else flat[:LONGEST_TEXT].rsplit(" ", 1)[0]


def _runs_of(text: str) -> set[tuple[str, ...]]:
    """Every run of so many words in a row that nobody else may have written."""
    words = words_of(text)
    return {tuple(words[i : i + COPIED_RUN]) for i in range(len(words) - COPIED_RUN + 1)}
