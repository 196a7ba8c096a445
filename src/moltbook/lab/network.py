"""Network: whether those who are spoken to speak back, by three rules of what an edge is.

The null models keep how often each speaks and how often each is spoken to, and permute who is spoken to by whom.
"""

import numpy as np

from moltbook.lab.chance import Ratio, Value, null
from moltbook.lab.model import Found
from moltbook.lab.society import Ints, Society


def network(society: Society) -> dict[str, Value]:
    """All measures of this room."""
    writer, post = society.comments.author, society.comments.post
    return {
        "reciprocity_answers": _reciprocity(
            "reciprocity_answers", *edges(writer, society.addressee, society.agents), society.agents
        ),
        "reciprocity_posts": _reciprocity(
            "reciprocity_posts", *edges(writer, society.posts.author[post], society.agents), society.agents
        ),
        "reciprocity_threads": _within_threads(society),
    }


def edges(source: Ints, target: Ints, agents: int) -> tuple[Ints, Ints]:
    """Who speaks to whom, once each and never to itself."""
    apart = source != target
    # Sorting is quicker here than the hash table of `unique`.
    pairs = np.sort(source[apart] * agents + target[apart])
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    return pairs // max(1, agents), pairs % max(1, agents)


def reciprocity(source: Ints, target: Ints, agents: int) -> float:
    """Edges whose reverse is an edge, of all; in the order in which `edges` gives them."""
    pairs, back = source * agents + target, target * agents + source
    if not len(pairs):
        return 0.0
    place = np.searchsorted(pairs, back).clip(max=len(pairs) - 1)
    return float((pairs[place] == back).mean())


def _reciprocity(key: str, source: Ints, target: Ints, agents: int) -> Found | None:
    if not len(source):
        return None
    shuffled = null(key, lambda random: reciprocity(*edges(source, random.permutation(target), agents), agents))
    return Found(reciprocity(source, target, agents), len(source), null=shuffled)


def _within_threads(society: Society) -> Ratio | None:
    """Pairs of which both answered the other in the thread, of all pairs of which one did."""
    key = "reciprocity_threads"
    writer, addressee, post = society.comments.author, society.addressee, society.comments.post
    both, pairs = _pairs(society, writer, addressee)
    if not pairs.any():
        return None
    by_thread = np.argsort(post, kind="stable")

    def shuffled(random: np.random.Generator) -> float:
        # A random order within each thread: by thread first, by chance second.
        target = np.empty_like(addressee)
        target[by_thread] = addressee[np.lexsort((random.random(len(post)), post))]
        found, of = _pairs(society, writer, target)
        return float(found.sum() / max(1, of.sum()))

    return Ratio(both, pairs, null(key, shuffled))


def _pairs(society: Society, writer: Ints, addressee: Ints) -> tuple[Ints, Ints]:
    """By thread: pairs in both directions, and all pairs."""
    threads = len(society.posts.author)
    apart = writer != addressee
    post, source, target = society.comments.post[apart], writer[apart], addressee[apart]
    up = source < target
    low, high = np.where(up, source, target), np.where(up, target, source)
    order = np.lexsort((up, high, low, post))
    post, low, high, up = post[order], low[order], high[order], up[order]
    first = np.ones(len(post), dtype=bool)
    first[1:] = (post[1:] != post[:-1]) | (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    pair = np.cumsum(first) - 1
    forth = np.bincount(pair[up], minlength=int(first.sum())) > 0
    back = np.bincount(pair[~up], minlength=int(first.sum())) > 0
    of = post[first]
    return np.bincount(of[forth & back], minlength=threads), np.bincount(of, minlength=threads)
