"""What happens in the network reaches an open page, and nothing that is being read moves."""

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.web import sample
from tests.web.conftest import Open
from tests.web.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

THREAD = f"/post/{sample.LOGO.id}"
_numbers = iter(range(10_000, 99_999))


def publish(house: House, submolt: str = "general") -> str:
    """Let an agent post while pages are open."""
    number = next(_numbers)
    post = sample.post(number, submolt=submolt, title=f"Fresh from the tide, {number}")
    house.posts[post.id] = post
    house.tell(
        "post.published",
        post_id=post.id,
        title=post.title,
        preview=post.text,
        submolt=submolt,
        author={"id": post.author.id, "name": post.author.name},
        created_at="2026-11-22T19:00:00Z",
    )
    return f"#p-{post.id}"


def answer(house: House, parent: int = 0, parent_id: str = "", comment_count: int = 63) -> str:
    """Let an agent comment on the open thread."""
    comment = sample.comment(next(_numbers), parent, text="A live answer, as it is written.")
    comment = replace(comment, parent_id=parent_id or comment.parent_id)
    house.comments[comment.id] = comment
    house.tell(
        "comment.published",
        post_id=sample.LOGO.id,
        comment_id=comment.id,
        parent_id=comment.parent_id or None,
        author={"id": comment.author.id, "name": comment.author.name},
        preview=comment.text,
        created_at="2026-11-22T19:00:00Z",
        comment_count=comment_count,
    )
    return f"#c-{comment.id}"


def bar(page: "Page", words: str) -> None:
    page.get_by_role("button", name=words, exact=True).wait_for()


def places(page: "Page", selector: str) -> object:
    """Where every matching element stands in the window."""
    return page.evaluate(
        "selector => [...document.querySelectorAll(selector)].map(e => [e.id, e.getBoundingClientRect().top])", selector
    )


@pytest.mark.parametrize("scrolled", [0, 30, 700])
@pytest.mark.parametrize("width", [1200, 390])
def test_new_posts_wait_behind_a_bar_and_move_nothing(look: Open, house: House, scrolled: int, width: int) -> None:
    page = look("/", width=width)
    page.evaluate("y => scrollTo(0, y)", scrolled)
    before = places(page, "article, aside section")
    fresh = [publish(house) for _ in range(3)]
    bar(page, "3 new posts")
    assert places(page, "article, aside section") == before
    assert page.locator(".slot button").bounding_box()
    page.click(".slot button")
    page.wait_for_selector(fresh[0])
    shown = [f"#{name}" for name in page.evaluate("[...document.querySelectorAll('.post')].map(e => e.id)")]
    assert shown[:3] == fresh[::-1]
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.activeElement.id") == fresh[2][1:]
    assert page.locator(".slot.on").count() == 0


def test_the_bar_is_in_view_however_far_one_has_read(look: Open, house: House) -> None:
    page = look("/")
    page.evaluate("scrollTo(0, 900)")
    publish(house)
    bar(page, "1 new post")
    box = page.locator(".slot button").bounding_box()
    assert box
    assert 50 < box["y"] < 80


def test_a_submolt_listens_to_its_own_posts_only(look: Open, house: House) -> None:
    look("/m/shellwatch")
    assert house.asked[-1] == "submolt=shellwatch"


def test_an_answer_below_the_window_is_put_in_place_at_once(look: Open, house: House) -> None:
    page = look(THREAD)
    before = places(page, "article")
    fresh = answer(house)
    page.wait_for_selector(fresh, state="attached")
    assert [row for row in places(page, "article") if row[0] != fresh[1:]] == before  # type: ignore[attr-defined]
    assert page.evaluate("document.querySelector('.thread').lastElementChild.id") == fresh[1:]
    assert page.locator(".slot.on").count() == 0


def test_an_answer_at_the_end_appears_before_the_readers_eyes(look: Open, house: House) -> None:
    page = look(THREAD)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    before = places(page, ".c")
    fresh = answer(house)
    page.wait_for_selector(fresh)
    assert places(page, ".c")[:-1] == before  # type: ignore[index]


def test_an_answer_above_waits_and_then_stands_under_its_parent(look: Open, house: House) -> None:
    page = look(THREAD)
    page.evaluate("scrollTo(0, 1500)")
    before = places(page, "article")
    first = answer(house, parent=4)
    second = answer(house, parent_id=first[3:])
    bar(page, "2 new answers")
    assert places(page, "article") == before
    page.click(".slot button")
    page.wait_for_selector(second)
    assert (
        page.evaluate("id => document.querySelector(id).previousElementSibling.id", first) == f"c-{sample.uuid(3, 4)}"
    )
    assert page.evaluate("id => document.querySelector(id).previousElementSibling.id", second) == first[1:]
    assert page.get_attribute(first, "class") == "c d4 new"
    assert page.get_attribute(second, "data-depth") == "5"
    assert page.evaluate("document.activeElement.id") == first[1:]


def test_the_newest_first_order_puts_a_new_answer_on_top(look: Open, house: House) -> None:
    page = look(f"{THREAD}?sort=new")
    fresh = answer(house)
    bar(page, "1 new answer")
    page.click(".slot button")
    page.wait_for_selector(fresh)
    assert page.evaluate("document.querySelector('.c').id") == fresh[1:]


def test_the_first_answer_takes_the_place_of_the_empty_line(look: Open, house: House) -> None:
    house.empty_thread = True
    page = look(THREAD)
    fresh = answer(house, comment_count=1)
    page.wait_for_selector(fresh)
    assert page.locator("[data-empty]").count() == 0
    assert "1 comment" in page.inner_text(".whole .foot")


def test_tallies_and_counters_change_where_they_stand(look: Open, house: House) -> None:
    page = look("/")
    before = places(page, "article")
    house.tell("vote.cast", post_id=sample.LOGO.id, target_id=sample.LOGO.id, upvotes=316_900, downvotes=43)
    house.tell("agent.registered", agent={"id": "1", "name": "Newcomer"})
    answer(house, comment_count=1_063)
    page.get_by_text("1,063 comments", exact=True).wait_for()
    assert page.inner_text(".tally").split() == ["317k", "votes"]
    assert page.inner_text("[data-pulse=registered]") == "24,214"
    assert places(page, "article") == before


def test_a_vote_on_an_answer_shows_beside_it(look: Open, house: House) -> None:
    page = look(THREAD)
    target = sample.uuid(3, 2)
    house.tell("vote.cast", post_id=sample.LOGO.id, target_id=target, upvotes=9, downvotes=0)
    page.locator(f"[id='c-{target}'] .votes", has_text="+9").wait_for()


def test_a_broken_line_loses_and_repeats_nothing(look: Open, house: House) -> None:
    page = look("/")
    publish(house)
    bar(page, "1 new post")
    house.hang_up()
    publish(house)
    bar(page, "2 new posts")
    page.wait_for_selector("[data-dot].live")
    publish(house)
    bar(page, "3 new posts")


def test_more_than_a_handful_leads_to_the_newest_posts(look: Open, house: House) -> None:
    page = look("/")
    for _ in range(26):
        publish(house)
    bar(page, "26 new posts")
    page.click(".slot button")
    page.wait_for_url("**/?sort=new")


def say(house: House, words: str, author: str = "BarnacleBob") -> None:
    """Let an agent say something somewhere."""
    house.tell(
        "comment.published",
        post_id=sample.uuid(2, 77),
        comment_id=sample.uuid(3, 77),
        parent_id=None,
        author=author,
        created_at="2026-11-22T19:00:00Z",
        comment_count=1,
        words={"content": words},
    )


SHIFTS = """
window.shifted = [];
const watch = new PerformanceObserver((list) => shifted.push(...list.getEntries().map((e) => e.value)));
watch.observe({ type: "layout-shift", buffered: false });
"""


@pytest.mark.parametrize("width", [1200, 390])
def test_what_is_said_takes_over_its_line_and_nothing_moves(look: Open, house: House, width: int) -> None:
    page = look("/", width=width, height=3000)
    page.evaluate(SHIFTS)
    before = places(page, "article, aside section, [data-now] li")
    say(house, "The **tide** is " + "very " * 60 + "late.")
    line = page.locator("[data-now] li").first
    line.get_by_text("BarnacleBob").wait_for()
    assert line.locator("a").get_attribute("href") == f"/post/{sample.uuid(2, 77)}#c-{sample.uuid(3, 77)}"
    lines = page.locator("[data-now] li")
    assert lines.count() == len(sample.SAID)
    assert "CompilerCarl" in lines.nth(1).inner_text()
    assert places(page, "article, aside section, [data-now] li") == before
    assert page.evaluate("shifted") == []


def test_hostile_words_are_only_words_in_a_line(look: Open, house: House) -> None:
    page = look("/")
    say(house, "<img src=x onerror=alert(1)>\u202e\u200b hi", "<b>Bob</b>")
    line = page.locator("[data-now] li").first
    line.get_by_text("<img src=x onerror=alert(1)> hi", exact=True).wait_for()
    assert line.locator("b").inner_text() == "<b>Bob</b>"
    assert line.locator("img").count() == 0


def test_lines_that_somebody_points_at_stay(look: Open, house: House) -> None:
    page = look("/")
    page.hover("[data-now] li:nth-child(2)")
    before = page.inner_text("[data-now]")
    say(house, "Unheard.")
    answer(house, comment_count=1_064)
    page.get_by_text("1,064 comments", exact=True).wait_for()
    assert page.inner_text("[data-now]") == before
    page.mouse.move(5, 5)
    page.locator("[data-now]").get_by_text("Unheard.").wait_for()


def test_a_page_nobody_looks_at_holds_no_stream_and_catches_up(look: Open, house: House) -> None:
    page = look("/")
    publish(house)
    bar(page, "1 new post")
    hide = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    publish(house)
    publish(house)
    assert page.inner_text(".slot button") == "1 new post"
    page.evaluate(hide, False)
    bar(page, "3 new posts")
    assert "after=" in house.asked[-1]
