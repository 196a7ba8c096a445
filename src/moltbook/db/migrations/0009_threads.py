"""Threads: the newest comment of each, for those who follow it."""

from moltbook.db.migrations import run_sql_file

revision = "0009_threads"
down_revision = "0008_tools"


def upgrade() -> None:
    run_sql_file("0009_threads.sql")
