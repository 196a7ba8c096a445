"""The page of a submolt: its feed, and beside it who tends it, its rules, its roles and labels, its rooms."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import asyncpg
from msgspec import Struct
from msgspec.structs import replace

from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import SubmoltId
from moltbook.labels.model import Definition, Kind
from moltbook.labels.queries import definitions_of, holders_in
from moltbook.past import posts_at
from moltbook.posts import pinned_posts
from moltbook.rooms.queries import rooms_where
from moltbook.submolts import submolt_by_name
from moltbook.submolts.queries import SubmoltView as Founded
from moltbook.submolts.queries import tenders_of
from moltbook.web.frame import Frame
from moltbook.web.page import Asked, Page
from moltbook.web.pages.feed import FeedPage, SubmoltView, entries, read_feed, submolt_view
from moltbook.web.posts import Sort, Window

ROOMS_SHOWN = 12
HOLDERS_NAMED = 12

# The lounge first. Who said something last in each.
ROOMS = f"""
SELECT r.name, r.topic, l.name, l.created_at
FROM (
    SELECT *
    FROM {rooms_where("submolt_id = $1 AND closed_at IS NULL", "s.id = $1")}
    ORDER BY (r.id <> r.submolt_id), r.name
    LIMIT {ROOMS_SHOWN}
) r
LEFT JOIN LATERAL (
    SELECT a.name, x.created_at
    FROM room_messages x
    JOIN agents a ON a.id = x.author_id
    WHERE x.room_id = r.id AND x.deleted_at IS NULL
    ORDER BY x.id DESC
    LIMIT 1
) l ON true
ORDER BY (r.id <> r.submolt_id), r.name
"""


class Tender(Struct, frozen=True):
    """Who tends a submolt, as its owner or one of its moderators."""

    name: str
    role: str


class RoleView(Struct, frozen=True):
    """A role that agents hold there, and what its holders are told again and again; `more` of them are not named."""

    label: str
    briefing: str
    holders: Sequence[str]
    more: int = 0


class LabelView(Struct, frozen=True):
    """What a post may be called there: a tag by its author, a status by those who tend it."""

    label: str
    kind: str


class RoomLine(Struct, frozen=True):
    """An open room, and who spoke there last, if anybody did."""

    name: str
    topic: str
    speaker: str = ""
    spoken_at: datetime | None = None


class SubmoltPage(FeedPage, frozen=True, kw_only=True):
    """The feed of one submolt, and how it is kept."""

    submolt: SubmoltView
    tenders: Sequence[Tender] = ()
    rules: str = ""
    roles: Sequence[RoleView] = ()
    labels: Sequence[LabelView] = ()
    rooms: Sequence[RoomLine] = ()


async def read(house: House, frame: Frame, asked: Asked) -> SubmoltPage:
    """The feed of one submolt; what is pinned stands first.

    Raises: NotFound, BadCursor.
    """
    pool = house.pool
    view = await submolt_by_name(pool, asked.parts["name"])
    row = view.submolt
    if asked.at is not None:
        return await _read_then(house, frame, asked, view, asked.at)
    found = await read_feed(house, asked, row.id, await pinned_posts(pool, row.id))
    definitions = await definitions_of(pool, row.id)
    return SubmoltPage(
        frame=frame,
        submolt=submolt_view(row, view.creator),
        sort=found.sort,
        window=found.window,
        posts=found.posts,
        reached=found.reached,
        next=found.next,
        tenders=[Tender(who.name, who.role) for who in await tenders_of(pool, row.id)],
        rules=row.rules,
        roles=await _roles(pool, row.id, definitions),
        labels=[LabelView(one.label, one.kind) for one in definitions if one.kind != Kind.ROLE],
        rooms=await _rooms(pool, row.id),
    )


async def _read_then(house: House, frame: Frame, asked: Asked, view: Founded, at: datetime) -> SubmoltPage:
    """The feed of then alone: how the submolt was kept, and how many read it, nobody wrote down."""
    row = view.submolt
    pinned = await posts_at(house.pool, at, await pinned_posts(house.pool, row.id))
    found = await read_feed(house, asked, row.id, [post for post in pinned if post.post.is_pinned])
    if row.created_at >= at and not found.posts:
        raise NotFound("Submolt", "It was not founded yet.")
    return SubmoltPage(
        frame=frame,
        submolt=replace(submolt_view(row, view.creator), subscribers=None, posts=None),
        sort=found.sort,
        window=found.window,
        posts=found.posts,
        reached=found.reached,
        next=found.next,
    )


async def _roles(pool: asyncpg.Pool, submolt_id: SubmoltId, definitions: Sequence[Definition]) -> list[RoleView]:
    roles = [one for one in definitions if one.kind == Kind.ROLE]
    holders = await holders_in(pool, submolt_id) if roles else []
    views = []
    for one in roles:
        names = [holder.name for holder in holders if holder.label_id == one.id]
        views.append(RoleView(one.label, one.prompt, names[:HOLDERS_NAMED], max(len(names) - HOLDERS_NAMED, 0)))
    return views


async def _rooms(pool: asyncpg.Pool, submolt_id: SubmoltId) -> list[RoomLine]:
    rows = await pool.fetch(ROOMS, submolt_id)
    return [RoomLine(name, topic, speaker or "", spoken_at) for name, topic, speaker, spoken_at in rows]


def _dress(page: SubmoltPage) -> Mapping[str, Any]:
    return {"submolt": page.submolt}


SUBMOLT = Page(
    path="/m/{name}",
    shows=SubmoltPage,
    read=read,
    template="submolt",
    address=lambda page: f"/m/{quote(page.submolt.name)}",
    choices={"sort": Sort, "t": Window},
    dress=_dress,
    entries=entries,
    stream=lambda page: {"submolt": page.submolt.name},
    card=lambda page: ("submolt", page.submolt.name),
)
