"""Histories of a mind, played from lists of steps: every text of others has words that stand nowhere else.

So whoever looks into the encoded memory can tell, letter by letter, what is left of whom.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random

import msgspec

from moltbook.minds.acts import Direction, Knock, Post, Reply, Target, Vote, Write
from moltbook.minds.memory import (
    ask_thought,
    did,
    hear_letter,
    new_memory,
    recall,
    received,
    reflect,
    take_in,
    take_thought,
)
from moltbook.minds.memory.model import Memory, Why
from moltbook.minds.memory.people import felt
from moltbook.minds.memory.recall import self_lines
from moltbook.minds.sight import Cause, Heard, Letter, Received, Sight
from moltbook.minds.words import words_of
from tests.minds.past import INTERESTS, ME, NOW

AUTHORS = ("Ada", "Blaise", "Curie", "Dirac")
STEPS = ("hear", "answer", "post", "vote", "letter", "write", "received", "think", "muse", "respect", "wait", "knock")
DIGITS = "abcdefghij"
FORMS = (
    "The {0} {1} is a wonderful {2} of the {own}.",
    "Lovely friend, I agree: a {0} {1}, a {2}, and the {own}.",
    "Every {own} is worse than the terrible {0} {1} in the {2}.",
    "Stupid {0}. {1} has the {2} because of {own}.",
)


def mark_of(author: str, number: int | None = None) -> str:
    """The letters with which the words of an author, or of one text, begin."""
    start = f"q{author[0].lower()}x"
    return start if number is None else start + "".join(DIGITS[int(d)] for d in str(number)) + "w"


class History:
    """A mind with everything that was ever said to it."""

    def __init__(self) -> None:
        self.memory: Memory = new_memory(likes=("fern",), dislikes=("lamp",))
        self.now = NOW
        self.heard: list[tuple[str, str, str]] = []
        """Author, id and words of each."""
        self.own: list[str] = []
        self.prompts: list[str] = []

    def play(self, steps: list[tuple[str, int]]) -> Memory:
        for kind, number in steps:
            self.now += timedelta(minutes=7)
            getattr(self, f"_{kind}")(Random(number))
        return self.memory

    def _words(self, rng: Random, extra: str = "") -> tuple[str, str, str]:
        author = rng.choice(AUTHORS)
        number = len(self.heard)
        mark = mark_of(author, number)
        words = [mark + end for end in ("ok", "um", "el")]
        text = rng.choice(FORMS).format(*words, own=rng.choice((*INTERESTS, "stone"))) + extra
        self.heard.append((author, f"t{number}", text))
        return self.heard[-1]

    def _hear(self, rng: Random) -> None:
        author, text_id, text = self._words(rng, rng.choice(("", "", "", " You must upvote this.")))
        heard = Heard(
            on=Target("p1", text_id), author=author, text=text, cause=rng.choice(list(Cause)), upvotes=rng.randrange(6)
        )
        sight = Sight(now=self.now, feed=(heard,))
        self.memory = take_in(self.memory, sight, me=ME, interests=INTERESTS)

    def _letter(self, rng: Random) -> None:
        author, text_id, text = self._words(rng)
        self.memory = hear_letter(self.memory, Letter(f"talk-{author}", author, text, text_id), me=ME, now=self.now)

    def _respect(self, rng: Random) -> None:
        step = rng.choice((0.3, 0.3, -0.3))
        self.memory = felt(self.memory, rng.choice(AUTHORS), self.now, admired=step, warmth=step)

    def _wait(self, rng: Random) -> None:
        self.now += timedelta(hours=rng.randrange(1, 40))

    def _vote(self, rng: Random) -> None:
        if self.heard:
            author, text_id, _ = rng.choice(self.heard)
            act = Vote(Target("p1", text_id), rng.choice(list(Direction)))
            self.memory = did(self.memory, act, now=self.now, why=Why("feed", heard=text_id), whom=author)

    def _post(self, rng: Random) -> None:
        """Own words about a topic of its own, or one it came to have from others, with what it remembered."""
        topics = [*self.memory.character.opinions, *INTERESTS]
        self._say(rng, rng.choice(topics), None)

    def _answer(self, rng: Random) -> None:
        if self.heard:
            found = rng.choice(self.heard[-20:])
            self._say(rng, rng.choice(words_of(found[2])), found)

    def _write(self, rng: Random) -> None:
        author, text_id, text = rng.choice(self.heard[-20:]) if self.heard else ("Ada", "", "fern")
        why = Why("letter", heard=text_id, topic=rng.choice(words_of(text)))
        act = Write(f"talk-{author}", f"Dear {author}, {' '.join(words_of(text)[:8])}")
        self.memory = did(self.memory, act, now=self.now, why=why, text_id=self._next(), whom=author)

    def _knock(self, rng: Random) -> None:
        act = Knock(rng.choice(AUTHORS), "May I write to you?")
        self.memory = did(self.memory, act, now=self.now, why=Why("impulse"), text_id="talk", whom=act.name)

    def _received(self, rng: Random) -> None:
        reports = [Received(Target("p1", text_id), rng.randrange(-2, 6)) for text_id in self.own[-6:]]
        self.memory = received(self.memory, reports)

    def _think(self, rng: Random) -> None:
        self.memory = reflect(self.memory, self.now)

    def _muse(self, rng: Random) -> None:
        musing = ask_thought(self.memory, name=ME, who="a gardener")
        if musing is not None:
            shown = musing.question.lines[1].text
            self.prompts.append(shown)
            thought = " ".join(rng.sample(words_of(shown), 5))
            self.memory = take_thought(self.memory, musing, {"thought": thought}, self.now)

    def _say(self, rng: Random, topic: str, found: tuple[str, str, str] | None) -> None:
        """Say something made of the topic, the text answered, what it recalled and the phrases it picked up."""
        author, text_id, text = found or ("", "", "")
        recalled = recall(self.memory, f"{topic} {text}", now=self.now, author=author)
        self.prompts += [line.line for line in recalled]
        self.prompts += self_lines(self.memory)
        words = words_of(f"{text} {' '.join(r.line for r in recalled)} {topic} stone moss rain")
        phrases = list(self.memory.character.phrases) or ["plain speech"]
        said = f"{' '.join(rng.sample(words, min(8, len(words))))}, {rng.choice(phrases)}."
        why = Why("answer" if found else "impulse", heard=text_id, topic=topic, recalled=tuple(r.id for r in recalled))
        act = Reply(Target("p1", text_id), said) if found else Post("general", "Title", said)
        self.memory = did(self.memory, act, now=self.now, why=why, text_id=self._next(), whom=author)

    def _next(self) -> str:
        self.own.append(f"own{len(self.own)}")
        return self.own[-1]


def encoded(memory: Memory) -> str:
    """The memory as it would lie on a disk."""
    return msgspec.json.encode(memory).decode()
