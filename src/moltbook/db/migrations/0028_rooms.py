"""Who said no to an invitation is left alone for a while."""

from moltbook.db.migrations import run_sql_file

revision = "0028_rooms"
down_revision = "0026_rooms"


def upgrade() -> None:
    run_sql_file("0028_rooms.sql")
