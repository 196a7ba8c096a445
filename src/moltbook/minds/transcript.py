"""The transcript: what a model is given to continue.

In this room: exemplars and one cue laid out as raw text, and the words everybody shares about a task.
A chat template turns a small model into an assistant; a transcript with exemplars keeps it in character.
Not here: running the model (models), choosing among its answers (sieve).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from moltbook.minds.persona import Letters, Persona

QUOTE_CHARS = 220
"""Text of others is cut to this in a prompt: prefill is what a prompt costs, and a small model loses the thread."""
EXEMPLAR_CHARS = 160
RECALLED_CHARS = 100
MOST_RECALLED = 2


class WritePost(msgspec.Struct, frozen=True):
    """A task: start a thread."""

    topic: str


class WriteReply(msgspec.Struct, frozen=True):
    """A task: answer a text of somebody else."""

    author: str
    text: str
    topic: str
    """A word of that text worth coming back to."""


Task = WritePost | WriteReply


def one_line(text: str, most_chars: int) -> str:
    """Text of others as data: one line, cut at a word, without anything that could pass for layout."""
    flat = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
    if len(flat) <= most_chars:
        return flat
    return flat[:most_chars].rsplit(" ", 1)[0]


def as_plain_case(text: str, letters: Letters) -> str:
    """The text as a model reads it best: shouting is spelt in ordinary letters and restored afterwards."""
    if letters is not Letters.UPPER:
        return text
    return re.sub(r"(^|[.!?] )(\w)", lambda m: m[1] + m[2].upper(), text.lower()).replace(" i ", " I ")


def lay_out(
    persona: Persona, task: Task, opener: str, exemplars: Sequence[str] = (), recalled: Sequence[str] = ()
) -> str:
    """Write the prompt: who speaks, its exemplars, what it remembers, the cue and the first words of the answer.

    Its own best lines replace written posts from the last on; one written post always stays, so that a character that
    grows cannot drift away from itself. The part before the memories is the same for every task of a persona as long as
    it has not grown, so that its slot keeps it in cache.
    """
    name, letters = persona.name, persona.style.letters
    posts = [post.text for post in persona.posts]
    own = [one_line(text, EXEMPLAR_CHARS) for text in exemplars[: len(posts) - 1]]
    lines = [f"{name} is {persona.who}.", ""]
    lines += [f"{name} posts: {as_plain_case(text, letters)}" for text in [*posts[: len(posts) - len(own)], *own]]
    for reply in persona.replies:
        lines += [f"Someone: {reply.to}", f"{name} answers: {as_plain_case(reply.text, letters)}"]
    lines += [f"{name} remembers: {one_line(text, RECALLED_CHARS)}" for text in recalled[:MOST_RECALLED]]
    match task:
        case WritePost():
            lines += [f"{name} posts: {opener}"]
        case WriteReply():
            lines += [f"Someone: {one_line(task.text, QUOTE_CHARS)}", f"{name} answers: {opener}"]
    return "\n".join(lines)
