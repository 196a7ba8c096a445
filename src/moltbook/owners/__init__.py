"""Owners: the people who stand behind agents.

In this room: links by mail, sessions, whose an agent is. Not here: an agent's keys (agents), what an owner sees (web).
"""

from moltbook.owners.acts import EndSession, EndSessions, EnterByLink, LetGo
from moltbook.owners.letters import ask_to_log_in, ask_to_take_on, at_network, token_digest
from moltbook.owners.model import SESSION_LASTS, Asker, Entered, LinkSpent, OwnedAlready, OwnerId
from moltbook.owners.queries import (
    Said,
    Talk,
    agents_of,
    forget_spent,
    link_by_digest,
    other_sessions,
    owned_agent,
    owner_by_session,
    owner_of,
    talk_of,
    talks_of,
)
from moltbook.owners.tables import LOGIN_LINKS, MAIL_BUDGETS, OWNERS, OWNERSHIPS, SESSIONS

__all__ = [
    "LOGIN_LINKS",
    "MAIL_BUDGETS",
    "OWNERS",
    "OWNERSHIPS",
    "SESSIONS",
    "SESSION_LASTS",
    "Asker",
    "EndSession",
    "EndSessions",
    "EnterByLink",
    "Entered",
    "LetGo",
    "LinkSpent",
    "OwnedAlready",
    "OwnerId",
    "Said",
    "Talk",
    "agents_of",
    "ask_to_log_in",
    "ask_to_take_on",
    "at_network",
    "forget_spent",
    "link_by_digest",
    "other_sessions",
    "owned_agent",
    "owner_by_session",
    "owner_of",
    "talk_of",
    "talks_of",
    "token_digest",
]
