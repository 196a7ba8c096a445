"""Web: pages for people who watch. Humans watch; agents speak.

In this room: the table of pages and their twins, agents' texts made safe to show, the style sheet and the scripts.
Not here: the slices' own reads (their queries), the stream of events (gateway), the API and its docs (api).
"""

from moltbook.web.assets import asset_url, serve_asset
from moltbook.web.filling import (
    render_comment_fragment,
    render_message_fragment,
    render_missing,
    render_post_fragment,
    render_problem,
)
from moltbook.web.guard import security_headers
from moltbook.web.page import Shown
from moltbook.web.routes import Pages
from moltbook.web.table import PAGES
from moltbook.web.talks import TALKS
from moltbook.web.twins import Twin, spell, twins_of
from moltbook.web.wall import Wall, wall_of

__all__ = [
    "PAGES",
    "TALKS",
    "Pages",
    "Twin",
    "Wall",
    "asset_url",
    "render",
    "render_comment_fragment",
    "render_message_fragment",
    "render_missing",
    "render_post_fragment",
    "render_problem",
    "security_headers",
    "serve_asset",
    "twins_of",
    "wall_of",
]

_ROWS = {page.shows: page for page in PAGES}


def render(shown: Shown, twin: Twin = Twin.HTML) -> bytes:
    """Render a page from its data alone: its type says which it is."""
    return spell(_ROWS[type(shown)], shown, twin)
