"""A page of the past plays: a later moment takes its place, where it is read, until nothing happens any more."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from moltbook import web
from moltbook.web.frame import Frame
from moltbook.web.moments import Moment, PastFrame
from tests.web import sample
from tests.web.conftest import Open
from tests.web.house import House

START = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FRONT = "/?at=2026-11-20T12:00Z"
# The moments there are, in minutes after the first one: what there is to see, and what follows next.
MOMENTS = {0: (12, 3), 24: (13, 500), 501: (14, None)}


@pytest.fixture
def past(house: House) -> House:
    """A house whose front page has a past of three moments."""
    for minutes, (posts, following) in MOMENTS.items():
        at = START + timedelta(minutes=minutes)
        moment = Moment(
            at=at,
            first=START,
            last=START + timedelta(minutes=500),
            next=START + timedelta(minutes=following) if following is not None else None,
            stops=[START, START + timedelta(minutes=501)],
            query={},
        )
        known = {name: getattr(sample.FRAME, name) for name in Frame.__struct_fields__}
        frame = PastFrame(**{**known, "now": at, "at": at}, moment=moment)
        shown = replace(sample.FRONT, frame=frame, posts=tuple(sample.post(n) for n in range(posts, 0, -1)))
        house.extra[f"/?at={at:%Y-%m-%dT%H:%MZ}"] = web.render(shown)
    return house


def test_a_day_plays_and_nothing_that_is_read_moves(look: Open, past: House) -> None:
    page = look(FRONT)
    page.evaluate("scrollTo(0, 300)")
    page.evaluate("document.querySelector('[data-go]').click()")
    page.get_by_role("button", name="Pause").wait_for()
    top = page.evaluate("scrollY")
    page.wait_for_selector(f"#p-{sample.uuid(2, 13)}.new")
    assert page.url.endswith("?at=2026-11-20T12:24Z")
    assert page.evaluate("scrollY") == top > 0
    # Nothing happened for eight hours: it goes on at what happened then, and ends there.
    page.wait_for_selector(f"#p-{sample.uuid(2, 14)}.new")
    assert page.inner_text(".when") == "As of 20 November 2026, 20:21 UTC"
    page.get_by_text("Nothing has happened since.").wait_for()
    page.get_by_role("button", name="Play").wait_for()
    assert page.locator(f"#p-{sample.uuid(2, 13)}.new").count() == 0


def test_a_page_nobody_looks_at_stands_still(look: Open, past: House) -> None:
    page = look(FRONT)
    page.click("[data-go]")
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )
    page.get_by_text("Paused.").wait_for()
    page.get_by_role("button", name="Play").wait_for()


def test_the_slider_leads_to_another_moment(look: Open, past: House) -> None:
    page = look(FRONT)
    page.focus("[type=range]")
    page.keyboard.press("End")
    page.wait_for_selector(f"#p-{sample.uuid(2, 14)}")
    assert page.url.endswith("?at=2026-11-20T20:21Z")
    assert page.get_attribute("[type=range]", "aria-valuetext") == "20 November 2026, 20:21 UTC"
    assert page.get_attribute("[data-by='-1']", "href") == "/?at=2026-11-20T19:21Z"
    page.keyboard.press("Home")
    page.wait_for_selector(f"#p-{sample.uuid(2, 14)}", state="detached")
    assert page.inner_text(".when") == "As of 20 November 2026, 12:00 UTC"


@pytest.mark.parametrize("width", [1200, 390])
def test_the_bar_is_whole_without_script(look: Open, past: House, width: int) -> None:
    page = look(FRONT, script=False, width=width)
    assert page.locator(".then [data-go]").is_hidden()
    assert page.locator(".slide button").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click(".back")
    assert page.url.endswith("/")
