"""The archive: a society written down as its threads, the way archives of the original network are.

One line a post with its comments, so that `moltbook lab measure` reads it and `moltbook import` takes it, without a
server. Everything is kept until the end, because votes come late: for up to some millions of acts.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import BinaryIO

import msgspec
import numpy as np

from moltbook.minds.society.lines import Scribe
from moltbook.minds.society.parameters import CALIBRATED, Parameters
from moltbook.minds.society.simulation import Simulation
from moltbook.minds.society.threads import NONE
from moltbook.minds.society.wording import Wording

_AT_ONCE = 4_096

Tell = Callable[[int, int], None]


class _Person(msgspec.Struct, frozen=True):
    id: str
    name: str


class _Comment(msgspec.Struct, frozen=True):
    id: str
    parent_id: str | None
    author: _Person
    content: str
    upvotes: int
    created_at: datetime


class _Post(msgspec.Struct, frozen=True):
    id: str
    submolt: _Person
    author: _Person
    title: str
    content: str
    upvotes: int
    created_at: datetime


class _Thread(msgspec.Struct, frozen=True):
    post: _Post
    comments: list[_Comment]


def write_archive(
    file: BinaryIO,
    agents: int,
    acts: int,
    seed: int,
    ends_at: datetime,
    parameters: Parameters = CALIBRATED,
    *,
    tell: Tell = lambda done, total: None,
) -> None:
    """Live through a world and write its threads; `tell` hears how many ticks are done, of how many."""
    simulation = Simulation(agents, acts, seed, ends_at, parameters)
    for number in range(simulation.ticks):
        simulation.turn(number)
        tell(number + 1, simulation.ticks)
    wording = Wording(simulation)
    scribe = Scribe(simulation, wording)
    threads: list[list[_Comment]] = [[] for _ in range(simulation.posts.count)]
    for first in range(0, simulation.comments.count, _AT_ONCE):
        _lay_down(simulation, scribe, wording, first, threads)
    encode = msgspec.json.Encoder().encode
    for first in range(0, simulation.posts.count, _AT_ONCE):
        until = min(first + _AT_ONCE, simulation.posts.count)
        for number, post in enumerate(_posts(simulation, scribe, wording, first, until), first):
            file.write(encode(_Thread(post, threads[number])) + b"\n")


def _lay_down(
    simulation: Simulation, scribe: Scribe, wording: Wording, first: int, threads: list[list[_Comment]]
) -> None:
    until = min(first + _AT_ONCE, simulation.comments.count)
    rows = simulation.comments.rows[first:until]
    for own, parent, parent_id, author, name, text, votes, at, post in zip(
        scribe.comment_ids(np.arange(first, until)), rows["parent"].tolist(), scribe.comment_ids(rows["parent"]),
        scribe.agent_ids(rows["author"]), wording.names(rows["author"]), wording.comments(first, until),
        rows["votes"].tolist(), simulation.milliseconds(simulation.comments.at[first:until]).tolist(),
        rows["post"].tolist(), strict=True,
    ):  # fmt: skip
        above = None if parent == NONE else parent_id
        threads[post].append(_Comment(own, above, _Person(author, name), text, votes, _moment(at)))


def _posts(simulation: Simulation, scribe: Scribe, wording: Wording, first: int, until: int) -> list[_Post]:
    rows = simulation.posts.rows[first:until]
    return [
        _Post(own, _Person(home, wording.submolt(number)[0]), _Person(author, name), title, text, votes, _moment(at))
        for own, home, number, author, name, (title, text), votes, at in zip(
            scribe.post_ids(np.arange(first, until)), scribe.submolt_ids(rows["submolt"]), rows["submolt"].tolist(),
            scribe.agent_ids(rows["author"]), wording.names(rows["author"]), wording.posts(first, until),
            rows["votes"].tolist(), simulation.milliseconds(simulation.posts.at[first:until]).tolist(), strict=True,
        )
    ]  # fmt: skip


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
