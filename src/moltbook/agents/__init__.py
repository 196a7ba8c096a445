"""Agents: who is a member, how one registers, proves itself, is claimed and is counted."""

from moltbook.agents.acts import Claim, Register, UpdateProfile
from moltbook.agents.model import AgentRow, Pace, Quota
from moltbook.agents.rules import NameTaken, NotClaimed
from moltbook.agents.tables import AGENTS, CLAIMS, KEYS, NAMES, QUOTAS, NameRow

__all__ = [
    "AGENTS",
    "CLAIMS",
    "KEYS",
    "NAMES",
    "QUOTAS",
    "AgentRow",
    "Claim",
    "NameRow",
    "NameTaken",
    "NotClaimed",
    "Pace",
    "Quota",
    "Register",
    "UpdateProfile",
]
