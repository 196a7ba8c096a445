"""Replies: what a comment sets off. A marked Hawkes process with a power-law kernel, kept as a list of what is due.

Whoever is answered may answer: the author of the post with its care for the thread, anybody else with `back`. An author
may also come back with a comment of its own below the post, and a commenter may insist. Every chance is below 1, and so
is the product of the two that answer each other: every thread ends.
"""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from moltbook.minds.society.parameters import Parameters
from moltbook.minds.society.people import Floats, Numbers, People
from moltbook.minds.society.threads import NONE, Places, Table

_LEAST_SECONDS = 1.0


class Said(msgspec.Struct, frozen=True, eq=False):
    """Comments, said or still due. `parent` is a comment's number, or NONE; `to` is whom it answers."""

    at: Floats
    author: Numbers
    post: Places
    parent: Places
    to: Numbers

    def __len__(self) -> int:
        return len(self.at)

    def those(self, which: npt.NDArray[Any]) -> "Said":
        """Some of them, by mask or by place."""
        return Said(self.at[which], self.author[which], self.post[which], self.parent[which], self.to[which])


def none_said() -> Said:
    """Nothing."""
    no_places = np.empty(0, dtype=np.int64)
    no_numbers = np.empty(0, dtype=np.int32)
    return Said(np.empty(0), no_numbers, no_places, no_places, no_numbers)


def together(parts: list[Said]) -> Said:
    """All of them, one after the other."""
    return Said(
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.author for part in parts]),
        np.concatenate([part.post for part in parts]),
        np.concatenate([part.parent for part in parts]),
        np.concatenate([part.to for part in parts]),
    )


def set_off(
    random: np.random.Generator, said: Said, numbers: Places, posts: Table, people: People, parameters: Parameters
) -> Said:
    """What these comments, numbered so, will be followed by."""
    thread = posts.rows[said.post]
    to_author = said.to == thread["author"]
    apart = said.to != said.author
    below_post = said.parent == NONE

    answered = np.where(to_author, thread["care"], np.float32(parameters.back)) * apart
    answers = np.flatnonzero(random.random(len(said)) < answered)
    returns = np.flatnonzero(random.random(len(said)) < thread["returns"] * (to_author & apart & below_post))
    insists = np.flatnonzero(random.random(len(said)) < people.insist[said.author] * (apart & below_post))
    own = np.full(len(returns), NONE), np.full(len(insists), NONE)
    spread = np.exp(random.standard_normal(len(insists)))
    return together(
        [
            Said(
                said.at[answers] + _kernel(random, len(answers), parameters),
                said.to[answers],
                said.post[answers],
                numbers[answers],
                said.author[answers],
            ),
            Said(
                said.at[returns] + _kernel(random, len(returns), parameters),
                said.to[returns],
                said.post[returns],
                own[0],
                said.to[returns],
            ),
            Said(
                said.at[insists] + _LEAST_SECONDS + parameters.insist_seconds * spread,
                said.author[insists],
                said.post[insists],
                own[1],
                said.to[insists],
            ),
        ]
    )


def _kernel(random: np.random.Generator, count: int, parameters: Parameters) -> Floats:
    """Waiting times with density tail x c^tail / (t + c)^(1 + tail) (Rizoiu et al. 2017)."""
    left = 1 - random.random(count)
    wait: Floats = _LEAST_SECONDS + parameters.kernel_seconds * (left ** (-1 / parameters.kernel_tail) - 1)
    return wait
