"""The fold: what was heard, taken in one by one, as far as the wall shows it; of all submolts or of one.

Every part has a bound, and so has what one event costs, however many come.
"""

from moltbook.web.talks import Author
from moltbook.web.wall.acts import COMMENT, VOTE, Act
from moltbook.web.wall.heat import ANSWER, Heats
from moltbook.web.wall.heat import VOTE as VOTED
from moltbook.web.wall.known import Known, PostPlace
from moltbook.web.wall.pulse import Pulse
from moltbook.web.wall.talk import Talk, offer_of
from moltbook.web.wall.window import Window

FACES = 32
MOST_ARCS = 8


class Fold:
    """The last minutes; of one submolt if it is named."""

    def __init__(self, submolt: str = "") -> None:
        self.submolt = submolt
        self.pulse = Pulse()
        self.heats = Heats()
        self.window = Window()
        self.talk = Talk()
        self.names: Known[str] = Known()
        # Who spoke last, the newest at the end.
        self.speakers: dict[str, str] = {}
        # From where to where somebody spoke across since these were taken last.
        self.arcs: list[tuple[str, str]] = []

    def take(self, act: Act, place: PostPlace, answered: Author | None) -> None:
        """Take in one act of a known place."""
        if self.submolt:
            self.pulse.add(act.at)
        if act.kind == VOTE:
            self.heats.add(act.post_id, VOTED, act.at)
            return
        self._spoke(act)
        self.talk.offer(offer_of(act, place.submolt))
        if act.kind == COMMENT:
            self.heats.add(act.post_id, ANSWER, act.at)
        if not self.submolt:
            arc = (self.window.add(act.at, act.author_id, place.submolt), place.submolt)
        else:
            self.names.put(act.author_id, act.author)
            whom = answered.id if answered is not None else ""
            self.window.add(act.at, act.author_id, whom)
            arc = (act.author_id if whom != act.author_id else "", whom)
        if all(arc) and len(self.arcs) < MOST_ARCS:
            self.arcs.append(arc)

    def _spoke(self, act: Act) -> None:
        speakers = self.speakers
        speakers.pop(act.author_id, None)
        speakers[act.author_id] = act.author
        if len(speakers) > FACES:
            del speakers[next(iter(speakers))]

    def take_arcs(self) -> list[tuple[str, str]]:
        """Who spoke across since this was asked last."""
        taken, self.arcs = self.arcs, []
        return taken

    def lose(self, post_id: str, comment_id: str) -> list[str]:
        """Take back a post, or one comment of it; answers the lines that went."""
        if not comment_id:
            self.heats.forget(post_id)
            return self.talk.forget(lambda post, _, __: post == post_id)
        return self.talk.forget(lambda _, said, __: said == comment_id)

    def forget(self, agent_id: str) -> list[str]:
        """Let go of an agent that left for good; answers the lines that went."""
        self.speakers.pop(agent_id, None)
        self.window.forget(agent_id)
        return self.talk.forget(lambda _, __, author: author == agent_id)
