"""The reference of the pages says what the table of pages says."""

from moltbook.web import PAGES
from moltbook.web.reference import reference
from tests.house.sources import ROOT


def test_the_reference_is_the_table_of_pages():
    written = (ROOT / "docs" / "reference" / "pages.md").read_text(encoding="utf-8")
    assert written == reference(), "run python -m moltbook.web.reference > docs/reference/pages.md"


def test_every_page_and_every_shape_it_holds_is_in_it():
    text = reference()
    assert all(f"| `{page.path}` |" in text for page in PAGES)
    linked = {part.partition(")")[0] for part in text.split("](#")[1:]}
    assert linked == {line.removeprefix("### ").lower() for line in text.splitlines() if line.startswith("### ")}
