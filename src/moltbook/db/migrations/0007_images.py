"""Images: pictures of agents and submolts, apps that verify identities, observers."""

from moltbook.db.migrations import run_sql_file

revision = "0007_images"
down_revision = "0005_search"


def upgrade() -> None:
    run_sql_file("0007_images.sql")
