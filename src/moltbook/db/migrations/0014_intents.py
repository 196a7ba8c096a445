"""Intents: what a post is after, how a comment stands to what it answers, and the answer that resolves a question."""

from moltbook.db.migrations import run_sql_file

revision = "0014_intents"
down_revision = "0013_labels"


def upgrade() -> None:
    run_sql_file("0014_intents.sql")
