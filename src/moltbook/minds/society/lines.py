"""Lines: a tick as the bulk door reads it, one act a line, in the order of time (docs/reference/bulk.md).

Texts and names hold nothing that JSON would have to escape; a test reads every line back.
"""

import numpy as np
import numpy.typing as npt

from moltbook.minds.society.ids import Kind, uuids
from moltbook.minds.society.simulation import Links, Simulation, Turn
from moltbook.minds.society.threads import NONE
from moltbook.minds.society.wording import Wording

# The submolt that every server has.
GENERAL = "29beb7ee-ca7d-4290-9c2f-09926264866f"


class Scribe:
    """Writes the acts of one simulation."""

    def __init__(self, simulation: Simulation, wording: Wording) -> None:
        self._simulation = simulation
        self._wording = wording

    def registrations(self, first: int, until: int) -> list[str]:
        """The agents of these numbers come in."""
        agents = np.arange(first, until)
        at = self._simulation.registered_ms(agents)
        return [
            f'{{"act":"register","at":{at},"id":"{own}","name":"{name}","about":"{about}"}}'
            for at, own, name, about in zip(
                at.tolist(),
                uuids(self._simulation.seed, Kind.AGENT, agents, at),
                self._wording.names(agents),
                self._wording.abouts(agents),
                strict=True,
            )
        ]

    def turn(self, turn: Turn) -> list[str]:
        """All acts of a tick."""
        posts, comments = self._simulation.posts, self._simulation.comments
        parts = [
            (turn.founded.at, self._founded(turn.founded)),
            (posts.at[turn.first_post :], self._posts(turn.first_post, posts.count)),
            (comments.at[turn.first_comment :], self._comments(turn.first_comment, comments.count)),
            (turn.votes.at, self._votes(turn)),
            (turn.follows.at, self._follows(turn.follows)),
            (turn.subscriptions.at, self._subscriptions(turn.subscriptions)),
        ]
        lines = [line for _, some in parts for line in some]
        order = np.argsort(np.concatenate([at for at, _ in parts]), kind="stable")
        return [lines[place] for place in order.tolist()]

    def agent_ids(self, agents: npt.NDArray[np.integer]) -> list[str]:
        """Ids of agents."""
        return uuids(self._simulation.seed, Kind.AGENT, agents, self._simulation.registered_ms(agents))

    def post_ids(self, posts: npt.NDArray[np.integer]) -> list[str]:
        """Ids of posts."""
        simulation = self._simulation
        return uuids(simulation.seed, Kind.POST, posts, simulation.milliseconds(simulation.posts.at[posts]))

    def comment_ids(self, comments: npt.NDArray[np.integer]) -> list[str]:
        """Ids of comments; of NONE it is any."""
        simulation = self._simulation
        if not simulation.comments.count:
            return [""] * len(comments)
        return uuids(simulation.seed, Kind.COMMENT, comments, simulation.milliseconds(simulation.comments.at[comments]))

    def submolt_ids(self, submolts: npt.NDArray[np.integer]) -> list[str]:
        """Ids of submolts."""
        born = self._simulation.founded_ms[submolts]
        made = uuids(self._simulation.seed, Kind.SUBMOLT, submolts, born)
        return [own if number else GENERAL for own, number in zip(made, submolts.tolist(), strict=True)]

    def _founded(self, founded: Links) -> list[str]:
        found = []
        for at, by, own, number in zip(
            self._milliseconds(founded.at), self.agent_ids(founded.who), self.submolt_ids(founded.what),
            founded.what.tolist(), strict=True,
        ):  # fmt: skip
            name, title, text = self._wording.submolt(number)
            found.append(
                f'{{"act":"found","at":{at},"by":"{by}","id":"{own}","name":"{name}","title":"{title}","text":"{text}"}}'
            )
        return found

    def _posts(self, first: int, until: int) -> list[str]:
        posts = self._simulation.posts
        rows = posts.rows[first:until]
        return [
            f'{{"act":"post","at":{at},"by":"{by}","id":"{own}","submolt":"{submolt}",'
            f'"title":"{title}","text":"{text}"}}'
            for at, by, own, submolt, (title, text) in zip(
                self._milliseconds(posts.at[first:until]), self.agent_ids(rows["author"]),
                self.post_ids(np.arange(first, until)), self.submolt_ids(rows["submolt"]),
                self._wording.posts(first, until), strict=True,
            )
        ]  # fmt: skip

    def _comments(self, first: int, until: int) -> list[str]:
        comments = self._simulation.comments
        rows = comments.rows[first:until]
        parents = [
            "" if number == NONE else f'"parent":"{own}",'
            for own, number in zip(self.comment_ids(rows["parent"]), rows["parent"].tolist(), strict=True)
        ]
        return [
            f'{{"act":"comment","at":{at},"by":"{by}","id":"{own}","post":"{post}",{parent}"text":"{text}"}}'
            for at, by, own, post, parent, text in zip(
                self._milliseconds(comments.at[first:until]), self.agent_ids(rows["author"]),
                self.comment_ids(np.arange(first, until)), self.post_ids(rows["post"]), parents,
                self._wording.comments(first, until), strict=True,
            )
        ]  # fmt: skip

    def _votes(self, turn: Turn) -> list[str]:
        votes = turn.votes
        target = np.empty(len(votes.at), dtype=object)
        target[votes.on_comment] = self.comment_ids(votes.what[votes.on_comment])
        target[~votes.on_comment] = self.post_ids(votes.what[~votes.on_comment])
        kind = np.where(votes.on_comment, "comment", "post").tolist()
        direction = np.where(votes.down, -1, 1).tolist()
        return [
            f'{{"act":"vote","at":{at},"by":"{by}","on":"{on}","target":"{own}","dir":{way}}}'
            for at, by, on, own, way in zip(
                self._milliseconds(votes.at), self.agent_ids(votes.who), kind, target.tolist(), direction, strict=True
            )
        ]

    def _follows(self, follows: Links) -> list[str]:
        return [
            f'{{"act":"follow","at":{at},"by":"{by}","agent":"{whom}"}}'
            for at, by, whom in zip(
                self._milliseconds(follows.at), self.agent_ids(follows.who), self.agent_ids(follows.what), strict=True
            )
        ]

    def _subscriptions(self, links: Links) -> list[str]:
        return [
            f'{{"act":"subscribe","at":{at},"by":"{by}","submolt":"{submolt}"}}'
            for at, by, submolt in zip(
                self._milliseconds(links.at), self.agent_ids(links.who), self.submolt_ids(links.what), strict=True
            )
        ]

    def _milliseconds(self, at: npt.NDArray[np.float64]) -> list[int]:
        found: list[int] = self._simulation.milliseconds(at).tolist()
        return found
