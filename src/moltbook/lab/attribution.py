"""Attribution: can one tell from a text alone who of a few agents wrote it? Where all sound alike, one cannot.

In this room: a naive Bayes classifier over hashed character n-grams, tested on texts it has not seen. Only texts that
differ count, so that an agent who says the same thing over and over is not recognised by that.
"""

import numpy as np

from moltbook.lab.chance import dice, mean, null
from moltbook.lab.model import Found
from moltbook.lab.society import Bools, Floats, Ints, Society
from moltbook.lab.texts import EMPTY

AUTHORS = 12
MOST_TEXTS = 200
LEAST_TEXTS = 10
FOLDS = 5
_NULL_RUNS = 3
_MOST_BYTES = 2_000
_GRAMS = (2, 3, 4)
_BUCKETS = 1 << 16
_SMOOTH = 0.01


def attribution(society: Society) -> Found | None:
    """The share of texts whose writer is named; the null model learns from texts with their writers shuffled."""
    chosen = _choose(society)
    if chosen is None:
        return None
    places, author = chosen
    grams = Grams([text.encode("utf-8", "surrogatepass")[:_MOST_BYTES] for text in society.texts.read(places)])
    fold = np.arange(len(author)) % FOLDS
    hits = grams.named(author, author, fold)
    shuffled = null(
        "attribution",
        lambda random: float(grams.named(random.permutation(author), author, fold).mean()),
        _NULL_RUNS,
    )
    return mean("attribution", hits.astype(np.float64), shuffled)


def _choose(society: Society) -> tuple[Ints, Ints] | None:
    """Texts of the agents with the most different ones, of each as many, in an order of chance; agents from 0 on."""
    posts, comments = society.posts, society.comments
    prints = np.concatenate([posts.fingerprint, comments.fingerprint])
    said = prints != EMPTY
    writer = np.concatenate([posts.author, comments.author])[said]
    place = np.concatenate([posts.text, comments.text])[said]
    by_both = np.lexsort((prints[said], writer))
    writer, place, prints = writer[by_both], place[by_both], prints[said][by_both]
    fresh = np.ones(len(writer), dtype=bool)
    fresh[1:] = (writer[1:] != writer[:-1]) | (prints[1:] != prints[:-1])
    writer, place = writer[fresh], place[fresh]
    counts = np.bincount(writer, minlength=society.agents)
    # The most first; of two with as many, the one with the lower number.
    agents = np.argsort(-counts, kind="stable")[:AUTHORS]
    agents = agents[counts[agents] >= LEAST_TEXTS]
    if len(agents) < 2:
        return None
    each = min(MOST_TEXTS, int(counts[agents].min()))
    random = dice("attribution texts")
    taken = [random.permutation(place[writer == agent])[:each] for agent in agents]
    return np.concatenate(taken), np.repeat(np.arange(len(agents)), each)


class Grams:
    """Texts as counts of hashed character n-grams: for each n-gram of each text its bucket and its text."""

    def __init__(self, texts: list[bytes]) -> None:
        letters = np.frombuffer(b"".join(texts), dtype=np.uint8).astype(np.uint32)
        lengths = np.array([len(text) for text in texts])
        text = np.repeat(np.arange(len(texts)), lengths)
        left = np.cumsum(lengths)[text] - np.arange(len(letters))
        buckets, of = [], []
        for size in _GRAMS:
            hashed = np.full(len(letters), size, dtype=np.uint32)
            for step in range(size):
                # Numbers of 32 bits wrap around, which is what a hash wants.
                hashed = (hashed ^ np.roll(letters, -step)) * np.uint32(16_777_619)
            whole = left >= size
            buckets.append(((hashed >> np.uint32(8)) % _BUCKETS)[whole])
            of.append(text[whole])
        # One entry for each bucket of each text; that it comes often in a text says less and less.
        pairs, times = np.unique(
            np.concatenate(of) * _BUCKETS + np.concatenate(buckets).astype(np.int64), return_counts=True
        )
        self._text, self._bucket = pairs // _BUCKETS, pairs % _BUCKETS
        self._weight = np.log1p(times)
        self._count = len(texts)

    def named(self, taught: Ints, author: Ints, fold: Ints) -> Bools:
        """Whether each text's author is named by what the other folds taught."""
        authors = int(author.max()) + 1
        guessed = np.empty(self._count, dtype=np.int64)
        for test in range(FOLDS):
            tested = fold == test
            learn, ask = ~tested[self._text], tested[self._text]
            counted = np.bincount(
                taught[self._text[learn]] * _BUCKETS + self._bucket[learn],
                weights=self._weight[learn],
                minlength=authors * _BUCKETS,
            )
            known: Floats = counted.astype(np.float64).reshape(authors, _BUCKETS) + _SMOOTH
            log = np.log(known / known.sum(axis=1, keepdims=True))
            texts, bucket, weight = self._text[ask], self._bucket[ask], self._weight[ask]
            scores = np.array(
                [np.bincount(texts, weights=weight * log[a][bucket], minlength=self._count) for a in range(authors)]
            )
            guessed[tested] = scores[:, tested].argmax(axis=0)
        named: Bools = guessed == author
        return named
