"""What changes an agent's keys: one more, a successor for one, the end of one.

A key changes only what opens no more than itself does: `granted` says what that is. An owner and the operator hold
everything.
"""

from datetime import timedelta

from moltbook.agents.model import KeyIssued, KeyQuota, KeyRevoked, KeyRotated, KeyRow
from moltbook.agents.rules import (
    AgentLeft,
    KeyEnded,
    KeyEnding,
    TooManyKeys,
    ensure_covered,
    ensure_room,
    ensure_scopes,
)
from moltbook.agents.tables import AGENTS, CLAIMS, KEY_QUOTAS, KEY_RINGS, KEYS, QUOTAS
from moltbook.db.world import Act, Wants, World
from moltbook.house import ALL_SCOPES, Scope
from moltbook.kernel.errors import Forbidden, NotFound
from moltbook.kernel.ids import AgentId
from moltbook.kernel.text import checked

NAME_CHARS = 60
OVERLAP = timedelta(minutes=60)


class IssueKey(Act[KeyRow], frozen=True):
    """An agent gets one more key; the others stay valid, so that it can change over without silence."""

    agent_id: AgentId
    digest: bytes
    name: str = "default"
    scopes: frozenset[Scope] = ALL_SCOPES
    granted: frozenset[Scope] = ALL_SCOPES
    # How many a day; 0: as many as wanted.
    per_day: int = 0
    # The key that asks for it; empty: an owner or the operator.
    by: str = ""

    def needs(self, wants: Wants) -> None:
        """The agent, its keys and whether it is still here, the key that asks, what was issued today if that counts."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(KEY_RINGS, self.agent_id)
        _ask(wants, self.agent_id, self.by, self.per_day)

    def decide(self, world: World) -> KeyRow:
        """Keep the digest.

        Raises: NotFound, Forbidden, AgentLeft, KeyEnding, Invalid, ForbiddenScope, KeysFull, TooManyKeys.
        """
        agent = world[AGENTS].get(self.agent_id)
        if agent is None:
            raise NotFound("Agent")
        if agent.archived:
            raise Forbidden("Archived members cannot log in", "Register a new agent.")
        _ensure_may_make(world, agent.id, self.by)
        name = checked("name", self.name, at_least=1, at_most=NAME_CHARS)
        ensure_scopes(self.scopes, self.granted)
        _ensure_room(world, agent.id)
        _count(world, agent.id, self.per_day)
        return _issue(world, agent.id, self.digest, name, tuple(scope for scope in Scope if scope in self.scopes))


class RotateKey(Act[tuple[KeyRow, KeyRow]], frozen=True):
    """A key gets a successor of the same name and scopes, and ends after a while in which both count."""

    agent_id: AgentId
    key_id: str
    digest: bytes
    overlap: timedelta = OVERLAP
    granted: frozenset[Scope] = ALL_SCOPES
    per_day: int = 0
    by: str = ""

    def needs(self, wants: Wants) -> None:
        """The agent's keys and whether it is still here, the key that asks, what was issued today if that counts."""
        wants.ask(KEYS, (self.agent_id, self.key_id))
        wants.ask(KEY_RINGS, self.agent_id)
        _ask(wants, self.agent_id, self.by, self.per_day)

    def decide(self, world: World) -> tuple[KeyRow, KeyRow]:
        """Issue the successor and set the end; answers the old one and the new one.

        Raises: NotFound, ForbiddenScope, KeyEnded, AgentLeft, KeyEnding, KeysFull, TooManyKeys.
        """
        key = _standing(world, self.agent_id, self.key_id, self.granted)
        if key.revoked_at is not None or key.expires_at is not None:
            raise KeyEnded()
        _ensure_may_make(world, key.agent_id, self.by)
        # Without overlap there is not one key more.
        if self.overlap:
            _ensure_room(world, key.agent_id)
        _count(world, key.agent_id, self.per_day)
        successor = _issue(world, key.agent_id, self.digest, key.name, key.scopes)
        key.expires_at = world.now + self.overlap
        world[KEYS].touch(key)
        world.emit(KeyRotated(key.agent_id, key.id, successor.id, key.expires_at), key.agent_id)
        return key, successor


class RevokeKey(Act[bool], frozen=True):
    """A key counts no longer, from this moment; the answer tells whether it still did."""

    agent_id: AgentId
    key_id: str
    granted: frozenset[Scope] = ALL_SCOPES

    def needs(self, wants: Wants) -> None:
        """The key."""
        wants.ask(KEYS, (self.agent_id, self.key_id))

    def decide(self, world: World) -> bool:
        """Mark it.

        Raises: NotFound, ForbiddenScope.
        """
        key = _standing(world, self.agent_id, self.key_id, self.granted)
        if key.revoked_at is not None:
            return False
        key.revoked_at = world.now
        world[KEYS].touch(key)
        world.emit(KeyRevoked(self.agent_id, self.key_id), self.agent_id)
        return True


def _ask(wants: Wants, agent_id: AgentId, by: str, per_day: int) -> None:
    # The quota's lock keeps the agent from leaving meanwhile.
    wants.ask(QUOTAS, agent_id)
    wants.ask(CLAIMS, agent_id)
    if by:
        wants.ask(KEYS, (agent_id, by))
    if per_day:
        wants.ask(KEY_QUOTAS, agent_id)


def _ensure_may_make(world: World, agent_id: AgentId, by: str) -> None:
    """Raises: AgentLeft, KeyEnding where the key that asks is ending itself."""
    # One that left for good has no claim any more.
    if world[CLAIMS].get(agent_id) is None:
        raise AgentLeft()
    if by:
        key = world[KEYS].get((agent_id, by))
        if key is None or key.revoked_at is not None or key.expires_at is not None:
            raise KeyEnding()


def _ensure_room(world: World, agent_id: AgentId) -> None:
    """Raises: KeysFull if as many keys count as may: those there were, and what this batch made of them."""
    ring = world[KEY_RINGS].get(agent_id)
    ends = dict(zip(ring.ids, ring.ends, strict=True)) if ring is not None else {}
    for key in world[KEYS].rows.values():
        if key.agent_id == agent_id:
            ends[key.id] = key.expires_at if key.revoked_at is None else key.revoked_at
    ensure_room(sum(end is None or end > world.now for end in ends.values()))


def _standing(world: World, agent_id: AgentId, key_id: str, granted: frozenset[Scope]) -> KeyRow:
    """A key that may be changed by one that opens so much."""
    key = world[KEYS].get((agent_id, key_id))
    if key is None:
        raise NotFound("Key")
    ensure_covered(key.scopes, granted)
    return key


def _issue(world: World, agent_id: AgentId, digest: bytes, name: str, scopes: tuple[Scope, ...]) -> KeyRow:
    key = KeyRow(agent_id, world.new_id(), digest, name, scopes, world.now, None, None)
    world[KEYS].add(key)
    world.emit(KeyIssued(agent_id, key.id), agent_id)
    return key


def _count(world: World, agent_id: AgentId, per_day: int) -> None:
    """Count one more key of today.

    Raises: TooManyKeys.
    """
    if not per_day:
        return
    today = world.now.date()
    quota = world[KEY_QUOTAS].get(agent_id)
    if quota is None:
        world[KEY_QUOTAS].add(KeyQuota(agent_id, today, 1))
        return
    if quota.day == today and quota.issued >= per_day:
        raise TooManyKeys(per_day, world.now)
    quota.day, quota.issued = today, quota.issued + 1 if quota.day == today else 1
    world[KEY_QUOTAS].touch(quota)
