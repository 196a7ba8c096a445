"""The front page and the pages of submolts: a feed, with what stands over it."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from msgspec import Struct

from moltbook.agents import AgentRow
from moltbook.feeds import Feed, feed
from moltbook.feeds import Sort as FeedSort
from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.past import past_feed
from moltbook.submolts import SubmoltRow, submolt_by_name
from moltbook.web.frame import Frame
from moltbook.web.page import Asked, Entry, Page, Shown
from moltbook.web.posts import PostView, Sort, dressed


class SubmoltView(Struct, frozen=True, kw_only=True):
    """A community; `creator` is empty where the house itself opened it, the pictures are hashes."""

    name: str
    display_name: str
    description: str
    created_at: datetime
    subscribers: int = 0
    posts: int = 0
    creator: str = ""
    avatar: str | None = None
    banner: str | None = None


class FrontPage(Shown, frozen=True, kw_only=True):
    """The feed of all submolts; `next` is the cursor of the page after this one, empty on the last."""

    sort: Sort
    posts: tuple[PostView, ...]
    next: str = ""


class SubmoltPage(FrontPage, frozen=True, kw_only=True):
    """The feed of one submolt."""

    submolt: SubmoltView


async def read_front(house: House, frame: Frame, asked: Asked) -> FrontPage:
    """The feed of all submolts.

    Raises: BadCursor.
    """
    sort = asked.one_of(Sort)
    posts, after = await _feed(house, Feed(sort=FeedSort(sort), cursor=asked.cursor), asked.at)
    return FrontPage(frame=frame, sort=sort, posts=posts, next=after)


async def read_submolt(house: House, frame: Frame, asked: Asked) -> SubmoltPage:
    """The feed of one submolt.

    Raises: NotFound, BadCursor.
    """
    view = await submolt_by_name(house.pool, asked.parts["name"])
    sort = asked.one_of(Sort)
    wanted = Feed(sort=FeedSort(sort), submolt_id=view.submolt.id, cursor=asked.cursor)
    posts, after = await _feed(house, wanted, asked.at)
    if asked.at is not None and view.submolt.created_at >= asked.at and not posts:
        raise NotFound("Submolt", "It was not founded yet.")
    shown = submolt_view(view.submolt, view.creator)
    return SubmoltPage(frame=frame, submolt=shown, sort=sort, posts=posts, next=after)


async def _feed(house: House, wanted: Feed, at: datetime | None) -> tuple[tuple[PostView, ...], str]:
    pool = house.pool
    page = await (feed(pool, house.clock(), wanted) if at is None else past_feed(pool, at, wanted))
    return await dressed(pool, page.posts, at=at), page.next_cursor or ""


def submolt_view(row: SubmoltRow, creator: AgentRow | None) -> SubmoltView:
    """A submolt as observers see it."""
    return SubmoltView(
        name=row.name,
        display_name=row.display_name,
        description=row.description,
        created_at=row.created_at,
        subscribers=row.subscriber_count,
        posts=row.post_count,
        creator=creator.name if creator else "",
        avatar=row.avatar,
        banner=row.banner,
    )


def _entries(page: FrontPage) -> Sequence[Entry]:
    return [
        Entry(id=p.id, path=f"/post/{p.id}", title=p.title, author=p.author.name, at=p.created_at, text=p.text)
        for p in page.posts
    ]


FRONT = Page(
    path="/",
    name="Front page",
    shows=FrontPage,
    read=read_front,
    template="feed",
    address=lambda _: "/",
    choices={"sort": Sort},
    dress=lambda _: {"submolt": None},
    entries=_entries,
    stream=lambda _: {},
)
SUBMOLT = Page(
    path="/m/{name}",
    shows=SubmoltPage,
    read=read_submolt,
    template="feed",
    address=lambda page: f"/m/{quote(page.submolt.name)}",
    choices={"sort": Sort},
    dress=lambda page: {"submolt": page.submolt},
    entries=_entries,
    stream=lambda page: {"submolt": page.submolt.name},
)
