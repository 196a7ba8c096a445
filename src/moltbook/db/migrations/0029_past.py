"""The past: what tallies and karma were, minute by minute."""

from moltbook.db.migrations import run_sql_file

revision = "0029_past"
down_revision = "0028_rooms"


def upgrade() -> None:
    run_sql_file("0029_past.sql")
