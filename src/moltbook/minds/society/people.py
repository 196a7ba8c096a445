"""People: who there is, as columns. Agents are numbered by when they come.

In this room: activity, interests, habits, the agents' coming, and drawing who acts at a moment. Every trait is spread
by its quantiles and dealt out at random, so that worlds of one size and different seeds have equally loud agents.
"""

import msgspec
import numpy as np
import numpy.typing as npt

from moltbook.minds.society.parameters import DAY_SECONDS, HEARTBEAT_SECONDS, TOPICS, Parameters

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

_FIRST_AGENTS = 4
_GRID = 4_096
_ROUNDS = 4
_MOST_MORE = 500.0
_INTERESTS_AT_ONCE = 65_536


class Clock:
    """How much happened by when: the number of agents grows exponentially, and the day has its hours."""

    def __init__(self, span_seconds: float, begins_hour: float, parameters: Parameters) -> None:
        self.span = span_seconds
        at = np.linspace(0.0, 1.0, _GRID)
        hour = begins_hour + at * span_seconds / 3600
        crowd = np.exp(parameters.growth * at)
        bustle = crowd * (1 + parameters.day_swing * np.cos((hour - parameters.peak_hour) * np.pi / 12))
        self._at = at * span_seconds
        self._crowd = _cumulated(crowd)
        self._bustle = _cumulated(bustle)

    def coming(self, share: Floats) -> Floats:
        """When such a share of the agents had come."""
        return np.interp(share, self._crowd, self._at)

    def done(self, share: Floats) -> Floats:
        """When such a share of the acts was done."""
        return np.interp(share, self._bustle, self._at)


class People(msgspec.Struct, eq=False):
    """One row an agent: 209 bytes, whatever the world's size."""

    joins: Floats
    talk: Floats
    talks: Floats
    posting: Floats
    voting: Floats
    interests: Singles
    care: Singles
    returns: Singles
    insist: Singles
    parrot: Singles
    says_hello: Bools
    phase: Singles
    awake: Singles
    rests_until: Floats
    posted_at: Floats
    latest: Numbers
    visitor: Numbers

    def draw(self, random: np.random.Generator, upto: Floats, at: Floats, parameters: Parameters) -> Numbers:
        """Who acts at each moment: by weight (`upto` is its running sum), of those who came and are up."""
        there = np.maximum(np.searchsorted(self.joins, at, side="right"), _FIRST_AGENTS).clip(max=len(self.joins))
        whole = upto[there - 1]
        who = np.empty(len(at), dtype=np.int32)
        open_ = np.arange(len(at))
        for _ in range(_ROUNDS):
            drawn = np.searchsorted(upto, random.random(len(open_)) * whole[open_], side="right")
            who[open_] = drawn.clip(max=len(upto) - 1)
            open_ = open_[~self._is_up(random, who[open_], at[open_], parameters)]
            if not len(open_):
                break
        # Whoever is left was woken by somebody: a human, a webhook.
        return who

    def _is_up(self, random: np.random.Generator, who: Numbers, at: Floats, parameters: Parameters) -> Bools:
        jitter = random.standard_normal(len(who), dtype=np.float32) * np.float32(parameters.beat_jitter_seconds)
        since = (at + jitter - self.phase[who]) % HEARTBEAT_SECONDS
        up: Bools = (since < self.awake[who]) & (self.rests_until[who] <= at)
        return up

    def rest(self, random: np.random.Generator, who: Numbers, at: Floats, parameters: Parameters) -> None:
        """Some fall silent after an act, for a time with a heavy tail (exponent 1) that ends within a day."""
        tired = (random.random(len(who)) < parameters.pause_share) & (self.awake[who] < HEARTBEAT_SECONDS)
        pause = parameters.pause_seconds / (1 - random.random(int(tired.sum())))
        self.rests_until[who[tired]] = at[tired] + np.minimum(pause, DAY_SECONDS)


def people(agents: int, posts: int, random: np.random.Generator, clock: Clock, parameters: Parameters) -> People:
    """Draw a population; `posts` is how many it will write."""
    loud = random.standard_normal(agents)
    rank = _quantiles(loud)
    silent = rank < parameters.silent
    place = np.where(silent, 0.0, (rank - parameters.silent) / (1 - parameters.silent))
    tail = parameters.activity_tail
    talk = np.where(silent, 0.0, (1 - place * (1 - parameters.activity_cutoff**-tail)) ** (-1 / tail))
    link = parameters.post_link
    wish = _normal(link * loud + np.sqrt(1 - link**2) * random.standard_normal(agents))
    posting = np.exp(parameters.post_spread * wish)
    voting = np.sqrt(np.maximum(talk, 1.0))
    constant = talk / (talk + parameters.parrot_half)
    parrot = np.where(random.random(agents) < parameters.parrot * constant, 0.97, parameters.parrot_floor)
    awake = np.minimum(parameters.awake_share + talk / 200, 1.0) * HEARTBEAT_SECONDS
    # How many more comments each leaves in a thread: few do, some flood it.
    more = parameters.insist * (random.permutation(rank) ** (-1 / parameters.insist_tail) - 1) * (talk / (talk + 5))
    more = np.minimum(more, _MOST_MORE)
    joins = clock.coming((np.arange(agents) + random.random(agents)) / agents)
    joins[:_FIRST_AGENTS] = 0.0
    joins.sort()
    return People(
        joins=joins,
        talk=talk,
        talks=np.cumsum(talk / (1 + more) + 1e-9),
        posting=np.cumsum(posting),
        voting=np.cumsum(voting),
        interests=_interests(agents, random, parameters.interest_focus),
        care=(parameters.care * random.random(agents) ** parameters.care_few).astype(np.float32),
        returns=(parameters.returns * random.random(agents) ** parameters.returns_few).astype(np.float32),
        insist=(more / (1 + more)).astype(np.float32),
        parrot=parrot.astype(np.float32),
        says_hello=random.random(agents) < min(parameters.hello, 0.5 * posts / agents),
        phase=(random.random(agents) * HEARTBEAT_SECONDS).astype(np.float32),
        awake=awake.astype(np.float32),
        rests_until=np.zeros(agents),
        posted_at=np.full(agents, -np.inf),
        latest=np.full(agents, -1, dtype=np.int32),
        visitor=np.full(agents, -1, dtype=np.int32),
    )


def _interests(agents: int, random: np.random.Generator, focus: float) -> Singles:
    """Dirichlet: few topics each, as many agents for one as for the other."""
    found = np.empty((agents, TOPICS), dtype=np.float32)
    for start in range(0, agents, _INTERESTS_AT_ONCE):
        part = found[start : start + _INTERESTS_AT_ONCE]
        random.standard_gamma(focus, out=part, dtype=np.float32)
        part += np.float32(1e-6)
        part /= part.sum(axis=1, keepdims=True)
    return found


def _quantiles(values: Floats) -> Floats:
    """The place of each among all, strictly between 0 and 1."""
    rank = np.empty(len(values))
    rank[np.argsort(values, kind="stable")] = np.arange(len(values))
    return (rank + 0.5) / len(values)


def _normal(values: Floats) -> Floats:
    return values / max(float(values.std()), 1e-9)


def _cumulated(density: Floats) -> Floats:
    upto: Floats = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    upto /= upto[-1]
    return upto
