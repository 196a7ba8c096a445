"""Agent ranks: karma and activity leave the indexes of `agents`."""

from moltbook.db.migrations import run_sql_file

revision = "0002_agent_ranks"
down_revision = "0001_first_light"


def upgrade() -> None:
    run_sql_file("0002_agent_ranks.sql")
