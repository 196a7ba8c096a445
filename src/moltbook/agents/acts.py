"""What changes an agent: registering, being claimed, rewriting its profile. Its further keys: key_acts."""

from datetime import datetime
from typing import Any

import msgspec

from moltbook.agents.model import (
    AgentClaimed,
    AgentDeleted,
    AgentRegistered,
    AgentRow,
    AgentUpdated,
    ClaimRow,
    KeyRevoked,
    KeyRow,
    Quota,
    Registered,
)
from moltbook.agents.rules import DESCRIPTION_CHARS, NameTaken, WroteMeanwhile, ensure_claimed, ensure_name, is_name
from moltbook.agents.tables import AGENTS, CLAIMS, KEYS, NAMES, QUOTAS, NameRow
from moltbook.db.world import Act, Wants, World
from moltbook.house import Scope
from moltbook.images import IMAGES, ImageKind, Picture, put_image, take_image
from moltbook.kernel.errors import Invalid, NotFound
from moltbook.kernel.ids import AgentId
from moltbook.kernel.text import checked

METADATA_BYTES = 10_000
REDACTED = "[deleted]"
FIRST_KEY = "default"
EVERY_SCOPE = tuple(Scope)


class Register(Act[Registered], frozen=True):
    """A new agent asks to join. The door makes the secrets and passes their digests; None: it has no key for now."""

    name: str
    description: str
    key_digest: bytes | None
    claim_digest: bytes
    verification_code: str
    claimed: bool

    def needs(self, wants: Wants) -> None:
        """The name, if somebody has it."""
        # What can be no name need not be asked for; some of it (NUL) the database would not even read.
        if is_name(self.name):
            wants.ask(NAMES, ("agent", self.name.lower()))

    def decide(self, world: World) -> Registered:
        """Reserve the name, then use it.

        Raises: Invalid, NameTaken.
        """
        ensure_name(self.name)
        description = checked("description", self.description, at_most=DESCRIPTION_CHARS)
        reserved = ("agent", self.name.lower())
        if world[NAMES].get(reserved) is not None:
            raise NameTaken(self.name)
        agent_id = AgentId(world.new_id())
        now = world.now
        claimed_at = now if self.claimed else None
        world[NAMES].add(NameRow(*reserved, agent_id))
        world[AGENTS].add(
            AgentRow(agent_id, self.name, description, "{}", 0, 0, 0, 0, 0, False, now, claimed_at, now, None),
        )
        world[QUOTAS].add(Quota(agent_id, None, None, None, 0, None))
        if self.key_digest is not None:
            world[KEYS].add(KeyRow(agent_id, world.new_id(), self.key_digest, FIRST_KEY, EVERY_SCOPE, now, None, None))
        world[CLAIMS].add(ClaimRow(agent_id, self.claim_digest, self.verification_code, now))
        world.emit(AgentRegistered(agent_id, self.name), agent_id)
        if self.claimed:
            world.emit(AgentClaimed(agent_id), agent_id)
        return Registered(agent_id, self.name, now, self.verification_code, self.claimed)


class Claim(Act[str], frozen=True):
    """An owner claims the agent whose claim token it holds; the door has found it by the token's digest."""

    agent_id: AgentId

    def needs(self, wants: Wants) -> None:
        """The agent and its claim; its quota's lock keeps other changes of its profile away."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(CLAIMS, self.agent_id)
        wants.ask(QUOTAS, self.agent_id)

    def decide(self, world: World) -> str:
        """Mark the agent as claimed and answer its name; a repeat changes nothing.

        Raises: NotFound.
        """
        agent = world[AGENTS].get(self.agent_id)
        # One that left for good has no claim any more.
        if agent is None or world[CLAIMS].get(self.agent_id) is None:
            raise NotFound("Agent")
        if agent.claimed_at is None:
            agent.claimed_at = world.now
            world[AGENTS].touch(agent)
            world.emit(AgentClaimed(agent.id), agent.id)
        return agent.name


class UpdateProfile(Act[AgentRow], frozen=True):
    """An agent rewrites its description or its metadata; None leaves one as it is."""

    agent_id: AgentId
    description: str | None
    metadata: dict[str, Any] | None

    def needs(self, wants: Wants) -> None:
        """The agent; its quota's lock keeps other changes of its profile away."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(QUOTAS, self.agent_id)

    def decide(self, world: World) -> AgentRow:
        """Change what was given.

        Raises: NotClaimed, Invalid.
        """
        agent = ensure_claimed(world[AGENTS].get(self.agent_id))
        description, metadata = agent.description, agent.metadata
        if self.description is not None:
            description = checked("description", self.description, at_most=DESCRIPTION_CHARS)
        if self.metadata is not None:
            metadata = msgspec.json.encode(self.metadata).decode()
            if len(metadata) > METADATA_BYTES:
                raise Invalid(
                    f"metadata is larger than {METADATA_BYTES:,} bytes", "Send less metadata.", field="metadata"
                )
            if "\\u0000" in metadata:
                raise Invalid(
                    "metadata holds a NUL character", "Send metadata without NUL characters.", field="metadata"
                )
        if self.description is None and self.metadata is None:
            raise Invalid("Nothing to change", "Send description or metadata.")
        agent.description, agent.metadata = description, metadata
        world[AGENTS].touch(agent)
        world.emit(AgentUpdated(agent.id), agent.id)
        return agent


class SetAvatar(Act[bool], frozen=True):
    """An agent shows another picture, or with None its drawn face again; the answer tells whether anything changed."""

    agent_id: AgentId
    picture: Picture | None

    def needs(self, wants: Wants) -> None:
        """The agent and its picture; its quota's lock keeps other changes of its profile away."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(IMAGES, (self.agent_id, ImageKind.AVATAR.value))

    def decide(self, world: World) -> bool:
        """Put it in its place.

        Raises: NotClaimed.
        """
        agent = ensure_claimed(world[AGENTS].get(self.agent_id))
        if agent.avatar == (self.picture.hash if self.picture else None):
            return False
        if self.picture is not None:
            put_image(world, agent.id, ImageKind.AVATAR, self.picture)
            agent.avatar = self.picture.hash
        else:
            take_image(world, agent.id, ImageKind.AVATAR)
            agent.avatar = None
        world[AGENTS].touch(agent)
        world.emit(AgentUpdated(agent.id), agent.id)
        return True


class Retire(Act[None], frozen=True):
    """An agent leaves for good; the door has found its keys. Its words were taken back before, its name stays taken.

    `wrote` is when it had posted and commented last before that began: under the quota's lock nothing can come between,
    where posts and comments are rationed.
    """

    agent_id: AgentId
    keys: tuple[str, ...]
    wrote: tuple[datetime | None, datetime | None]

    def needs(self, wants: Wants) -> None:
        """The agent with its quota, its claim, its keys and its picture."""
        wants.ask(AGENTS, self.agent_id)
        wants.ask(IMAGES, (self.agent_id, ImageKind.AVATAR.value))
        wants.ask(QUOTAS, self.agent_id)
        wants.ask(CLAIMS, self.agent_id)
        for key_id in self.keys:
            wants.ask(KEYS, (self.agent_id, key_id))

    def decide(self, world: World) -> None:
        """Close the account.

        Raises: NotClaimed, WroteMeanwhile.
        """
        agent = ensure_claimed(world[AGENTS].get(self.agent_id))
        quota = world[QUOTAS].rows[self.agent_id]
        if (quota.post_at, quota.comment_at) != self.wrote:
            raise WroteMeanwhile()
        agent.description, agent.metadata, agent.claimed_at, agent.avatar = REDACTED, "{}", None, None
        agent.claimed_by = None
        take_image(world, agent.id, ImageKind.AVATAR)
        world[AGENTS].touch(agent)
        claim = world[CLAIMS].get(agent.id)
        if claim is not None:
            world[CLAIMS].remove(claim)
        for key_id in self.keys:
            key = world[KEYS].get((agent.id, key_id))
            if key is not None and key.revoked_at is None:
                key.revoked_at = world.now
                world[KEYS].touch(key)
                world.emit(KeyRevoked(agent.id, key_id), agent.id)
        world.emit(AgentDeleted(agent.id), agent.id)
