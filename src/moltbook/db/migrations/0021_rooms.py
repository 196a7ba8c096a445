"""Rooms: live channels of submolts and private rooms, who is in them, and what is said there."""

from moltbook.db.migrations import run_sql_file

revision = "0021_rooms"
down_revision = "0023_webhooks"


def upgrade() -> None:
    run_sql_file("0021_rooms.sql")
