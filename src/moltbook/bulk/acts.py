"""Playing a part of a stream: many agents' acts as one act of the Committer, with the stream's number beside them.

The acts are those of the slices, decided one after another on the same World. Each is decided as if it were its own
moment, and what it makes gets the id that was chosen for it. All are committed or none, and with them how far the
stream has come: so no act is lost and none is done twice.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from moltbook.bulk.tables import STREAMS, StreamRow
from moltbook.db.table import Table
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import Conflict, Refusal
from moltbook.kernel.ids import NewId


class Elsewhere(Conflict):
    """The stream does not stand where the sender believes."""

    code = "STREAM_ELSEWHERE"

    def __init__(self, stream: str, stands: int, first: int) -> None:
        super().__init__(
            f"Stream {stream} stands at line {stands:,}, so line {first:,} is not the next.",
            f'Go on with "from": {stands + 1}.',
            n=stands,
        )


class IdTaken(Conflict):
    """Something of this kind has the id already."""

    code = "ID_TAKEN"
    message = "Something has this id already."
    hint = "Choose another id."


class Step(msgspec.Struct, frozen=True, gc=False):
    """An act, its moment, and what it makes: its table and the id chosen for it."""

    act: Act[Any]
    at: datetime
    made: tuple[Table[Any], str] | None


class Refused(msgspec.Struct, frozen=True):
    """An act that was not granted: the number of its line, and why."""

    n: int
    code: str
    message: str


class Played(msgspec.Struct, frozen=True):
    """How far the stream has come, and which acts were refused on the way."""

    n: int
    done: int
    refused: list[Refused]


class Play(Act[Played], frozen=True):
    """The next lines of a stream, of which the first has this number."""

    stream: str
    first: int
    steps: list[Step]

    def needs(self, wants: Wants) -> None:
        """What each act needs, whatever has the ids that were chosen, and where the stream stands."""
        wants.ask(STREAMS, self.stream)
        for step in self.steps:
            step.act.needs(wants)
            if step.made is not None:
                wants.ask(*step.made)

    def further(self, wants: Wants, world: World) -> None:
        """What each act needs further."""
        for step in self.steps:
            step.act.further(wants, world)

    def decide(self, world: World) -> Played:
        """Decide each in turn, at its own moment; one that is refused changes nothing and holds nobody up.

        Raises: Elsewhere.
        """
        row = world[STREAMS].get(self.stream)
        stands = row.n if row is not None else 0
        if self.first != stands + 1:
            raise Elsewhere(self.stream, stands, self.first)
        now, new_id = world.now, world.new_id
        refused = []
        for number, step in enumerate(self.steps, self.first):
            world.now = world.moment = step.at
            try:
                if step.made is not None:
                    table, chosen = step.made
                    if world[table].get(chosen) is not None:
                        raise IdTaken()
                    world.new_id = partial(next, _beginning_with(chosen, new_id))
                step.act.decide(world)
            except Refusal as refusal:
                refused.append(Refused(number, refusal.code, refusal.message))
        world.now, world.new_id, world.moment = now, new_id, None
        last = self.first + len(self.steps) - 1
        if row is None:
            world[STREAMS].add(StreamRow(self.stream, last, self.steps[-1].at))
        else:
            row.n, row.at = last, self.steps[-1].at
            world[STREAMS].touch(row)
        return Played(last, len(self.steps) - len(refused), refused)


def _beginning_with(chosen: str, others: NewId) -> Iterator[str]:
    yield chosen
    while True:
        yield others()
