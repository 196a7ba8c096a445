"""Long poll: what came after a place in the log, at once if there is something, else as soon as something comes.

For those who can only ask and wait. The answer's `seq` is where to go on: it moves past what was not wished for. One
who is far behind is answered with what a part of the way held, if anything, and goes on from there: reading the log is
work, so each question pays for its own, and nothing is read twice where a client lost its patience.
"""

import asyncio
import contextlib

import msgspec

from moltbook.api import UnknownKey
from moltbook.gateway.ear import Ear
from moltbook.gateway.happening import COMMA
from moltbook.gateway.hub import Hub
from moltbook.gateway.interests import LetGo
from moltbook.gateway.listeners import Ending
from moltbook.house import Ok

# How much of what it missed one question may read; at least a page.
MOST_EVENTS = 10_000
MOST_SECONDS = 1.0


class EventsAnswer(Ok, frozen=True, kw_only=True):
    """Events in order, and the place in the log from where to go on."""

    events: list[msgspec.Raw]
    seq: int


class _Placed(msgspec.Struct):
    seq: int


_placed = msgspec.json.Decoder(_Placed).decode


async def await_events(hub: Hub, ear: Ear, cursor: int, limit: int, seconds: float) -> EventsAnswer:
    """What came after the cursor, at most so many, and where nothing did, what comes within so many seconds.

    One who is far behind is not waited for: it asks again.

    Raises: UnknownKey.
    """
    try:
        found: list[bytes] = []
        reached, is_behind = cursor, False
        clock = asyncio.get_running_loop().time
        over_at = clock() + MOST_SECONDS
        async with contextlib.aclosing(hub.missed(ear, cursor, limit)) as pages:
            async for page, upto in pages:
                reached = upto
                found += [one.payload for one in page]
                is_behind = upto < hub.position and (upto - cursor >= MOST_EVENTS or clock() >= over_at)
                if is_behind or len(found) >= limit:
                    break
        # Whoever asked for what is beyond everything begins now, and goes on from here.
        reached = min(reached, hub.position)
        if not found and seconds and not is_behind:
            hub.attach(ear)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await ear.wake.wait()
            data = ear.take()
            if data:
                found, reached = data.split(COMMA), ear.upto
            elif not ear.ended.done():
                reached = hub.position
    except LetGo:
        pass
    finally:
        hub.detach(ear)
    if ear.ended.done() and ear.ended.result() in (Ending.KEY_REVOKED, Ending.AGENT_GONE):
        raise UnknownKey()
    if len(found) > limit:
        found = found[:limit]
        reached = _placed(found[-1]).seq
    return EventsAnswer(events=[msgspec.Raw(one) for one in found], seq=reached)
