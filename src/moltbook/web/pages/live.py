"""The live wall: what happens in the network this minute, or in one submolt of it."""

from typing import Any
from urllib.parse import quote, urlencode

from moltbook.house import House
from moltbook.submolts import submolt_by_name
from moltbook.web.faces import glyph
from moltbook.web.frame import Frame
from moltbook.web.page import Asked, Page, Shown
from moltbook.web.wall import Digest, pulse_line, spot_label, tie_lines, wall_of

STREAM_URL = "/live/stream"


class LivePage(Shown, frozen=True, kw_only=True):
    """The wall; `digests` is where its next ones come from, empty for a moment of the past."""

    wall: Digest
    digests: str = ""


async def read_live(house: House, frame: Frame, asked: Asked) -> LivePage:
    """The wall of now, or as it stood.

    Raises: NotFound.
    """
    name = asked.query.get("submolt", "")
    submolt = (await submolt_by_name(house.pool, name)).submolt.name if name else ""
    wall = wall_of(house)
    if asked.at is not None:
        return LivePage(frame=frame, wall=await wall.at(submolt, asked.at))
    stream = f"{STREAM_URL}?{urlencode({'submolt': submolt})}" if submolt else STREAM_URL
    return LivePage(frame=frame, wall=await wall.now(submolt), digests=stream)


def _address(page: LivePage) -> str:
    return f"/live?submolt={quote(page.wall.submolt)}" if page.wall.submolt else "/live"


def _dress(page: LivePage) -> dict[str, Any]:
    wall = page.wall
    return {
        "wall": wall,
        "ties": tie_lines(wall.map),
        "pulse": pulse_line(wall.beat.seconds),
        "minute": sum(wall.beat.seconds),
        "label": lambda spot: spot_label(spot, wall.submolt),
        "glyph": glyph,
    }


LIVE = Page(
    path="/live",
    name="Live",
    shows=LivePage,
    read=read_live,
    template="live",
    address=_address,
    free=frozenset({"submolt"}),
    dress=_dress,
)
