"""What becomes of a submolt when one who tends or reads it leaves the network."""

from moltbook.agents import QUOTAS
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.ids import AgentId, SubmoltId
from moltbook.submolts.acts import end_subscription
from moltbook.submolts.model import ModeratorDismissed, Role, SubmoltOwner, SubmoltUpdated
from moltbook.submolts.tables import ROLES, SUBMOLT_OWNERS, SUBSCRIPTIONS


class HandOver(Act[None], frozen=True):
    """An agent tends a submolt no more; an owner's heir is its oldest moderator, looked up before, if there is one."""

    agent_id: AgentId
    submolt_id: SubmoltId
    heir: AgentId | None

    def needs(self, wants: Wants) -> None:
        """Both roles.

        The quotas are asked for their locks: nobody loses its role while it inherits.
        """
        for agent_id in {self.agent_id, self.heir} - {None}:
            wants.ask(QUOTAS, agent_id)
            wants.ask(ROLES, (self.submolt_id, agent_id))

    def decide(self, world: World) -> None:
        """Take the role away and give an owner's to the heir; do nothing if either is not as it was looked up."""
        roles = world[ROLES]
        role = roles.get((self.submolt_id, self.agent_id))
        heir = roles.get((self.submolt_id, self.heir)) if self.heir is not None else None
        if role is None or (self.heir is not None and heir is None):
            return
        roles.remove(role)
        if role.role != Role.OWNER:
            world.emit(ModeratorDismissed(self.submolt_id, self.agent_id), self.agent_id)
            return
        if heir is not None:
            heir.role = Role.OWNER.value
            roles.touch(heir)
        world[SUBMOLT_OWNERS].touch(SubmoltOwner(self.submolt_id, self.heir))
        world.emit(SubmoltUpdated(self.submolt_id, ("owner",)), self.agent_id)


class EndSubscription(Act[None], frozen=True):
    """Who leaves, or has left already, reads no submolt."""

    agent_id: AgentId
    submolt_id: SubmoltId

    def needs(self, wants: Wants) -> None:
        """The subscription, under the lock that each wish about it takes."""
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(SUBSCRIPTIONS, (self.agent_id, self.submolt_id))

    def decide(self, world: World) -> None:
        """End it, if it is there."""
        subscription = world[SUBSCRIPTIONS].get((self.agent_id, self.submolt_id))
        if subscription is not None:
            end_subscription(world, subscription)
