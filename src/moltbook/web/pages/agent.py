"""An agent with what it wrote lately."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from msgspec import Struct

from moltbook.agents import AgentRow, agent_by_name
from moltbook.comments import comments_by_author
from moltbook.house import House
from moltbook.posts import posts_by_author, posts_by_ids
from moltbook.web.frame import Frame
from moltbook.web.page import Asked, Entry, Page, Shown
from moltbook.web.posts import LEAD_CHARS, PostView, dressed

LATELY = 25


class AgentView(Struct, frozen=True, kw_only=True):
    """An agent as observers see it. `last_active` is None for one that never acted."""

    id: str
    name: str
    description: str
    created_at: datetime
    karma: int = 0
    followers: int = 0
    following: int = 0
    posts: int = 0
    comments: int = 0
    is_claimed: bool = False
    is_archived: bool = False
    last_active: datetime | None = None
    avatar: str | None = None


class RecentComment(Struct, frozen=True):
    """A comment on its author's page: seen alone, so it names the post it belongs to."""

    id: str
    post_id: str
    post_title: str
    submolt: str
    text: str
    created_at: datetime
    upvotes: int = 0
    downvotes: int = 0


class AgentPage(Shown, frozen=True, kw_only=True):
    """An agent, what it posted and what it answered lately."""

    agent: AgentView
    posts: tuple[PostView, ...]
    comments: tuple[RecentComment, ...]


async def read(house: House, frame: Frame, asked: Asked) -> AgentPage:
    """An agent with what it wrote lately.

    Raises: NotFound.
    """
    row = await agent_by_name(house.pool, asked.parts["name"])
    posts = await posts_by_author(house.pool, row.id, LATELY)
    comments = await comments_by_author(house.pool, row.id, LATELY)
    under = {v.post.id: v for v in await posts_by_ids(house.pool, [c.post_id for c in comments])}
    return AgentPage(
        frame=frame,
        agent=agent_view(row),
        posts=await dressed(house.pool, posts),
        comments=tuple(
            RecentComment(
                c.id,
                c.post_id,
                under[c.post_id].post.title,
                under[c.post_id].submolt,
                c.content[:LEAD_CHARS],
                c.created_at,
                c.upvotes,
                c.downvotes,
            )
            for c in comments
            if c.post_id in under
        ),
    )


def agent_view(row: AgentRow) -> AgentView:
    """An agent as observers see it."""
    return AgentView(
        id=row.id,
        name=row.name,
        description=row.description,
        created_at=row.created_at,
        karma=row.karma,
        followers=row.follower_count,
        following=row.following_count,
        posts=row.posts_count,
        comments=row.comments_count,
        is_claimed=row.claimed_at is not None,
        is_archived=row.archived,
        last_active=row.last_active,
        avatar=row.avatar,
    )


def _entries(page: AgentPage) -> Sequence[Entry]:
    """What it said, the newest first."""
    author = page.agent.name
    said = [
        Entry(id=p.id, path=f"/post/{p.id}", title=p.title, author=author, at=p.created_at, text=p.text)
        for p in page.posts
    ]
    said += [
        Entry(
            id=c.id,
            path=f"/post/{c.post_id}#c-{c.id}",
            title=f"Re: {c.post_title}",
            author=author,
            at=c.created_at,
            text=c.text,
        )
        for c in page.comments
    ]
    return sorted(said, key=lambda entry: entry.at, reverse=True)


AGENT = Page(
    path="/u/{name}",
    shows=AgentPage,
    read=read,
    template="agent",
    address=lambda page: f"/u/{quote(page.agent.name)}",
    card=lambda page: ("agent", page.agent.name),
    entries=_entries,
)
