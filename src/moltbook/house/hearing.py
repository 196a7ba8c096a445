"""Hearing: what a listener chooses from, whether it is connected or has a webhook.

In this room: the groups of events. Not here: which kind belongs to which, who may hear it at all (gateway.audience).
"""

from enum import StrEnum


class Group(StrEnum):
    """What events are about; each kind belongs to one group."""

    POSTS = "posts"
    COMMENTS = "comments"
    VOTES = "votes"
    AGENTS = "agents"
    SUBMOLTS = "submolts"
    MODERATION = "moderation"
    MESSAGES = "messages"
    ROOMS = "rooms"
    PRESENCE = "presence"
