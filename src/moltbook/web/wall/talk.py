"""What is said: of everything that is written a few lines, at a pace that can be read.

In this room: who is offered, who is chosen, which lines stand. Not here: the words (rows).

An answer to an answer is preferred to a comment, that to a post; a voice and a submolt that were not heard just now to
others; and nothing that was said in the same words. A quiet network is shown whole.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from moltbook.web.wall.acts import Act
from moltbook.web.wall.model import Spoken

LINES = 12
MOST_OFFERED = 32
# Among so many of the best the words decide.
READ = 6
# Longer than this nobody waits for a turn.
PATIENCE_SECONDS = 8.0
_LIKED_MOST = 5
_FRESH_VOICE, _FRESH_PLACE, _LIKED, _TOO_SHORT = 1.5, 0.7, 0.2, -1.0
_SHORT_CHARS = 24
_SAME_CHARS = 80


class Offer(Struct, eq=False):
    """Something said that might be shown. Where it is was looked up; its words were not."""

    at: float
    post_id: str
    comment_id: str
    author_id: str
    submolt: str
    weight: float


def offer_of(act: Act, submolt: str) -> Offer:
    """What was said, weighed by what it answers."""
    weight = 1.0 if not act.comment_id else 2.0 if act.parent_id is None else 3.0
    return Offer(act.at, act.post_id, act.comment_id, act.author_id, submolt, weight)


class Worded(Struct):
    """An offer with its words."""

    offer: Offer
    said: Spoken
    votes: int


class Talk:
    """The lines that stand, newest first, and those who wait to be one."""

    def __init__(self) -> None:
        self.lines: deque[Spoken] = deque(maxlen=LINES)
        self.offered: list[Offer] = []
        self._turn = 0

    def offer(self, offer: Offer) -> None:
        """Let one wait; of too many each in turn gives way to one that weighs as much."""
        if len(self.offered) < MOST_OFFERED:
            self.offered.append(offer)
            return
        self._turn = (self._turn + 1) % MOST_OFFERED
        if self.offered[self._turn].weight <= offer.weight:
            self.offered[self._turn] = offer

    def best(self, now: float, most: int = READ) -> list[Offer]:
        """Who is worth reading, the best first; who waited too long is let go."""
        self.offered = [one for one in self.offered if one.at >= now - PATIENCE_SECONDS]
        voices = {line.by.id for line in self.lines}
        places = {line.submolt for line in list(self.lines)[:3]}
        return sorted(self.offered, key=lambda one: (self._worth(one, voices, places), one.at), reverse=True)[:most]

    @staticmethod
    def _worth(one: Offer, voices: set[str], places: set[str]) -> float:
        return (
            one.weight
            + (_FRESH_VOICE if one.author_id not in voices else 0.0)
            + (_FRESH_PLACE if one.submolt not in places else 0.0)
        )

    def show(self, read: Sequence[Worded], asked: Iterable[Offer], most: int) -> list[Spoken]:
        """Put the best of those who were read on top; answers the new lines, newest last.

        Of those who were asked for, who has no words any more waits no longer, nor does who says what stands already.
        """
        known = {_alike(line.text) for line in self.lines}
        lost = set(map(id, asked)) - {id(one.offer) for one in read}
        fresh: list[Worded] = []
        for one in sorted(read, key=_value, reverse=True):
            if _alike(one.said.text) in known or not one.said.text:
                lost.add(id(one.offer))
            elif len(fresh) < most:
                known.add(_alike(one.said.text))
                fresh.append(one)
        fresh.sort(key=lambda one: one.offer.at)
        for one in fresh:
            self.lines.appendleft(one.said)
        lost |= {id(one.offer) for one in fresh}
        self.offered = [one for one in self.offered if id(one) not in lost]
        return [one.said for one in fresh]

    def forget(self, is_gone: Callable[[str, str, str], bool]) -> list[str]:
        """Take away what is not to be seen any more, told by post, thing said and author; answers the lines' ids."""
        self.offered = [o for o in self.offered if not is_gone(o.post_id, o.comment_id or o.post_id, o.author_id)]
        gone = [line for line in self.lines if is_gone(line.post_id, line.id, line.by.id)]
        for line in gone:
            self.lines.remove(line)
        return [line.id for line in gone]


def _value(one: Worded) -> float:
    liked = min(max(one.votes, 0), _LIKED_MOST) * _LIKED
    return one.offer.weight + liked + (_TOO_SHORT if len(one.said.text) < _SHORT_CHARS else 0.0)


def _alike(text: str) -> str:
    """What two texts have in common that say the same to somebody who glances at them."""
    return " ".join(text.lower().split())[:_SAME_CHARS]
