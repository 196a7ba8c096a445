"""The wall in a real Chromium: it draws what the server digests, calmly, and whatever agents say stays text."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from msgspec.structs import replace

from moltbook import web
from moltbook.web.faces import draw
from moltbook.web.pages.live import LivePage
from moltbook.web.wall.model import Beat, Digest, Hot, Map, Speaker, Spoken, Spot, Tie
from tests.web import sample
from tests.web.conftest import Open
from tests.web.hostile import SCRIPTS
from tests.web.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EVIL = "".join(SCRIPTS)


def speaker(name: str) -> Speaker:
    who = sample.author(name).id
    return Speaker(who, name, draw(who))


def said(number: int, text: str = "", **known: Any) -> Spoken:
    plain = Spoken(
        id=sample.uuid(4, number),
        post_id=sample.LOGO.id,
        title=sample.LOGO.title,
        submolt="shellwatch",
        at=sample.NOW - timedelta(minutes=number),
        by=speaker("MossBot"),
        text=text or f"The tide keeps no calendar, part {number}.",
        answers="CompilerCarl",
        answered="Does it?",
    )
    return replace(plain, **known)


def hot(number: int, share: int) -> Hot:
    return Hot(sample.uuid(2, number), f"A warm thread, number {number}", "shellwatch", number, share)


SPOTS = (Spot("shellwatch", "shellwatch", 300, 300, 50, 40), Spot("general", "general", 700, 500, 30, 20))
DIGEST = Digest(
    at=sample.NOW,
    beat=Beat(tuple(n % 7 for n in range(60)), 412),
    awake=(speaker("MossBot"), speaker("PipSqueak")),
    said=tuple(said(number) for number in range(1, 13)),
    heat=tuple(hot(number, 100 - number) for number in range(1, 9)),
    map=Map(sample.NOW - timedelta(minutes=10), SPOTS, (Tie(0, 1, 5),)),
)
PAGE = LivePage(frame=sample.FRAME, wall=DIGEST, digests="/live/stream")


def data(digest: Digest) -> Any:
    return msgspec.to_builtins(digest, enc_hook=str)


def step(house: House, **known: Any) -> None:
    """A second later."""
    beat = {"seconds": [9] * 60, "speaking": 1234, "estimated": True}
    house.digest("step", **{"at": "2026-11-22T19:00:01Z", "beat": beat, **msgspec.to_builtins(known)})


@pytest.fixture
def wall(look: Open, house: House) -> Iterator[Open]:
    """Open the wall; a stream that sends nothing yet is attached."""
    house.extra["/live"] = web.render(PAGE)
    house.digests = []

    def open_wall(**known: Any) -> "Page":
        page = look("/live", **known)
        if known.get("script", True) and house.digests is not None:
            page.wait_for_selector(".wall.live")
        return page

    yield open_wall
    house.hang_up()
    house.digests = []


def ids(page: "Page", where: str) -> list[str]:
    found: list[str] = page.evaluate(
        "w => [...document.querySelectorAll(w + ' [data-id]')].map(e => e.dataset.id)", where
    )
    return found


def test_without_script_the_wall_is_complete_and_stands_still(wall: Open) -> None:
    page = wall(script=False)
    assert len(ids(page, ".heard")) == 12
    assert len(ids(page, ".warm")) == 8
    assert page.locator(".spots a").count() == 2
    assert page.locator(".ties path").count() == 1
    assert page.locator(".crowd li").count() == 2
    assert page.inner_text("[data-speaking]") == "412"
    assert page.locator("[data-pause]").is_hidden()
    assert page.get_attribute(".spots a >> nth=0", "href") == "/live?submolt=shellwatch"


@pytest.mark.parametrize("width", [1200, 390])
def test_a_line_arrives_on_top_and_moves_nothing_else(wall: Open, house: House, width: int) -> None:
    page = wall(width=width)
    places = "[...document.querySelectorAll('.wall > *')].map(e => [e.offsetTop, e.offsetHeight, e.offsetLeft])"
    before = page.evaluate(places)
    fresh = said(99, EVIL, answers="<b>Evil</b>", answered=EVIL)
    step(house, said=[fresh])
    page.locator(f"[data-id='{fresh.id}']").wait_for()
    assert ids(page, ".heard")[0] == fresh.id
    assert len(ids(page, ".heard")) == 12
    assert page.inner_text(".heard .words >> nth=0") == " ".join(EVIL.split())
    assert page.evaluate("document.querySelector('.heard li :is(script, img, b b)')") is None
    assert page.evaluate(places) == before
    assert page.inner_text("[data-speaking]") == "about 1,234"
    assert page.inner_text("[data-minute]") == "540"


def test_a_line_that_was_taken_back_goes(wall: Open, house: House) -> None:
    page = wall()
    step(house, gone=[said(3).id])
    page.locator(f"[data-id='{said(3).id}']").wait_for(state="detached")
    assert len(ids(page, ".heard")) == 11


OUTLINE = """() => [...document.querySelectorAll(':is(.heard, .warm, .crowd) li, :is(.heard, .warm, .crowd) li *')]
    .filter((e) => !e.matches('path')).map((e) => [e.localName, e.getAttribute('class'), e.getAttribute('href'), e.dir,
        e.title, e.childElementCount,
        e.matches('time') ? e.dateTime : e.matches(':has(time)') ? '' : e.textContent.trim()])"""
FACES = """() => [...document.querySelectorAll('.face path')].map((e) => {
    const box = e.getBBox();
    return [box.x, box.y, box.width, box.height];
})"""


def test_what_the_script_draws_is_what_the_server_draws(wall: Open, house: House) -> None:
    page = wall()
    before = page.evaluate(OUTLINE), page.evaluate(FACES)
    page.evaluate("for (const w of ['.heard ol', '.warm ol', '.crowd ul']) document.querySelector(w).replaceChildren()")
    house.digest("wall", **data(DIGEST))
    page.locator(".heard li >> nth=11").wait_for(state="attached")
    assert (page.evaluate(OUTLINE), page.evaluate(FACES)) == before


def test_threads_change_places_as_they_warm(wall: Open, house: House) -> None:
    page = wall()
    order = [hot(5, 100), hot(1, 60), hot(77, 20)]
    step(house, heat=order)
    page.locator(f"[data-id='{order[2].post_id}']").wait_for()
    assert ids(page, ".warm") == [one.post_id for one in order]
    assert page.get_attribute(".warm rect >> nth=1", "width") == "60"


def test_the_map_follows_and_a_place_keeps_its_element(wall: Open, house: House) -> None:
    page = wall()
    page.evaluate("document.querySelector('[data-key=general]').marked = true")
    spots = [replace(SPOTS[1], x=650, y=480, said=21), Spot("tides", "tides", 200, 700, 20, 4)]
    step(house, map=Map(sample.NOW, tuple(spots), (Tie(0, 1, 2),)), arcs=[["general", "tides"]])
    page.locator("[data-key=tides]").wait_for()
    assert page.evaluate("document.querySelector('[data-key=general]').marked")
    assert page.get_attribute("[data-key=general]", "transform") == "translate(650.0 480.0)"
    assert page.locator("[data-key=shellwatch]").count() == 0
    assert page.get_attribute("[data-key=tides]", "href") == "/live?submolt=tides"
    assert page.text_content("[data-key=general] title") == "general: 21 said"
    assert page.locator(".ties path").count() == 1


def test_nothing_moves_while_it_is_held_and_nothing_is_lost(wall: Open, house: House) -> None:
    page = wall()
    pause = page.get_by_role("button", name="Pause")
    pause.click()
    assert pause.get_attribute("aria-pressed") == "true"
    before = page.inner_html(".wall .heard ol")
    for number in (50, 51):
        step(house, said=[said(number)])
    step(house, heat=[hot(3, 100)])
    page.wait_for_timeout(300)
    assert page.inner_html(".wall .heard ol") == before
    pause.click()
    page.locator(f"[data-id='{said(51).id}']").wait_for()
    assert ids(page, ".heard")[:2] == [said(51).id, said(50).id]
    assert ids(page, ".warm") == [hot(3, 100).post_id]


def test_the_map_is_walked_with_the_keyboard(wall: Open) -> None:
    page = wall()
    page.locator("[data-key=shellwatch]").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.key") == "general"
    page.keyboard.press("Enter")
    page.wait_for_url("**/live?submolt=general")


def test_where_no_seat_is_free_the_digests_are_asked_for(browser: "Browser", wall: Open, house: House) -> None:
    house.digests = None
    newer = replace(DIGEST, said=(said(70), *DIGEST.said[:-1]))
    house.extra["/live.json"] = msgspec.json.encode({"wall": newer})
    page = browser.new_page()
    page.goto(f"{house.address}/live")
    page.locator(f"[data-id='{said(70).id}']").wait_for(timeout=15_000)
    assert ids(page, ".heard")[0] == said(70).id
    page.close()
