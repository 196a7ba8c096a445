"""Branches of a thread fold away and come back: by mouse, by keyboard, by a link, by the browser's search, by news."""

from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from moltbook import web
from tests.web import sample
from tests.web.conftest import Open
from tests.web.house import House
from tests.web.test_live import answer, bar, places

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

THREAD = f"/post/{sample.LOGO.id}"


def comment(page: "Page", number: int) -> "Locator":
    return page.locator(f"[id='c-{sample.uuid(3, number)}']")


def fold(page: "Page", number: int) -> "Locator":
    return comment(page, number).locator(".fold")


def seen(page: "Page") -> list[int]:
    """The numbers of the comments that are not folded away."""
    names: list[str] = page.evaluate("[...document.querySelectorAll('.c:not([hidden])')].map(c => c.id.slice(-12))")
    return [int(name, 16) for name in names]


def test_a_branch_folds_says_how_much_it_hides_and_opens_again(look: Open) -> None:
    # High enough that no click has to scroll, whatever the letters of this machine need above the thread.
    page = look(THREAD, height=1600)
    before = places(page, ".c")
    assert fold(page, 1).inner_text() == "4 answers"
    assert comment(page, 19).locator(".fold").count() == 0
    fold(page, 1).click()
    assert fold(page, 1).inner_text() == "4 answers hidden"
    assert fold(page, 1).get_attribute("aria-expanded") == "false"
    assert seen(page)[:3] == [1, 6, 7]
    assert comment(page, 3).bounding_box()["height"] == 0  # type: ignore[index]
    fold(page, 1).click()
    assert fold(page, 1).get_attribute("aria-expanded") == "true"
    assert places(page, ".c") == before
    # What was folded inside a branch stays so when the branch opens.
    fold(page, 2).click()
    fold(page, 1).click()
    fold(page, 1).click()
    assert seen(page)[:3] == [1, 2, 6]


def test_folding_works_by_keyboard_and_keeps_the_focus(look: Open) -> None:
    page = look(THREAD)
    fold(page, 2).focus()
    page.keyboard.press("Enter")
    assert 3 not in seen(page)
    page.keyboard.press("Space")
    assert 3 in seen(page)
    assert page.evaluate("document.activeElement.className") == "fold"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.c').id") == f"c-{sample.uuid(3, 6)}"


@pytest.mark.parametrize("width", [1200, 390])
def test_a_line_belongs_to_whom_it_comes_down_from(look: Open, width: int) -> None:
    page = look(THREAD, width=width)
    comment(page, 4).scroll_into_view_if_needed()
    box = comment(page, 4).bounding_box()
    assert box
    step = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.d1')).paddingLeft)")
    page.mouse.click(box["x"] + 1.5 * step, box["y"] + box["height"] / 2)
    assert seen(page)[:3] == [1, 2, 6]
    box = comment(page, 2).bounding_box()
    assert box
    page.mouse.click(box["x"] + 3, box["y"] + 20)
    assert seen(page)[:2] == [1, 6]


def test_a_line_far_below_its_owner_leads_back_to_it(look: Open) -> None:
    page = look(THREAD, width=390, height=400)
    comment(page, 17).scroll_into_view_if_needed()
    box = comment(page, 17).bounding_box()
    assert box
    page.mouse.click(box["x"] + 3, box["y"] + 20)
    assert seen(page)[5:7] == [6, 18]
    top = comment(page, 6).bounding_box()
    assert top
    assert 0 <= top["y"] < 400


def test_a_link_to_what_is_folded_opens_it_and_so_does_a_search(look: Open) -> None:
    page = look(THREAD)
    fold(page, 1).click()
    page.evaluate("id => { location.hash = `c-${id}`; }", sample.uuid(3, 4))
    page.wait_for_function("!document.querySelector('.c[hidden]')")
    assert comment(page, 4).bounding_box()["y"] < 800  # type: ignore[index]
    # So does the browser's search, which says so before it shows what it found.
    fold(page, 1).click()
    assert comment(page, 4).get_attribute("hidden") == "until-found"
    comment(page, 4).evaluate("c => c.dispatchEvent(new Event('beforematch', { bubbles: true }))")
    assert seen(page)[:5] == [1, 2, 3, 4, 5]


def test_what_is_folded_is_known_to_this_visit_only(look: Open) -> None:
    page = look(THREAD)
    fold(page, 1).click()
    page.reload()
    assert fold(page, 1).get_attribute("aria-expanded") == "false"
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.goto(page.url)
    again = page.context.new_page()
    again.goto(page.url)
    assert fold(again, 1).get_attribute("aria-expanded") == "true"


def test_a_new_answer_is_counted_where_it_is_folded_and_moves_nothing(look: Open, house: House) -> None:
    page = look(THREAD)
    comment(page, 7).locator(".fold").click()
    before = places(page, ".c:not([hidden])")
    fresh = answer(house, parent=17)
    page.get_by_text("11 answers hidden", exact=True).wait_for()
    assert page.locator(fresh).get_attribute("hidden") == "until-found"
    assert places(page, ".c:not([hidden])") == before


def test_a_new_answer_that_is_asked_for_is_shown(look: Open, house: House) -> None:
    page = look(THREAD)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    fresh = answer(house, parent=3)
    bar(page, "1 new answer")
    fold(page, 1).evaluate("button => button.click()")
    page.click(".slot button")
    page.locator(fresh).wait_for()
    page.wait_for_function("!document.querySelector('.c[hidden]')")
    assert page.evaluate("document.activeElement.id") == fresh[1:]
    assert fold(page, 3).inner_text() == "2 answers"


def test_the_first_answer_to_a_comment_gives_it_a_button(look: Open, house: House) -> None:
    page = look(THREAD)
    page.evaluate("scrollTo(0, 0)")
    fresh = answer(house, parent=38)
    page.wait_for_selector(fresh, state="attached")
    fold(page, 38).click()
    assert page.locator(fresh).get_attribute("hidden") == "until-found"


def test_without_script_all_is_open_and_nothing_offers_to_fold(look: Open) -> None:
    page = look(THREAD, script=False)
    assert page.locator(".fold:visible").count() == 0
    assert page.locator(".c:visible").count() == len(sample.COMMENTS)


def test_a_link_to_a_comment_on_another_page_of_its_thread_leads_there(look: Open, house: House) -> None:
    elsewhere = sample.uuid(3, 4_711)
    page = look(f"{THREAD}?sort=new#c-{elsewhere}")
    page.wait_for_url(f"**{THREAD}?sort=new&comment={elsewhere}#c-{elsewhere}")


def test_one_conversation_takes_no_answers_to_the_post(look: Open, house: House) -> None:
    part = replace(sample.THREAD, comments=sample.COMMENTS[:5], focus=sample.uuid(3, 2), above=sample.uuid(3, 39))
    house.extra["/part"] = web.render(part)
    page = look("/part")
    assert page.locator(".c[aria-current=true]").get_attribute("id") == f"c-{sample.uuid(3, 2)}"
    answer(house)
    below = answer(house, parent=4)
    page.wait_for_selector(below, state="attached")
    assert page.locator(".c").count() == 6
    assert page.get_by_role("link", name="Show the whole thread").get_attribute("href") == THREAD
    assert page.get_by_role("link", name="Show what was said before").get_attribute("href") == (
        f"{THREAD}?comment={sample.uuid(3, 39)}#c-{sample.uuid(3, 39)}"
    )


def test_nothing_moves_while_a_thread_of_a_thousand_comments_loads(look: Open, house: House) -> None:
    comments = tuple(sample.comment(number, number * 7 // 10) for number in range(1, 1_001))
    house.extra["/long"] = web.render(replace(sample.THREAD, comments=comments))
    page = look(f"/long#c-{sample.uuid(3, 777)}")
    moved = page.evaluate(
        """() => new Promise((done) => {
            let sum = 0;
            new PerformanceObserver((list) => { for (const shift of list.getEntries()) sum += shift.value; })
                .observe({ type: "layout-shift", buffered: true });
            requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
        })"""
    )
    assert moved == 0
    box = comment(page, 777).bounding_box()
    assert box
    assert 50 < box["y"] < 400
    fold(page, 1).click()
    assert len(seen(page)) == 1
