"""Remembering what the mind itself did: every act that the network took.

In this room: a memory that begins, one change for each act of the closed list, what own words rest on.
Not here: what others said (hearing), what comes of it (growth).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import assert_never

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
from moltbook.minds.memory.credentials import has_credential
from moltbook.minds.memory.model import Character, Episode, EpisodeKind, Memory, Origin, Source, Why
from moltbook.minds.memory.people import felt
from moltbook.minds.memory.trust import CHECKED_CHARS, OWN_CHARS, flat, gives_orders, name_of, word_of
from moltbook.minds.words import words_of

KEEP_IDS = 400
KEEP_VOTES = 2_000
"""A second vote would take the first one back, so these are kept longest: 80 kB of them."""
KEEP_THREADS = 12
KEEP_PLACES = 60
MOST_ORIGINS = 12
"""Own words that rest on more texts than that could not be purged by origin: they are remembered without the words."""
MOST_RECALLED = 12
ROOT_OPINION = 0.6
ID_CHARS = 64


def new_memory(likes: Iterable[str] = (), dislikes: Iterable[str] = ()) -> Memory:
    """A memory without a past, with the opinions of a persona."""
    roots = dict.fromkeys(likes, ROOT_OPINION) | dict.fromkeys(dislikes, -ROOT_OPINION)
    return Memory(character=Character(roots=roots, opinions=dict(roots)))


def did(memory: Memory, act: Act, *, now: datetime, why: Why, text_id: str = "", whom: str = "") -> Memory:
    """Having done something that the network took.

    `text_id` is the id of the new post, comment or message (of the conversation for a knock); `whom` the author of
    what was answered or voted on, of the text whose topic a post takes up, or the partner of a conversation.
    """
    if name_of(whom) != whom or has_credential(whom):
        whom = ""
    why = _kept(why)
    match act:
        case Post():
            memory = _spoke(memory, EpisodeKind.POSTED, act.text, now, why, whom, text_id=text_id, post_id=text_id)
            memory = msgspec.structs.replace(
                memory, posts_made=memory.posts_made + 1, threads=_latest(memory.threads, text_id, KEEP_THREADS)
            )
        case Reply():
            memory = _spoke(
                memory, EpisodeKind.REPLIED, act.text, now, why, whom, text_id=text_id, post_id=act.to.post_id
            )
            memory = msgspec.structs.replace(
                memory,
                answered=_latest(memory.answered, act.to.id, KEEP_IDS),
                threads=_latest(memory.threads, act.to.post_id, KEEP_THREADS),
            )
            memory = _met(memory, whom, now, warmth=0.02, talks=1)
        case Vote():
            memory = msgspec.structs.replace(memory, voted=_latest(memory.voted, act.on.id, KEEP_VOTES))
            liked = 1 if act.direction is Direction.UP else -1
            memory = _met(memory, whom, now, warmth=0.02 * liked, admired=0.05 * liked)
        case Follow():
            memory = msgspec.structs.replace(memory, follows=_latest(memory.follows, act.name, KEEP_IDS))
            memory = _met(memory, act.name, now, warmth=0.05, admired=0.05)
        case Unfollow():
            memory = msgspec.structs.replace(memory, follows=tuple(n for n in memory.follows if n != act.name))
        case Join():
            memory = msgspec.structs.replace(memory, joined=_latest(memory.joined, act.submolt, KEEP_PLACES))
        case Found():
            memory = msgspec.structs.replace(
                memory,
                joined=_latest(memory.joined, act.name, KEEP_PLACES),
                founded=_latest(memory.founded, act.name, KEEP_PLACES),
            )
        case Knock():
            memory = msgspec.structs.replace(memory, knocked=_latest(memory.knocked, act.name, KEEP_IDS))
            memory = _spoke(memory, EpisodeKind.WROTE, act.text, now, why, act.name, conversation_id=text_id)
            memory = _met(memory, act.name, now, talks=1)
        case Open():
            memory = _met(memory, whom, now, warmth=0.05)
        case Shut():
            memory = _met(memory, whom, now, warmth=-0.05)
        case Write():
            talk = act.conversation_id
            memory = msgspec.structs.replace(memory, answered=_latest(memory.answered, why.heard, KEEP_IDS))
            memory = _spoke(memory, EpisodeKind.WROTE, act.text, now, why, whom, text_id=text_id, conversation_id=talk)
            memory = _met(memory, whom, now, warmth=0.02, talks=1)
        case _:
            assert_never(act)
    return memory


def gone(memory: Memory, post_id: str) -> Memory:
    """Having found that a thread is no more."""
    return msgspec.structs.replace(memory, threads=tuple(thread for thread in memory.threads if thread != post_id))


def counted(memory: Memory, sign: str) -> tuple[str, Memory]:
    """The id of the next thing remembered."""
    number = memory.remembered + 1
    return f"{sign}{number}", msgspec.structs.replace(memory, remembered=number)


def added(memory: Memory, episode: Episode) -> Memory:
    """With one more episode, the latest last."""
    return msgspec.structs.replace(memory, episodes=(*memory.episodes, episode))


def origins_of(memory: Memory, remembered_ids: Iterable[str]) -> set[Origin]:
    """Everything of others that these memories are, or rest on."""
    wanted = set(remembered_ids)
    found: set[Origin] = set()
    for episode in memory.episodes:
        if episode.id in wanted:
            found |= {*episode.rests_on} if episode.is_own else {episode.origin}
    found |= {fact.origin for fact in memory.facts if fact.id in wanted}
    for reflection in memory.reflections:
        if reflection.id in wanted:
            found |= {*reflection.origins}
    return found


def holds_phrase(text: str, phrase: str) -> bool:
    """Whether a phrase, which is words parted by blanks, stands in a text."""
    return f" {phrase} " in _spelt(text)


@lru_cache(maxsize=4_096)
def _spelt(text: str) -> str:
    return f" {' '.join(words_of(text))} "


def in_order(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    """Origins in one order, so that the same past gives the same memory."""
    return tuple(sorted(set(origins), key=lambda origin: (origin.author, origin.text_id, origin.source)))


def _spoke(
    memory: Memory,
    kind: EpisodeKind,
    text: str,
    now: datetime,
    why: Why,
    whom: str,
    *,
    text_id: str = "",
    post_id: str = "",
    conversation_id: str = "",
) -> Memory:
    """With own words as an episode, and all of others that they rest on."""
    rests_on = _foundations(memory, text, why, whom)
    too_wide = len(rests_on) > MOST_ORIGINS
    if too_wide:
        rests_on, why = (), msgspec.structs.replace(why, topic="")
    unfit = too_wide or has_credential(text[:CHECKED_CHARS]) or has_credential(flat(text, OWN_CHARS))
    identifier, memory = counted(memory, "e")
    return added(
        memory,
        Episode(
            id=identifier,
            at=now,
            kind=kind,
            text="" if unfit else flat(text, OWN_CHARS),
            origin=Origin(Source.OWN, "", text_id),
            trust=0.0 if gives_orders(text[:CHECKED_CHARS]) else 1.0,
            with_whom="" if kind is EpisodeKind.POSTED else whom,
            post_id=post_id,
            topic=why.topic,
            why=why,
            weight=0.6 if kind is EpisodeKind.POSTED else 0.5,
            conversation_id=conversation_id,
            rests_on=rests_on,
        ),
    )


def _foundations(memory: Memory, text: str, why: Why, whom: str) -> tuple[Origin, ...]:
    found = origins_of(memory, why.recalled)
    if whom or why.heard:
        found.add(Origin(Source.AGENT, whom or _author_of(memory, why.heard), why.heard))
    character = memory.character
    found |= {origin for phrase, origin in character.phrases.items() if holds_phrase(text, phrase)}
    if why.topic and why.topic not in character.roots:
        # A topic that it has from others is credited to who brought it up first.
        found |= {*[sway.origin for sway in character.sways if sway.topic == why.topic][:1]}
    return in_order(found)


def _author_of(memory: Memory, text_id: str) -> str:
    heard = (e.origin.author for e in reversed(memory.episodes) if not e.is_own and e.origin.text_id == text_id)
    return next(heard, "")


def _kept(why: Why) -> Why:
    return msgspec.structs.replace(
        why,
        cause=word_of(why.cause, 24),
        heard=why.heard[:ID_CHARS],
        topic=word_of(why.topic),
        recalled=why.recalled[:MOST_RECALLED],
        chosen_by=word_of(why.chosen_by, 60),
        feeling=max(-1.0, min(1.0, why.feeling)),
    )


def _met(
    memory: Memory, name: str, now: datetime, *, warmth: float = 0.0, admired: float = 0.0, talks: int = 0
) -> Memory:
    return felt(memory, name, now, warmth=warmth, admired=admired, talks=talks) if name else memory


def _latest(kept: tuple[str, ...], one: str, most: int) -> tuple[str, ...]:
    if not one or has_credential(one):
        return kept
    return (*(old for old in kept if old != one), one)[-most:]
