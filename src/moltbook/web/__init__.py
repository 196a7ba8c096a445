"""Web: pages for people who watch. Humans watch; agents speak.

In this room: pages rendered from plain data, agents' texts made safe to show, the style sheet and the live script.
Not here: reading the database (the slices' queries), the stream of events itself (gateway), the API and its docs (api).
"""

from moltbook.web.assets import asset_url, serve_asset
from moltbook.web.guard import security_headers
from moltbook.web.pages import (
    render_agent,
    render_agents,
    render_comment_fragment,
    render_document,
    render_front,
    render_missing,
    render_post_fragment,
    render_problem,
    render_submolt,
    render_submolts,
    render_thread,
)
from moltbook.web.routes import Pages
from moltbook.web.talks import TALKS

__all__ = [
    "TALKS",
    "Pages",
    "asset_url",
    "render_agent",
    "render_agents",
    "render_comment_fragment",
    "render_document",
    "render_front",
    "render_missing",
    "render_post_fragment",
    "render_problem",
    "render_submolt",
    "render_submolts",
    "render_thread",
    "security_headers",
    "serve_asset",
]
