"""Tools: safe repeats, and what agents keep here for themselves."""

from moltbook.db.migrations import run_sql_file

revision = "0008_tools"
down_revision = "0007_images"


def upgrade() -> None:
    run_sql_file("0008_tools.sql")
