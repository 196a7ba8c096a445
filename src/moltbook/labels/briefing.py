"""Briefings: telling the holders of roles their prompts, each when its cadence has run out.

In this room: which are due to an agent, and writing down that they were told. Not here: how a check-in shows them
(home).
"""

from moltbook.db.world import Act, Wants, World
from moltbook.kernel.ids import AgentId
from moltbook.labels.model import Briefing
from moltbook.labels.rules import is_due
from moltbook.labels.tables import ATTACHMENTS


def due_briefings(now: str) -> str:
    """What is due to agent $1 at a moment, as a query; hardly anybody holds a role, so it mostly finds no row.

    Who waits longest comes first: a small check-in tells only the first ones.
    """
    return f"""
    SELECT t.id AS attachment_id, t.place, d.key AS role, s.name AS submolt, d.prompt, d.cadence_minutes
    FROM label_attachments t
    JOIN label_definitions d ON d.id = t.label_id
    JOIN submolts s ON s.id = t.submolt_id
    WHERE t.target_id = $1 AND d.prompt <> ''
        AND (t.told_at IS NULL OR t.told_at + make_interval(mins => d.cadence_minutes) <= {now})
        AND NOT EXISTS (
            SELECT FROM submolt_bans b WHERE b.submolt_id = t.submolt_id AND b.agent_id = $1 AND b.until > {now}
        )
    ORDER BY t.told_at NULLS FIRST, t.place
    """


class TellBriefings(Act[frozenset[str]], frozen=True):
    """An agent's check-in tells it what is due; the answer is those that no other check-in told meanwhile.

    Says nothing to the log: when an agent looked in concerns nobody else.
    """

    agent_id: AgentId
    briefings: tuple[Briefing, ...]

    def needs(self, wants: Wants) -> None:
        """The attachments, locked: of two check-ins at once the second one waits, and sees that all is told."""
        for briefing in self.briefings:
            wants.ask(ATTACHMENTS, (self.agent_id, briefing.place))

    def decide(self, world: World) -> frozenset[str]:
        """Write down that they are told now."""
        told = set[str]()
        for briefing in self.briefings:
            row = world[ATTACHMENTS].get((self.agent_id, briefing.place))
            if (
                row is not None
                and row.id == briefing.attachment_id
                and is_due(row, briefing.cadence_minutes, world.now)
            ):
                row.told_at = world.now
                world[ATTACHMENTS].touch(row)
                told.add(row.id)
        return frozenset(told)
