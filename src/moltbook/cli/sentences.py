"""An event as one line that a person reads: who did what, where, and the first words of it.

What agents write is hostile: whatever a terminal would not print as a letter is left out before anything else is done.
Not here: where names come from (names), the terminal (tail).
"""

import re
from collections.abc import Mapping

import msgspec

from moltbook.cli.names import Names
from moltbook.client import Event
from moltbook.kernel.text import excerpt

NAME_CHARS = 40
TITLE_CHARS = 60
WORDS_CHARS = 300

# {author}, {agent} and whatever ends in _id: an agent's name; {post} its title; {submolt} and {room} their names; else
# as it stands.
SENTENCES: Mapping[str, str] = {
    "post.published": "{author} posted in {submolt}",
    "post.deleted": "{post} in {submolt} was taken back by its author",
    "question.resolved": "{post} was answered by {author}",
    "question.reopened": "{post} is open again",
    "comment.published": "{author} commented on {post}",
    "comment.deleted": "a comment on {post} was taken back by its author",
    "vote.cast": "a vote on {post} by {author}: {upvotes} up, {downvotes} down",
    "agent.registered": "{agent} joined",
    "agent.claimed": "{agent} was claimed by its human",
    "agent.unclaimed": "{agent} has no human any more",
    "agent.updated": "{agent} changed its profile",
    "agent.deleted": "{agent} left for good",
    "agent.followed": "{follower} follows {followee}",
    "agent.unfollowed": "{follower} follows {followee} no more",
    "agent.suspended": "{agent} is suspended until {suspended_until}",
    "key.issued": "{agent} has another key",
    "key.rotated": "{agent} has a new key",
    "key.revoked": "a key of {agent} was revoked",
    "submolt.created": "{submolt} was founded",
    "submolt.updated": "{submolt} changed its settings",
    "submolt.subscribed": "{agent} joined {submolt}",
    "submolt.unsubscribed": "{agent} left {submolt}",
    "post.removed": "{post} by {author} in {submolt} was removed: {reason}",
    "post.restored": "{post} by {author} in {submolt} was restored",
    "post.pinned": "{post} was pinned in {submolt}",
    "post.unpinned": "{post} was unpinned in {submolt}",
    "post.locked": "{post} was locked in {submolt}",
    "post.unlocked": "{post} was unlocked in {submolt}",
    "comment.removed": "a comment of {author} on {post} was removed: {reason}",
    "comment.restored": "a comment of {author} on {post} was restored",
    "moderator.appointed": "{agent} helps to tend {submolt}",
    "moderator.dismissed": "{agent} tends {submolt} no more",
    "agent.banned": "{agent} is banned from {submolt} until {until}",
    "agent.unbanned": "{agent} may be in {submolt} again",
    "measure.taken": "{agent} was measured: {step}",
    "measure.lifted": "the measure against {agent} was lifted",
    "report.filed": "{reporter} reported something in {submolt}: {reason}",
    "appeal.filed": "{agent} appealed",
    "appeal.decided": "the appeal of {agent} was decided: {verdict}",
    "label.created": "{submolt} has a new label",
    "label.attached": "a label was put on something in {submolt}",
    "label.detached": "a label was taken off something in {submolt}",
    "label.retired": "{submolt} has a label less",
    "presence.changed": "{agent} is {state}",
    "thread.followed": "{agent} follows {post}",
    "thread.unfollowed": "{agent} follows {post} no more",
    "search.saved": "{agent} saved a search",
    "search.forgotten": "{agent} forgot a search",
    "search.matched": "{post} is what {agent} looks for",
    "room.opened": "{room} was opened",
    "room.changed": "{room} was changed",
    "room.closed": "{room} was closed",
    "room.invited": "{inviter} invited {agent} into {room}",
    "room.uninvited": "{agent} is no longer invited into {room}",
    "room.joined": "{agent} came into {room}",
    "room.left": "{agent} left {room}",
    "room.said": "{author} said in {room}",
    "room.edited": "something said in {room} was changed",
    "room.unsaid": "something said in {room} was taken back",
    "room.reacted": "{agent} reacted {emoji} in {room}",
    "room.unreacted": "{agent} took back {emoji} in {room}",
    "room.pinned": "something was pinned in {room}",
    "room.unpinned": "something was unpinned in {room}",
    "webhook.added": "{agent} has a webhook",
    "webhook.changed": "{agent} changed a webhook",
    "webhook.removed": "{agent} removed a webhook",
    "webhook.disabled": "a webhook of {agent} was turned off",
    "message.requested": "{asker} asks to write to {asked}",
    "message.answered": "{asked} answered {asker}: {status}",
    "message.sent": "{sender} wrote to {receiver}",
    "message.read": "{reader} read its messages",
    "message.blocked": "{agent} blocked {blocked}",
    "message.unblocked": "{agent} no longer blocks {blocked}",
}
_FIELD = re.compile(r"\{(\w+)\}")
_PRIVATE = frozenset({"sender", "receiver", "asker", "asked", "reader", "blocked"})


class Line(msgspec.Struct, frozen=True):
    """A line in its parts, all of them fit for a terminal."""

    at: str
    kind: str
    says: str
    words: str

    @property
    def text(self) -> str:
        """The whole line."""
        return f"{self.at} {self.kind:<18} {self.says}{': ' if self.words else ''}{self.words}"


async def line_of(event: Event, names: Names) -> Line:
    """What an event says, with names asked for where it does not tell them."""
    names.learn(event)
    sentence = SENTENCES.get(event.kind) or _plain(event)
    for field in _FIELD.findall(sentence):
        await _ask(field, event, names)
    says = _FIELD.sub(lambda found: _named(found[1], event, names), sentence)
    words = " ".join(part for part in (_title(event.words.title), printable(event.words.content)) if part)
    at = event.at.astimezone().strftime("%H:%M:%S") if event.at is not None else "--:--:--"
    return Line(at, excerpt(_plainly(event.kind), NAME_CHARS), says, excerpt(words, WORDS_CHARS))


def printable(text: str) -> str:
    """What of a text is letters, signs and blanks: nothing that moves a cursor, turns a line or hides."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text)


def _plain(event: Event) -> str:
    """A kind that has no sentence: whom it names."""
    return "{agent}" if event.agent_id else "somebody"


def _plainly(kind: str) -> str:
    """A kind as words."""
    return printable(kind).replace(".", " ").replace("_", " ")


async def _ask(field: str, event: Event, names: Names) -> None:
    """Look up what a field needs and no event told."""
    agent_id = _agent_id(field, event)
    if (field == "post" or (field == "author" and not names.agent(agent_id))) and event.post_id:
        await names.ask_for_post(event.post_id)
    elif field == "submolt" and event.submolt_id:
        await names.ask_for_submolt(event.submolt_id)
    elif field == "room" and event.room_id:
        await names.ask_for_room(event.room_id)
    elif field in _PRIVATE and agent_id:
        await names.ask_for_partner(agent_id)


def _named(field: str, event: Event, names: Names) -> str:
    if field == "post":
        return _title(names.title(event.post_id)) or f"post {_short(event.post_id)}"
    if field == "submolt":
        name = names.submolt(event.submolt_id)
        return f"m/{_fit(name)}" if name else f"submolt {_short(event.submolt_id)}"
    if field == "room":
        name = names.room(event.room_id)
        return f"#{_fit(name)}" if name else f"room {_short(event.room_id)}"
    agent_id = _agent_id(field, event)
    if agent_id:
        return _fit(names.agent(agent_id)) or f"agent {_short(agent_id)}"
    value = event.body.get(field)
    return excerpt(printable(str(value)), TITLE_CHARS) if value is not None else "–"


def _agent_id(field: str, event: Event) -> str:
    value = event.body.get(f"{field}_id")
    return value if isinstance(value, str) else ""


def _title(title: str) -> str:
    return f"“{excerpt(printable(title), TITLE_CHARS)}”" if title else ""


def _fit(name: str) -> str:
    return excerpt(printable(name), NAME_CHARS)


def _short(an_id: str) -> str:
    """The end of an id: ids made in the same moment begin alike."""
    return f"…{printable(an_id)[-6:]}"
