"""Visits: a page opened once in a real browser, and all that can be said of it afterwards.

In this room: what a visit notes. Not here: what is asked of it (test_every_page).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe

from moltbook.web.assets import ASSETS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response

ALL = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# A theme changes nothing but colours.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
VIEWS = (("light", 1200, ALL), ("dark", 1200, COLOURS), ("dark", 390, COLOURS), ("light", 390, ALL))


@dataclass
class Visit:
    """What one opening of a page showed."""

    status: int = 0
    faults: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    files_bytes: int = 0
    page_bytes: int = 0
    headings: int = 0
    cookies: int = 0
    stored: list[str] = field(default_factory=list)
    shifted: float = 0.0
    barriers: list[str] = field(default_factory=list)
    widths: dict[int, int] = field(default_factory=dict)


@contextmanager
def opened(browser: "Browser", address: str, **known: Any) -> Iterator[tuple["BrowserContext", "Page", Visit]]:
    """A page of a context of its own that notes what goes wrong."""
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 800}, **known})
    visit = Visit()
    page = context.new_page()
    page.set_default_timeout(20_000)

    def heard(line: Any) -> None:
        # The page for what is missing is a 404, and a browser says so.
        if line.type in ("error", "warning") and "status of 40" not in line.text:
            visit.faults.append(line.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: visit.faults.append(str(error)))

    def asked(sent: Any) -> None:
        if not sent.url.startswith(address):
            visit.faults.append(f"asked for {sent.url}")
        elif "/api/v1/events" not in sent.url and "/stream" not in sent.url:
            visit.requests.append(sent.url.removeprefix(address))

    page.on("request", asked)
    try:
        yield context, page, visit
    finally:
        context.close()


def visited(browser: "Browser", address: str, path: str) -> Visit:
    """Open a page and look at it in all ways: by day and night, at a desk, on a phone, in the narrowest window."""
    with opened(browser, address, color_scheme="light") as (context, page, visit):
        answer = page.goto(address + path, wait_until="load")
        assert answer is not None
        visit.status = answer.status
        visit.page_bytes = _transferred(answer)
        visit.files_bytes = sum(
            len(ASSETS[name].plain) for name in {url.rpartition("/")[2] for url in visit.requests} if name in ASSETS
        )
        visit.headings = page.locator("h1").count()
        axe = Axe()
        for scheme, width, rules in VIEWS:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 800})
            visit.barriers += _barriers(axe, page, rules, f"{scheme} {width}")
        for width in (320, 820):
            page.set_viewport_size({"width": width, "height": 800})
            visit.widths[width] = page.evaluate("document.documentElement.scrollWidth")
        visit.cookies = len(context.cookies())
        visit.stored = page.evaluate("Object.keys(localStorage)")
        return visit


def _transferred(answer: "Response") -> int:
    """The page as it came over the wire, its encoding included."""
    return answer.request.sizes()["responseBodySize"]


def _barriers(axe: Axe, page: "Page", rules: dict[str, Any], seen: str) -> list[str]:
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    found = axe.run(page, options=options).response["violations"]
    return [
        f"{seen}: {barrier['id']}: {node['html'][:160]} {node['failureSummary'].splitlines()[1].strip()}"
        for barrier in found
        for node in barrier["nodes"][:3]
    ]
