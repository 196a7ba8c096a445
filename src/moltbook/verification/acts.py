"""Opening a challenge, as part of the act that writes something, and trusting an agent."""

from datetime import timedelta

from moltbook.agents import AGENTS
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.verification.model import (
    ChallengeRow,
    ChallengeState,
    ContentType,
    Draft,
    StandingRow,
    VerificationOpened,
)
from moltbook.verification.tables import CHALLENGES, STANDINGS


def open_challenge(world: World, draft: Draft, agent_id: AgentId, kind: ContentType, content_id: str) -> None:
    """Let something wait for its author's answer."""
    expires_at = world.now + timedelta(seconds=draft.seconds)
    world[CHALLENGES].add(
        ChallengeRow(
            agent_id,
            draft.digest,
            kind.value,
            content_id,
            draft.hundredths,
            ChallengeState.OPEN.value,
            world.now,
            expires_at,
        )
    )
    world.emit(VerificationOpened(kind, content_id, expires_at), agent_id)


def standing_of(world: World, agent_id: AgentId) -> StandingRow:
    """The agent's standing; one that was never asked begins with nothing."""
    standing = world[STANDINGS].get(agent_id)
    if standing is None:
        standing = StandingRow(agent_id, False, 0, 0, 0, "", None)
        world[STANDINGS].add(standing)
    return standing


class Trust(Act[None], frozen=True):
    """The operator vouches for an agent: it is not challenged, nor held to a newcomer's limits."""

    agent_id: AgentId

    def needs(self, wants: Wants) -> None:
        """The agent and its standing."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(STANDINGS, self.agent_id)

    def decide(self, world: World) -> None:
        """Mark it.

        Raises: NotFound.
        """
        if world[AGENTS].get(self.agent_id) is None:
            raise NotFound("Agent")
        standing = standing_of(world, self.agent_id)
        standing.trusted = True
        world[STANDINGS].touch(standing)
