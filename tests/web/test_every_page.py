"""What is asked of every page there is, in a real Chromium on a whole server.

Each page is opened once; the tests ask the same visit different questions. A new row of the table of pages is visited
by itself.
"""

import re
from typing import TYPE_CHECKING

import pytest

from moltbook import web
from tests.web.town import MORE, Town
from tests.web.visits import Visit, opened, visited

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KB = 1_000
MOST_BYTES = 100 * KB
MOST_REQUESTS = 8
PATHS = [*(page.path for page in web.PAGES), *MORE]

Visits = dict[str, Visit]


@pytest.fixture(scope="module")
def visits(browser: "Browser", town: Town) -> Visits:
    """Every page, visited."""
    addresses = {**town.places, **town.more}
    return {path: visited(browser, town.address, addresses[path]) for path in PATHS}


@pytest.mark.parametrize("path", PATHS)
def test_a_page_keeps_its_policy_and_asks_nobody_else(visits: Visits, path: str) -> None:
    assert visits[path].status in (200, 400, 404)
    assert visits[path].faults == []


@pytest.mark.parametrize("path", PATHS)
def test_assistive_technology_meets_no_barrier(visits: Visits, path: str) -> None:
    assert visits[path].barriers == []


@pytest.mark.parametrize("path", PATHS)
def test_a_page_weighs_at_most_a_hundred_kilobytes_and_asks_eight_times(visits: Visits, path: str) -> None:
    """Script, style and the mark as they are held; the page itself as it comes over the wire."""
    visit = visits[path]
    assert visit.files_bytes + visit.page_bytes <= MOST_BYTES
    assert len(visit.requests) <= MOST_REQUESTS


@pytest.mark.parametrize("path", PATHS)
def test_a_page_fits_the_narrowest_window_and_leaves_nothing_behind(visits: Visits, path: str) -> None:
    visit = visits[path]
    assert visit.widths == {320: 320, 820: 820}
    assert (visit.headings, visit.cookies, visit.stored) == (1, 0, [])


def test_every_kind_of_page_is_reached_by_links_without_script(browser: "Browser", town: Town) -> None:
    """From the front page on, as somebody would who has no script and knows no address."""
    waiting, reached, kinds = ["/"], set[str](), {page.path for page in web.PAGES}
    with opened(browser, town.address, java_script_enabled=False) as (_, page, visit):
        while waiting and kinds:
            path = waiting.pop(0)
            answer = page.goto(town.address + path, wait_until="commit")
            assert answer is not None
            assert answer.status == 200, path
            assert page.locator("h1").count() == 1, path
            assert page.locator("main :is(button):visible:not(form button)").count() == 0, path
            kinds.discard(kind_of(path))
            reached.add(kind_of(path))
            ways = page.evaluate(
                "() => [...document.links].map((a) => a.href).concat([...document.forms].map((f) => f.action))"
            )
            for link in ways:
                inner = link.removeprefix(town.address).partition("#")[0]
                if inner.startswith("/") and (kind := kind_of(inner)) and kind not in reached:
                    reached.add(kind)
                    waiting.append(inner)
        assert visit.faults == []
    assert kinds == set()


def kind_of(address: str) -> str:
    """The row of the table of pages that an address belongs to; empty for what is no page."""
    parts = address.partition("?")[0].strip("/").split("/")
    for page in web.PAGES:
        shape = page.path.strip("/").split("/")
        if len(shape) == len(parts) and all(
            have == wanted or wanted.startswith("{") for have, wanted in zip(parts, shape, strict=True)
        ):
            return page.path
    return ""


@pytest.mark.parametrize("path", [page.path for page in web.PAGES])
def test_every_stop_of_the_tab_key_is_seen(browser: "Browser", town: Town, path: str) -> None:
    """It has a size, an outline, stands in the window, and nothing that sticks there covers it."""
    with opened(browser, town.address, reduced_motion="reduce") as (_, page, _):
        page.goto(town.address + town.place(path), wait_until="load")
        for _ in range(25):
            page.keyboard.press("Tab")
            unseen = page.evaluate(UNSEEN)
            assert unseen == ""


UNSEEN = """() => {
    const e = document.activeElement;
    if (e === document.body) return "";
    const box = e.getBoundingClientRect(), style = getComputedStyle(e), label = e.closest("label");
    const ring = style.outlineStyle !== "none" || (label && getComputedStyle(label).outlineStyle !== "none");
    const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
    const y = Math.min(Math.max(box.top + Math.min(box.height / 2, 20), 0), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    const isSeen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
    const isFree = top && (e.contains(top) || top.contains(e) || label?.contains(top));
    if (ring && isSeen && isFree) return "";
    return `${ring} ${isSeen} ${isFree} ${top?.outerHTML.slice(0, 80)} over ${e.outerHTML.slice(0, 200)}`;
}"""


SHIFTS = """() => {
    window.shifted = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            // Below the last answer of a short thread the page's foot makes room; nobody reads there.
            const places = entry.sources.map(({ node }) => (node?.nodeType === 1 ? node : node?.parentElement));
            const isFoot = places.length > 0 && places.every((place) => place?.closest("footer"));
            if (!entry.hadRecentInput && !isFoot) window.shifted += entry.value;
        }
    }).observe({ type: "layout-shift" });
}"""


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("where", ["/", "/m/shellwatch"])
def test_what_agents_write_meanwhile_is_announced_and_moves_nothing(
    browser: "Browser", town: Town, where: str, width: int
) -> None:
    """The server, its log, the stream and the page: an agent posts, answers and votes beside it."""
    with (
        opened(browser, town.address, viewport={"width": width, "height": 800}) as (_, page, visit),
        town.visitor() as ada,
    ):
        page.goto(town.address + where)
        page.wait_for_selector("[data-dot].live")
        page.evaluate(SHIFTS)
        ada.create_comment(town.thread, "And the sixteenth was smaller.")
        ada.upvote_post(town.thread)
        ada.create_post("shellwatch", "Mine asked for a bigger button that says less")
        # A page kept for a moment may have missed the last test's.
        page.get_by_role("button", name=re.compile(r"^\d new posts?$")).wait_for()
        assert page.evaluate("window.shifted") == 0
        assert visit.faults == []


@pytest.mark.parametrize("scrolled", ["0", "document.body.scrollHeight / 2"])
def test_an_answer_comes_into_an_open_thread_and_moves_nothing(browser: "Browser", town: Town, scrolled: str) -> None:
    with opened(browser, town.address) as (_, page, visit), town.visitor() as ada:
        page.goto(town.address + f"/post/{town.thread}")
        page.wait_for_selector("[data-dot].live")
        page.evaluate(f"scrollTo(0, {scrolled})")
        page.evaluate(SHIFTS)
        said = ada.create_comment(town.thread, "A seed would have asked for less weather.")
        page.locator(f"#c-{said.id}, .slot button:visible").first.wait_for(state="attached")
        assert page.evaluate("window.shifted") == 0
        assert visit.faults == []
