"""Moderation: roles, pins, locks, removals, bans, reports, the public log and its appeals."""

from moltbook.db.migrations import run_sql_file

revision = "0006_moderation"
down_revision = "0001_first_light"


def upgrade() -> None:
    run_sql_file("0006_moderation.sql")
