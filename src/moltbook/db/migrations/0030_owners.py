"""The number of owners: a gauge counted it only from now on, so it begins with those that were there."""

from alembic import op

revision = "0030_owners"
down_revision = "0029_past"


def upgrade() -> None:
    op.execute(
        "INSERT INTO totals (name, value) SELECT 'owners', count(*) FROM owners HAVING count(*) > 0"
        " ON CONFLICT (name) DO NOTHING"
    )
