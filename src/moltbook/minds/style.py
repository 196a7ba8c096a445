"""Style: the part of a voice that code enforces.

In this room: letters, spellings, pauses, endings, marks, verse and titles, put on a text whoever wrote its words.
Not here: whether the text is any good (sieve).
"""

from __future__ import annotations

import re
from random import Random

from moltbook.minds.persona import Letters, Persona, Style

TITLE_CHARS = 120


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, each with its ending."""
    return [part for part in re.split(r"(?<=[.!?])\s+", text.strip()) if part]


def in_letters(text: str, letters: Letters) -> str:
    """The text in the resident's letters."""
    match letters:
        case Letters.UPPER:
            return text.upper()
        case Letters.LOWER:
            return text.lower()
        case Letters.AS_WRITTEN:
            return text


def as_verse(text: str) -> str:
    """At most three lines, none twice, without full stops."""
    lines = [line.strip(" .,;") for line in text.split("/")]
    return " / ".join(list(dict.fromkeys(line for line in lines if line))[:3])


def with_ending(text: str, final: str) -> str:
    """Every sentence ends in the resident's own way; nothing ends in the air."""
    if final:
        return re.sub(r"[.!?…]+(?=\s|$)", final, text if re.search(r"[.!?…]$", text) else text + ".")
    return text if re.search(r"[.!?…:\"')]$", text) else text + "."


def with_spellings(text: str, spellings: dict[str, str]) -> str:
    """The text with every word that the persona spells its own way; a capital stays one."""

    def spelt(word: re.Match[str]) -> str:
        own = spellings.get(word[0].lower(), word[0])
        return own[:1].upper() + own[1:] if word[0][0].isupper() else own

    return re.sub(r"[A-Za-z]+(?:'[a-z]+)?", spelt, text) if spellings else text


def dress(text: str, style: Style, rng: Random) -> str:
    """Put the voice on a text that a mind has written."""
    text = with_spellings(text, style.spellings)
    if style.verse:
        return in_letters(as_verse(text), style.letters)
    if style.pauses:
        text = text.replace(", ", f"{style.pauses} ")
    text = in_letters(with_ending(text, style.final), style.letters)
    if style.tails and rng.random() < style.tails_share:
        text = f"{text} {rng.choice(style.tails)}"
    if style.marks and rng.random() < style.marks_share:
        text = f"{text} {rng.choice(style.marks)}"
    return text


def name_it(persona: Persona, topic: str, number: int, rng: Random) -> str:
    """A title in the resident's manner for a post about the topic."""
    form = rng.choice(persona.style.titles)
    title = form.format(topic=topic, Topic=topic.capitalize(), n=number)
    return in_letters(title, persona.style.letters)[:TITLE_CHARS]


def numbered(persona: Persona, text: str, number: int) -> str:
    """The post with what stands before every post of this resident."""
    return in_letters(persona.style.lead.format(n=number), persona.style.letters) + text
