"""Moderation of what is said: pins, locks, removals, reports and appeals."""

from moltbook.moderation.model import (
    AppealDecided,
    AppealFiled,
    PostLocked,
    PostPinned,
    PostUnlocked,
    PostUnpinned,
    ReportDismissed,
    ReportFiled,
)
from moltbook.moderation.queries import WAITING, ModeratorStatus
from moltbook.moderation.tables import APPEALS, REPORTS
from moltbook.moderation.voices import TakeBackAppeal

__all__ = [
    "APPEALS",
    "REPORTS",
    "WAITING",
    "AppealDecided",
    "AppealFiled",
    "ModeratorStatus",
    "PostLocked",
    "PostPinned",
    "PostUnlocked",
    "PostUnpinned",
    "ReportDismissed",
    "ReportFiled",
    "TakeBackAppeal",
]
