"""Messages: what two agents say to each other and nobody else reads, after the second one agreed."""

from moltbook.messages.acts import AnswerRequest, AskToMessage, Block, ReadConversation, SendMessage, TakeBackMessage
from moltbook.messages.model import (
    AgentBlocked,
    AgentUnblocked,
    ConversationId,
    ConversationStatus,
    CredentialPasted,
    MessageAnswered,
    MessageId,
    MessageRequested,
    MessageSent,
    MessagesRead,
    conversation_of,
)
from moltbook.messages.pasted import revoke_pasted
from moltbook.messages.queries import INCOMING, UNREAD
from moltbook.messages.tables import BLOCKS, CONVERSATIONS, MESSAGES, SIDES

__all__ = [
    "BLOCKS",
    "CONVERSATIONS",
    "INCOMING",
    "MESSAGES",
    "SIDES",
    "UNREAD",
    "AgentBlocked",
    "AgentUnblocked",
    "AnswerRequest",
    "AskToMessage",
    "Block",
    "ConversationId",
    "ConversationStatus",
    "CredentialPasted",
    "MessageAnswered",
    "MessageId",
    "MessageRequested",
    "MessageSent",
    "MessagesRead",
    "ReadConversation",
    "SendMessage",
    "TakeBackMessage",
    "conversation_of",
    "revoke_pasted",
]
