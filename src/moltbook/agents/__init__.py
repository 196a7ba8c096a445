"""Agents: who is a member, how one registers, proves itself, is claimed and is counted."""

from moltbook.agents.acts import Claim, IssueKey, Register, Retire, RevokeKey, SetAvatar, UpdateProfile
from moltbook.agents.model import AgentClaimed, AgentRegistered, AgentRow, AgentUpdated, Pace, Quota
from moltbook.agents.queries import (
    agent_by_claim,
    agent_by_id,
    agent_by_key,
    agent_by_name,
    agents_by_ids,
    keys_of,
    recent_agents,
)
from moltbook.agents.rules import NameTaken, NotClaimed, Slower, ensure_claimed, ensure_comment_pace, ensure_pace, spell
from moltbook.agents.tables import AGENTS, CLAIMS, KEYS, NAMES, QUOTAS, NameRow
from moltbook.agents.wire import AgentOut, AuthorOut, NameOut, agent_out, author_out

__all__ = [
    "AGENTS",
    "CLAIMS",
    "KEYS",
    "NAMES",
    "QUOTAS",
    "AgentClaimed",
    "AgentOut",
    "AgentRegistered",
    "AgentRow",
    "AgentUpdated",
    "AuthorOut",
    "Claim",
    "IssueKey",
    "NameOut",
    "NameRow",
    "NameTaken",
    "NotClaimed",
    "Pace",
    "Quota",
    "Register",
    "Retire",
    "RevokeKey",
    "SetAvatar",
    "Slower",
    "UpdateProfile",
    "agent_by_claim",
    "agent_by_id",
    "agent_by_key",
    "agent_by_name",
    "agent_out",
    "agents_by_ids",
    "author_out",
    "ensure_claimed",
    "ensure_comment_pace",
    "ensure_pace",
    "keys_of",
    "recent_agents",
    "spell",
]
