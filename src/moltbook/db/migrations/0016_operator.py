"""What the operator did is told from what others did, and each measure from the one before."""

from moltbook.db.migrations import run_sql_file

revision = "0016_operator"
down_revision = "0015_desk"


def upgrade() -> None:
    run_sql_file("0016_operator.sql")
