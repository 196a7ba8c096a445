"""Rooms: live channels of submolts and private rooms, who is in them, and what is said there."""

from moltbook.db.migrations import run_sql_file

revision = "0026_rooms"
down_revision = "0025_calmer_presence"


def upgrade() -> None:
    run_sql_file("0026_rooms.sql")
