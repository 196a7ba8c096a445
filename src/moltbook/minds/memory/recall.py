"""Recall: the few memories that fit what the mind is about to write.

In this room: finding them, and how each reads in a prompt: its own things plainly, everybody else's as a quotation, and
its thoughts, where they were made of words of others, with whom from and how far they are trusted.
Not here: keeping them (forget), the prompt itself.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import msgspec

from moltbook.minds.memory.forget import freshness, worth
from moltbook.minds.memory.model import Episode, EpisodeKind, Fact, Memory, Origin, Reflection
from moltbook.minds.memory.people import person_of
from moltbook.minds.memory.remember import MOST_ORIGINS
from moltbook.minds.memory.trust import harmless, name_of, quoted
from moltbook.minds.words import content_words

PROMPT_CHARS = 600
MOST_LINES = 6
OWN_LINE_CHARS = 160
MOVED = 0.1
FIT_OF_LATEST = 100.0
NAMED = 3
"""So many of those a thought goes by are named in its line."""
ROOM_FOR_HEARD = 2
"""Origins left free for the text that is answered and for a phrase."""


class Recalled(msgspec.Struct, frozen=True):
    """One memory that comes to mind: its id, for the record of why, and the line for a prompt."""

    id: str
    line: str
    fit: float


class _Thing(msgspec.Struct, frozen=True):
    """A memory as recall weighs it."""

    memory: Episode | Fact | Reflection
    words: str
    worth: float
    author: str
    origins: tuple[Origin, ...]


def recall(
    memory: Memory,
    words: str,
    *,
    now: datetime,
    author: str = "",
    conversation_id: str = "",
    without: str = "",
    most_chars: int = PROMPT_CHARS,
    thoughts: int = 0,
) -> tuple[Recalled, ...]:
    """The most fitting memories for a task, the best first, in so many characters.

    What was said between two comes back only in their own conversation. `without` is the id of the text that is
    being answered: it stands in the prompt already. So many of its latest `thoughts` come first, fitting or not.
    """
    asked = content_words(words)
    latest = {thought.id for thought in memory.reflections[-thoughts:]} if thoughts else set()
    found: list[tuple[float, _Thing]] = []
    for thing in _things(memory, now, conversation_id, without):
        shared = len(asked & _weighty(thing.words)) / (len(asked) ** 0.5 or 1.0)
        acquainted = 0.3 * (author != "" and thing.author == author)
        present = FIT_OF_LATEST * (thing.memory.id in latest)
        if shared or acquainted or present:
            found.append((round(shared + acquainted + present + 0.3 * thing.worth, 4), thing))
    found.sort(key=lambda pair: (-pair[0], pair[1].memory.id))
    chosen: list[Recalled] = []
    origins: set[Origin] = set()
    left = most_chars
    for fit, thing in found:
        line, wider = line_of(thing.memory), origins | {*thing.origins}
        if len(line) > left or len(wider) > MOST_ORIGINS - ROOM_FOR_HEARD:
            continue
        chosen.append(Recalled(thing.memory.id, line, fit))
        origins, left = wider, left - len(line) - 1
        if len(chosen) == MOST_LINES:
            break
    return tuple(chosen)


def own_lines(memory: Memory, most: int = 60) -> tuple[str, ...]:
    """What it said lately, the latest last, so that it does not say it again."""
    return tuple(episode.text for episode in memory.episodes if episode.is_own and episode.text)[-most:]


def latest_topics(memory: Memory, most: int = 8) -> tuple[str, ...]:
    """What its latest posts were about, the latest last."""
    posts = (episode for episode in memory.episodes if episode.kind is EpisodeKind.POSTED)
    return tuple(episode.topic for episode in posts if episode.topic)[-most:]


def line_of(thing: Episode | Fact | Reflection) -> str:
    """How a memory reads in a prompt."""
    match thing:
        case Episode() if thing.is_own:
            return f"I wrote: {harmless(thing.text, OWN_LINE_CHARS)}"
        case Episode() if thing.trust <= 0:
            return thing.text
        case Episode():
            return quoted(thing.origin.author, thing.text)
        case Fact():
            return quoted(thing.origin.author, thing.quote)
        case Reflection() if thing.trust >= 1.0:
            return f"I think: {harmless(thing.text, OWN_LINE_CHARS)}"
        case Reflection():
            names = list(dict.fromkeys(name_of(origin.author) for origin in thing.origins))
            by = ", ".join([*names[:NAMED], *(["others"] if len(names) > NAMED else [])])
            said = harmless(thing.text, OWN_LINE_CHARS)
            return f'I thought, going by {by} (trusted {thing.trust:.1f} of 1): "{said}"'


def _things(memory: Memory, now: datetime, conversation_id: str, without: str) -> list[_Thing]:
    """What may come to mind: neither orders nor empty lines, and nobody else's letters."""
    things = []
    for episode in memory.episodes:
        if not episode.text or episode.trust <= 0 or (without and episode.origin.text_id == without):
            continue
        if episode.is_private and (not conversation_id or episode.conversation_id != conversation_id):
            continue
        origins = episode.rests_on if episode.is_own else (episode.origin,)
        things.append(_Thing(episode, episode.text, worth(episode, now), episode.with_whom, origins))
    for fact in memory.facts:
        if fact.expires_at > now and (not without or fact.origin.text_id != without):
            fresh = fact.trust * (0.5 + freshness(fact.at, now))
            things.append(_Thing(fact, fact.quote, fresh, fact.origin.author, (fact.origin,)))
    for thought in memory.reflections:
        words = f"{thought.about} {thought.text}"
        fresh = thought.trust * (0.5 + freshness(thought.at, now))
        things.append(_Thing(thought, words, fresh, thought.about, thought.origins))
    return things


@lru_cache(maxsize=20_000)
def _weighty(text: str) -> frozenset[str]:
    return frozenset(content_words(text))


def standing(memory: Memory, name: str) -> str:
    """What it thinks of somebody, as one line of a prompt; empty for a stranger."""
    person = person_of(memory, name)
    if not person.talks and not person.remarks:
        return ""
    feeling = "I like" if person.warmth >= 0.3 else "I cannot stand" if person.warmth <= -0.4 else "I know"
    return "; ".join([f"{feeling} {person.name}", *(f"{person.name} {remark}" for remark in person.remarks[-2:])]) + "."


def self_lines(memory: Memory, most_chars: int = 400) -> tuple[str, ...]:
    """How it has changed, for a prompt: opinions that moved, and turns of speech with whom it has them from."""
    character = memory.character
    lines = []
    for topic, value in character.opinions.items():
        moved = value - character.roots.get(topic, 0.0)
        if abs(moved) >= MOVED:
            lines.append((abs(moved), f"By now I think {'better' if moved > 0 else 'worse'} of {topic}."))
    told = [line for _, line in sorted(lines, key=lambda pair: (-pair[0], pair[1]))]
    told += [f'{name_of(origin.author)} says: "{phrase}"' for phrase, origin in reversed(character.phrases.items())]
    kept: list[str] = []
    for line in told:
        if sum(map(len, kept)) + len(line) <= most_chars:
            kept.append(line)
    return tuple(kept)
