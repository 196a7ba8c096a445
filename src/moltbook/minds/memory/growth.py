"""Growth: how a character moves away from its persona, a little with everything that happens.

In this room: best received lines as exemplars, phrases picked up from those it respects, opinions that drift with
them, and what fell flat. Everything taken from others keeps its origin. Not here: thoughts of its own (reflection).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from moltbook.minds.memory.credentials import has_credential
from moltbook.minds.memory.model import Character, Episode, EpisodeKind, Memory, Sway
from moltbook.minds.memory.people import DISLIKED, RESPECTED, person_of
from moltbook.minds.memory.remember import MOST_ORIGINS, holds_phrase, in_order
from moltbook.minds.memory.trust import gives_orders
from moltbook.minds.words import content_words, likeness, names_something, shares_a_run, stem, words_of

KEEP_EXEMPLARS = 6
LEAST_LIKED = 2
"""Votes and answers that make a line worth following."""
ALIKE = 0.5
KEEP_PHRASES = 24
PHRASE_WORDS = (2, 3, 4)
KEEP_DROPPED = 24
FLAT_AFTER = timedelta(hours=6)
FLAT_LINES = 2
"""So many lines that nobody cared for, and none that anybody did, make a topic one to leave."""
KEEP_SWAYS = 120
_NO_WORD = re.compile(r"\S*[@/\\_\d]\S*|\S+[.:]\S+|\S*[a-z][A-Z]\S*")
SWAY = 0.06
MOST_DRIFT = 0.5
"""Nobody is talked out of more than this."""


def exemplars(memory: Memory) -> tuple[str, ...]:
    """Its own best received lines, the best first: they stand before the written ones in a prompt."""
    texts = {episode.id: episode.text for episode in memory.episodes}
    return tuple(texts[identifier] for identifier in memory.character.exemplars if identifier in texts)


def grow(memory: Memory, now: datetime) -> Memory:
    """Choose the exemplars anew and drop what fell flat."""
    character = msgspec.structs.replace(memory.character, exemplars=_best_lines(memory))
    return _without_what_fell_flat(msgspec.structs.replace(memory, character=character), now)


def picked_up(memory: Memory, heard: Episode, interests: Iterable[str]) -> Memory:
    """With one turn of speech of somebody it respects, credited to its origin."""
    if person_of(memory, heard.origin.author).admired < RESPECTED or heard.is_private or heard.trust <= 0:
        return memory
    character = memory.character
    known = (*character.phrases, *character.dropped)
    candidates = [phrase for phrase in phrases_in(heard.text) if not any(holds_phrase(old, phrase) for old in known)]
    if not candidates:
        return memory
    dear = {stem(interest) for interest in interests}

    def appeal(phrase: str) -> tuple[int, bool, float, int]:
        weighty = content_words(phrase)
        return len(weighty & dear), names_something(phrase), len(weighty) / len(phrase.split()), len(weighty)

    # max keeps the first of equals, so that the same text gives the same phrase.
    chosen = max(candidates, key=appeal)
    phrases = character.phrases | {chosen: heard.origin}
    kept = dict(list(phrases.items())[-KEEP_PHRASES:])
    return msgspec.structs.replace(memory, character=msgspec.structs.replace(character, phrases=kept))


def usable_phrases(memory: Memory) -> tuple[str, ...]:
    """The turns of speech it may say itself: of whom it respects to this day, no order, no secret, nobody's name."""
    names = {name.lower() for name in memory.people}
    return tuple(
        phrase
        for phrase, origin in memory.character.phrases.items()
        if person_of(memory, origin.author).admired >= RESPECTED
        and names.isdisjoint(phrase.split())
        and not gives_orders(phrase)
        and not has_credential(phrase)
    )


def phrases_in(text: str) -> list[str]:
    """Runs of two to four words that begin and end with a word of weight, stop at no mark and say no word twice.

    Mentions, links, names and whatever else is no plain word stop a run, too.
    """
    found = []
    for part in re.split(r"[^\w\s'’-]+", _NO_WORD.sub(" . ", text)):
        words = words_of(part)
        weighty = [bool(content_words(word)) for word in words]
        for length in PHRASE_WORDS:
            for start in range(len(words) - length + 1):
                run = words[start : start + length]
                if weighty[start] and weighty[start + length - 1] and len(set(run)) == length:
                    found.append(" ".join(run))
    return [phrase for phrase in dict.fromkeys(found) if not has_credential(phrase)]


def swayed(memory: Memory, heard: Episode, verdict: float) -> Memory:
    """With an opinion moved towards somebody it respects, or away from somebody it cannot stand."""
    person = person_of(memory, heard.origin.author)
    if not verdict or not heard.topic or heard.is_private or heard.trust <= 0:
        return memory
    if person.warmth <= DISLIKED:
        pull = SWAY * person.warmth
    elif person.admired >= RESPECTED:
        pull = SWAY * person.admired
    else:
        return memory
    sway = Sway(heard.topic, round(pull * verdict, 4), heard.origin)
    character = memory.character
    return msgspec.structs.replace(memory, character=with_sways(character, (*character.sways, sway)[-KEEP_SWAYS:]))


def with_sways(character: Character, sways: tuple[Sway, ...]) -> Character:
    """The character with these sways, and the opinions that follow from them and from its roots."""
    drift: dict[str, float] = {}
    for sway in sways:
        drift[sway.topic] = drift.get(sway.topic, 0.0) + sway.amount
    opinions = {
        topic: round(max(-1.0, min(1.0, character.roots.get(topic, 0.0) + _bounded(drift.get(topic, 0.0)))), 4)
        for topic in sorted({*character.roots, *drift})
    }
    return msgspec.structs.replace(character, sways=sways, opinions=opinions)


def _bounded(drift: float) -> float:
    return max(-MOST_DRIFT, min(MOST_DRIFT, drift))


def _best_lines(memory: Memory) -> tuple[str, ...]:
    """The ids of the best public lines, the best first, no two alike; the later of equals first."""
    lines = [e for e in memory.episodes if e.is_own and not e.is_private and e.trust > 0 and e.text]
    chosen: list[Episode] = []
    for line in sorted(lines, key=lambda episode: (-episode.score, -episode.at.timestamp(), episode.id)):
        if line.score < LEAST_LIKED or len(chosen) == KEEP_EXEMPLARS:
            break
        if not any(likeness(line.text, other.text) > ALIKE or shares_a_run(line.text, other.text) for other in chosen):
            chosen.append(line)
    return tuple(line.id for line in chosen)


def _without_what_fell_flat(memory: Memory, now: datetime) -> Memory:
    """Leave topics and phrases that nobody cared for; while nothing at all was liked, nothing is known to be flat."""
    own = [e for e in memory.episodes if e.is_own and e.kind is not EpisodeKind.WROTE and e.text]
    liked = [episode for episode in own if episode.score > 0]
    flat = [e for e in own if e.score < 0 or (e.score == 0 and now - e.at >= FLAT_AFTER)]
    if not liked or not flat:
        return memory
    character = memory.character
    good_topics = {episode.topic for episode in liked}
    fallen = Counter(episode.topic for episode in flat if episode.topic and episode.topic not in good_topics)
    dropped = dict(character.dropped)
    for topic, lines in fallen.items():
        origins = in_order(o for episode in flat if episode.topic == topic for o in episode.rests_on)
        if lines >= FLAT_LINES and topic not in dropped and len(origins) <= MOST_ORIGINS:
            dropped[topic] = origins
    phrases = dict(character.phrases)
    for phrase, origin in character.phrases.items():
        if _lines_with(flat, phrase) >= FLAT_LINES and not _lines_with(liked, phrase):
            del phrases[phrase]
            dropped[phrase] = (origin,)
    for topic in good_topics & dropped.keys():
        del dropped[topic]
    kept = dict(list(dropped.items())[-KEEP_DROPPED:])
    return msgspec.structs.replace(memory, character=msgspec.structs.replace(character, phrases=phrases, dropped=kept))


def _lines_with(episodes: list[Episode], phrase: str) -> int:
    return sum(holds_phrase(episode.text, phrase) for episode in episodes)
