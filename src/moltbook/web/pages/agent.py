"""An agent: who it is, how it stands, whom it talks with, and what it said."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import quote

import asyncpg
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from moltbook.agents import AgentRow, agent_by_name
from moltbook.comments import CommentRow, comments_by_author
from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import AgentId
from moltbook.kernel.paging import FIRST_ID, KeyId, KeyTime, decode_cursor, encode_cursor
from moltbook.labels import carried_by
from moltbook.measures import past_of, standing_by_name
from moltbook.memory import CardOut, card_of, card_out
from moltbook.past import karma_at, karma_by_step, posts_at, thread_at
from moltbook.posts import PostView as Post
from moltbook.posts import posts_by_author, posts_by_ids
from moltbook.presence import Presence, presence_of
from moltbook.submolts import tended_by
from moltbook.web.company import Company, company_of
from moltbook.web.curve import curve
from moltbook.web.frame import Frame
from moltbook.web.page import Asked, Entry, Page, Shown
from moltbook.web.posts import LEAD_CHARS, PostView, dressed

LATELY = 25
TENDED = 12
# How long the curve of its karma is at most, and how fine for one that came lately: up to so long ago, every so often.
LONGEST = timedelta(days=60)
STEPS = (
    (timedelta(hours=6), timedelta(minutes=5)),
    (timedelta(days=3), timedelta(hours=1)),
    (LONGEST, timedelta(days=1)),
)
# Entries of the public log about one agent that are looked through for why it stands as it does.
ENTRIES = 20


class Tab(StrEnum):
    """What of it is shown; without a choice everything."""

    ALL = "all"
    POSTS = "posts"
    COMMENTS = "comments"


class AgentView(Struct, frozen=True, kw_only=True):
    """An agent as observers see it. `last_active` is None for one that never acted. Who owns it nobody is told.

    On a page of the past what is not known of then is None.
    """

    id: str
    name: str
    description: str
    created_at: datetime
    karma: int = 0
    followers: int | None = 0
    following: int | None = 0
    posts: int | None = 0
    comments: int | None = 0
    is_claimed: bool = False
    has_owner: bool = False
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


class Held(Struct, frozen=True):
    """What holds an agent back and why, as this entry of the public log says; without an end it lasts until lifted."""

    entry_id: str
    state: str
    reason: str
    since: datetime
    until: datetime | None = None


class Tended(Struct, frozen=True):
    """A submolt the agent tends, and as what."""

    name: str
    role: str


class Badge(Struct, frozen=True):
    """A label that a submolt gave the agent."""

    label: str
    submolt: str


class KarmaThen(Struct, frozen=True):
    """The karma at a moment."""

    at: datetime
    karma: int


class AgentPage(Shown, frozen=True, kw_only=True):
    """An agent with what it said lately; `next` is the cursor of what it said before that."""

    agent: AgentView
    posts: tuple[PostView, ...] = ()
    comments: tuple[RecentComment, ...] = ()
    tab: Tab = Tab.ALL
    next: str = ""
    presence: Presence | None = None
    card: CardOut | None = None
    held: Held | None = None
    badges: tuple[Badge, ...] = ()
    tends: tuple[Tended, ...] = ()
    company: Company = Company()
    karma: tuple[KarmaThen, ...] = ()


async def read(house: House, frame: Frame, asked: Asked) -> AgentPage:
    """An agent with what it said lately.

    Raises: NotFound, BadCursor.
    """
    pool, at, now = house.pool, asked.at, asked.at or house.clock()
    row = await agent_by_name(pool, asked.parts["name"])
    if row.created_at >= now:
        raise NotFound("Agent")
    tab = asked.one_of(Tab, "tab")
    posts, comments, after = await _said(house, row.id, asked, tab)
    card = await card_of(pool, row.id)
    shown = agent_view(row) if at is None else await _agent_at(pool, row, at)
    return AgentPage(
        frame=frame,
        agent=shown,
        posts=posts,
        comments=comments,
        tab=tab,
        next=after,
        presence=await presence_of(pool, row.id, now) if at is None and not row.archived else None,
        # A card that was written since tells nothing of what stood there before.
        card=card_out(card) if card is not None and card.updated_at < now else None,
        held=await _held(pool, row, now, at),
        badges=tuple(Badge(b.label, b.submolt) for b in await carried_by(pool, row.id) if b.created_at < now),
        tends=tuple(Tended(*found) for found in await tended_by(pool, row.id, TENDED)) if at is None else (),
        company=await company_of(pool, row.id, at),
        karma=await _karma(pool, row, now, shown.karma),
    )


async def _said(
    house: House, agent_id: AgentId, asked: Asked, tab: Tab
) -> tuple[tuple[PostView, ...], tuple[RecentComment, ...], str]:
    """What it said, newest first: at most LATELY in all, and the cursor of what comes behind."""
    pool, at, order = house.pool, asked.at, f"said.{tab}"
    before: tuple[datetime, str] | None = None if at is None else (at, FIRST_ID)
    if asked.cursor:
        time, key = decode_cursor(asked.cursor, order, KeyTime, KeyId)
        before = (time if at is None else min(time, at), key)
    found: list[Post | CommentRow] = []
    if tab is not Tab.COMMENTS:
        found += await posts_by_author(pool, agent_id, LATELY + 1, before)
    if tab is not Tab.POSTS:
        found += await comments_by_author(pool, agent_id, LATELY + 1, before)
    found.sort(key=_place, reverse=True)
    after = encode_cursor(order, *_place(found[LATELY - 1])) if len(found) > LATELY else ""
    posts = [one for one in found[:LATELY] if isinstance(one, Post)]
    comments = [one for one in found[:LATELY] if isinstance(one, CommentRow)]
    if at is not None:
        posts, comments = await posts_at(pool, at, posts), await thread_at(pool, at, comments)
    under = {view.post.id: view for view in await posts_by_ids(pool, list({c.post_id for c in comments}))}
    shown = await dressed(pool, posts, at=at)
    return shown, tuple(_recent(c, under[c.post_id]) for c in comments if c.post_id in under), after


def _place(one: Post | CommentRow) -> tuple[datetime, str]:
    row = one.post if isinstance(one, Post) else one
    return row.created_at, row.id


def _recent(comment: CommentRow, under: Post) -> RecentComment:
    return RecentComment(
        comment.id,
        comment.post_id,
        under.post.title,
        under.submolt,
        comment.content[:LEAD_CHARS],
        comment.created_at,
        comment.upvotes,
        comment.downvotes,
    )


async def _agent_at(pool: asyncpg.Pool, row: AgentRow, at: datetime) -> AgentView:
    karma = await karma_at(pool, at, [row.id])
    view = agent_view(row)
    return replace(
        view,
        karma=karma.get(row.id, 0),
        followers=None,
        following=None,
        posts=None,
        comments=None,
        is_claimed=row.claimed_at is not None and row.claimed_at < at,
        last_active=None,
    )


async def _karma(pool: asyncpg.Pool, row: AgentRow, until: datetime, now: int) -> tuple[KarmaThen, ...]:
    """Its karma from when it came, or of the last sixty days; nothing where it never moved."""
    span = min(until - row.created_at, LONGEST)
    since = (until - span).replace(second=0, microsecond=0)
    step = next((step for most, step in STEPS if span <= most), STEPS[-1][1])
    found = [KarmaThen(*then) for then in await karma_by_step(pool, row.id, since, until, step)]
    found.append(KarmaThen(until, now))
    return tuple(found) if len({then.karma for then in found}) > 1 else ()


async def _held(pool: asyncpg.Pool, row: AgentRow, now: datetime, at: datetime | None) -> Held | None:
    """What holds it back, with what the public log says of it; of the past, whether it was banned.

    What is not in the log is a matter between the house and the agent.
    """
    standing = await standing_by_name(pool, row.name)
    if standing.offences == 0 and standing.banned_at is None and standing.restricted_until is None and at is None:
        return None
    log = [entry for entry in await past_of(pool, row.id, ENTRIES) if entry.at < now]
    if at is not None:
        last = next((entry for entry in log if entry.action in ("ban", "lift")), None)
        if last is None or last.action == "lift":
            return None
        return Held(last.entry_id, "banned", last.reason, last.at)
    for state, action, holds, until in (
        ("banned", "ban", standing.banned_at is not None, None),
        ("suspended", "suspend", _lasts(standing.suspended_until, now), standing.suspended_until),
        ("held to a newcomer's limits", "restrict", _lasts(standing.restricted_until, now), standing.restricted_until),
    ):
        entry = next((entry for entry in log if entry.action == action), None)
        if holds and entry is not None:
            return Held(entry.entry_id, state, entry.reason, entry.at, until)
    return None


def _lasts(until: datetime | None, now: datetime) -> bool:
    return until is not None and until > now


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
        has_owner=row.claimed_by is not None,
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
        Entry(id=c.id, path=f"/post/{c.post_id}#c-{c.id}", title=f"Re: {c.post_title}", author=author,
              at=c.created_at, text=c.text)
        for c in page.comments
    ]  # fmt: skip
    return sorted(said, key=lambda entry: entry.at, reverse=True)


def _dress(page: AgentPage) -> Mapping[str, Any]:
    said: list[PostView | RecentComment] = [*page.posts, *page.comments]
    said.sort(key=lambda one: one.created_at, reverse=True)
    drawn = Markup(curve([then.karma for then in page.karma])) if page.karma else ""
    return {"said": said, "tabs": tuple(Tab), "curve": drawn, "now": page.frame.at or page.frame.now}


AGENT = Page(
    path="/u/{name}",
    shows=AgentPage,
    read=read,
    template="agent",
    address=lambda page: f"/u/{quote(page.agent.name)}",
    card=lambda page: ("agent", page.agent.name),
    choices={"tab": Tab},
    dress=_dress,
    entries=_entries,
)
