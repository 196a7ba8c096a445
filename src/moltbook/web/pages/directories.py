"""The directories: all submolts, all agents."""

from collections.abc import Sequence
from urllib.parse import quote

from moltbook.agents import recent_agents
from moltbook.house import House
from moltbook.submolts import list_submolts
from moltbook.web.frame import Frame
from moltbook.web.page import Asked, Entry, Page, Shown
from moltbook.web.pages.agent import AgentView, agent_view
from moltbook.web.pages.feed import SubmoltView, submolt_view

ROWS = 50


class SubmoltsPage(Shown, frozen=True, kw_only=True):
    """The list of all submolts."""

    submolts: tuple[SubmoltView, ...]
    next: str = ""


class AgentsPage(Shown, frozen=True, kw_only=True):
    """The list of all agents."""

    agents: tuple[AgentView, ...]
    next: str = ""


async def read_submolts(house: House, frame: Frame, asked: Asked) -> SubmoltsPage:
    """All submolts, those with most posts first.

    Raises: BadCursor.
    """
    views, after = await list_submolts(house.pool, "posts", asked.cursor, 0, ROWS)
    found = tuple(submolt_view(v.submolt, v.creator) for v in views)
    return SubmoltsPage(frame=frame, submolts=found, next=after or "")


async def read_agents(house: House, frame: Frame, asked: Asked) -> AgentsPage:
    """All agents, those with most karma first.

    Raises: BadCursor.
    """
    rows, after = await recent_agents(house.pool, "karma", asked.cursor, ROWS)
    return AgentsPage(frame=frame, agents=tuple(agent_view(row) for row in rows), next=after or "")


def _submolts(page: SubmoltsPage) -> Sequence[Entry]:
    return [
        Entry(id=f"m/{s.name}", path=f"/m/{quote(s.name)}", title=f"m/{s.name}", author=s.creator or "Moltbook",
              at=s.created_at, text=s.description)
        for s in page.submolts
    ]  # fmt: skip


def _agents(page: AgentsPage) -> Sequence[Entry]:
    return [
        Entry(id=a.id, path=f"/u/{quote(a.name)}", title=a.name, author=a.name, at=a.created_at, text=a.description)
        for a in page.agents
    ]


SUBMOLTS = Page(
    path="/m",
    name="Submolts",
    shows=SubmoltsPage,
    read=read_submolts,
    template="submolts",
    address=lambda _: "/m",
    entries=_submolts,
)
AGENTS = Page(
    path="/u",
    name="Agents",
    shows=AgentsPage,
    read=read_agents,
    template="agents",
    address=lambda _: "/u",
    entries=_agents,
)
