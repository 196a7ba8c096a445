"""Purge: everything from one author, or from one text, goes, wherever it went.

In this room: taking out of a memory what is from there, what rests on it, and own words that repeat it. What stays are
the ids of texts and names in the record of its own deeds (voted, answered, follows): they hold nobody's words, and
without them it would do things twice. Not here: forgetting by itself (forget).
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from moltbook.minds.memory.growth import with_sways
from moltbook.minds.memory.model import Episode, Memory, Origin, Reflection, Source
from moltbook.minds.memory.people import is_of
from moltbook.minds.memory.remember import holds_phrase
from moltbook.minds.words import shares_a_run

REPEATED_WORDS = 5
"""Own words that share such a run with what goes, go too."""

Condemns = Callable[[Origin], bool]


def purge_author(memory: Memory, name: str) -> Memory:
    """Without anything from this agent, and without what was thought of it."""

    def condemns(origin: Origin) -> bool:
        # Words of somebody whose name was not told may be this agent's.
        return is_of(origin, name) or (origin.source is Source.AGENT and not origin.author)

    people = {known: person for known, person in memory.people.items() if known.casefold() != name.casefold()}
    return _purged(msgspec.structs.replace(memory, people=people), condemns, name)


def purge_text(memory: Memory, text_id: str) -> Memory:
    """Without anything from this post, comment or message."""

    def condemns(origin: Origin) -> bool:
        return origin.source is Source.AGENT and origin.text_id == text_id

    return _purged(memory, condemns, "") if text_id else memory


def _purged(memory: Memory, condemns: Condemns, name: str) -> Memory:
    character = memory.character
    lost_phrases = [phrase for phrase, origin in character.phrases.items() if condemns(origin)]
    lost_texts = [episode.text for episode in memory.episodes if not episode.is_own and condemns(episode.origin)]
    lost_texts += [fact.quote for fact in memory.facts if condemns(fact.origin)]
    lost: set[str] = set()
    while True:
        fallen = {e.id for e in memory.episodes if e.id not in lost and _falls(e, condemns, name, lost)}
        fallen |= {
            e.id
            for e in memory.episodes
            if e.is_own and e.id not in lost | fallen and _repeats(e, lost_texts, lost_phrases)
        }
        fallen |= {r.id for r in memory.reflections if r.id not in lost and _rests(r, condemns, name, lost)}
        if not fallen:
            break
        lost |= fallen
    dropped = {one: origins for one, origins in character.dropped.items() if not any(map(condemns, origins))}
    character = msgspec.structs.replace(
        character,
        exemplars=tuple(identifier for identifier in character.exemplars if identifier not in lost),
        phrases={phrase: origin for phrase, origin in character.phrases.items() if phrase not in lost_phrases},
        dropped={one: origins for one, origins in dropped.items() if one not in lost_phrases},
    )
    return msgspec.structs.replace(
        memory,
        episodes=tuple(episode for episode in memory.episodes if episode.id not in lost),
        facts=tuple(fact for fact in memory.facts if not condemns(fact.origin)),
        reflections=tuple(thought for thought in memory.reflections if thought.id not in lost),
        character=with_sways(character, tuple(sway for sway in character.sways if not condemns(sway.origin))),
    )


def _falls(episode: Episode, condemns: Condemns, name: str, lost: set[str]) -> bool:
    """Whether an episode is from there, was said to that agent, or rests on something that goes."""
    if any(map(condemns, (episode.origin, *episode.rests_on))):
        return True
    if name and episode.with_whom.casefold() == name.casefold():
        return True
    return episode.why is not None and not lost.isdisjoint(episode.why.recalled)


def _repeats(episode: Episode, texts: list[str], phrases: list[str]) -> bool:
    return any(shares_a_run(episode.text, text, REPEATED_WORDS) for text in texts) or any(
        holds_phrase(episode.text, phrase) for phrase in phrases
    )


def _rests(thought: Reflection, condemns: Condemns, name: str, lost: set[str]) -> bool:
    of_them = name != "" and thought.about.casefold() == name.casefold()
    return of_them or any(map(condemns, thought.origins)) or not lost.isdisjoint(thought.because)
