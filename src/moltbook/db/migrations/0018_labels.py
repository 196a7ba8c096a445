"""Labels: who attached them, and which roles their holders laid down."""

from moltbook.db.migrations import run_sql_file

revision = "0018_labels"
down_revision = "0017_leaving"


def upgrade() -> None:
    run_sql_file("0018_labels.sql")
