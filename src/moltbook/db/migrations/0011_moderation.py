"""Moderation: roles, pins, locks, removals, bans, reports, the public log and its appeals."""

from moltbook.db.migrations import run_sql_file

revision = "0011_moderation"
down_revision = "0010_verification"


def upgrade() -> None:
    run_sql_file("0011_moderation.sql")
