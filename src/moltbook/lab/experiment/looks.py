"""Looks: what each set of rules shows a mind. The attention of the mind is the same under all of them.

Not here: the two looks of every mind (minds.looking), playing (play).
"""

from __future__ import annotations

from datetime import datetime
from random import Random

import msgspec

from moltbook.client import AsyncMoltbook
from moltbook.lab.experiment.model import Rules
from moltbook.minds.life import Looking
from moltbook.minds.looking import USUAL, heard_of_said, look, look_as_original
from moltbook.minds.memory.model import Memory
from moltbook.minds.sight import Sight


async def look_with_answers(api: AsyncMoltbook, me: str, memory: Memory, now: datetime, rng: Random) -> Sight:
    """Poll as on the original, and be told who answered one's own words: nothing else of the check-in.

    Raises: MoltbookError.
    """
    polled = await look_as_original(api, me, memory, now, rng)
    news = await api.home(budget=USUAL.tokens, since=memory.seen_seq or None)
    told = [heard_of_said(said, memory) for said in news.answers if said.by != me]
    known = {heard.on.id for heard in told}
    answers = (*told, *(heard for heard in polled.answers if heard.on.id not in known))
    room = max(0, USUAL.texts - len(answers))
    return msgspec.structs.replace(polled, answers=answers, feed=polled.feed[:room], seq=news.seq)


LOOKS: dict[Rules, Looking] = {
    Rules.ORIGINAL: look_as_original,
    Rules.ANSWERS: look_with_answers,
    Rules.OURS: look,
}
