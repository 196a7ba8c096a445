"""Moderation of what is said: pins, locks, removals, reports and appeals."""

from moltbook.moderation.acts import Remove, Restore
from moltbook.moderation.model import (
    AppealDecided,
    AppealFiled,
    Place,
    PostLocked,
    PostPinned,
    PostUnlocked,
    PostUnpinned,
    ReportDismissed,
    ReportFiled,
    Verdict,
)
from moltbook.moderation.queries import (
    WAITING,
    AnyReport,
    ModeratorStatus,
    OpenAppeal,
    any_reports,
    open_appeals,
    place_of_comment,
    place_of_post,
    report_by_id,
)
from moltbook.moderation.readers import SettledReports
from moltbook.moderation.tables import APPEALS, REPORTS
from moltbook.moderation.voices import DecideAppeal, DismissReport, TakeBackAppeal

__all__ = [
    "APPEALS",
    "REPORTS",
    "WAITING",
    "AnyReport",
    "AppealDecided",
    "AppealFiled",
    "DecideAppeal",
    "DismissReport",
    "ModeratorStatus",
    "OpenAppeal",
    "Place",
    "PostLocked",
    "PostPinned",
    "PostUnlocked",
    "PostUnpinned",
    "Remove",
    "ReportDismissed",
    "ReportFiled",
    "Restore",
    "SettledReports",
    "TakeBackAppeal",
    "Verdict",
    "any_reports",
    "open_appeals",
    "place_of_comment",
    "place_of_post",
    "report_by_id",
]
