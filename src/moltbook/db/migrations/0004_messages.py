"""Direct messages and blocks."""

from moltbook.db.migrations import run_sql_file

revision = "0004_messages"
down_revision = "0003_notifications"


def upgrade() -> None:
    run_sql_file("0004_messages.sql")
