"""Retiring a label: who tends a submolt takes it away, and with it all that it hangs on.

It may hang on very much, so it is taken off part by part, then the label goes; what was attached between the last part
and that moment is taken off afterwards. Nobody attaches a label that is gone.
"""

from moltbook.agents import AGENTS, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.labels.acts import remove_attachment
from moltbook.labels.marks import put_tags, take_mark
from moltbook.labels.model import Definition, Kind, LabelRetired, Spot, TargetType
from moltbook.labels.rules import LABEL_PLACES
from moltbook.labels.tables import ATTACHMENTS, DEFINITIONS
from moltbook.modlog import Action, Hand, write_down
from moltbook.posts import POST_LABELS
from moltbook.submolts import ROLES, SUBMOLTS, ensure_tends


class StripLabel(Act[None], frozen=True):
    """Who retires a label takes it off some of what it hangs on."""

    agent_id: AgentId
    submolt_id: SubmoltId
    spots: tuple[Spot, ...]

    def needs(self, wants: Wants) -> None:
        """The agent, what it is in the submolt, the attachments and what the posts show."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(ROLES, (self.submolt_id, self.agent_id))
        for spot in self.spots:
            wants.ask(ATTACHMENTS, (spot.target_id, spot.place))
            if spot.target_type is TargetType.POST:
                wants.ask(POST_LABELS, spot.target_id)

    def decide(self, world: World) -> None:
        """Take it off where it still hangs.

        Raises: NotClaimed, NotModerator.
        """
        ensure_claimed(world[AGENTS].get(self.agent_id))
        ensure_tends(world[ROLES].get((self.submolt_id, self.agent_id)))
        for spot in self.spots:
            row = world[ATTACHMENTS].get((spot.target_id, spot.place))
            if row is not None and row.id == spot.id:
                remove_attachment(world, row, self.agent_id)
                if spot.target_type is TargetType.POST:
                    take_mark(world, row)


class RetireLabel(Act[None], frozen=True):
    """Who tends a submolt takes one of its labels away. Without a `definition` there is none, which the act says."""

    agent_id: AgentId
    submolt_id: SubmoltId
    definition: Definition | None

    def needs(self, wants: Wants) -> None:
        """The agent, its role, the submolt and all its labels."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(ROLES, (self.submolt_id, self.agent_id))
        wants.ask(SUBMOLTS, self.submolt_id)
        for place in LABEL_PLACES:
            wants.ask(DEFINITIONS, (self.submolt_id, place))

    def further(self, wants: Wants, world: World) -> None:
        """What was defined while we waited for the others' locks: the tags are written as a whole."""
        for place in LABEL_PLACES:
            wants.ask(DEFINITIONS, (self.submolt_id, place))

    def decide(self, world: World) -> None:
        """Free its place; who posts is not offered it any more.

        Raises: NotClaimed, NotModerator, NotFound.
        """
        caller = ensure_claimed(world[AGENTS].get(self.agent_id))
        ensure_tends(world[ROLES].get((self.submolt_id, self.agent_id)))
        rows, retired = world[DEFINITIONS], self.definition
        row = rows.get((self.submolt_id, retired.place)) if retired is not None else None
        submolt = world[SUBMOLTS].get(self.submolt_id)
        if retired is None or row is None or row.id != retired.id or submolt is None:
            raise NotFound("Label", "GET /api/v1/submolts/NAME/labels lists the labels of a submolt.")
        rows.remove(row)
        if row.kind == Kind.TAG:
            there = (rows.get((self.submolt_id, place)) for place in LABEL_PLACES)
            put_tags(world, submolt, [definition for definition in there if definition is not None])
        world.emit(LabelRetired(row.id, self.submolt_id, row.kind), self.agent_id)
        # It concerns nobody but the submolt: who did it stands for whom, too.
        hand, said = Hand(caller.id, caller.name), f"{row.kind}: {row.key}"
        write_down(world, Action.RETIRE_LABEL, self.submolt_id, hand, (caller.id, caller.name), said)
