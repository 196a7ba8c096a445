"""Musing: now and then a model that thinks is asked for a thought of its own about what happened.

In this room: asking, and what becomes of the answer. Not here: when one is due, the question, what of an answer may be
kept (memory.reflection), how a thought is told when something is chosen (choosing).
"""

from __future__ import annotations

from datetime import datetime
from random import Random

import msgspec

from moltbook.minds.memory import Memory, ask_thought, reflect, take_thought
from moltbook.minds.models.model import Model, Unfit


async def muse(model: Model, memory: Memory, *, name: str, who: str, now: datetime, rng: Random) -> Memory:
    """The memory with a thought more, when one is due; counted out by code where the model has none.

    Raises: NoModel, Busy, OutOfBudget.
    """
    musing = ask_thought(memory, name=name, who=who)
    if musing is None:
        return reflect(memory, now)
    question = msgspec.structs.replace(musing.question, seed=rng.randrange(1 << 30))
    try:
        answered = await model.answer(question)
    except Unfit:
        return reflect(memory, now)
    return take_thought(memory, musing, answered.value, now)
