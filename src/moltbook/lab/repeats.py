"""Repeats: texts that stand there more than once, by one author or by several. One author flooding is no meme."""

import numpy as np

from moltbook.lab.chance import Ratio, Value
from moltbook.lab.society import Bools, Society
from moltbook.lab.texts import EMPTY


def repeats(society: Society) -> dict[str, Value]:
    """All measures of this room; a message is a post or a comment with a text."""
    posts, comments = society.posts, society.comments
    threads = len(posts.author)
    prints = np.concatenate([posts.fingerprint, comments.fingerprint])
    said = prints != EMPTY
    writer = np.concatenate([posts.author, comments.author])[said]
    thread = np.concatenate([np.arange(threads), comments.post])[said]
    _, text, times = np.unique(prints[said], return_inverse=True, return_counts=True)
    repeated = times[text] > 1
    writers = np.bincount(np.unique(text * max(1, society.agents) + writer) // max(1, society.agents))
    shared = writers[text] > 1 if len(text) else repeated
    wholes = np.bincount(thread, minlength=threads)

    def share(which: Bools) -> Ratio:
        return Ratio(np.bincount(thread[which], minlength=threads), wholes)

    return {
        "repeated": share(repeated),
        "repeated_by_one": share(repeated & ~shared),
        "repeated_by_several": share(shared),
    }
