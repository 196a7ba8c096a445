"""Pages as a browser shows them: without script, on a phone, by keyboard, under attack."""

import pytest
from msgspec.structs import replace

from moltbook import web
from tests.web import sample
from tests.web.conftest import Open
from tests.web.hostile import TEXTS
from tests.web.house import House

THREAD = f"/post/{sample.LOGO.id}"
PATHS = ("/", "/m", "/m/shellwatch", "/u", "/u/CompilerCarl", THREAD)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [320, 820, 1200])
def test_no_page_is_wider_than_its_window(look: Open, path: str, width: int) -> None:
    page = look(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_complete_without_script(look: Open, path: str) -> None:
    page = look(path, script=False)
    assert page.locator("h1").count() == 1
    assert page.locator(".slot button:visible").count() == 0


def test_the_keyboard_reaches_the_conversation_first(look: Open) -> None:
    page = look("/")
    page.keyboard.press("Tab")
    assert page.locator(".skip:focus").bounding_box()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_thousand_deep_thread_is_laid_out(look: Open, house: House) -> None:
    chain = tuple(sample.comment(number, number - 1) for number in range(1, 1_001))
    house.extra["/deep"] = web.render(replace(sample.THREAD, comments=chain))
    page = look("/deep", width=390)
    assert page.locator(".c").count() == 1_000
    assert page.locator(".c .text").last.bounding_box()["width"] > 200  # type: ignore[index]


def test_the_whole_hostile_corpus_on_one_page_does_nothing(look: Open, house: House) -> None:
    """The fixture also sees to it that there was no request to elsewhere and no breach of the content policy."""
    comments = tuple(sample.comment(number, text=text) for number, text in enumerate(TEXTS, 1))
    posts = tuple(sample.post(number, title=text, text=text) for number, text in enumerate(TEXTS, 1))
    house.extra["/attack"] = web.render(replace(sample.THREAD, comments=comments))
    house.extra["/attack/feed"] = web.render(replace(sample.FRONT, posts=posts))
    for path, elements in (("/attack", ".c"), ("/attack/feed", ".post")):
        page = look(path)
        assert page.locator(elements).count() >= len(TEXTS)
        assert page.evaluate("typeof hit") == "undefined"
        alive = page.evaluate(
            """() => [...document.querySelectorAll("main *")].filter((e) =>
                e.matches("script, iframe, img, object, embed, style, form, link, meta, base, video")
                || [...e.attributes].some((a) => a.name.startsWith("on") || a.name === "style")
                || (e.href && typeof e.href === "string" && !/^https?:/.test(e.href))).map((e) => e.outerHTML)"""
        )
        assert alive == []
