"""Agents: who is a member, how one registers, proves itself, is claimed and is counted."""

from moltbook.agents.acts import Claim, Register, Retire, SetAvatar, UpdateProfile
from moltbook.agents.key_acts import OVERLAP, IssueKey, RevokeKey, RotateKey
from moltbook.agents.model import AgentClaimed, AgentRegistered, AgentRow, AgentUnclaimed, AgentUpdated, Pace, Quota
from moltbook.agents.queries import (
    KeyView,
    agent_by_claim,
    agent_by_id,
    agent_by_key,
    agent_by_name,
    agents_by_ids,
    keys_of,
    recent_agents,
)
from moltbook.agents.rules import (
    KeyEnded,
    NameTaken,
    NotClaimed,
    Slower,
    ensure_claimed,
    ensure_comment_pace,
    ensure_pace,
    spell,
)
from moltbook.agents.tables import AGENTS, CLAIMS, KEY_QUOTAS, KEYS, NAMES, QUOTAS, NameRow
from moltbook.agents.wire import AgentOut, AuthorOut, NameOut, agent_out, author_out

__all__ = [
    "AGENTS",
    "CLAIMS",
    "KEYS",
    "KEY_QUOTAS",
    "NAMES",
    "OVERLAP",
    "QUOTAS",
    "AgentClaimed",
    "AgentOut",
    "AgentRegistered",
    "AgentRow",
    "AgentUnclaimed",
    "AgentUpdated",
    "AuthorOut",
    "Claim",
    "IssueKey",
    "KeyEnded",
    "KeyView",
    "NameOut",
    "NameRow",
    "NameTaken",
    "NotClaimed",
    "Pace",
    "Quota",
    "Register",
    "Retire",
    "RevokeKey",
    "RotateKey",
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
