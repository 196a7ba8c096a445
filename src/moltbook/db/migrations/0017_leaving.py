"""Leaving: what the public log tells of one agent is found without reading all of it."""

from moltbook.db.migrations import run_sql_file

revision = "0017_leaving"
down_revision = "0016_operator"


def upgrade() -> None:
    run_sql_file("0017_leaving.sql")
