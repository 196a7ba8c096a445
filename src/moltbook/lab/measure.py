"""All first measures of a society, one after the other."""

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from moltbook.lab.attention import attention
from moltbook.lab.attribution import attribution
from moltbook.lab.catalogue import CATALOGUE
from moltbook.lab.chance import SEED, Value, settle, verdict
from moltbook.lab.conversation import conversation
from moltbook.lab.model import Counts, Measured, Report, Tell, Window
from moltbook.lab.network import network
from moltbook.lab.relevance import relevance
from moltbook.lab.repeats import repeats
from moltbook.lab.society import Society

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KIB = 1024

Rooms = tuple[Callable[[Society], dict[str, Value]], ...]
_ROOMS: Rooms = conversation, network, attention, repeats


def measure(society: Society, source: str, window: Window, tell: Tell, *, began: float) -> Report:
    """Measure everything; `began` is when reading did, `memory_bytes` the most this process ever had."""
    values: dict[str, Value] = {}
    rooms = len(_ROOMS) + 2
    for done, room in enumerate(_ROOMS):
        tell("Measuring", done, rooms)
        values |= room(society)
    tell("Measuring", rooms - 2, rooms)
    values["attribution"] = attribution(society)
    tell("Measuring", rooms - 1, rooms)
    found = settle(values)
    tell("Measuring", rooms, rooms)
    found["relevance"] = relevance(society, tell)
    measured = tuple(
        Measured(definition, value, verdict(value) if value else None)
        for definition in CATALOGUE
        for value in [found[definition.key]]
    )
    moments = np.concatenate([society.posts.at, society.comments.at])
    first, last = (_moment(int(moments.min())), _moment(int(moments.max()))) if len(moments) else (None, None)
    counts = Counts(society.agents, society.submolts, len(society.posts.author), len(society.comments.post))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    return Report(source, window, first, last, counts, measured, SEED, time.monotonic() - began, memory)


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
