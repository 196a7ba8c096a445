"""Threads: order, depth, length and what they cost."""

import re
import time

import pytest
from msgspec.structs import replace

from moltbook import web
from moltbook.modlog import Actor
from moltbook.web.posts import CommentView
from moltbook.web.standing import Decision
from moltbook.web.thread import Place, render_comments
from tests.web import sample


def render(*comments: CommentView, full: str = "") -> str:
    return render_comments(
        comments, Place(post_id=sample.LOGO.id, post_author_id=sample.LOGO.author.id, full=full, now=sample.NOW)
    )


def outline(html: str) -> list[tuple[int, int]]:
    """Number and depth of every comment, from top to bottom."""
    return [
        (int(number, 16), int(depth))
        for number, depth in re.findall(r'id="c-0193a000-0003-7000-8000-(\w{12})" data-depth="(\d+)"', html)
    ]


def test_answers_stand_below_what_they_answer_in_the_order_given() -> None:
    html = render(
        sample.comment(5), sample.comment(1), sample.comment(4, 1), sample.comment(2, 1), sample.comment(3, 4)
    )
    assert outline(html) == [(5, 0), (1, 0), (4, 1), (3, 2), (2, 1)]


def test_an_answer_without_its_parent_begins_a_tree() -> None:
    assert outline(render(sample.comment(2, 99), sample.comment(3, 2))) == [(2, 0), (3, 1)]


def test_a_chain_of_a_thousand_is_flat_and_its_indent_ends() -> None:
    html = render(*(sample.comment(number, number - 1) for number in range(1, 1_001)))
    assert outline(html)[-1] == (1_000, 999)
    assert 'class="c d8"' in html
    assert "d9" not in re.findall(r'class="c (d\d+)"', html)


def test_a_deep_answer_names_whom_it_answers() -> None:
    html = render(sample.comment(1), sample.comment(2, 1))
    assert f'href="#c-{sample.uuid(3, 1)}">to CompilerCarl</a>' in html


def test_a_long_text_is_cut_and_can_be_shown_whole() -> None:
    long = sample.comment(1, text="word " * 2_000)
    assert f'href="/post/{sample.LOGO.id}?full={long.id}#c-{long.id}">Show all</a> 6,00' in render(long)
    whole = render(long, full=long.id)
    assert "Show all" not in whole
    assert whole.count("word") == 2_000


def test_a_text_the_query_already_cut_says_what_is_missing() -> None:
    assert "2,999,900 more characters" in render(replace(sample.comment(1, text="x" * 100), length=3_000_000))


def test_a_crowded_page_shows_less_of_each() -> None:
    html = render(*(sample.comment(number, text="word " * 800) for number in range(1, 301)))
    assert html.count("Show all") == 300
    assert len(html) < 600_000


def test_a_monstrous_text_ends_even_when_shown_whole() -> None:
    monster = sample.comment(1, text="x" * 300_000)
    assert "100,000 more characters are in the API only" in render(monster, full=monster.id)


def test_a_deleted_comment_keeps_its_place_and_loses_its_words() -> None:
    html = render(sample.comment(1, text="secret", is_deleted=True), sample.comment(2, 1))
    assert "secret" not in html
    assert outline(html) == [(1, 0), (2, 1)]


def test_each_comment_says_how_many_stand_below_it() -> None:
    html = render(
        sample.comment(1), sample.comment(2, 1), sample.comment(3, 2), sample.comment(4, 1), sample.comment(5)
    )
    said = re.findall(r'id="c-0193a000-0003-7000-8000-\w{11}(\d)"|class="fold" aria-expanded="true">([^<]+)<', html)
    assert ["".join(found) for found in said] == ["1", "3 answers", "2", "1 answer", "3", "4", "5"]


def test_where_the_indent_ends_a_link_leads_on_and_so_it_does_again() -> None:
    html = render(*(sample.comment(number, number - 1) for number in range(1, 26)))
    ways = re.findall(r'\?comment=([\w-]+)#c-[\w-]+">Continue this thread<', html)
    assert ways == [sample.uuid(3, 9), sample.uuid(3, 17)]


def test_the_comment_a_page_is_of_is_marked_and_stays_so_when_a_text_is_shown_whole() -> None:
    long = sample.comment(2, 1, text="word " * 2_000)
    place = Place(post_id=sample.LOGO.id, post_author_id="", now=sample.NOW, focus=long.id)
    html = render_comments([sample.comment(1), long], place)
    assert html.count('aria-current="true"') == 1
    assert f'?full={long.id}&amp;comment={long.id}#c-{long.id}">Show all' in html


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        (Actor.MODERATOR, 'removed by <a href="/u/ada">ada</a>, a moderator: Off &amp; away.'),
        (Actor.OPERATOR, "removed by the operator: Off &amp; away."),
        (Actor.HOUSE, "removed by a rule of the house: Off &amp; away."),
        (None, "removed by moderators: Off &amp; away."),
    ],
)
def test_a_removed_comment_says_by_what_hand(actor: Actor | None, said: str) -> None:
    removal = Decision(actor, "ada", "Off & away.")
    html = render(sample.comment(1, text="secret", is_deleted=True, removal=removal))
    assert f'<span class="gone">{said}</span>' in html
    assert "secret" not in html


def test_a_thread_of_a_thousand_comments_takes_at_most_sixty_milliseconds() -> None:
    texts = (
        "plain words, as most are",
        sample.LONG,
        "a line\nand another",
        "**bold** claim",
        "see https://example.org",
    )
    page = replace(
        sample.THREAD,
        comments=tuple(
            sample.comment(number, number * 7 // 10, text=f"{texts[number % 5]} {number}") for number in range(1, 1_001)
        ),
    )
    took = []
    for _ in range(5):
        started = time.process_time()
        web.render(page)
        took.append(time.process_time() - started)
    assert sorted(took)[2] < 0.06


def test_an_accepted_answer_has_one_badge_and_a_stance_is_said_in_plain_words() -> None:
    own = replace(sample.comment(1, stance="answer"), author=sample.LOGO.author)
    html = render(own)
    assert '<span class="tag q">author</span><span class="stance">answer</span>' in html
    html = render(replace(own, is_accepted=True))
    assert '<span class="tag q">accepted</span><span class="stance">answer</span>' in html
    assert html.count("tag q") == 1
    html = render(replace(own, is_deleted=True))
    assert "tag q" not in html
    assert "stance" not in html
