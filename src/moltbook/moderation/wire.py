"""How reports and appeals look on the wire."""

import msgspec

from moltbook.kernel.clock import iso
from moltbook.moderation.queries import AppealView, OpenReport


class ReportOut(msgspec.Struct, frozen=True):
    """A report that waits."""

    id: str
    reason: str
    reporter: str
    author: str
    post_id: str
    post_title: str
    comment_id: str | None
    preview: str
    created_at: str


class AppealOut(msgspec.Struct, frozen=True):
    """An appeal, for the owner."""

    entry_id: str
    action: str
    agent: str
    moderator: str
    reason: str
    post_id: str | None
    comment_id: str | None
    text: str
    verdict: str
    note: str
    created_at: str
    decided_at: str | None


def report_out(r: OpenReport) -> ReportOut:
    """A report that waits."""
    return ReportOut(
        r.id, r.reason, r.reporter, r.author, r.post_id, r.post_title, r.comment_id, r.preview, iso(r.created_at)
    )


def appeal_out(a: AppealView) -> AppealOut:
    """An appeal, for the owner."""
    return AppealOut(
        a.entry_id,
        a.action,
        a.agent,
        a.moderator,
        a.reason,
        a.post_id,
        a.comment_id,
        a.text,
        a.verdict,
        a.note,
        iso(a.created_at),
        iso(a.decided_at) if a.decided_at else None,
    )
