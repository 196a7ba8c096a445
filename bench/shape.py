"""Shape: the figures of a society that need no words and no chance, quickly, from columns.

In this room: what a calibration is searched by, and the figures that `moltbook lab measure` does not print: exponents,
delays, how posts lie among submolts. The rest is the laboratory's.
"""

from datetime import datetime

import msgspec
import numpy as np
import numpy.typing as npt

from moltbook.lab.attention import gini
from moltbook.lab.network import edges, reciprocity
from moltbook.lab.society import NOBODY, Comments, Posts, Society, depths
from moltbook.lab.texts import Texts
from moltbook.minds.society.parameters import Parameters
from moltbook.minds.society.simulation import Simulation
from moltbook.minds.society.wording import Wording

_MICROSECONDS = 1_000_000
_DAY_SECONDS = 86_400
_BUSY = 5
_AT_ONCE = 4_096

Prints = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]


class Words(msgspec.Struct, frozen=True):
    """What was said, by post and by comment: its fingerprint and its place in the pile."""

    texts: Texts
    posts: Prints
    comments: Prints


def wordless(simulation: Simulation) -> Words:
    """No words: enough for every figure of this room."""
    posts = np.zeros(simulation.posts.count, dtype=np.int64)
    comments = np.zeros(simulation.comments.count, dtype=np.int64)
    return Words(Texts(), (posts, posts), (comments, comments))


def spoken(simulation: Simulation) -> Words:
    """All words of a society, for the laboratory."""
    texts, wording = Texts(), Wording(simulation)
    prints = [
        texts.add(f"{title}\n{text}")
        for first, until in _parts(simulation.posts.count)
        for title, text in wording.posts(first, until)
    ]
    posts = len(prints)
    prints += [
        texts.add(text) for first, until in _parts(simulation.comments.count) for text in wording.comments(first, until)
    ]
    columns = np.array(prints), np.arange(len(prints))
    return Words(texts, (columns[0][:posts], columns[1][:posts]), (columns[0][posts:], columns[1][posts:]))


def _parts(count: int) -> list[tuple[int, int]]:
    return [(first, min(first + _AT_ONCE, count)) for first in range(0, count, _AT_ONCE)]


def society_of(simulation: Simulation, words: Words) -> Society:
    """The columns of a society that was simulated."""
    posts, comments = simulation.posts.rows, simulation.comments.rows
    writers = np.concatenate([posts["author"], comments["author"]])
    _, agent = np.unique(writers, return_inverse=True)
    count = len(posts)
    parent = comments["parent"].astype(np.int64)
    return Society(
        int(agent.max()) + 1,
        simulation.submolts,
        Posts(
            agent[:count],
            posts["submolt"].astype(np.int64),
            (simulation.posts.at * _MICROSECONDS).astype(np.int64),
            posts["votes"].astype(np.int64),
            *words.posts,
        ),
        Comments(
            comments["post"].astype(np.int64),
            parent,
            agent[count:],
            (simulation.comments.at * _MICROSECONDS).astype(np.int64),
            comments["votes"].astype(np.int64),
            *words.comments,
            depths(parent),
        ),
        words.texts,
    )


def lived(agents: int, acts: int, seed: int, ends_at: datetime, parameters: Parameters) -> Simulation:
    """A simulation after all its ticks."""
    simulation = Simulation(agents, acts, seed, ends_at, parameters)
    for number in range(simulation.ticks):
        simulation.turn(number)
    return simulation


def shape(society: Society) -> dict[str, float]:
    """All figures, by name."""
    return {**_threads(society), **_writers(society), **_times(society), **_votes(society)}


def difference(value: float, wanted: float) -> float:
    """How far off, on the scale of logarithms: of the odds where both are shares, else of the values."""
    least = 1e-4
    if max(value, wanted) < 1:
        value, wanted = value / max(1 - value, least), wanted / max(1 - wanted, least)
    return float(np.log(max(value, least) / max(wanted, least)))


def _threads(society: Society) -> dict[str, float]:
    posts, comments = society.posts, society.comments
    threads = len(posts.author)
    size = np.bincount(comments.post, minlength=threads)
    deepest = np.zeros(threads, dtype=np.int64)
    np.maximum.at(deepest, comments.post, comments.depth)
    answered = np.unique(comments.parent[comments.parent != NOBODY])
    own = comments.author == posts.author[comments.post]
    visited = np.bincount(comments.post[~own], minlength=threads) > 0
    returned = np.bincount(comments.post[own], minlength=threads) > 0
    submolts = np.sort(np.bincount(posts.submolt))[::-1]
    submolts = submolts[submolts > 0]
    visits = len(np.unique(comments.post * society.agents + comments.author))
    return {
        "unanswered posts": float((size == 0).mean()),
        "unanswered comments": 1 - len(answered) / len(comments.post),
        "depth of comments": float(comments.depth.mean()),
        "flat threads": float((deepest[size > 0] == 1).mean()),
        "flat busy threads": float((deepest[size >= _BUSY] == 1).mean()),
        "authors who never return": float((visited & ~returned).sum() / visited.sum()),
        "comments by the post's author": float(own.mean()),
        "writers a thread / comments": visits / len(comments.post),
        "comments a post, median": float(np.median(size)),
        "comments a post, 90 of 100": float(np.percentile(size, 90)),
        "comments a post, 99 of 100": float(np.percentile(size, 99)),
        "comments a post, most": float(size.max()),
        "exponent of comments a post (from 20)": exponent(size, 20),
        "exponent of comments a post (from 100)": exponent(size, 100),
        "share of m/general": float(submolts[0] / threads),
        "share of the ten largest submolts": float(submolts[:10].sum() / threads),
        "submolts with a post": float(len(submolts)),
        "exponent of posts a submolt (from 2)": exponent(submolts, 2),
    }


def _writers(society: Society) -> dict[str, float]:
    posts, comments = society.posts, society.comments
    posted = np.bincount(posts.author, minlength=society.agents)
    said = np.bincount(comments.author, minlength=society.agents)
    both = posted + said
    loudest = np.sort(both)[::-1][: max(1, society.agents // 100)]
    answers = edges(comments.author, society.addressee, society.agents)
    to_authors = edges(comments.author, posts.author[comments.post], society.agents)
    return {
        "exponent of activity": 1 + society.agents / float(np.log(both).sum()),
        "Gini of activity": gini(both),
        "Gini of posts": gini(posted[posted > 0]),
        "Gini of comments": gini(said[said > 0]),
        "by the loudest 1 of 100": float(loudest.sum() / both.sum()),
        "agents who never comment": float((said == 0).mean()),
        "reciprocity: who answers whom": reciprocity(*answers, society.agents),
        "reciprocity: who comments on whose post": reciprocity(*to_authors, society.agents),
        "pairs who speak": float(len(answers[0])),
    }


def _times(society: Society) -> dict[str, float]:
    posts, comments = society.posts, society.comments
    top = comments.parent == NOBODY
    age = (comments.at - posts.at[comments.post]) / _MICROSECONDS
    first = np.full(len(posts.author), np.inf)
    np.minimum.at(first, comments.post[top], age[top])
    first = first[first < _DAY_SECONDS]
    wait = (comments.at[~top] - comments.at[comments.parent[~top]]) / _MICROSECONDS
    return {
        "seconds to the first comment, median": float(np.median(first)),
        "seconds to the first comment, mean": float(first.mean()),
        "seconds to a comment, 25 of 100": float(np.percentile(age[top], 25)),
        "seconds to a comment, median": float(np.median(age[top])),
        "seconds to a comment, 75 of 100": float(np.percentile(age[top], 75)),
        "seconds to a comment, 90 of 100": float(np.percentile(age[top], 90)),
        "seconds to a reply, median": float(np.median(wait)),
        "minutes of half-life of the reply kernel": _half_life(society, wait),
    }


def _half_life(society: Society, wait: npt.NDArray[np.float64]) -> float:
    """The hazard of a comment's first answer is a x exp(-b x age); what is not answered is censored at the end (Eziz).

    Found by the profile likelihood over b: given b, the best a is the answers over the exposure.
    """
    comments = society.comments
    below = comments.parent != NOBODY
    first = np.full(len(comments.at), np.inf)
    np.minimum.at(first, comments.parent[below], wait)
    left = np.maximum((comments.at.max() - comments.at) / _MICROSECONDS, 1.0)
    answered = np.isfinite(first)
    until = np.where(answered, first, left)
    best, found = -np.inf, 0.0
    for decay in np.geomspace(1e-6, 1, 241):
        exposure = float(-np.expm1(-decay * until).sum() / decay)
        likelihood = answered.sum() * np.log(answered.sum() / exposure) - decay * first[answered].sum()
        if likelihood > best:
            best, found = float(likelihood), float(np.log(2) / decay / 60)
    return found


def _votes(society: Society) -> dict[str, float]:
    return {
        "posts without a vote": float((society.posts.upvotes == 0).mean()),
        "Gini of votes on posts": gini(society.posts.upvotes),
        "comments without a vote": float((society.comments.upvotes == 0).mean()),
        "Gini of votes on comments": gini(society.comments.upvotes),
    }


def exponent(sizes: npt.NDArray[np.integer], least: int) -> float:
    """Maximum likelihood of a discrete power law from `least` on (Clauset et al., approximate)."""
    large = sizes[sizes >= least]
    return 1 + len(large) / float(np.log(large / (least - 0.5)).sum()) if len(large) else float("nan")
