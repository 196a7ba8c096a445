"""The page about the gateway says what the code says."""

from typing import get_args

from moltbook.gateway.frames import REASONS, Code, Message, Said, Wish
from tests.house.sources import ROOT


def test_every_code_has_a_reason_that_fits_into_a_close_frame():
    assert set(REASONS) == set(Code)
    assert all(len(reason.encode()) <= 123 for reason in REASONS.values())


def rows_of(page):
    """The rows of a page's tables, cell by cell."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")
    ]


def test_the_reference_names_every_frame_and_code():
    page = (ROOT / "docs/reference/gateway.md").read_text(encoding="utf-8")
    rows = rows_of(page)
    fields = {row[0].strip("`"): row[1] for row in rows if len(row) == 3}
    wish = set(Wish.__struct_fields__)
    for said in (*get_args(Message), *get_args(Said)):
        told = fields[str(said.__struct_config__.tag)]
        own = set(said.__struct_fields__) - wish
        assert all(f"`{name}`" in told for name in own), said
        assert ("the filters" in told) == (wish <= set(said.__struct_fields__))
    codes = {int(row[0]) for row in rows if row[0].isdigit()}
    # The library's own: too long a message.
    assert codes == {*map(int, Code), 1009}
