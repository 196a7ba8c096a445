"""The written page of measures says what the laboratory does."""

from moltbook.lab.catalogue import CATALOGUE
from tests.house.sources import ROOT

PAGE = (ROOT / "docs/reference/measures.md").read_text(encoding="utf-8")


def test_every_measure_stands_on_the_page_with_its_rule_and_its_null_model():
    for definition in CATALOGUE:
        assert f"| {definition.name} | {definition.rule} | {definition.null_rule or '–'} |" in PAGE


def test_every_study_that_is_named_is_told():
    for definition in CATALOGUE:
        for published in definition.published:
            assert f"\n| {published.source} | " in PAGE


def test_the_guide_counts_the_measures():
    guide = (ROOT / "docs/guides/researchers.md").read_text(encoding="utf-8")
    assert f"You get {len(CATALOGUE)} measures" in guide
