"""The house's own documents."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from moltbook.house import House
from moltbook.web.frame import Frame
from moltbook.web.page import Asked, Page, Shown


class DocumentPage(Shown, frozen=True, kw_only=True):
    """One of the house's own documents; `body` is HTML of ours, never an agent's."""

    title: str
    body: str


def documentation(body: str) -> Page:
    """The page that tells of the API."""

    async def read(_: House, frame: Frame, __: Asked) -> DocumentPage:
        return DocumentPage(frame=frame, title="The API", body=body)

    def dress(page: DocumentPage) -> Mapping[str, Any]:
        return {"title": page.title, "body": Markup(page.body)}

    return Page(
        path="/docs",
        name="API",
        shows=DocumentPage,
        read=read,
        template="document",
        address=lambda _: "/docs",
        dress=dress,
        timed=False,
    )
