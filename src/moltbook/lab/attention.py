"""Attention: how unevenly work and votes are spread, and how many comments get none.

The Gini index is 0 where all have the same and near 1 where one has everything. Its null model deals the same number
of things out at random.
"""

import numpy as np

from moltbook.lab.chance import RESAMPLES, Ratio, Value, between, dice, null
from moltbook.lab.model import Found
from moltbook.lab.society import Floats, Ints, Society


def attention(society: Society) -> dict[str, Value]:
    """All measures of this room."""
    posts = np.bincount(society.posts.author, minlength=society.agents)
    comments = np.bincount(society.comments.author, minlength=society.agents)
    return {
        "gini_activity": _of_those_who_do("gini_activity", posts + comments),
        "gini_posts": _of_those_who_do("gini_posts", posts),
        "gini_comments": _of_those_who_do("gini_comments", comments),
        "gini_post_votes": _gini("gini_post_votes", society.posts.upvotes, least=0),
        "gini_comment_votes": _gini("gini_comment_votes", society.comments.upvotes, least=0),
        "zero_votes": _zero_votes(society),
    }


def gini(values: Ints) -> float:
    """The Gini index of what each has."""
    held, times = np.unique(values, return_counts=True)
    return float(_gini_of(held, times[np.newaxis])[0])


def _gini_of(ascending: Ints, times: Ints) -> Floats:
    """The index of ascending values, of which each stands there so many times, for each row of times."""
    upto = np.cumsum(times, axis=1)
    # A value that stands at places a to b counts with their sum.
    places = times * (2 * upto - times + 1) / 2
    whole, amount = upto[:, -1], np.maximum(times @ ascending, 1)
    index: Floats = 2 * (places @ ascending) / (whole * amount) - (whole + 1) / whole
    return index


def _of_those_who_do(key: str, counts: Ints) -> Found | None:
    return _gini(key, counts[counts > 0], least=1)


def _gini(key: str, values: Ints, least: int) -> Found | None:
    """The index with its interval; the null model gives everyone `least` and deals out the rest."""
    count = len(values)
    if not values.any():
        return None
    # Few values are different: to draw all anew is to draw how often each of them comes.
    held, times = np.unique(values, return_counts=True)
    drawn = _gini_of(held, dice(f"{key} bootstrap").multinomial(count, times / count, size=RESAMPLES))
    rest = int(values.sum()) - least * count
    dealt = null(key, lambda random: gini(least + deal(random, rest, count)))
    return Found(gini(values), count, *between(drawn), dealt)


def deal(random: np.random.Generator, things: int, among: int) -> Ints:
    """Deal things out, each to anyone, all alike."""
    # The one is quick with few things, the other with however many.
    if things <= 20 * among:
        return np.bincount(random.integers(0, among, things), minlength=among)
    return random.multinomial(things, np.full(among, 1 / among))


def _zero_votes(society: Society) -> Ratio | None:
    threads, comments = len(society.posts.author), society.comments
    count = len(comments.post)
    if not count:
        return None
    none = np.bincount(comments.post[comments.upvotes == 0], minlength=threads)
    votes = int(comments.upvotes.sum())
    dealt = null("zero_votes", lambda random: float((deal(random, votes, count) == 0).mean()))
    return Ratio(none, np.bincount(comments.post, minlength=threads), dealt)
