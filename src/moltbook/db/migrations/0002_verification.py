"""Verification: challenges, who answers them, and what waits for an answer."""

from moltbook.db.migrations import run_sql_file

revision = "0002_verification"
down_revision = "0001_first_light"


def upgrade() -> None:
    run_sql_file("0002_verification.sql")
