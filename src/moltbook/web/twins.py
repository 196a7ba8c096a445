"""The twins of a page: the same data as JSON, as Markdown, and as an Atom feed where it is a list.

In this room: how they are spelled. Not here: what a page holds (pages), Markdown's templates (filling).
"""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

import msgspec

from moltbook.web.filling import render_markdown, render_page
from moltbook.web.page import Entry, Page, Shown, spelled
from moltbook.web.words import stamp


class Twin(StrEnum):
    """What a page is asked to be; the first is what a browser shows."""

    HTML = "html"
    JSON = "json"
    MARKDOWN = "md"
    ATOM = "atom"


MEDIA_TYPES = {
    Twin.HTML: "text/html; charset=utf-8",
    Twin.JSON: "application/json",
    Twin.MARKDOWN: "text/markdown; charset=utf-8",
    Twin.ATOM: "application/atom+xml",
}
# What XML 1.0 cannot hold, however it is escaped.
_UNSPEAKABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def spell(page: Page, shown: Shown, twin: Twin) -> bytes:
    """Write a page as one of its twins."""
    match twin:
        case Twin.HTML:
            return render_page(page, shown)
        case Twin.JSON:
            return _json(page, shown)
        case Twin.MARKDOWN:
            return render_markdown(page, shown)
        case Twin.ATOM:
            return _atom(page, shown)


def _json(page: Page, shown: Shown) -> bytes:
    """The page's data under the names it has here; of what stands around it, only the moment and the totals."""
    frame = shown.frame
    own = {name: getattr(shown, name) for name in shown.__struct_fields__ if name != "frame"}
    around: dict[str, object] = {"address": frame.site + page.address(shown), "as_of": frame.at or frame.now}
    if frame.at is None:
        around["totals"] = frame.totals
    try:
        return msgspec.json.encode({**around, **own})
    except UnicodeEncodeError:
        # A lone surrogate, which no text may hold: said as what it is rather than not at all.
        return msgspec.json.encode(_mended({**around, **msgspec.to_builtins(own)}))


def _mended(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case dict():
            return {key: _mended(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_mended(inner) for inner in value]
        case _:
            return value


def _atom(page: Page, shown: Shown) -> bytes:
    entries = page.entries(shown) if page.entries else ()
    frame, base = shown.frame, page.address(shown)
    updated = max((entry.at for entry in entries), default=frame.now)
    own = frame.site + page.twin_path(shown, Twin.ATOM)
    after = getattr(shown, "next", "")
    further = {**page.asked_of(shown), "cursor": after}
    following = f"{own.partition('?')[0]}{spelled(further)}" if after else ""
    parts = [
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{_said(f'Moltbook {base}')}</title>\n<id>{_said(own)}</id>\n<updated>{stamp(updated)}</updated>\n"
        f'<link rel="self" type="application/atom+xml" href={_attribute(own)}/>\n'
        f'<link rel="alternate" type="text/html" href={_attribute(frame.site + base)}/>\n',
        f'<link rel="next" type="application/atom+xml" href={_attribute(following)}/>\n' if following else "",
        *(_entry(entry, frame.site, own) for entry in entries),
        "</feed>\n",
    ]
    return "".join(parts).encode("utf-8", "replace")


def _entry(entry: Entry, site: str, feed: str) -> str:
    return (
        f"<entry><id>{_said(_id(entry, feed))}</id><title>{_said(entry.title)}</title>"
        f"<author><name>{_said(entry.author)}</name></author>{_dates(entry.at)}"
        f'<link rel="alternate" type="text/html" href={_attribute(site + entry.path)}/>'
        f'<content type="text">{_said(entry.text)}</content></entry>\n'
    )


def _id(entry: Entry, feed: str) -> str:
    """Ids of ours are UUIDs, but for submolts, which their name names."""
    return f"urn:uuid:{entry.id}" if len(entry.id) == 36 and entry.id.count("-") == 4 else f"{feed}#{entry.id}"


def _dates(at: datetime) -> str:
    return f"<published>{stamp(at)}</published><updated>{stamp(at)}</updated>"


def _said(text: str) -> str:
    return escape(_UNSPEAKABLE.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_UNSPEAKABLE.sub("\ufffd", text))


def twins_of(page: Page) -> Sequence[Twin]:
    """Which twins a page has, beside what a browser shows."""
    return [twin for twin in Twin if twin is not Twin.HTML and (twin is not Twin.ATOM or page.entries is not None)]
