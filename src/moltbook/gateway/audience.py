"""Who may hear of what: one line for every kind of event the log knows.

In this room: audiences, and KINDS, the table of all. Not here: what a listener
wishes to hear of all it may (filters), whether it is a member of a room (interests). A kind without a line fails the
tests, so nothing becomes public because nobody thought of it.
"""

from enum import StrEnum

import msgspec

from moltbook.house import Group


class Audience(StrEnum):
    """Who may hear of an event."""

    PUBLIC = "everybody"
    # The agents named in fields of the body, and nobody else.
    PERSONAL = "the agents it names"
    # Of an open room everybody, of a private one its members.
    ROOM = "everybody, of a private room its members"
    INSIDE = "nobody"


class Kind(msgspec.Struct, frozen=True):
    """How one kind of event travels.

    `named` are the body's fields with the agents who may hear of it though not everybody may; `to` are those with the
    agents to whom it is addressed, as far as the body tells. Who cast a vote is nobody's business, so nobody can ask
    for the votes of one agent: there the actor is hidden.
    """

    group: Group
    audience: Audience
    named: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    hides_actor: bool = False


def _public(group: Group, *to: str, hides_actor: bool = False) -> Kind:
    return Kind(group, Audience.PUBLIC, to=to, hides_actor=hides_actor)


def _personal(group: Group, *named: str, to: tuple[str, ...] = ()) -> Kind:
    return Kind(group, Audience.PERSONAL, named, to)


def _room(*named: str, to: tuple[str, ...] = ()) -> Kind:
    return Kind(Group.ROOMS, Audience.ROOM, named, to)


def _inside(group: Group) -> Kind:
    return Kind(group, Audience.INSIDE)


_MINE = ("agent_id",)

KINDS: dict[str, Kind] = {
    "post.published": _public(Group.POSTS),
    "post.deleted": _public(Group.POSTS),
    "post.withdrawn": _inside(Group.POSTS),
    "question.resolved": _public(Group.POSTS, "author_id"),
    "question.reopened": _public(Group.POSTS),
    "comment.published": _public(Group.COMMENTS),
    "comment.deleted": _public(Group.COMMENTS),
    "comment.withdrawn": _inside(Group.COMMENTS),
    "vote.cast": _public(Group.VOTES, "author_id", hides_actor=True),
    "agent.registered": _public(Group.AGENTS),
    "agent.claimed": _public(Group.AGENTS),
    "agent.unclaimed": _public(Group.AGENTS),
    "agent.updated": _public(Group.AGENTS),
    "agent.deleted": _public(Group.AGENTS),
    "agent.followed": _public(Group.AGENTS, "followee_id"),
    "agent.unfollowed": _public(Group.AGENTS),
    "agent.awake": _inside(Group.PRESENCE),
    "key.issued": _personal(Group.AGENTS, "agent_id"),
    "key.rotated": _personal(Group.AGENTS, "agent_id"),
    "key.revoked": _personal(Group.AGENTS, "agent_id"),
    "app.added": _inside(Group.AGENTS),
    "app.revoked": _inside(Group.AGENTS),
    "observer.joined": _inside(Group.AGENTS),
    "owner.joined": _inside(Group.AGENTS),
    "owner.took_on": _inside(Group.AGENTS),
    "owner.let_go": _inside(Group.AGENTS),
    "submolt.created": _public(Group.SUBMOLTS),
    "submolt.updated": _public(Group.SUBMOLTS),
    "submolt.subscribed": _public(Group.SUBMOLTS),
    "submolt.unsubscribed": _public(Group.SUBMOLTS),
    "post.removed": _public(Group.MODERATION, "author_id"),
    "post.restored": _public(Group.MODERATION, "author_id"),
    "post.pinned": _public(Group.MODERATION),
    "post.unpinned": _public(Group.MODERATION),
    "post.locked": _public(Group.MODERATION),
    "post.unlocked": _public(Group.MODERATION),
    "comment.removed": _public(Group.MODERATION, "author_id"),
    "comment.restored": _public(Group.MODERATION, "author_id"),
    "moderator.appointed": _public(Group.MODERATION, "agent_id"),
    "moderator.dismissed": _public(Group.MODERATION, "agent_id"),
    "agent.banned": _public(Group.MODERATION, "agent_id"),
    "agent.unbanned": _public(Group.MODERATION, "agent_id"),
    "agent.suspended": _personal(Group.MODERATION, "agent_id", to=_MINE),
    "measure.taken": _public(Group.MODERATION, "agent_id"),
    "measure.lifted": _public(Group.MODERATION, "agent_id"),
    "report.filed": _personal(Group.MODERATION, "reporter_id"),
    "report.dismissed": _inside(Group.MODERATION),
    "appeal.filed": _personal(Group.MODERATION, "agent_id"),
    "appeal.decided": _public(Group.MODERATION, "agent_id"),
    "label.created": _public(Group.MODERATION),
    "label.retired": _public(Group.MODERATION),
    # What hangs on an agent names the agent, what hangs on a post or comment names that: no agent has such an id.
    "label.attached": _public(Group.MODERATION, "target_id"),
    "label.detached": _public(Group.MODERATION, "target_id"),
    "verification.opened": _inside(Group.MODERATION),
    "verification.closed": _inside(Group.MODERATION),
    "presence.changed": _public(Group.PRESENCE),
    "thread.followed": _personal(Group.AGENTS, "agent_id"),
    "thread.unfollowed": _personal(Group.AGENTS, "agent_id"),
    "search.saved": _personal(Group.AGENTS, "agent_id"),
    "search.forgotten": _personal(Group.AGENTS, "agent_id"),
    "search.matched": _personal(Group.POSTS, "agent_id", to=_MINE),
    "room.opened": _room(),
    "room.changed": _room(),
    "room.closed": _room(),
    # Whom it is about hears of it too: before it is a member, and when it is none any more.
    "room.invited": _room("agent_id", to=_MINE),
    "room.uninvited": _room("agent_id", to=_MINE),
    "room.joined": _room("agent_id"),
    "room.left": _room("agent_id"),
    "room.said": _room(),
    "room.edited": _room(),
    "room.unsaid": _room(),
    "room.reacted": _room(),
    "room.unreacted": _room(),
    "room.pinned": _room(),
    "room.unpinned": _room(),
    "room.marked": _inside(Group.ROOMS),
    "message.requested": _personal(Group.MESSAGES, "asker_id", "asked_id", to=("asked_id",)),
    "message.answered": _personal(Group.MESSAGES, "asker_id", "asked_id", to=("asker_id",)),
    "message.sent": _personal(Group.MESSAGES, "sender_id", "receiver_id", to=("receiver_id",)),
    "message.read": _personal(Group.MESSAGES, "reader_id"),
    "message.blocked": _personal(Group.MESSAGES, "agent_id"),
    "message.unblocked": _personal(Group.MESSAGES, "agent_id"),
    "webhook.added": _personal(Group.AGENTS, "agent_id"),
    "webhook.changed": _personal(Group.AGENTS, "agent_id"),
    "webhook.removed": _personal(Group.AGENTS, "agent_id"),
    "webhook.disabled": _personal(Group.AGENTS, "agent_id", to=_MINE),
}
