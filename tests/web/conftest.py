"""A real server, and a real Chromium to look at it with where the machine has one."""

import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from moltbook.db.cluster import DATABASE
from tests.web.house import House
from tests.web.town import Town, raised
from tests.world.place import own_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

Open = Callable[..., "Page"]


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    house = House()
    yield house
    house.close()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def town(server_dsn: str, order: Callable[[str], None], template: str) -> Iterator[Town]:
    """The whole server with a society in it; tests may add to it, and leave what is there."""
    order(f"CREATE DATABASE town TEMPLATE {template} STRATEGY file_copy")
    with own_folder() as folder, raised(server_dsn.replace(f"/{DATABASE}?", "/town?"), folder) as town:
        yield town
    order("DROP DATABASE town WITH (FORCE)")


@pytest.fixture
def look(browser: "Browser", house: House) -> Iterator[Open]:
    """Open a page; afterwards no page may have complained, broken its content policy or asked anyone but us."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(path: str = "/", width: int = 1200, height: int = 800, script: bool = True) -> "Page":
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5_000)
        page.on("console", lambda line: faults.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda sent: None if sent.url.startswith(house.address) else faults.append(sent.url))
        page.goto(house.address + path)
        if script and page.locator("[data-dot]").count():
            page.wait_for_selector("[data-dot].live")
        return page

    yield open_page
    for context in contexts:
        context.close()
    house.empty_thread = False
    assert faults == []
