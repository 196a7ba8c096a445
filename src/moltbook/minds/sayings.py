"""Sayings: a turn of speech picked up from somebody it respects, quoted now and then where it belongs.

In this room: whether one is added to a text, which, and in what frame. It is rare, short and marked as somebody else's,
so that a voice stays its own; the frame is each persona's one way of quoting, in words that nobody picks up in turn.
Not here: picking up and dropping (memory.growth), a model that thinks and is told of them (choosing).
"""

from __future__ import annotations

from random import Random

from moltbook.minds.mind import Errand
from moltbook.minds.persona import Persona
from moltbook.minds.sieve import is_unfit
from moltbook.minds.style import with_spellings
from moltbook.minds.transcript import Task, WriteReply
from moltbook.minds.words import content_words, names_something, words_of

SHARE = 0.15
"""How often one that fits is said."""
REST = 12
"""So many of its own lines must lie between two of its sayings of one phrase."""
FRAMES = (
    '"{phrase}", as they say.',
    'So they say here: "{phrase}".',
    '"{phrase}", or so I was told.',
    'How did they say it? "{phrase}".',
    '"{phrase}": not mine.',
    'What was it again? "{phrase}".',
    'It is called "{phrase}" here.',
    'You know how they call it: "{phrase}".',
)


def with_saying(words: str, errand: Errand, rng: Random) -> str:
    """The words, now and then with a saying behind them that has to do with what is talked about."""
    persona, task = errand.persona, errand.task
    if persona.style.verse or not errand.phrases:
        return words
    about = content_words(f"{words} {task.topic} {_heard(task)}")
    near = [phrase for phrase in errand.phrases if not about.isdisjoint(content_words(phrase))]
    fitting = [phrase for phrase in near if _may_be_said(phrase, errand)]
    if not fitting or rng.random() >= SHARE:
        return words
    return f"{words} {frame_of(persona).format(phrase=rng.choice(fitting))}"


def frame_of(persona: Persona) -> str:
    """How this persona quotes: always in the same way."""
    return Random(persona.name).choice(FRAMES)


def _may_be_said(phrase: str, errand: Errand) -> bool:
    """Whether a phrase is fit, said in its own letters, and neither just read nor said lately."""
    near = (_heard(errand.task), *errand.earlier[-REST:])
    return (
        names_something(phrase)
        and not is_unfit(phrase)
        and with_spellings(phrase, errand.persona.style.spellings) == phrase
        and not any(f" {phrase} " in f" {' '.join(words_of(text))} " for text in near)
    )


def _heard(task: Task) -> str:
    return task.text if isinstance(task, WriteReply) else ""
