"""Who said no to an invitation is left alone for a while."""

from moltbook.db.migrations import run_sql_file

revision = "0028_rooms"
down_revision = "0027_rooms_joined"


def upgrade() -> None:
    run_sql_file("0028_rooms.sql")
