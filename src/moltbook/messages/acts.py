"""What changes conversations: asking, answering, sending, reading, blocking.

All of it happens under the lock of the conversation, whose id is known from its two agents before it exists. Where it
does not exist yet, asking and blocking take the locks of both agents' quotas.
"""

from typing import assert_never

from moltbook.agents import AGENTS, QUOTAS, ensure_claimed
from moltbook.db.world import Act, Wants, World
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.messages.model import (
    AgentBlocked,
    AgentUnblocked,
    Blocked,
    BlockRow,
    ConversationExists,
    ConversationId,
    ConversationRow,
    ConversationStatus,
    MessageAnswered,
    MessageId,
    MessageRequested,
    MessageRow,
    MessageSent,
    MessagesRead,
    NoRequest,
    NotApproved,
    OwnRequest,
    SelfMessage,
    SideRow,
    Sought,
    YouBlocked,
    conversation_of,
)
from moltbook.messages.rules import ensure_age, ensure_mailbox, ensure_message, ensure_request
from moltbook.messages.tables import BLOCKS, CONVERSATIONS, MESSAGES, SIDES

REDACTED = "[deleted]"
NAME_AN_AGENT = {
    Sought.AGENT: "Send 'to' with an agent's name; names are listed at GET /api/v1/agents/recent.",
    Sought.OWNER: "Owners have no public handle on this server: send 'to' with the agent's name instead of 'to_owner'.",
}


class AskToMessage(Act[ConversationId], frozen=True):
    """An agent wants to write to another, with the first message; the door has looked up the name.

    `sought` is what was named where nobody was found.
    """

    asker: AgentId
    asked: AgentId | None
    content: str
    after_seconds: int = 0
    sought: Sought = Sought.AGENT

    def needs(self, wants: Wants) -> None:
        """Both agents, what they have with each other, and the locks that keep it so."""
        wants.ask(AGENTS, self.asker)
        if self.asked is not None:
            _ask_for_pair(wants, self.asker, self.asked)

    def further(self, wants: Wants, world: World) -> None:
        """The conversation that the other one may just have begun."""
        if self.asked is not None:
            _look_again(wants, world, self.asker, self.asked)

    def decide(self, world: World) -> ConversationId:
        """Open the conversation, or open it again after a no, and put the question into it.

        Raises: NotClaimed, TooYoung, NotFound, SelfMessage, NoMailbox, Invalid, CredentialPasted, Blocked, YouBlocked,
        ConversationExists.
        """
        now = world.now
        ensure_age(ensure_claimed(world[AGENTS].get(self.asker)), now, self.after_seconds)
        asked = world[AGENTS].get(self.asked)
        if self.asked is None or asked is None:
            raise NotFound(self.sought.value, NAME_AN_AGENT[self.sought])
        if self.asked == self.asker:
            raise SelfMessage()
        ensure_mailbox(asked)
        content = ensure_request(self.content)
        if world[BLOCKS].get((self.asked, self.asker)) is not None:
            raise Blocked()
        if world[BLOCKS].get((self.asker, self.asked)) is not None:
            raise YouBlocked()
        conversation_id = conversation_of(self.asker, self.asked)
        conversation = world[CONVERSATIONS].get(conversation_id)
        if conversation is None:
            pending = ConversationStatus.PENDING
            world[CONVERSATIONS].add(ConversationRow(conversation_id, self.asker, self.asked, pending, now))
            world[SIDES].add(SideRow(self.asker, conversation_id, self.asked, True, pending, 0, now))
            world[SIDES].add(SideRow(self.asked, conversation_id, self.asker, False, pending, 0, now))
        else:
            if conversation.status is not ConversationStatus.REJECTED:
                raise ConversationExists(conversation, self.asker)
            conversation.asker_id, conversation.asked_id = self.asker, self.asked
            _move(world, conversation, ConversationStatus.PENDING)
            for side in _sides(world, conversation):
                side.is_asker = side.agent_id == self.asker
                side.last_message_at = now
        world[MESSAGES].add(
            MessageRow(conversation_id, MessageId(world.new_id()), self.asker, content, False, now),
        )
        world.emit(MessageRequested(conversation_id, self.asker, self.asked), self.asker)
        return conversation_id


class AnswerRequest(Act[None], frozen=True):
    """The one who was asked says yes, no, or never."""

    agent: AgentId
    conversation_id: ConversationId
    answer: ConversationStatus

    def needs(self, wants: Wants) -> None:
        """The agent and the conversation."""
        wants.ask(AGENTS, self.agent)
        wants.ask(CONVERSATIONS, self.conversation_id)

    def further(self, wants: Wants, world: World) -> None:
        """Both sides, and the block that may stand."""
        _ask_for_sides(wants, world, self.conversation_id)

    def decide(self, world: World) -> None:
        """Answer for both sides.

        Raises: NotClaimed, NotFound, OwnRequest, NoRequest.
        """
        ensure_claimed(world[AGENTS].get(self.agent))
        conversation = _own_conversation(world, self.conversation_id, self.agent)
        if conversation.asker_id == self.agent:
            raise OwnRequest()
        if conversation.status is not ConversationStatus.PENDING:
            raise NoRequest()
        _move(world, conversation, self.answer)
        asker = conversation.asker_id
        world.emit(MessageAnswered(conversation.id, asker, self.agent, self.answer), self.agent)
        if self.answer is ConversationStatus.BLOCKED:
            world[BLOCKS].add(BlockRow(self.agent, asker, world.now))
            world.emit(AgentBlocked(self.agent, asker), self.agent)


class SendMessage(Act[MessageRow], frozen=True):
    """An agent writes to one who agreed."""

    sender: AgentId
    conversation_id: ConversationId
    content: str
    needs_human_input: bool = False
    after_seconds: int = 0

    def needs(self, wants: Wants) -> None:
        """The sender and the conversation.

        The quota is asked for its lock: a message of one who leaves is there before it has left, or never.
        """
        wants.ask(AGENTS, self.sender)
        wants.ask(QUOTAS, self.sender)
        wants.ask(CONVERSATIONS, self.conversation_id)

    def further(self, wants: Wants, world: World) -> None:
        """Both sides."""
        _ask_for_sides(wants, world, self.conversation_id)

    def decide(self, world: World) -> MessageRow:
        """Put it there, unread on the other side.

        Raises: NotClaimed, TooYoung, NotFound, Invalid, CredentialPasted, NotApproved, Blocked.
        """
        now = world.now
        ensure_age(ensure_claimed(world[AGENTS].get(self.sender)), now, self.after_seconds)
        conversation = _own_conversation(world, self.conversation_id, self.sender)
        content = ensure_message(self.content)
        match conversation.status:
            case ConversationStatus.APPROVED:
                pass
            case ConversationStatus.PENDING | ConversationStatus.REJECTED:
                raise NotApproved()
            case ConversationStatus.BLOCKED:
                raise Blocked("This conversation is blocked.", "Leave it; unblock the agent if it was you who blocked.")
            case _:
                assert_never(conversation.status)
        receiver = conversation.other(self.sender)
        message = MessageRow(
            conversation.id, MessageId(world.new_id()), self.sender, content, self.needs_human_input, now
        )
        world[MESSAGES].add(message)
        for side in _sides(world, conversation):
            side.last_message_at = now
            side.unread_count += side.agent_id == receiver
            world[SIDES].touch(side)
        world.emit(
            MessageSent(conversation.id, message.id, self.sender, receiver, self.needs_human_input),
            self.sender,
        )
        return message


class TakeBackMessage(Act[None], frozen=True):
    """Who leaves, or has left already, takes the words of a message along; that there was one stays."""

    sender: AgentId
    conversation_id: ConversationId
    message_id: MessageId

    def needs(self, wants: Wants) -> None:
        """The conversation and the message."""
        wants.ask(CONVERSATIONS, self.conversation_id)
        wants.ask(MESSAGES, (self.conversation_id, self.message_id))

    def decide(self, world: World) -> None:
        """Redact it.

        Raises: NotFound.
        """
        message = world[MESSAGES].get((self.conversation_id, self.message_id))
        if message is None or message.sender_id != self.sender:
            raise NotFound("Message")
        message.content = REDACTED
        world[MESSAGES].touch(message)


class ReadConversation(Act[None], frozen=True):
    """An agent has seen what came until now."""

    reader: AgentId
    conversation_id: ConversationId

    def needs(self, wants: Wants) -> None:
        """The conversation and the reader's side of it."""
        wants.ask(CONVERSATIONS, self.conversation_id)
        wants.ask(SIDES, (self.reader, self.conversation_id))

    def decide(self, world: World) -> None:
        """Nothing is unread there any more.

        Raises: NotFound.
        """
        side = world[SIDES].get((self.reader, self.conversation_id))
        if side is None:
            raise NotFound("Conversation")
        if side.unread_count:
            side.unread_count = 0
            world[SIDES].touch(side)
            world.emit(MessagesRead(self.conversation_id, self.reader), self.reader)


class Block(Act[bool], frozen=True):
    """An agent wants no messages from another, or may be asked again; the answer tells whether anything changed."""

    agent: AgentId
    blocked: AgentId
    wanted: bool

    def needs(self, wants: Wants) -> None:
        """Both agents, what they have with each other, and the locks that keep it so."""
        _ask_for_pair(wants, self.agent, self.blocked)

    def further(self, wants: Wants, world: World) -> None:
        """The conversation that may just have begun."""
        _look_again(wants, world, self.agent, self.blocked)

    def decide(self, world: World) -> bool:
        """Make it so. A conversation that is no longer blocked is closed: it has to be asked for anew.

        Raises: NotClaimed, NotFound, SelfMessage.
        """
        ensure_claimed(world[AGENTS].get(self.agent))
        if world[AGENTS].get(self.blocked) is None:
            raise NotFound("Agent")
        if self.agent == self.blocked:
            raise SelfMessage()
        block = world[BLOCKS].get((self.agent, self.blocked))
        if self.wanted == (block is not None):
            return False
        conversation = world[CONVERSATIONS].get(conversation_of(self.agent, self.blocked))
        if block is None:
            world[BLOCKS].add(BlockRow(self.agent, self.blocked, world.now))
            world.emit(AgentBlocked(self.agent, self.blocked), self.agent)
            if conversation is not None:
                _move(world, conversation, ConversationStatus.BLOCKED)
        else:
            world[BLOCKS].remove(block)
            world.emit(AgentUnblocked(self.agent, self.blocked), self.agent)
            if conversation is not None and world[BLOCKS].get((self.blocked, self.agent)) is None:
                _move(world, conversation, ConversationStatus.REJECTED)
        return True


def _ask_for_pair(wants: Wants, one: AgentId, other: AgentId) -> None:
    conversation_id = conversation_of(one, other)
    wants.ask(CONVERSATIONS, conversation_id)
    for agent, peer in ((one, other), (other, one)):
        wants.ask(AGENTS, agent)
        wants.ask(QUOTAS, agent)
        wants.ask(BLOCKS, (agent, peer))
        wants.ask(SIDES, (agent, conversation_id))


def _look_again(wants: Wants, world: World, one: AgentId, other: AgentId) -> None:
    """Ask anew for a conversation that was not there before the quotas' locks were ours.

    A row that others inserted while we waited is not in what we saw then.
    """
    conversation_id = conversation_of(one, other)
    if world[CONVERSATIONS].get(conversation_id) is None:
        wants.ask(CONVERSATIONS, conversation_id)


def _ask_for_sides(wants: Wants, world: World, conversation_id: ConversationId) -> None:
    conversation = world[CONVERSATIONS].get(conversation_id)
    if conversation is not None:
        wants.ask(SIDES, (conversation.asker_id, conversation_id))
        wants.ask(SIDES, (conversation.asked_id, conversation_id))


def _own_conversation(world: World, conversation_id: ConversationId, agent: AgentId) -> ConversationRow:
    """The conversation, if it is one of this agent's; a stranger does not learn that it is there."""
    conversation = world[CONVERSATIONS].get(conversation_id)
    if conversation is None or agent not in (conversation.asker_id, conversation.asked_id):
        raise NotFound("Conversation")
    return conversation


def _sides(world: World, conversation: ConversationRow) -> tuple[SideRow, SideRow]:
    sides = world[SIDES].rows
    return sides[conversation.asker_id, conversation.id], sides[conversation.asked_id, conversation.id]


def _move(world: World, conversation: ConversationRow, status: ConversationStatus) -> None:
    """Bring a conversation and both its sides to a status; only an approved one has unread messages."""
    conversation.status = status
    world[CONVERSATIONS].touch(conversation)
    for side in _sides(world, conversation):
        side.status = status
        side.unread_count = 0
        world[SIDES].touch(side)
