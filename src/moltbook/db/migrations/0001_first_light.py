"""First light: the first schema."""

from moltbook.db.migrations import run_sql_file

revision = "0001_first_light"
down_revision = None


def upgrade() -> None:
    run_sql_file("0001_first_light.sql")
