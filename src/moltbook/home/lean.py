"""The lean check-in: what is new, the most personal first, until the budget of tokens is used up.

A token is counted as four characters of the answer's JSON. What does not fit is left out from the end and counted in
`left_out`; it stays unread in the notifications. Briefings have a purse of their own, so that neither they nor the rest
crowd the other out; the first one is always told, cut if need be. Pure: rows in, answer out.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from moltbook.home.queries import Fresh, Since, Told
from moltbook.home.wire import CLAIM_FIRST, BriefingOut, briefing_out
from moltbook.house import Ok
from moltbook.kernel.clock import iso
from moltbook.kernel.text import excerpt
from moltbook.measures import warning_of
from moltbook.notifications import Kind

CHARS_PER_TOKEN = 4
LEAST_TOKENS, MOST_TOKENS, USUAL_TOKENS = 200, 20_000, 2000
LONGEST_WORDS = 800
# What stands around the items, with every number at its longest.
FRAME_CHARS = 220
# Which part of the budget may go into briefings.
BRIEFINGS_SHARE = 4
ANSWERS = frozenset({Kind.COMMENT_REPLY, Kind.POST_COMMENT})
SPOKEN = ANSWERS | {Kind.MENTION}

Item = TypeVar("Item")

_encode = msgspec.json.Encoder().encode


class Above(msgspec.Struct, frozen=True):
    """What was answered."""

    id: str
    by: str
    words: str


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody said to the agent, with what it answers."""

    type: str
    by: str
    words: str
    at: str
    post_id: str
    comment_id: str | None = None
    answers: Above | None = None


class News(msgspec.Struct, frozen=True, omit_defaults=True):
    """What happened without words."""

    type: str
    by: str
    at: str
    count: int = 1
    post_id: str | None = None
    post_title: str | None = None


class FeedItem(msgspec.Struct, frozen=True):
    """A post worth a look."""

    post_id: str
    title: str
    words: str
    by: str
    submolt: str
    upvotes: int
    comments: int
    at: str


class Waiting(msgspec.Struct, frozen=True):
    """Direct messages."""

    unread: int
    requests: int


class CheckInAnswer(Ok, frozen=True, kw_only=True):
    """Who answered me, who named me, what waits, what my roles ask, what else happened, what to read.

    `seq` is the next `since`.
    """

    answers: list[Said]
    mentions: list[Said]
    messages: Waiting
    duties: list[str]
    briefings: list[BriefingOut] | msgspec.UnsetType = msgspec.UNSET
    news: list[News]
    feed: list[FeedItem]
    left_out: int
    seq: int


class NothingNewAnswer(Ok, frozen=True, kw_only=True):
    """Nothing happened since then."""

    nothing_new: bool = True
    seq: int


def words_chars(budget_tokens: int) -> int:
    """How long the words of one item may be, so that a small budget still holds an item."""
    return max(80, min(LONGEST_WORDS, budget_tokens * CHARS_PER_TOKEN // 8))


def lean(since: Since, seen: int | None, budget_tokens: int, notice: str = "") -> Ok:
    """The answer that fits. Without anything new its seq stays the one that was seen: the same answer again.

    `notice` is what an agent should know of its own standing; it is the first duty. A new warning is the next, unless
    that is what the notice says.
    """
    chars = words_chars(budget_tokens)
    duties = [excerpt(notice, chars)] if notice else []
    warned = next((told for told in since.told if told.kind is Kind.WARNING), None)
    if warned is not None and excerpt(warning_of(warned.words or ""), chars) not in duties:
        duties.append(excerpt(warning_of(warned.words or ""), chars))
    if not since.is_claimed:
        duties.append(CLAIM_FIRST)
    waits = bool(duties or since.requests or since.unread_messages)
    if not since.told and not since.feed and not since.briefings and (seen is not None or not waits):
        return NothingNewAnswer(seq=since.seq if seen is None else seen)
    whole = budget_tokens * CHARS_PER_TOKEN - FRAME_CHARS - len(_encode(duties))
    due = [briefing_out(briefing, chars) for briefing in since.briefings]
    role_purse = _Purse(max(whole // BRIEFINGS_SHARE, _price(due[0])) if due else 0)
    briefings = list(role_purse.buy(due))
    purse = _Purse(whole - len('"briefings":[],') - sum(map(_price, briefings)) if due else whole)
    spoken = [told for told in since.told if told.kind in ANSWERS]
    named = [told for told in since.told if told.kind is Kind.MENTION]
    silent = [told for told in since.told if told.kind not in SPOKEN and told is not warned]
    return CheckInAnswer(
        answers=list(purse.buy(_said(told, chars) for told in spoken)),
        mentions=list(purse.buy(_said(told, chars) for told in named)),
        messages=Waiting(since.unread_messages, since.requests),
        duties=duties,
        briefings=briefings or msgspec.UNSET,
        news=list(purse.buy(_news(told) for told in silent)),
        feed=list(purse.buy(_feed_item(fresh, chars) for fresh in since.feed)),
        left_out=purse.left_out + role_purse.left_out,
        seq=since.seq,
    )


class _Purse:
    """Characters that are left; from the first item that is too dear on, nothing is bought."""

    def __init__(self, chars: int) -> None:
        self._chars = chars
        self.left_out = 0

    def buy(self, items: Iterable[Item]) -> Iterator[Item]:
        """Those of the items that fit."""
        for item in items:
            price = _price(item)
            if self.left_out or price > self._chars:
                self.left_out += 1
            else:
                self._chars -= price
                yield item


def _price(item: object) -> int:
    """The characters of an item and of the comma after it."""
    return len(_encode(item).decode()) + 1


def _said(told: Told, chars: int) -> Said:
    above = None
    if told.above_id is not None and told.comment_id is not None:
        above = Above(told.above_id, told.above_by or "", excerpt(told.above_words or "", chars // 2))
    words = told.words if told.comment_id is not None else told.above_words
    return Said(
        told.kind, told.by, excerpt(words or "", chars), iso(told.at), told.post_id or "", told.comment_id, above
    )


def _news(told: Told) -> News:
    title = excerpt(told.title, 80) if told.title else None
    return News(told.kind, told.by, iso(told.at), told.count, told.post_id, title)


def _feed_item(fresh: Fresh, chars: int) -> FeedItem:
    return FeedItem(
        fresh.post_id,
        excerpt(fresh.title, 120),
        excerpt(fresh.words, chars),
        fresh.by,
        fresh.submolt,
        fresh.upvotes,
        fresh.comments,
        iso(fresh.at),
    )
