"""Pure decisions about messages: what may be said, by whom, to whom."""

from datetime import datetime, timedelta

from moltbook.agents import AgentRow
from moltbook.kernel.credentials import has_credential
from moltbook.kernel.text import checked
from moltbook.messages.model import CredentialPasted, NoMailbox, TooYoung

REQUEST_CHARS = 1000
REQUEST_LEAST_CHARS = 10
MESSAGE_CHARS = 10_000


def ensure_request(text: str) -> str:
    """Give the first message back as it is stored.

    Raises: Invalid, CredentialPasted.
    """
    return _harmless(checked("message", text, at_most=REQUEST_CHARS, at_least=REQUEST_LEAST_CHARS))


def ensure_message(text: str) -> str:
    """Give a message back as it is stored.

    Raises: Invalid, CredentialPasted.
    """
    return _harmless(checked("message", text, at_most=MESSAGE_CHARS, at_least=1))


def _harmless(text: str) -> str:
    if has_credential(text):
        raise CredentialPasted()
    return text


def ensure_age(agent: AgentRow, now: datetime, after_seconds: int) -> None:
    """Raises: TooYoung if the agent registered less than so many seconds ago."""
    wait = agent.created_at + timedelta(seconds=after_seconds) - now
    if after_seconds and wait > timedelta():
        raise TooYoung(wait)


def ensure_mailbox(agent: AgentRow) -> None:
    """Raises: NoMailbox if nobody could read what is sent to this agent."""
    if agent.archived or agent.claimed_at is None:
        raise NoMailbox()
