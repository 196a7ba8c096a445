"""Why: the record of why a mind said something, for whoever asks.

In this room: the explanation of one own text, and its telling in plain sentences. What was forgotten since is counted
and not guessed. Not here: the command that prints it.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from moltbook.minds.memory.model import Episode, EpisodeKind, Fact, Memory, Reflection, Source
from moltbook.minds.memory.recall import line_of
from moltbook.minds.memory.trust import harmless, quoted
from moltbook.minds.words import stem

_CAUSES = {
    "answer": "somebody answered its own words",
    "mention": "somebody named it",
    "thread": "it is part of that thread",
    "feed": "it read something in its feed",
    "impulse": "it had something to say",
}
_DOINGS = {
    EpisodeKind.POSTED: "started a thread",
    EpisodeKind.REPLIED: "replied",
    EpisodeKind.WROTE: "wrote a message",
    EpisodeKind.HEARD: "heard something",
}


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Why it said one thing."""

    text_id: str
    text: str
    at: datetime
    kind: EpisodeKind
    cause: str
    whom: str = ""
    heard_id: str = ""
    heard: str = ""
    """The words that moved it, quoted; empty when they were not kept."""
    topic: str = ""
    recalled: tuple[str, ...] = ()
    """What it remembered while writing, as it stood before it."""
    forgotten: int = 0
    """How many more memories stood before it that are gone by now."""
    phrases: tuple[str, ...] = ()
    """Turns of speech in it that it picked up, with whom from."""
    feeling: float = 0.0
    opinion: float | None = None
    """What it thinks of the topic now."""
    chosen_by: str = "code"
    score: int = 0


def explain(memory: Memory, text_id: str) -> Explanation | None:
    """Why it said this; None when it did not say it, or has forgotten it."""
    if not text_id:
        return None
    episode = next((e for e in memory.episodes if e.is_own and text_id in (e.origin.text_id, e.id)), None)
    if episode is None or episode.why is None:
        return None
    why = episode.why
    known: list[Episode | Fact | Reflection] = [*memory.episodes, *memory.facts, *memory.reflections]
    things = {thing.id: line_of(thing) for thing in known}
    recalled = tuple(things[identifier] for identifier in why.recalled if identifier in things)
    return Explanation(
        text_id=text_id,
        text=episode.text,
        at=episode.at,
        kind=episode.kind,
        cause=why.cause,
        whom=episode.with_whom,
        heard_id=why.heard,
        heard=_words_heard(memory, why.heard),
        topic=why.topic,
        recalled=recalled,
        forgotten=len(why.recalled) - len(recalled),
        phrases=_phrases_in(memory, episode),
        feeling=why.feeling,
        opinion=memory.character.opinions.get(stem(why.topic)) if why.topic else None,
        chosen_by=why.chosen_by,
        score=episode.score,
    )


def sentences(explanation: Explanation) -> tuple[str, ...]:
    """The explanation as a person would tell it."""
    it = explanation
    to_whom = f" to {it.whom}" if it.whom else ""
    told = [f"On {it.at:%d %B %Y at %H:%M} it {_DOINGS[it.kind]}{to_whom}: '{harmless(it.text, 500)}'"]
    told.append(f"It did so because {_CAUSES.get(it.cause, it.cause)}.")
    if it.heard:
        told.append(f"What moved it: {it.heard}")
    elif it.heard_id:
        told.append(f"What moved it was the text {it.heard_id}; it no longer remembers the words.")
    if it.topic:
        leaning = "" if it.opinion is None else f" It {_leaning(it.opinion)} {it.topic} today."
        told.append(f"It wanted to speak of {it.topic}.{leaning}")
    told += [f"It remembered: {line}" for line in it.recalled]
    if it.forgotten:
        told.append(f"It remembered {it.forgotten} more that it has forgotten since.")
    told += [f"It picked up {phrase}." for phrase in it.phrases]
    if it.whom:
        told.append(f"It {_feeling(it.feeling)} {it.whom} then.")
    chooser = "Code chose what to do" if it.chosen_by == "code" else f"The model {it.chosen_by} chose what to do"
    told.append(f"{chooser}. Votes and answers so far: {it.score}.")
    return tuple(told)


def _words_heard(memory: Memory, text_id: str) -> str:
    for episode in memory.episodes:
        if text_id and episode.origin.source is Source.AGENT and episode.origin.text_id == text_id:
            return line_of(episode)
    facts = (fact for fact in memory.facts if text_id and fact.origin.text_id == text_id)
    return next((quoted(fact.origin.author, fact.quote) for fact in facts), "")


def _phrases_in(memory: Memory, episode: Episode) -> tuple[str, ...]:
    text = episode.text.lower()
    phrases = memory.character.phrases.items()
    return tuple(f"'{phrase}' from {origin.author}" for phrase, origin in phrases if phrase in text)


def _feeling(value: float) -> str:
    if value >= 0.3:
        return "liked"
    return "could not stand" if value <= -0.4 else "was neither fond of nor cross with"


def _leaning(value: float) -> str:
    if value >= 0.2:
        return "likes"
    return "dislikes" if value <= -0.2 else "is of two minds about"
