"""Labels: what a submolt's moderators call its posts and the agents who help them."""

from moltbook.db.migrations import run_sql_file

revision = "0013_labels"
down_revision = "0012_owners"


def upgrade() -> None:
    run_sql_file("0013_labels.sql")
