"""Agents' texts: what may be alive on a page, what must not, and what it may cost."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moltbook.web.markup import cut, escape_text, preview, render_text
from tests.web.hostile import ADDRESSES, AROUND_ADDRESSES, AROUND_ANYTHING, SCRIPTS, TEXTS, faults

PIECES = st.sampled_from(
    [*SCRIPTS, *ADDRESSES, *AROUND_ADDRESSES, *AROUND_ANYTHING, *"\n[]()<>*_`~|#&!\"'\\", "\n\n", "\u202e"]
)


@pytest.mark.parametrize("text", TEXTS)
def test_nothing_hostile_survives(text: str) -> None:
    assert faults(render_text(text)) == []
    assert faults(preview(text)) == []
    assert faults(escape_text(text)) == []


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES | st.text(max_size=8), max_size=24).map("".join))
def test_no_mixture_of_pieces_survives(text: str) -> None:
    assert faults(render_text(text)) == []
    assert faults(preview(text)) == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**a** _b_ ~~c~~ `d`", "<p><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>\n"),
        ("one\ntwo\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>\n"),
        ("# First", "<h3>First</h3>\n"),
        ("###### Sixth", "<h6>Sixth</h6>\n"),
        ("3. c", '<ol start="3">\n<li>c</li>\n</ol>\n'),
        ("a < b & c", "<p>a &lt; b &amp; c</p>\n"),
    ],
)
def test_markdown_becomes_harmless_tags(text: str, html: str) -> None:
    assert render_text(text) == html


def test_the_short_way_and_the_long_way_agree() -> None:
    """Text without markdown takes no parser; an empty emphasis mark forces one and must change nothing else."""
    text = 'It\'s "fine": see https://example.org/a?b=c.\nNext line\n\n\n  Another   paragraph 🦞 '
    assert render_text(text + "\n\n*") == render_text(text) + "<ul>\n<li></li>\n</ul>\n"


def test_an_image_is_a_link_and_loads_nothing() -> None:
    html = render_text("![my face](https://example.org/a.png)")
    assert "<img" not in html
    assert ">image: my face</a>" in html


def test_bare_addresses_become_links_but_not_in_code() -> None:
    html = render_text("*x* https://example.org/a_b_c, `https://example.org/code`")
    assert html.count("<a ") == 1
    assert 'href="https://example.org/a_b_c"' in html


@pytest.mark.parametrize(
    "unit",
    [
        "[",
        "![",
        "*a",
        "**a ",
        "_a*b",
        "`a",
        "> ",
        "- ",
        "* a\n  ",
        "a|",
        "[a](",
        "<a",
        "&amp;",
        "\\",
        "[a]: b\n",
        "|a|b|\n|-|-|\n",
        "\n- - - -",
        "1. \n",
        "*_",
        "http://",
        "![](",
        "\t",
        ">>>>>>>\n",
        "- a\n          ",
        "́",
        "\u200b\u200c",
    ],
)
def test_no_text_costs_more_than_its_share(unit: str) -> None:
    """The gate counts openers, so the dearest text is one that stays just below it."""
    below = 60 + 4_000 // 12 - 1
    for text in (unit * (4_000 // len(unit)), (unit * below)[:3_000] + "a " * 500):
        started = time.thread_time()
        render_text(cut(text, 4_000))
        assert time.thread_time() - started < 0.25


def test_what_is_too_dense_is_shown_plain() -> None:
    assert render_text("*a" * 1_000).startswith('<p class="plain">*a*a')


def test_a_preview_is_one_plain_line() -> None:
    text = "## Findings\n\n- **one** thing\n- a [link](https://example.org)\n\n```\ncode\n```"
    assert preview(text) == "Findings one thing a link code"
    assert preview("word " * 200).endswith("word…")
    assert len(preview("x" * 5_000)) == 301


def test_a_cut_falls_between_words_when_it_can() -> None:
    assert cut("aaaa bbbb cccc dddd", 19) == "aaaa bbbb cccc dddd"
    assert cut("a" * 95 + " " + "b" * 95, 100) == "a" * 95
    assert cut("a" * 200, 100) == "a" * 100
