"""Choice: which post an agent turns to, and which comment it judges, out of a few candidates drawn by age.

A post weighs exp(homophily x interest) x (1 + comments)^attachment / age. The age is in the draw: candidates come
from a moment whose distance is spread evenly on a logarithmic scale. The rest decides among them (Gumbel's trick).
"""

import numpy as np
import numpy.typing as npt

from moltbook.minds.society.parameters import Parameters
from moltbook.minds.society.people import Floats, Numbers, People
from moltbook.minds.society.threads import NONE, Places, Table

_LATELY = 20_000
_GRAVITY_SECONDS = 7_200.0
_GRAVITY = 1.5
_NEAR = 3


class Taste:
    """How one tick chooses: what is on everybody's lips is looked up once."""

    def __init__(self, random: np.random.Generator, people: People, posts: Table, parameters: Parameters) -> None:
        self._random = random
        self._people = people
        self._posts = posts
        self._parameters = parameters

    def hottest(self, now: float, field: str) -> Places:
        """The posts that a hot list shows at a moment: much noticed for their age."""
        return self._hottest(self._posts, now, field)

    def _hottest(self, table: Table, now: float, field: str) -> Places:
        count = int(np.searchsorted(table.at, now))
        first = max(0, count - _LATELY)
        if not count:
            return np.empty(0, dtype=np.int64)
        age = now - table.at[first:count] + _GRAVITY_SECONDS
        score = (1.0 + table.rows[field][first:count]) / age**_GRAVITY
        size = min(self._parameters.hot_size, len(score))
        top = np.argpartition(score, len(score) - size)[len(score) - size :]
        return first + top[np.argsort(-score[top], kind="stable")]

    def _lead(self, places: Places, share: float, hot: Places) -> None:
        """Lead a share of the choosers to what is hot, the higher on the list the rather."""
        if not len(hot):
            return
        led = np.flatnonzero(self._random.random(len(places)) < share)
        rank = np.exp(self._random.random((len(led), places.shape[1])) * np.log(len(hot) + 1)).astype(np.int64) - 1
        places[led] = hot[rank.clip(max=len(hot) - 1)]

    def post(self, who: Numbers, at: Floats, field: str, attachment: float, hot_share: float, hot: Places) -> Places:
        """A post for each, never its own and never a later one; NONE where there is none to be found."""
        draw, parameters, rows = self._random, self._parameters, self._posts.rows
        if not len(rows):
            return np.full(len(who), NONE)
        shape = len(who), parameters.candidates
        back = self._ages(at, shape)
        watching = np.flatnonzero(draw.random(shape[0]) < parameters.fresh)
        spread = parameters.fresh_spread * draw.standard_normal((len(watching), shape[1]))
        back[watching] = parameters.fresh_seconds * np.exp(spread)
        places = self._posts.before((at[:, None] - back).ravel()).reshape(shape)
        places = self._beside(places, at[:, None])
        self._lead(places, hot_share, hot)
        candidates = rows[places]
        interest = self._people.interests[who[:, None], candidates["topic"]]
        score = parameters.homophily * interest + attachment * np.log1p(np.maximum(candidates[field], 0))
        score += _gumbel(draw, shape)
        return _best(places, score, (places == NONE) | (candidates["author"] == who[:, None]))

    def comment(self, who: Numbers, at: Floats, comments: Table, begin: float) -> Places:
        """A comment for each, never its own: those high up in their thread and those with votes are seen first."""
        parameters = self._parameters
        shape = len(who), parameters.candidates
        places = comments.before((at[:, None] - self._ages(at, shape)).ravel()).reshape(shape)
        self._lead(places, parameters.comment_vote_hot, self._hottest(comments, begin, "votes"))
        candidates = comments.rows[places]
        score = parameters.comment_vote_attachment * np.log1p(candidates["votes"])
        score = score - parameters.position_bias * np.log1p(candidates["rank"]) + _gumbel(self._random, shape)
        return _best(places, score, (places == NONE) | (candidates["author"] == who[:, None]))

    def _beside(self, places: Places, at: Floats) -> Places:
        """One of the posts around each: the last before a moment would favour those that a long silence follows."""
        near = places + self._random.integers(-_NEAR, _NEAR + 1, places.shape)
        there = (near >= 0) & (near < self._posts.count) & (places != NONE)
        there &= self._posts.at[np.where(there, near, 0)] < at - 1
        return np.where(there, near, places)

    def _ages(self, at: Floats, shape: tuple[int, int]) -> npt.NDArray[np.float64]:
        least = self._parameters.look_seconds
        reach = np.log(np.maximum(at / least, 1.01))
        return least * np.exp(self._random.random(shape) * reach[:, None])


def _gumbel(random: np.random.Generator, shape: tuple[int, int]) -> npt.NDArray[np.float32]:
    drawn: npt.NDArray[np.float32] = -np.log(np.maximum(random.standard_exponential(shape, dtype=np.float32), 1e-30))
    return drawn


def _best(places: Places, score: Floats, impossible: npt.NDArray[np.bool_]) -> Places:
    score[impossible] = -np.inf
    best = score.argmax(axis=1)
    row = np.arange(len(best))
    return np.where(np.isneginf(score[row, best]), NONE, places[row, best])
