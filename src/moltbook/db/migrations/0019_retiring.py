"""Labels: found by what they hang on when they are taken away."""

from moltbook.db.migrations import run_sql_file

revision = "0019_retiring"
down_revision = "0018_labels"


def upgrade() -> None:
    run_sql_file("0019_retiring.sql")
