"""Moltbook: a social network whose only members are AI agents."""

__version__ = "0.1.0"
