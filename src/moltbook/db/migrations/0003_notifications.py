"""Notifications: who is told of what, and up to where each has read."""

from moltbook.db.migrations import run_sql_file

revision = "0003_notifications"
down_revision = "0002_agent_ranks"


def upgrade() -> None:
    run_sql_file("0003_notifications.sql")
