"""A person at a browser, without the browser: follows links, keeps its cookie, sends the forms it is shown."""

import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from starlette.applications import Starlette

from moltbook.web import Pages
from tests.world import Answer, Caller, Network

HIDDEN = re.compile(r'name="form" value="([0-9a-f]+)"')


class Person:
    """Somebody who looks at the pages of a network."""

    def __init__(self, network: Network, address: str = "203.0.113.9") -> None:
        app = Starlette(routes=Pages(network.house, network.pages, "").routes())
        self._network = network
        self._call = Caller(app, address, base="")
        self.cookie = ""
        self.page: Answer | None = None

    async def get(self, path: str) -> Answer:
        """Open a page."""
        self.page = await self._call("GET", path, headers={"cookie": self.cookie})
        return self.page

    async def send(self, path: str, fields: dict[str, str | list[str]] | None = None, **headers: str) -> Answer:
        """Send a form, with the proof that the page last looked at holds."""
        shown = HIDDEN.search(self.page.body.decode()) if self.page else None
        proof = {"form": shown[1]} if shown else {}
        answer = await self._call(
            "POST",
            path,
            body=urlencode({**proof, **(fields or {})}, doseq=True).encode(),
            headers={
                "content-type": "application/x-www-form-urlencoded",
                "cookie": self.cookie,
                "sec-fetch-site": "same-origin",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        given = SimpleCookie(answer.headers.get("set-cookie", ""))
        for name, morsel in given.items():
            self.cookie = f"{name}={morsel.value}"
        return answer

    async def come_in(self, token: str) -> Answer:
        """Press the button behind a link."""
        return await self.send(f"/owner/enter/{token}")
