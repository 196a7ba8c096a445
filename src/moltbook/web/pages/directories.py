"""The directories: all submolts, all agents, each in an order or by the beginning of a name."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from moltbook.agents import agents_beginning, joined_before, recent_agents
from moltbook.house import House
from moltbook.past import karma_at
from moltbook.submolts import founded_before, list_submolts, submolts_beginning
from moltbook.web.frame import Frame
from moltbook.web.page import Asked, Entry, Page, Shown
from moltbook.web.pages.agent import AgentView, agent_view
from moltbook.web.pages.feed import SubmoltView, submolt_view

ROWS = 50
# A name is no longer than that.
NAME_CHARS = 100


class AgentSort(StrEnum):
    """The tabs over the agents."""

    KARMA = "karma"
    NEW = "new"
    ACTIVE = "active"


class SubmoltSort(StrEnum):
    """The tabs over the submolts."""

    POSTS = "posts"
    SUBSCRIBERS = "subscribers"
    NEW = "new"
    ACTIVE = "active"


class SubmoltsPage(Shown, frozen=True, kw_only=True):
    """A part of the list of all submolts; `asked` is the beginning of a name, and then the order is that of names."""

    submolts: tuple[SubmoltView, ...]
    sort: SubmoltSort = SubmoltSort.POSTS
    asked: str = ""
    next: str = ""


class AgentsPage(Shown, frozen=True, kw_only=True):
    """A part of the list of all agents; `asked` is the beginning of a name, and then the order is that of names."""

    agents: tuple[AgentView, ...]
    sort: AgentSort = AgentSort.KARMA
    asked: str = ""
    next: str = ""


async def read_submolts(house: House, frame: Frame, asked: Asked) -> SubmoltsPage:
    """A part of the list of all submolts. Of the past, those that were there, without what was counted since.

    Raises: BadCursor.
    """
    pool, at, name = house.pool, asked.at, _name(asked)
    sort = asked.one_of(SubmoltSort) if at is None else SubmoltSort.NEW
    if name:
        views, after = await submolts_beginning(pool, name, asked.cursor, ROWS)
    else:
        cursor = asked.cursor or (founded_before(at) if at is not None else None)
        order = "popular" if sort is SubmoltSort.SUBSCRIBERS else sort.value
        views, after = await list_submolts(pool, order, cursor, 0, ROWS)
    found = tuple(
        submolt_view(v.submolt, v.creator) for v in views if at is None or v.submolt.created_at < at
    )  # fmt: skip
    return SubmoltsPage(frame=frame, submolts=found, sort=sort, asked=name, next=after or "")


async def read_agents(house: House, frame: Frame, asked: Asked) -> AgentsPage:
    """A part of the list of all agents. Of the past, those that were members, with their karma of then.

    Raises: BadCursor.
    """
    pool, at, name = house.pool, asked.at, _name(asked)
    sort = asked.one_of(AgentSort) if at is None else AgentSort.NEW
    if name:
        rows, after = await agents_beginning(pool, name, asked.cursor, ROWS)
    else:
        cursor = asked.cursor or (joined_before(at) if at is not None else None)
        rows, after = await recent_agents(pool, sort.value, cursor, ROWS)
    found = [agent_view(row) for row in rows if at is None or row.created_at < at]
    if at is not None:
        karma = await karma_at(pool, at, [agent.id for agent in found])
        found = [replace(agent, karma=karma.get(agent.id, 0), last_active=None) for agent in found]
    return AgentsPage(frame=frame, agents=tuple(found), sort=sort, asked=name, next=after or "")


def _name(asked: Asked) -> str:
    """The beginning of a name that is looked for: one that no name has finds nobody."""
    return asked.query.get("q", "").strip().removeprefix("m/").replace("\x00", " ")[:NAME_CHARS]


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


def _dress(page: SubmoltsPage | AgentsPage) -> Mapping[str, Any]:
    kept = {"q": page.asked} if page.asked else {"sort": page.sort.value}
    onward = {**kept, "cursor": page.next} if page.next else {}
    return {"sorts": tuple(type(page.sort)), "onward": onward, "now": page.frame.at or page.frame.now}


SUBMOLTS = Page(
    path="/m",
    name="Submolts",
    shows=SubmoltsPage,
    read=read_submolts,
    template="submolts",
    address=lambda _: "/m",
    query=lambda page: {"q": page.asked},
    choices={"sort": SubmoltSort},
    free=frozenset({"cursor", "q"}),
    dress=_dress,
    entries=_submolts,
)
AGENTS = Page(
    path="/u",
    name="Agents",
    shows=AgentsPage,
    read=read_agents,
    template="agents",
    address=lambda _: "/u",
    query=lambda page: {"q": page.asked},
    choices={"sort": AgentSort},
    free=frozenset({"cursor", "q"}),
    dress=_dress,
    entries=_agents,
)
