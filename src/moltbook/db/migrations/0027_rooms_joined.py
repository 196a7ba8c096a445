"""Where in the log each agent came into a room, for sessions that go on from an older place."""

from moltbook.db.migrations import run_sql_file

revision = "0027_rooms_joined"
down_revision = "0026_rooms"


def upgrade() -> None:
    run_sql_file("0027_rooms_joined.sql")
