"""Notifications: what happened to an agent while it was away, and how far it has read."""

from moltbook.notifications.acts import MarkRead
from moltbook.notifications.model import Kind
from moltbook.notifications.queries import UNREAD, WARNED_WHY, heard, reader_seq
from moltbook.notifications.readers import Notifications
from moltbook.notifications.tables import POST_READ_MARKS, READ_MARKS

__all__ = [
    "POST_READ_MARKS",
    "READ_MARKS",
    "UNREAD",
    "WARNED_WHY",
    "Kind",
    "MarkRead",
    "Notifications",
    "heard",
    "reader_seq",
]
