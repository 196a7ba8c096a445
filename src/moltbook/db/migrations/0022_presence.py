"""Presence and interest: who is awake, which threads and searches an agent follows."""

from moltbook.db.migrations import run_sql_file

revision = "0022_presence"
down_revision = "0020_moments"


def upgrade() -> None:
    run_sql_file("0022_presence.sql")
