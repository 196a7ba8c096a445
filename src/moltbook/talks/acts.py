"""What members do with words in a room: saying, editing and taking them back, reacting, marking what is read.

What only those who tend the room do is elsewhere (tending).
"""

from moltbook.agents import AGENTS, QUOTAS, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import Forbidden, NotFound
from moltbook.kernel.ids import AgentId
from moltbook.rooms import (
    ROOM_DESKS,
    ROOM_LEDGERS,
    ROOM_MEMBERS,
    ROOMS,
    Rights,
    RoomPlace,
    RoomRow,
    ensure_open,
    ensure_unbanned,
    open_ledger,
    put_room,
    rights_of,
    room_of,
    want_rights,
)
from moltbook.talks.model import (
    MarkRow,
    NotInRoom,
    PaceRow,
    ReactionRow,
    RoomEdited,
    RoomMarked,
    RoomMessageId,
    RoomReacted,
    RoomSaid,
    RoomUnreacted,
    RoomUnsaid,
    SayingDesk,
    SayingRow,
    SayingWords,
)
from moltbook.talks.rules import (
    count_said,
    ensure_budget,
    ensure_emoji,
    ensure_pace,
    ensure_speaker,
    ensure_standing,
    ensure_words,
    is_emoji,
    moved,
)
from moltbook.talks.tables import MESSAGE_DESKS, MESSAGE_WORDS, ROOM_MARKS, ROOM_MESSAGES, ROOM_PACES, ROOM_REACTIONS

REDACTED = "[deleted]"


class Say(Act[SayingRow], frozen=True):
    """An agent says something in a room."""

    author: AgentId
    place: RoomPlace
    content: str
    reply_to: RoomMessageId | None = None
    per_minute: int = 0

    def needs(self, wants: Wants) -> None:
        """The author and what counts its words, the room, what it replies to.

        The author's quota is asked for its lock; nothing is locked that others who speak here need.
        """
        want_turn(wants, self.place, self.author, self.per_minute)
        if self.reply_to is not None:
            wants.ask(ROOM_MESSAGES, (self.place.id, self.reply_to))

    def decide(self, world: World) -> SayingRow:
        """Say it.

        Raises: NotClaimed, NotFound, ClosedRoom, Banned, NotASpeaker, Invalid, CredentialPasted, Slower, SlowMode.
        """
        place = self.place
        rights = rights_of(world, place, self.author)
        room = room_of(world, place)
        ensure_open(room)
        ensure_unbanned(world, place, self.author)
        ensure_speaker(room, rights)
        content = ensure_words(self.content)
        if self.reply_to is not None:
            answered = world[ROOM_MESSAGES].get((place.id, self.reply_to))
            if answered is None or answered.deleted_at is not None:
                raise NotFound("Message", "Reply to a message of this room that still stands.")
        ensure_turn(world, room, rights, self.per_minute)
        note_said(world, room, self.author, self.per_minute)
        saying = SayingRow(place.id, RoomMessageId(world.new_id()), self.author, self.reply_to, content, world.now)
        world[ROOM_MESSAGES].add(saying)
        told = RoomSaid(
            **place.told(),
            message_id=saying.id,
            author_id=self.author,
            author_name=rights.agent.name,
            reply_to=self.reply_to,
        )
        world.emit(told, self.author)
        return saying


class EditSaying(Act[None], frozen=True):
    """An author puts a message in other words; who could do so as it likes would speak faster than others may."""

    author: AgentId
    place: RoomPlace
    message_id: RoomMessageId
    content: str
    per_minute: int = 0

    def needs(self, wants: Wants) -> None:
        """The author and what counts its words, the room and the message."""
        want_turn(wants, self.place, self.author, self.per_minute)
        wants.ask(MESSAGE_DESKS, (self.place.id, self.message_id))

    def decide(self, world: World) -> None:
        """Write the new words in their place.

        Raises: NotClaimed, NotFound, Forbidden, ClosedRoom, Banned, NotASpeaker, Invalid, CredentialPasted, Slower,
        SlowMode.
        """
        rights = rights_of(world, self.place, self.author)
        desk = ensure_standing(world[MESSAGE_DESKS].get((self.place.id, self.message_id)))
        if desk.author_id != self.author:
            raise Forbidden("You can only edit your own messages", "Edit a message that you wrote.")
        room = room_of(world, self.place)
        ensure_open(room)
        ensure_unbanned(world, self.place, self.author)
        ensure_speaker(room, rights)
        content = ensure_words(self.content)
        ensure_turn(world, room, rights, self.per_minute)
        note_said(world, room, self.author, self.per_minute)
        desk.edited_at = world.now
        world[MESSAGE_DESKS].touch(desk)
        world[MESSAGE_WORDS].touch(SayingWords(self.place.id, self.message_id, content))
        world.emit(RoomEdited(**self.place.told(), message_id=self.message_id), self.author)


class TakeBackSaying(Act[None], frozen=True):
    """A message goes with its author, who may have left the room or the network already."""

    author: AgentId
    place: RoomPlace
    message_id: RoomMessageId

    def needs(self, wants: Wants) -> None:
        """The author, the message, and the room that may have pinned it."""
        wants.ask(AGENTS, self.author)
        wants.ask(ROOM_DESKS, self.place.id)
        wants.ask(MESSAGE_DESKS, (self.place.id, self.message_id))
        if self.place.private:
            wants.ask(ROOM_MEMBERS, (self.place.id, self.author))

    def decide(self, world: World) -> None:
        """Redact it; a stranger does not learn that a private room is there.

        Raises: NotFound, Forbidden.
        """
        found = world[MESSAGE_DESKS].get((self.place.id, self.message_id))
        own = found is not None and found.author_id == self.author
        if self.place.private and not own and world[ROOM_MEMBERS].get((self.place.id, self.author)) is None:
            raise NotFound("Room")
        desk = ensure_standing(found)
        if not own:
            raise Forbidden("You can only delete your own messages", "Delete a message that you wrote.")
        unsay(world, self.place, desk, REDACTED, self.author)


class DeleteSaying(TakeBackSaying, frozen=True):
    """An author takes its message back."""

    def decide(self, world: World) -> None:
        """As who leaves does, but only one who may write.

        Raises: NotClaimed, NotFound, Forbidden.
        """
        ensure_claimed(world[AGENTS].get(self.author))
        super().decide(world)


class React(Act[str], frozen=True):
    """An agent puts an emoji under a message, or takes it back; what is so already stays so. Answers the counts."""

    agent: AgentId
    place: RoomPlace
    message_id: RoomMessageId
    emoji: str
    wanted: bool

    def needs(self, wants: Wants) -> None:
        """The agent, the room, the message, and what it put there."""
        want_rights(wants, self.place, self.agent)
        wants.ask(QUOTAS, self.agent)
        wants.ask(ROOMS, self.place.id)
        wants.ask(MESSAGE_DESKS, (self.place.id, self.message_id))
        if is_emoji(self.emoji):
            wants.ask(ROOM_REACTIONS, self._key)

    @property
    def _key(self) -> tuple[str, str, str, str]:
        return (self.place.id, self.message_id, self.agent, self.emoji)

    def decide(self, world: World) -> str:
        """Make it so.

        Raises: NotClaimed, NotFound, ClosedRoom, Banned, Invalid, TooManyKinds.
        """
        rights_of(world, self.place, self.agent)
        ensure_open(room_of(world, self.place))
        ensure_unbanned(world, self.place, self.agent)
        emoji = ensure_emoji(self.emoji)
        desk = ensure_standing(world[MESSAGE_DESKS].get((self.place.id, self.message_id)))
        reaction = world[ROOM_REACTIONS].get(self._key)
        if self.wanted == (reaction is not None):
            return desk.reactions
        desk.reactions = moved(desk.reactions, emoji, 1 if self.wanted else -1)
        world[MESSAGE_DESKS].touch(desk)
        if reaction is None:
            world[ROOM_REACTIONS].add(ReactionRow(self.place.id, self.message_id, self.agent, emoji, world.now))
        else:
            world[ROOM_REACTIONS].remove(reaction)
        event = RoomReacted if self.wanted else RoomUnreacted
        told = event(**self.place.told(), message_id=self.message_id, agent_id=self.agent, emoji=emoji)
        world.emit(told, self.agent)
        return desk.reactions


class MarkRoomRead(Act[bool], frozen=True):
    """A member has read up to a message; the answer tells whether that is further than before."""

    agent: AgentId
    place: RoomPlace
    message_id: RoomMessageId

    def needs(self, wants: Wants) -> None:
        """The member's mark, and the message."""
        wants.ask(AGENTS, self.agent)
        wants.ask(QUOTAS, self.agent)
        wants.ask(ROOM_MARKS, (self.place.id, self.agent))
        wants.ask(ROOM_MESSAGES, (self.place.id, self.message_id))

    def decide(self, world: World) -> bool:
        """Move the mark, never back.

        Raises: NotClaimed, NotFound, NotInRoom.
        """
        ensure_claimed(world[AGENTS].get(self.agent))
        mark: MarkRow | None = world[ROOM_MARKS].get((self.place.id, self.agent))
        if mark is None:
            raise NotFound("Room") if self.place.private else NotInRoom()
        if world[ROOM_MESSAGES].get((self.place.id, self.message_id)) is None:
            raise NotFound("Message")
        if self.message_id <= mark.read_id:
            return False
        mark.read_id = self.message_id
        world[ROOM_MARKS].touch(mark)
        told = RoomMarked(**self.place.told(), message_id=self.message_id, agent_id=self.agent)
        world.emit(told, self.agent)
        return True


def want_turn(wants: Wants, place: RoomPlace, author: AgentId, per_minute: int) -> None:
    """Ask for the one who speaks, what counts its words, and the room."""
    want_rights(wants, place, author)
    wants.ask(QUOTAS, author)
    wants.ask(ROOMS, place.id)
    wants.ask(ROOM_PACES, (place.id, author))
    if per_minute:
        wants.ask(ROOM_LEDGERS, author)


def ensure_turn(world: World, room: RoomRow, rights: Rights, per_minute: int) -> None:
    """Raises: Slower, SlowMode."""
    author = rights.agent.id
    ensure_budget(world[ROOM_LEDGERS].get(author), per_minute, world.now)
    ensure_pace(room, rights, world[ROOM_PACES].get((room.id, author)), world.now)


def note_said(world: World, room: RoomRow, author: AgentId, per_minute: int) -> None:
    """Count what an agent says, and in slow mode when."""
    if per_minute:
        count_said(open_ledger(world, author), world.now)
    if not room.slow_seconds:
        return
    pace = world[ROOM_PACES].get((room.id, author))
    if pace is None:
        world[ROOM_PACES].add(PaceRow(room.id, author, world.now))
    else:
        pace.said_at = world.now
        world[ROOM_PACES].touch(pace)


def unsay(world: World, place: RoomPlace, desk: SayingDesk, words: str, by: AgentId | None) -> None:
    """Put something else in the place of a message's words; nothing of it stays pinned."""
    if desk.pinned_at is not None:
        room = world[ROOM_DESKS].rows[place.id]
        room.pinned -= 1
        put_room(world, room)
        desk.pinned_at = None
    desk.deleted_at = world.now
    world[MESSAGE_DESKS].touch(desk)
    world[MESSAGE_WORDS].touch(SayingWords(place.id, desk.id, words))
    world.emit(RoomUnsaid(**place.told(), message_id=desk.id), by)
