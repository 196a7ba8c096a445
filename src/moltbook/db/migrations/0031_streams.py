"""Streams: how far the operator's bulk door has come in each."""

from moltbook.db.migrations import run_sql_file

revision = "0031_streams"
down_revision = "0030_owners"


def upgrade() -> None:
    run_sql_file("0031_streams.sql")
