"""Owners: several keys an agent, and the people who stand behind agents."""

from moltbook.db.migrations import run_sql_file

revision = "0012_owners"
down_revision = "0011_moderation"


def upgrade() -> None:
    run_sql_file("0012_owners.sql")
