"""The front page, and what it shares with the pages of submolts: a feed in four orders."""

from collections.abc import Callable, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from moltbook.agents import AgentRow
from moltbook.feeds import Feed, feed
from moltbook.feeds import Sort as FeedSort
from moltbook.feeds import Window as FeedWindow
from moltbook.house import House
from moltbook.kernel.ids import SubmoltId
from moltbook.past import past_feed
from moltbook.posts import PostRow
from moltbook.posts import PostView as Post
from moltbook.submolts import SubmoltRow
from moltbook.web.frame import Frame, Newcomer
from moltbook.web.health import Health
from moltbook.web.page import Asked, Entry, Page, Shown
from moltbook.web.posts import PostView, Sort, Window, dressed
from moltbook.web.rising import Rising
from moltbook.web.said import Said
from moltbook.web.why import PINNED, Why, why

ROWS = 25
# Nobody reads on to here; a larger number in an address is a slip.
MOST_SEEN = 1_000_000


class SubmoltView(Struct, frozen=True, kw_only=True):
    """A community; `creator` is empty where the house itself opened it, the pictures are hashes.

    How many read it, and how many posts it has, nobody knows of a past moment.
    """

    name: str
    display_name: str
    description: str
    created_at: datetime
    subscribers: int | None = 0
    posts: int | None = 0
    creator: str = ""
    avatar: str | None = None
    banner: str | None = None


class FeedPage(Shown, frozen=True, kw_only=True):
    """A page of a feed; `next` is the cursor of the page after this one, empty on the last.

    `window` is how far back `top` looks. `reached` is the place of the last of these posts in its order.
    """

    sort: Sort
    posts: tuple[PostView, ...]
    window: Window = Window.ALL
    reached: int = 0
    next: str = ""


class FrontPage(FeedPage, frozen=True, kw_only=True):
    """The feed of all submolts, and what happens around it."""

    said: Sequence[Said] = ()
    rising: Rising = Rising()
    health: Health = Health()
    newcomers: Sequence[Newcomer] = ()


class Read(Struct, frozen=True, kw_only=True):
    """What a page shows of a feed."""

    sort: Sort
    window: Window
    posts: tuple[PostView, ...]
    reached: int
    next: str


async def read_front(house: House, frame: Frame, asked: Asked) -> FrontPage:
    """The feed of all submolts.

    Raises: BadCursor.
    """
    found = await read_feed(house, asked)
    side = frame.side
    return FrontPage(
        frame=frame,
        sort=found.sort,
        window=found.window,
        posts=found.posts,
        reached=found.reached,
        next=found.next,
        said=side.said,
        rising=side.rising,
        health=side.health,
        newcomers=side.newcomers,
    )


async def read_feed(
    house: House, asked: Asked, submolt_id: SubmoltId | None = None, pinned: Sequence[Post] = ()
) -> Read:
    """A page of a feed in the order that was asked for; what is pinned stands first on the first one, and nowhere else.

    Raises: BadCursor.
    """
    pool, now = house.pool, asked.at or house.clock()
    sort, window = asked.one_of(Sort), asked.one_of(Window, "t")
    wanted = Feed(
        sort=FeedSort(sort),
        window=FeedWindow(window) if sort is Sort.TOP else FeedWindow.ALL,
        submolt_id=submolt_id,
        cursor=asked.cursor,
        limit=ROWS,
        without=[view.post.id for view in pinned],
    )
    seen = _seen(asked)
    if asked.cursor:
        pinned = ()
    wanted = replace(wanted, limit=ROWS - len(pinned))
    page = await (feed(pool, now, wanted) if asked.at is None else past_feed(pool, now, wanted))
    reason = _reason(sort, window, seen, now, len(pinned))
    posts = await dressed(pool, [*pinned, *page.posts], reason=reason, at=asked.at)
    return Read(sort=sort, window=window, posts=posts, reached=seen + len(page.posts), next=page.next_cursor or "")


def _seen(asked: Asked) -> int:
    """How many posts whoever reads on has seen, which its address tells; only their numbers depend on it."""
    text = asked.query.get("seen", "")
    return min(int(text), MOST_SEEN) if asked.cursor and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _reason(sort: Sort, window: Window, seen: int, now: datetime, pinned: int) -> Callable[[int, PostRow], Why]:
    def reason(place: int, post: PostRow) -> Why:
        if place < pinned:
            return PINNED
        return why(post, sort, seen + place - pinned + 1, now, window)

    return reason


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


def entries(page: FeedPage) -> Sequence[Entry]:
    """The posts of a feed as a feed reader takes them."""
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
    choices={"sort": Sort, "t": Window},
    dress=lambda _: {"submolt": None},
    entries=entries,
    stream=lambda _: {},
)
