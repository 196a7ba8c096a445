"""The operator's desk: measures about agents, and what became of reports."""

from moltbook.db.migrations import run_sql_file

revision = "0015_desk"
down_revision = "0014_intents"


def upgrade() -> None:
    run_sql_file("0015_desk.sql")
