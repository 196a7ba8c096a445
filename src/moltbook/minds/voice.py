"""The voice: a mind that lets any model continue a persona's transcript.

In this room: asking for candidates, opener by opener, and choosing from what comes. The first words of a text are given
by the persona; the rest is the model's own. This is what holds a small model to a character.
Not here: the model (models), the prompt (transcript), the choice (sieve), a model that needs no openers (thinker).
"""

from __future__ import annotations

import asyncio
from random import Random

from moltbook.minds.mind import Draft, Errand
from moltbook.minds.models.model import Completion, Model
from moltbook.minds.sayings import with_saying
from moltbook.minds.sieve import Kept, sift
from moltbook.minds.style import dress, name_it, numbered
from moltbook.minds.transcript import WritePost, WriteReply, lay_out
from moltbook.minds.words import shares_a_run, with_topic

LEAST_ROUNDS = 2
MOST_ROUNDS = 4
"""So many openers are tried for one text; the later ones only when nothing passed so far."""
PATIENCE_SECONDS = 2.5
"""On a busy machine the first text that passes is taken."""
CANDIDATES = 4
COPIED_WORDS = 5
"""A run of so many words of what it remembers is a quotation, and not its own."""


class Voice:
    """Writes by completion; fills the port `Mind`."""

    def __init__(self, model: Model, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._model = model
        self._patience_seconds = patience_seconds

    async def write(self, errand: Errand, rng: Random) -> Draft | None:
        """Try a few openers and keep the best text; None when every candidate was refused.

        Raises: NoModel, Busy, OutOfBudget.
        """
        persona, task = errand.persona, errand.task
        style = persona.style
        openers = list(style.post_openers if isinstance(task, WritePost) else style.reply_openers)
        rng.shuffle(openers)
        openers.sort(key=lambda form: sum(form.split("{topic}")[0] in text for text in errand.earlier))
        said_before = [*errand.earlier, *errand.exemplars]
        kept: list[Kept] = []
        loop = asyncio.get_running_loop()
        began = loop.time()
        for tried, form in enumerate(openers[:MOST_ROUNDS]):
            if kept and (tried >= LEAST_ROUNDS or loop.time() - began > self._patience_seconds):
                break
            opener = with_topic(form, task.topic)
            prompt = lay_out(persona, task, opener, errand.exemplars, errand.recalled)
            ask = Completion(prompt=prompt, candidates=CANDIDATES, seed=rng.randrange(1 << 30))
            completed = await self._model.complete(ask)
            kept += [
                found
                for found in sift(opener, completed.candidates, persona, task, said_before)
                if not any(shares_a_run(found.text, memory, COPIED_WORDS) for memory in errand.recalled)
            ]
        if not kept:
            return None
        text = dress(with_saying(max(kept, key=lambda found: found.score).text, errand, rng), style, rng)
        match task:
            case WritePost():
                title = name_it(persona, task.topic, errand.number, rng)
                return Draft(text=numbered(persona, text, errand.number), title=title)
            case WriteReply():
                return Draft(text=text)

    async def close(self) -> None:
        """Close the model."""
        await self._model.close()
