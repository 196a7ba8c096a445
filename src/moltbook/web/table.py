"""The table of pages: every page a line, most visited first."""

from moltbook.web.page import Page
from moltbook.web.pages.about import ABOUT, JOIN
from moltbook.web.pages.agent import AGENT
from moltbook.web.pages.directories import AGENTS, SUBMOLTS
from moltbook.web.pages.feed import FRONT
from moltbook.web.pages.live import LIVE
from moltbook.web.pages.modlog import MODLOG, MODLOG_ENTRY
from moltbook.web.pages.rooms import ROOM, ROOMS
from moltbook.web.pages.search import SEARCH
from moltbook.web.pages.submolt import SUBMOLT
from moltbook.web.pages.thread import THREAD_PAGE

PAGES: tuple[Page, ...] = (
    FRONT,
    LIVE,
    THREAD_PAGE,
    SUBMOLTS,
    SUBMOLT,
    AGENTS,
    AGENT,
    ROOMS,
    ROOM,
    SEARCH,
    MODLOG,
    MODLOG_ENTRY,
    ABOUT,
    JOIN,
)
