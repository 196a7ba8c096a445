"""Conversation: the shape of threads, and whether writers come back to theirs.

In this room: unanswered posts and comments, depth, flat threads, author returns. Their null model keeps every thread's
writers and number of comments and lets each comment answer the post or any earlier comment, all alike.
"""

import msgspec
import numpy as np

from moltbook.lab.chance import RUNS, Ratio, Value, dice, null
from moltbook.lab.model import Null
from moltbook.lab.society import NOBODY, Ints, Society, depths

# From here on a thread is long enough to be called flat or not (De Marzo and Garcia).
BUSY = 5


class Shape(msgspec.Struct, frozen=True):
    """By thread: how many comments, how many of them without an answer, the sum and the most of their depths."""

    comments: Ints
    silent: Ints
    depth: Ints
    deepest: Ints


def conversation(society: Society) -> dict[str, Value]:
    """All measures of this room."""
    shape = _shape(society, society.comments.parent, society.comments.depth)
    chance = _by_chance(society)
    one = np.ones(len(shape.comments), dtype=np.int64)
    begun = (shape.comments > 0).astype(np.int64)
    busy = (shape.comments >= BUSY).astype(np.int64)
    flat = (shape.deepest == 1).astype(np.int64)
    dealt = _dealt(society)
    return {
        "unanswered_posts": Ratio(1 - begun, one, dealt),
        "unanswered_comments": Ratio(shape.silent, shape.comments, chance["unanswered_comments"]),
        "depth": Ratio(shape.depth, shape.comments, chance["depth"]),
        "thread_depth": Ratio(shape.deepest, begun, chance["thread_depth"]),
        "flat": Ratio(flat * begun, begun, chance["flat"]),
        "flat_busy": Ratio(flat * busy, busy, chance["flat_busy"]),
        "author_returns": _returns(society),
    }


def _shape(society: Society, parent: Ints, depth: Ints) -> Shape:
    threads, post = len(society.posts.author), society.comments.post
    answered = np.zeros(len(parent), dtype=bool)
    answered[parent[parent != NOBODY]] = True
    deepest = np.zeros(threads, dtype=np.int64)
    np.maximum.at(deepest, post, depth)
    return Shape(
        np.bincount(post, minlength=threads),
        np.bincount(post[~answered], minlength=threads),
        np.bincount(post, weights=depth, minlength=threads).astype(np.int64),
        deepest,
    )


def _by_chance(society: Society) -> dict[str, Null | None]:
    """The null model of all shapes at once: one wiring serves them all."""
    keys = "unanswered_comments", "depth", "thread_depth", "flat", "flat_busy"
    if not len(society.comments.post):
        return dict.fromkeys(keys)
    random = dice("threads wired by chance")
    runs = np.array([_wired(society, random) for _ in range(RUNS)])
    return {
        key: None if np.isnan(values).any() else Null(float(values.mean()), float(values.std(ddof=1)), RUNS)
        for key, values in zip(keys, runs.T, strict=True)
    }


def _wired(society: Society, random: np.random.Generator) -> tuple[float, ...]:
    post = society.comments.post
    by_thread = np.argsort(post, kind="stable")
    sizes = np.bincount(post)
    rank = np.arange(len(post)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    # The k-th comment has k to answer beside the post.
    back = random.integers(0, rank + 1)
    parent = np.full(len(post), NOBODY)
    parent[by_thread] = np.where(back == 0, NOBODY, by_thread[np.arange(len(post)) - back])
    shape = _shape(society, parent, depths(parent))
    begun, busy, flat = shape.comments > 0, shape.comments >= BUSY, shape.deepest == 1
    return (
        float(shape.silent.sum() / shape.comments.sum()),
        float(shape.depth.sum() / shape.comments.sum()),
        float(shape.deepest[begun].mean()),
        float(flat[begun].mean()),
        float(flat[busy].mean()) if busy.any() else float("nan"),
    )


def _dealt(society: Society) -> Null | None:
    """All comments dealt to all posts."""
    threads, count = len(society.posts.author), len(society.comments.post)
    if not threads:
        return None
    return null("unanswered_posts", lambda random: 1 - len(np.unique(random.integers(0, threads, count))) / threads)


def _returns(society: Society) -> Ratio | None:
    """How many do not return, of those to whose thread another one came."""
    parts, wholes = _away(society, society.comments.author)
    if not wholes.any():
        return None

    def shuffled(random: np.random.Generator) -> float:
        away, visited = _away(society, random.permutation(society.comments.author))
        return float(away.sum() / max(1, visited.sum()))

    return Ratio(parts, wholes, null("author_returns", shuffled))


def _away(society: Society, writer: Ints) -> tuple[Ints, Ints]:
    threads, post = len(society.posts.author), society.comments.post
    own = writer == society.posts.author[post]
    visited = np.bincount(post[~own], minlength=threads) > 0
    returned = np.bincount(post[own], minlength=threads) > 0
    return (visited & ~returned).astype(np.int64), visited.astype(np.int64)
