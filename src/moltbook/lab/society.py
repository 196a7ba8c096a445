"""A society as columns: who wrote what, where, when, below what. Agents, posts and comments are numbers from 0.

In this room: the columns, and gathering them row by row in any order. Posts and comments are numbered by time and id,
agents by id and submolts by name, so that the same society has the same numbers wherever it was read.
"""

from array import array

import msgspec
import numpy as np
import numpy.typing as npt

from moltbook.lab.texts import Texts

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# A comment that answers the post itself.
NOBODY = -1
_ID_BYTES = 16
_NO_ID = bytes(_ID_BYTES)


class Posts(msgspec.Struct, frozen=True):
    """One row a thread; `text` is its place in the pile of texts, `at` in microseconds."""

    author: Ints
    submolt: Ints
    at: Ints
    upvotes: Ints
    fingerprint: Ints
    text: Ints


class Comments(msgspec.Struct, frozen=True):
    """One row a comment, by time. `depth` is 1 for an answer to the post."""

    post: Ints
    parent: Ints
    author: Ints
    at: Ints
    upvotes: Ints
    fingerprint: Ints
    text: Ints
    depth: Ints


class Society(msgspec.Struct, frozen=True):
    """Everything that is measured."""

    agents: int
    submolts: int
    posts: Posts
    comments: Comments
    texts: Texts

    @property
    def addressee(self) -> Ints:
        """Whom each comment answers: the writer of its parent, else of the post."""
        parent = self.comments.parent
        of_post = self.posts.author[self.comments.post]
        return np.where(parent == NOBODY, of_post, self.comments.author[parent]) if len(parent) else of_post


class Gathering:
    """Rows on their way into columns. Ids are 16 bytes; what comes twice by its id counts once, the first time."""

    def __init__(self) -> None:
        self.texts = Texts()
        self._post_ids = bytearray()
        self._post_authors = bytearray()
        self._places: list[str] = []
        self._post_numbers = array("q")
        self._ids = bytearray()
        self._posts = bytearray()
        self._parents = bytearray()
        self._authors = bytearray()
        self._numbers = array("q")

    def post(self, own: bytes, author: bytes, submolt: str, at: int, upvotes: int, text: str) -> None:
        """Add a post."""
        self._post_ids += own
        self._post_authors += author
        self._places.append(submolt.lower())
        self._post_numbers.extend((at, upvotes, len(self.texts), self.texts.add(text)))

    def comment(
        self, post: bytes, own: bytes, parent: bytes | None, author: bytes, at: int, upvotes: int, text: str
    ) -> None:
        """Add a comment; `parent` is none for an answer to the post."""
        self._posts += post
        self._ids += own
        self._parents += parent or _NO_ID
        self._authors += author
        self._numbers.extend((at, upvotes, len(self.texts), self.texts.add(text)))

    def strays(self) -> Ints:
        """The comments, in the order in which they came, whose id was seen before below another post."""
        ids, posts = _ids(self._ids), _ids(self._posts)
        _, first, group = np.unique(ids, return_index=True, return_inverse=True)
        return np.flatnonzero(posts != posts[first[group]])

    def society(self) -> Society:
        """The columns. A comment whose post or parent was not gathered is left out, and so is what answers it."""
        post_ids, where = np.unique(_ids(self._post_ids), return_index=True)
        ids, first = np.unique(_ids(self._ids), return_index=True)
        writers = np.concatenate([_ids(self._post_authors)[where], _ids(self._authors)[first]])
        of_post = _places_in(post_ids, _ids(self._posts)[first])
        parents = _ids(self._parents)[first]
        parent = np.where(parents == np.bytes_(b""), NOBODY, _places_in(ids, parents, lost=len(ids)))
        depth = depths(parent, of_post == NOBODY)

        kept = depth > 0
        _, agent = np.unique(np.concatenate([writers[: len(where)], writers[len(where) :][kept]]), return_inverse=True)
        names, submolt = np.unique(np.array(self._places, dtype=object)[where].astype(str), return_inverse=True)
        at, upvotes, text, fingerprint = _columns(self._post_numbers)[:, where]
        order = np.lexsort((np.arange(len(where)), at))
        posts = Posts(
            agent[: len(where)][order], submolt[order], at[order], upvotes[order], fingerprint[order], text[order]
        )
        new_post = _inverse(order)

        at, upvotes, text, fingerprint = _columns(self._numbers)[:, first][:, kept]
        order = np.lexsort((np.arange(len(at)), at))
        # From numbers among all comments to numbers among those kept, by time.
        number = np.full(len(ids) + 1, NOBODY)
        number[np.flatnonzero(kept)] = _inverse(order)
        parent = np.where(parent == NOBODY, NOBODY, number[parent])[kept]
        comments = Comments(
            new_post[of_post[kept]][order],
            parent[order],
            agent[len(where) :][order],
            at[order],
            upvotes[order],
            fingerprint[order],
            text[order],
            depth[kept][order],
        )
        return Society(int(agent.max(initial=-1)) + 1, len(names), posts, comments, self.texts)


def depths(parent: Ints, lost: Bools | None = None) -> Ints:
    """How deep each comment stands: 1 below the post, 0 where the way up ends at a comment that is lost.

    `parent` is NOBODY for the post and the number of comments for a parent that is not there. Every round doubles the
    steps taken, so that a thread as deep as it is long needs few.
    """
    count = len(parent)
    ground, nowhere = count, count + 1
    up = np.append(np.where(parent == NOBODY, ground, np.where(parent == count, nowhere, parent)), [ground, nowhere])
    if lost is not None:
        up[:count][lost] = nowhere
    steps = np.append(np.ones(count, dtype=np.int64), [0, 0])
    for _ in range(max(1, count.bit_length())):
        if bool(np.all(up[:count] >= ground)):
            break
        steps += steps[up]
        up = up[up]
    return np.where(up[:count] == ground, steps[:count], 0)


def _ids(packed: bytearray) -> npt.NDArray[np.bytes_]:
    return np.frombuffer(packed, dtype=f"S{_ID_BYTES}")


def _columns(numbers: "array[int]") -> Ints:
    return np.frombuffer(numbers, dtype=np.int64).reshape(-1, 4).T


def _places_in(known: npt.NDArray[np.bytes_], wanted: npt.NDArray[np.bytes_], lost: int = NOBODY) -> Ints:
    if not len(known):
        return np.full(len(wanted), lost)
    place = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    return np.where(known[place] == wanted, place, lost)


def _inverse(order: npt.NDArray[np.intp]) -> Ints:
    inverse = np.empty(len(order), dtype=np.int64)
    inverse[order] = np.arange(len(order))
    return inverse
