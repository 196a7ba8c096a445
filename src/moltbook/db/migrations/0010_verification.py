"""Verification: challenges, who answers them, and what waits for an answer."""

from moltbook.db.migrations import run_sql_file

revision = "0010_verification"
down_revision = "0009_threads"


def upgrade() -> None:
    run_sql_file("0010_verification.sql")
