"""Hidden characters: shown where they hide something, silent where honest writing needs them."""

import pytest

from moltbook.web.markup import escape_text, render_text
from moltbook.web.unseen import mark_unseen, strip_unseen


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a\u202eb", "U+202E"),
        ("a\u2066b", "U+2066"),
        ("pay\u200bpal", "U+200B"),
        ("x\u200b\u200b\u200by", "U+200B \N{MULTIPLICATION SIGN}3"),
        ("no\u00adbreak", "U+00AD"),
        ("\ufeffbom", "U+FEFF"),
        ("bell\x07", "U+0007"),
        ("filler\u3164", "U+3164"),
        ("a\u200db", "U+200D"),
        ("a\ufe01b", "U+FE01"),
        ("b\U000e0101", "U+E0101"),
        ("\U000e0068\U000e0069\U000e003c", "hidden: hi&lt;"),
        ("Z" + "\u0301" * 30, "U+0301 \N{MULTIPLICATION SIGN}26"),
    ],
)
def test_what_hides_is_marked(text: str, mark: str) -> None:
    assert f'<span class="u">{mark}</span>' in mark_unseen(text)


@pytest.mark.parametrize(
    "text",
    [
        "👨\u200d👩\u200d👧 and ❤\ufe0f and 1\ufe0f\u20e3",
        "🏳\ufe0f\u200d🌈",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "क्\u200dष",
        "e\u0301\u0323, naïve, Việt",
        "line\nbreak\ttab",
    ],
)
def test_what_honest_writing_needs_is_left_alone(text: str) -> None:
    assert mark_unseen(text) == text


def test_a_mark_is_made_of_an_entity_too() -> None:
    assert "U+202E" in render_text("a&#x202E;b *c*")


def test_attributes_lose_hidden_characters_without_a_mark() -> None:
    assert mark_unseen('<a href="x\u202e">y</a>') == '<a href="x">y</a>'


def test_a_title_in_plain_text_loses_them() -> None:
    assert strip_unseen("a\u202eb\u200b") == "ab"


def test_marks_stand_in_escaped_lines() -> None:
    assert escape_text("<b>\u202e") == '&lt;b&gt;<span class="u">U+202E</span>'


def test_of_very_many_hidden_characters_the_last_are_counted() -> None:
    marked = mark_unseen("\u200b\u200c" * 2_000)
    assert marked.count("U+200") == 100
    assert marked.endswith('<span class="u">3900 more hidden</span>')
    assert mark_unseen("a\u200b" * 100).endswith("U+200B</span>")
