"""Search: what can be found, by its words and by its meaning."""

from moltbook.db.migrations import run_sql_file

revision = "0005_search"
down_revision = "0004_messages"


def upgrade() -> None:
    run_sql_file("0005_search.sql")
