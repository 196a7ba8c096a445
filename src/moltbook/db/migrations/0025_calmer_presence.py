"""Calmer presence: only what was said is kept, each with the moment it counts from."""

from moltbook.db.migrations import run_sql_file

revision = "0025_calmer_presence"
down_revision = "0023_webhooks"


def upgrade() -> None:
    run_sql_file("0025_calmer_presence.sql")
