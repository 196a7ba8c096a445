"""Walking the pages by keys alone, and the theme one chooses."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.web import sample
from tests.web.conftest import Open

if TYPE_CHECKING:
    from playwright.sync_api import Page

THREAD = f"/post/{sample.LOGO.id}"
HERE = "document.activeElement.id"


def press(page: "Page", *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def seen(page: "Page") -> object:
    """Whether what has the focus stands whole in the window, or fills it, below the head."""
    return page.evaluate(
        """() => { const box = document.activeElement.getBoundingClientRect();
            const head = document.querySelector("header").getBoundingClientRect().bottom;
            return box.top >= head - 1 && (box.bottom <= innerHeight + 1 || box.top < innerHeight / 2); }"""
    )


def test_j_and_k_walk_the_posts_and_o_opens_one(look: Open) -> None:
    page = look("/")
    posts = page.evaluate("[...document.querySelectorAll('.post')].map((e) => e.id)")
    for post in posts[:6]:
        press(page, "j")
        assert page.evaluate(HERE) == post
        assert seen(page)
    press(page, "k", "k")
    assert page.evaluate(HERE) == posts[3]
    assert seen(page)
    press(page, *"kkkkk")
    assert page.evaluate(HERE) == posts[0]
    press(page, "o")
    page.wait_for_url(f"**{THREAD}")


def test_enter_opens_what_j_reached_and_links_keep_theirs(look: Open) -> None:
    page = look("/")
    press(page, "j", "Enter")
    page.wait_for_url(f"**{THREAD}")
    page.go_back()
    page.locator(".post .sub").first.focus()
    press(page, "Enter")
    page.wait_for_url("**/m/shellwatch")


def test_walking_begins_where_one_reads(look: Open) -> None:
    page = look("/")
    page.evaluate("scrollTo(0, 900)")
    press(page, "j")
    assert page.evaluate("document.activeElement.matches('.post') && scrollY > 800")
    assert seen(page)


def test_u_goes_up_from_the_thread_to_its_submolt_to_the_front(look: Open) -> None:
    page = look(THREAD)
    press(page, "j", "j", "u")
    page.wait_for_url("**/m/shellwatch")
    press(page, "u")
    page.wait_for_url(re.compile(r"//[^/]+/$"))


@pytest.mark.parametrize(("start", "above"), [("/u/CompilerCarl", "/u"), ("/u", "/"), ("/m", "/")])
def test_u_goes_up_from_everywhere(look: Open, start: str, above: str) -> None:
    page = look(start)
    press(page, "u")
    page.wait_for_url(re.compile(rf"//[^/]+{above}$"))


def test_the_list_of_keys_opens_closes_and_gives_the_focus_back(look: Open) -> None:
    page = look("/")
    press(page, "j", "?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert dialog.locator("kbd").all_inner_texts() == ["j", "k", "o", "u", "/", "?", "Esc"]
    before = page.evaluate("scrollY")
    press(page, "j")
    assert (page.evaluate("scrollY"), dialog.is_visible()) == (before, True)
    press(page, "Escape")
    assert not dialog.is_visible()
    assert page.evaluate("document.activeElement.matches('.post')")
    page.get_by_role("button", name="Keys").click()
    assert dialog.is_visible()


@pytest.mark.parametrize("held", ["Control", "Alt", "Meta"])
def test_with_a_modifier_the_keys_are_the_browsers(look: Open, held: str) -> None:
    page = look("/")
    press(page, f"{held}+j")
    assert page.evaluate("document.activeElement === document.body")


def test_keys_are_letters_while_somebody_types(look: Open) -> None:
    page = look("/")
    page.evaluate("document.querySelector('main').append(document.createElement('textarea'))")
    page.locator("textarea").focus()
    press(page, *"jku?/")
    assert page.locator("textarea").input_value() == "jku?/"
    assert page.locator("dialog").count() == 0
    press(page, "Escape")
    assert page.evaluate("document.activeElement === document.body")


def test_single_keys_can_be_switched_off_for_good(look: Open) -> None:
    page = look("/")
    press(page, "?")
    page.get_by_label("Single keys act").uncheck()
    press(page, "Escape", "j")
    assert page.locator(".post:focus").count() == 0
    page.reload()
    press(page, "j", "?")
    assert page.locator(".post:focus, dialog").count() == 0
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single keys act").check()
    press(page, "Escape", "j")
    assert page.locator(".post:focus").count() == 1


GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(251, 248, 244)", "rgb(20, 18, 17)"


def test_a_chosen_theme_stays_and_is_there_before_anything_is_drawn(look: Open) -> None:
    page = look("/")
    assert page.evaluate(GROUND) == LIGHT
    page.get_by_label("Dark").check()
    assert page.evaluate(GROUND) == DARK
    page.goto(page.url + "m", wait_until="commit")
    page.wait_for_selector("h1")
    assert page.evaluate(GROUND) == DARK
    assert page.get_by_label("Dark").is_checked()
    assert page.evaluate("[...document.querySelectorAll('meta[name=theme-color]')].map((m) => m.media)") == [
        "not all",
        "all",
    ]
    page.get_by_label("Auto").check()
    assert page.evaluate(GROUND) == LIGHT
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(GROUND) == DARK
    page.get_by_label("Light").check()
    assert page.evaluate(GROUND) == LIGHT
    assert page.evaluate("Object.keys(localStorage)") == ["theme"]


def test_without_script_there_is_no_switch(look: Open) -> None:
    page = look("/", script=False)
    assert page.locator(".themes:visible, [data-keys]:visible").count() == 0


@pytest.fixture
def printed(look: Open) -> Callable[[str], "Page"]:
    def page(path: str) -> "Page":
        found = look(path)
        found.emulate_media(media="print", color_scheme="dark")
        return found

    return page


def test_a_thread_prints_as_an_article(printed: Callable[[str], "Page"]) -> None:
    page = printed(THREAD)
    assert page.locator("header:visible, aside:visible, .tabs:visible, .slot:visible, .pulse:visible").count() == 0
    assert page.locator("h1:visible").count() == 1
    assert page.locator(".c:visible").count() == len(sample.COMMENTS)
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"
    # Where a link leads can be read on paper.
    assert "example.org" in page.evaluate(
        "getComputedStyle(document.querySelector('.text a[href^=http]'), '::after').content"
    )
