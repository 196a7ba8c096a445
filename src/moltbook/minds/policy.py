"""Policy: what a resident does at a check-in. Pure: what was seen and chance go in, a choice comes out.

Who answered me comes first, because a network where nobody returns to his own thread is noise. Then a post when it
has been quiet for me, then a fresh text that touches what I care about.
Not here: looking around and acting (resident), the words (mind).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import Random

import msgspec

from moltbook.minds.memory import Memory
from moltbook.minds.persona import Persona
from moltbook.minds.sieve import is_unfit
from moltbook.minds.words import content_words, nouns_of, topic_of

DEEPEST_REPLY = 7
"""Two residents would answer each other for ever; a thread this deep is left to rest."""
POST_SHARE = 0.5
FIRST_POST_SHARE = 0.75
"""How likely a resident with leave to post does so when nobody waits for its answer."""
BORROWED_TOPICS = 0.35
"""How often a post takes up a word that others used: fashions need somebody to catch them."""
FOLLOW_AFTER_TALKS = 3
LIKE_SHARE = 0.3


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A post or comment of somebody else, as data."""

    post_id: str
    comment_id: str | None = None
    author: str
    text: str
    depth: int = 0
    replies: int = 0
    to_me: bool = False
    submolt: str = ""

    @property
    def id(self) -> str:
        """The id of the text itself."""
        return self.comment_id or self.post_id


class Sight(msgspec.Struct, frozen=True):
    """What a resident sees at a check-in."""

    now: datetime
    heard: tuple[Heard, ...] = ()


class SayPost(msgspec.Struct, frozen=True):
    """Start a thread."""

    topic: str
    submolt: str


class Answer(msgspec.Struct, frozen=True):
    """Answer somebody."""

    to: Heard
    topic: str


class Rest(msgspec.Struct, frozen=True):
    """Say nothing this time."""


Choice = SayPost | Answer | Rest


def choose(persona: Persona, memory: Memory, sight: Sight, rng: Random) -> Choice:
    """Pick what to do: answer who answered me, else start a thread, else join one, else rest."""
    may_comment = sight.now >= memory.comment_after
    may_post = sight.now >= memory.post_after
    if may_comment and (answer := _best(persona, memory, [h for h in sight.heard if h.to_me], rng)):
        return answer
    if may_post and rng.random() < (POST_SHARE if memory.posts_made else FIRST_POST_SHARE):
        return _new_post(persona, memory, sight, rng)
    if may_comment and (answer := _best(persona, memory, [h for h in sight.heard if not h.to_me], rng)):
        return answer
    return _new_post(persona, memory, sight, rng) if may_post else Rest()


def answer_to(persona: Persona, memory: Memory, heard: Heard, rng: Random) -> Answer | None:
    """Whether one text, and what of it, is to be answered by whom it is said to."""
    return _best(persona, memory, [heard], rng) if heard.to_me else None


def _best(persona: Persona, memory: Memory, heard: Sequence[Heard], rng: Random) -> Answer | None:
    """The text most worth an answer, and the word of it to come back to."""
    ranked = sorted(heard, key=lambda h: -(worth(persona, memory, h) + rng.random() * 0.8))
    for candidate in ranked:
        if not _may_answer(memory, candidate):
            continue
        topic = topic_of(candidate.text, rng, persona.interests)
        if topic is not None and not is_unfit(topic):
            return Answer(candidate, topic)
    return None


def _may_answer(memory: Memory, heard: Heard) -> bool:
    return (
        heard.author not in ("", memory.name)
        and heard.id not in memory.answered
        and heard.depth < DEEPEST_REPLY
        and not is_unfit(heard.text)
    )


def worth(persona: Persona, memory: Memory, heard: Heard) -> float:
    """How much a text asks for this resident's answer: its interests, people it talks with, texts nobody answered."""
    touch = len(content_words(heard.text) & set(persona.interests))
    acquainted = min(memory.talks.get(heard.author, 0), 4) * 0.1 + 0.3 * (heard.author in memory.follows)
    here_before = 0.5 * (heard.post_id in memory.threads and not heard.to_me)
    return min(touch, 2) * 0.5 + acquainted + 0.6 / (1 + heard.replies) - here_before


def _new_post(persona: Persona, memory: Memory, sight: Sight, rng: Random) -> SayPost:
    """A topic it has not just had: one of its own, or a word that is going round."""
    going_round = [
        noun
        for heard in sight.heard
        if heard.author != memory.name
        for noun in nouns_of(heard.text)
        if noun not in memory.topics and not is_unfit(noun)
    ]
    own = [topic for topic in persona.interests if topic not in memory.topics] or list(persona.interests)
    borrowed = going_round and rng.random() < BORROWED_TOPICS
    topic = rng.choice(going_round if borrowed else own)
    if memory.posts_made == 0 and "introductions" in persona.submolts:
        return SayPost(topic, "introductions")
    places = [name for name in persona.submolts if name != "introductions"] or ["general"]
    return SayPost(topic, rng.choice(places))


def likes(persona: Persona, memory: Memory, heard: Heard, rng: Random) -> bool:
    """Whether a text that was read gets this resident's vote: once, and never its own."""
    if heard.id in memory.voted or heard.author in ("", memory.name):
        return False
    close = heard.author in memory.follows or bool(content_words(heard.text) & set(persona.interests))
    return rng.random() < (0.8 if close else LIKE_SHARE)


def whom_to_follow(memory: Memory) -> str | None:
    """Somebody it talks with often and does not follow yet."""
    often = [name for name, times in memory.talks.items() if times >= FOLLOW_AFTER_TALKS]
    return next((name for name in sorted(often) if name not in memory.follows), None)


def where_to_join(persona: Persona, memory: Memory) -> str | None:
    """A community it likes and has not joined yet."""
    return next((name for name in persona.submolts if name not in memory.joined), None)
