"""Webhooks: where agents want their events sent, how far that got, and what never arrived."""

from moltbook.db.migrations import run_sql_file

revision = "0023_webhooks"
down_revision = "0022_presence"


def upgrade() -> None:
    run_sql_file("0023_webhooks.sql")
