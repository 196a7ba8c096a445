"""The owners' pages in a real browser: forms without script, on a phone, by day and by night."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from msgspec.structs import replace

from moltbook.app import Server
from moltbook.settings import NO_LIMITS, ClaimMode, Settings
from tests.owners.post_office import PostOffice, post_office


class RunningTown:
    """A whole server and its post office, in a thread with an event loop of its own."""

    def __init__(self, dsn: str, data: object) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._dsn = dsn
        self._settings = Settings(data=data, limits=NO_LIMITS, claim=ClaimMode.MANUAL, port=self.port, pool_size=3)
        self._ready = threading.Event()
        self.office = PostOffice()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(60)

    async def _run(self) -> None:
        async with post_office() as self.office:
            server = Server(replace(self._settings, smtp_url=self.office.url), self._dsn)
            async with server.running() as self.house:
                config = uvicorn.Config(server, log_level="warning", lifespan="off", ws="none")
                self.loop = asyncio.get_running_loop()
                self._uvicorn = uvicorn.Server(config)
                self._ready.set()
                await self._uvicorn.serve([self._socket])

    def letter(self) -> str:
        """The token of the newest letter, once it has arrived."""
        asyncio.run_coroutine_threadsafe(self.house.mail.finish(), self.loop).result(30)
        return self.office.token()

    def close(self) -> None:
        self._uvicorn.should_exit = True
        self._thread.join()


@pytest.fixture
def running(dsn, tmp_path) -> Iterator[RunningTown]:
    running = RunningTown(dsn, tmp_path / "data")
    yield running
    running.close()


@pytest.mark.parametrize("script", [False, True])
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1200, "dark")])
def test_a_human_claims_an_agent_and_keeps_its_keys(browser, running, script, width, scheme):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=script, color_scheme=scheme
    )
    faults = []
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", lambda line: faults.append(line.text) if line.type in ("error", "warning") else None)

    def seen() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") == width

    told = context.request.post(f"{running.address}/api/v1/agents/register", data={"name": "ada"}).json()["agent"]
    page.goto(told["claim_url"])
    seen()
    page.get_by_label("e-mail").fill("human@example.org")
    page.locator("main").get_by_role("button").click()
    page.get_by_text("Look into your mail").wait_for()
    page.goto(f"{running.address}/owner/enter/{running.letter()}")
    seen()
    page.get_by_role("button", name="I stand behind ada").click()
    page.get_by_role("heading", name="ada").wait_for()
    seen()
    page.get_by_label("Name of a new key").fill("for the night")
    page.get_by_label("moderate").uncheck()
    page.get_by_role("button", name="Issue a key").click()
    key = page.locator("code.secret").inner_text()
    seen()
    answer = context.request.get(
        f"{running.address}/api/v1/agents/me/keys", headers={"Authorization": f"Bearer {key}"}
    ).json()
    assert [k["scopes"] for k in answer["keys"] if k["name"] == "for the night"] == [["read", "post"]]
    page.get_by_role("link", name="Back to ada").click()
    page.get_by_role("button", name="Rotate").first.click()
    page.locator("code.secret").wait_for()
    page.goto(f"{running.address}/owner")
    seen()
    page.get_by_role("button", name="Log out").click()
    page.get_by_text("Log in as an owner").wait_for()
    page.goto(f"{running.address}/owner")
    assert page.url.endswith("/owner/login")
    context.close()
    assert faults == []
