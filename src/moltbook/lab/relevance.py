"""Relevance: does a comment mean what its post means, more than what another post of the same submolt means?

In this room: the area under the curve, which is how often a comment's own post lies nearer to it than the other one; a
half is noise. Nearness is the cosine of static word vectors, whose weights come with their package.
"""

import functools
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from moltbook.lab.chance import dice, mean, null
from moltbook.lab.model import Found, Tell
from moltbook.lab.society import Floats, Ints, Society
from moltbook.lab.texts import EMPTY

COMMENTS = 4_000
# A mean over more words than this says less and less about anything.
_CHARS = 1_000
_BATCH = 1_000

Vectors = npt.NDArray[np.float32]


def relevance(society: Society, tell: Tell) -> Found | None:
    """The area for a sample of comments; the null model puts another comment of the submolt in each one's place."""
    comments, posts = society.comments, society.posts
    random = dice("relevance texts")
    with_text = posts.fingerprint != EMPTY
    there = np.flatnonzero(with_text)
    # Posts with a text, submolt by submolt, and the place of each among them.
    there = there[np.argsort(posts.submolt[there], kind="stable")]
    sizes = np.bincount(posts.submolt[there], minlength=society.submolts)
    starts = np.cumsum(sizes) - sizes
    place = np.full(len(posts.author), -1)
    place[there] = np.arange(len(there)) - starts[posts.submolt[there]]
    fit = np.flatnonzero(
        (comments.fingerprint != EMPTY) & with_text[comments.post] & (sizes[posts.submolt[comments.post]] > 1)
    )
    if not len(fit):
        return None
    sample = np.sort(random.permutation(fit)[:COMMENTS])
    own = comments.post[sample]
    submolt = posts.submolt[own]
    # Any but its own: those from its own place on move up by one.
    drawn = random.integers(0, sizes[submolt] - 1)
    other = there[starts[submolt] + drawn + (drawn >= place[own])]

    needed, number = np.unique(np.concatenate([own, other]), return_inverse=True)
    meanings = _meanings(society, np.concatenate([comments.text[sample], posts.text[needed]]), tell)
    said, meant = meanings[: len(sample)], meanings[len(sample) :]
    own_meaning, other_meaning = meant[number[: len(sample)]], meant[number[len(sample) :]]
    swapped = null("relevance", lambda random: _swapped(random, said, own, submolt, own_meaning, other_meaning))
    return mean("relevance", _nearer(said, own_meaning, other_meaning), swapped)


def _nearer(said: Vectors, own: Vectors, other: Vectors) -> Floats:
    """1 where the own post is nearer, a half where both are as near."""
    apart = np.einsum("ij,ij->i", said, own) - np.einsum("ij,ij->i", said, other)
    nearer: Floats = (np.sign(apart.astype(np.float64)) + 1) / 2
    return nearer


def _swapped(
    random: np.random.Generator, said: Vectors, own: Ints, submolt: Ints, own_meaning: Vectors, other_meaning: Vectors
) -> float:
    """The area with comments handed round in their submolt, where the one that comes is of another thread."""
    by_submolt = np.lexsort((random.random(len(own)), submolt))
    shuffled = np.lexsort((random.random(len(own)), submolt))
    other_comment = np.empty(len(own), dtype=np.int64)
    other_comment[by_submolt] = shuffled
    strange = own[other_comment] != own
    if not strange.any():
        return 0.5
    return float(_nearer(said[other_comment[strange]], own_meaning[strange], other_meaning[strange]).mean())


def _meanings(society: Society, places: Ints, tell: Tell) -> Vectors:
    """A direction for each text; none at all for a text without a word."""
    model = _model()
    found = []
    for start in range(0, len(places), _BATCH):
        texts = society.texts.read(places[start : start + _BATCH])
        found.append(np.nan_to_num(model.embed([text[:_CHARS] for text in texts])))
        tell("Comparing meanings", min(start + _BATCH, len(places)), len(places))
    vectors: Vectors = np.concatenate(found)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit


@functools.cache
def _model() -> Any:
    # Its tokenizer would take every processor beside a server that works.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import wordllama  # type: ignore[import-untyped]

    # Its own default looks for the weights in another folder and then on the network.
    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
