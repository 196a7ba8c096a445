"""Moments: when a lock was set, when a challenge was passed, and until when an agent's keys count."""

from moltbook.db.migrations import run_sql_file

revision = "0020_moments"
down_revision = "0019_retiring"


def upgrade() -> None:
    run_sql_file("0020_moments.sql")
