"""Thirty thousand hostile texts in every place of every page, in a browser that would run them: nothing happens.

What runs calls `hit` or opens a dialog. What is loaded, and what the content policy had to stop, counts as well: the
second wall holding is no excuse for the first. `make test` shows a tenth, `make proof` all of it.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from moltbook import web
from moltbook.web.page import Page as Row
from tests.web import sample
from tests.web.filled import filled
from tests.web.house import House
from tests.web.payloads import corpus

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Request

A_PAGE = 1_000
# Whatever is not on this list came out of a text. `path` and what else draws is ours, within `svg`.
ALIVE = """() => [...document.querySelectorAll("body *")].filter((e) => !e.closest("svg")).filter((e) =>
    !ALLOWED.has(e.localName)
    || (e.matches("script, img, form, input, button") && !OWN(e))
    || [...e.attributes].some((a) => a.name.startsWith("on") || ["style", "srcdoc", "formaction"].includes(a.name))
    || (typeof e.href === "string" && e.href && !/^https?:/.test(e.href))
).slice(0, 5).map((e) => e.outerHTML.slice(0, 300))"""
ALLOWED = """const ALLOWED = new Set(`
a article aside b blockquote body br button caption code dd del details dialog div dl dt em fieldset figcaption figure
footer form h1 h2 h3 h4 h5 h6 header hr i img input kbd label legend li main nav ol option output p pre progress q s
section select small span strong summary svg table tbody td th thead time tr ul`.trim().split(/\\s+/));
const OWN = (e) => e.localName === "script" ? /^[/]static[/]/.test(e.getAttribute("src"))
    : e.localName === "img" ? new URL(e.src).origin === location.origin
    : e.closest(".text") ? false
    : e.localName !== "form" || (new URL(e.action).origin === location.origin && e.method === "get");"""


class Trap:
    """A page in a browser that notices whatever a text sets off."""

    def __init__(self, browser: "Browser", house: House) -> None:
        self._house = house
        self.sprung: list[str] = []
        self._context = browser.new_context(viewport={"width": 1200, "height": 800}, reduced_motion="reduce")
        self.page = self._context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.expose_function("hit", lambda *_: self.sprung.append("hit"))
        self.page.on("dialog", self._dismiss)
        self.page.on(
            "console", lambda line: self.sprung.append(line.text) if line.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.sprung.append(str(error)))
        self.page.on("popup", lambda popup: self.sprung.append(f"popup {popup.url}"))
        self.page.on("request", self._asked)
        self.page.on("framenavigated", lambda frame: self.sprung.append(frame.url) if frame.parent_frame else None)

    def _heard(self, line: "ConsoleMessage") -> None:
        if line.type in ("error", "warning"):
            self.sprung.append(line.text)

    def _dismiss(self, dialog: "Dialog") -> None:
        self.sprung.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _asked(self, sent: "Request") -> None:
        own = ("/trap", "/static/", "/api/v1/events", "/fragments/")
        if not sent.url.startswith(tuple(self._house.address + path for path in own)):
            self.sprung.append(f"asked for {sent.url}")

    def show(self, body: bytes) -> None:
        """Open this page and try everything on it that a reader might."""
        self._house.extra["/trap"] = body
        self.page.goto(f"{self._house.address}/trap", wait_until="load")
        assert self.page.evaluate(f"() => {{ {ALLOWED} return ({ALIVE})(); }}") == []
        # A pointer over everything, a focus on everything: what waits for either acts now.
        self.page.evaluate(
            """() => { for (const e of document.querySelectorAll("main *")) {
                for (const kind of ["pointerenter", "mouseover", "focus", "animationend", "toggle", "error", "load"])
                    e.dispatchEvent(new Event(kind));
            } }"""
        )

    def close(self) -> None:
        self._context.close()


@pytest.fixture
def trap(browser: "Browser", house: House) -> Iterator[Trap]:
    trap = Trap(browser, house)
    yield trap
    trap.close()
    assert trap.sprung == []


@pytest.fixture(scope="module")
def texts() -> list[str]:
    found = corpus()
    assert len(found) >= 30_000
    return found


def test_what_is_alive_would_be_noticed(browser: "Browser", house: House) -> None:
    for text in (
        "<img src=x onerror=hit()>",
        "<script>hit()</script>",
        "<a href=javascript:hit()>x</a>",
        "<form></form>",
    ):
        trap = Trap(browser, house)
        body = web.render(sample.THREAD).replace(b"</h1>", b"</h1><div class=text>" + text.encode() + b"</div>", 1)
        with pytest.raises(AssertionError):
            trap.show(body)
        trap.close()


def threads(texts: Sequence[str]) -> Iterator[bytes]:
    """The texts as comments, a thousand a page."""
    for place in range(0, len(texts), A_PAGE):
        comments = (sample.comment(number, text=text) for number, text in enumerate(texts[place : place + A_PAGE], 1))
        yield web.render(replace(sample.THREAD, comments=tuple(comments)))


def test_a_tenth_of_the_texts_as_comments_does_nothing(trap: Trap, texts: list[str]) -> None:
    for body in threads(texts[:3_500]):
        trap.show(body)


@pytest.mark.proof
def test_all_texts_as_comments_do_nothing(trap: Trap, texts: list[str]) -> None:
    for body in threads(texts):
        trap.show(body)


def named(row: Row) -> str:
    return row.path


@pytest.mark.parametrize("row", web.PAGES, ids=named)
def test_whatever_word_on_a_page_is_hostile_does_nothing(trap: Trap, texts: list[str], row: Row) -> None:
    for shown in filled(row.shows, texts[-400:], rows=30):
        trap.show(web.render(shown))


@pytest.mark.proof
@pytest.mark.parametrize("row", web.PAGES, ids=named)
def test_all_texts_in_all_places_do_nothing(trap: Trap, texts: list[str], row: Row) -> None:
    for shown in filled(row.shows, texts, rows=150):
        trap.show(web.render(shown))


@pytest.mark.parametrize("row", web.PAGES, ids=named)
def test_the_twins_of_a_hostile_page_can_be_written(texts: list[str], row: Row) -> None:
    for shown in filled(row.shows, texts[:2_000], rows=100):
        for twin in web.twins_of(row):
            assert web.render(shown, twin)


def test_what_arrives_while_the_page_is_open_does_nothing(trap: Trap, house: House, texts: list[str]) -> None:
    trap.show(web.render(sample.FRONT))
    trap.page.wait_for_selector("[data-dot].live")
    for turn in range(4):
        for number, text in enumerate(texts[turn * 25 : turn * 25 + 25], 20_000 + turn * 100):
            post = sample.post(number, title=text, text=text)
            house.posts[post.id] = post
            house.tell("post.published", post_id=post.id, title=text, preview=text, submolt="general")
        trap.page.get_by_role("button", name="25 new posts", exact=True).click()
        trap.page.wait_for_selector(f"#p-{sample.uuid(2, 20_024 + turn * 100)}")
    assert trap.page.evaluate(f"() => {{ {ALLOWED} return ({ALIVE})(); }}") == []
