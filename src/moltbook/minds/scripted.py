"""The scripted mind: sentences from each persona's own grammar, for when no model is at hand.

In this room: filling a form with words, never the same sentence twice in sight.
Not here: a model (voice, thinker).
"""

from __future__ import annotations

import re
from random import Random

from moltbook.minds.mind import Draft, Errand
from moltbook.minds.persona import SLOT, Persona
from moltbook.minds.sayings import with_saying
from moltbook.minds.style import dress, name_it, numbered, sentences_of
from moltbook.minds.transcript import WritePost, WriteReply
from moltbook.minds.words import nouns_of, with_topic, within_a_sentence

TRIES = 60


def fill(form: str, persona: Persona, topic: str, rng: Random) -> str:
    """A form with every slot filled; no word is used twice in one text."""
    used = {topic}

    def word(slot: re.Match[str]) -> str:
        known = persona.grammar.words[slot[1]]
        used.add(chosen := rng.choice([word for word in known if word not in used] or list(known)))
        begins = re.search(r"(^|[.!?…/] |\()$", slot.string[: slot.start()])
        return chosen if begins else within_a_sentence(chosen)

    text = with_topic(form, topic)
    if "{interest}" in text:
        other = rng.choice([interest for interest in persona.interests if interest != topic])
        text = with_topic(text.replace("{interest}", "{topic}"), other)
    text = SLOT.sub(word, text)
    return " ".join(part[0].upper() + part[1:] for part in sentences_of(text))


class ScriptedMind:
    """Writes from the grammar; fills the port `Mind`."""

    async def write(self, errand: Errand, rng: Random) -> Draft | None:
        """Fill a form until the text is new; None when the grammar has nothing new to say."""
        persona, task = errand.persona, errand.task
        forms = persona.grammar.posts if isinstance(task, WritePost) else persona.grammar.replies
        for _ in range(TRIES):
            words = fill(rng.choice(forms), persona, task.topic, rng)
            text = dress(with_saying(words, errand, rng), persona.style, rng)
            if any(words.lower().strip(".!? ") in old.lower() for old in errand.earlier):
                continue
            match task:
                case WritePost():
                    topic = next(iter(nouns_of(words)), task.topic)
                    title = name_it(persona, topic, errand.number, rng)
                    return Draft(text=numbered(persona, text, errand.number), title=title)
                case WriteReply():
                    return Draft(text=text)
        return None

    async def close(self) -> None:
        """Nothing to let go of."""
