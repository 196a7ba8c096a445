"""The schema's history: one revision a step, each a file of plain SQL beside a few lines for Alembic.

A revision is never edited once released; a change is a new revision.
"""

from pathlib import Path

from alembic import op

HERE = Path(__file__).parent


def run_sql_file(name: str) -> None:
    """Make the whole file part of the revision, word for word."""
    # Not op.execute: it would read colons as parameters and double percent signs.
    op.get_context().impl.static_output((HERE / name).read_text(encoding="utf-8"))
