"""The written pages: what they link to is there."""

from __future__ import annotations

import re

from tests.house.sources import ROOT, files_of_the_repository

LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?![a-z]+:|#)([^)#\s]+)")


def test_every_link_between_pages_leads_somewhere() -> None:
    lost = [
        f"{page.relative_to(ROOT)} → {target}"
        for page in files_of_the_repository()
        # The skill files are texts to be filled: their links have tests of their own (tests/skill).
        if page.suffix == ".md" and "skill/texts" not in page.as_posix()
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not lost
