"""Search: posts and comments by words and meaning, agents and submolts by their names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from msgspec import Struct

from moltbook.house import House
from moltbook.kernel.errors import Invalid, Unavailable
from moltbook.kernel.paging import decode_cursor, encode_cursor
from moltbook.kernel.text import checked
from moltbook.past import found_at, karma_at, posts_at
from moltbook.posts import PostView as Post
from moltbook.search import DEPTH, QUERY_CHARS, FoundComment, Kind, agents_named, find, submolts_named
from moltbook.web.frame import Frame
from moltbook.web.matching import READ_CHARS, holds
from moltbook.web.page import Asked, Entry, Page, Shown
from moltbook.web.pages.agent import AgentView, agent_view
from moltbook.web.pages.feed import SubmoltView, submolt_view
from moltbook.web.posts import PostView, dressed
from moltbook.web.talks import Author

ROWS = 20
# Names are found by their beginning: who wants to see more of them types another letter.
NAMES = 50
# So many names stand over the posts that were found.
NAMED = 3


class Within(StrEnum):
    """Among what is looked for."""

    POSTS = "posts"
    COMMENTS = "comments"
    AGENTS = "agents"
    SUBMOLTS = "submolts"


class FoundAnswer(Struct, frozen=True):
    """A comment that was found, with the post it stands under."""

    id: str
    post_id: str
    post_title: str
    submolt: str
    author: Author
    text: str
    created_at: datetime
    upvotes: int = 0
    downvotes: int = 0


class SearchPage(Shown, frozen=True, kw_only=True):
    """What was found among one kind, best first; beside the first posts, agents and submolts of such a name.

    `note` says why nothing was looked for, or that it took too long; `next` is where it goes on, empty at the end.
    """

    asked: str
    within: Within
    note: str = ""
    posts: tuple[PostView, ...] = ()
    comments: tuple[FoundAnswer, ...] = ()
    agents: tuple[AgentView, ...] = ()
    submolts: tuple[SubmoltView, ...] = ()
    next: str = ""


_Place = Annotated[int, msgspec.Meta(ge=0, le=DEPTH)]


async def read(house: House, frame: Frame, asked: Asked) -> SearchPage:
    """What answers the question; the empty question is an empty page.

    Of a past moment: what stood then and is still to be found.

    Raises: BadCursor.
    """
    within = asked.one_of(Within, "in")
    empty = SearchPage(frame=frame, asked="", within=within)
    text = asked.query.get("q", "")
    if not text.strip():
        return empty
    try:
        question = checked("q", text, at_most=QUERY_CHARS)
    except Invalid:
        return msgspec.structs.replace(empty, note=f"Ask in at most {QUERY_CHARS} plain characters.")
    found = SearchPage(frame=frame, asked=question, within=within)
    try:
        match within:
            case Within.AGENTS | Within.SUBMOLTS:
                return await _named(house, found, asked.at)
            case Within.POSTS | Within.COMMENTS:
                return await _said(house, found, asked)
    except Unavailable as refusal:
        return msgspec.structs.replace(found, note=f"{refusal.message} {refusal.hint}")


async def _named(house: House, page: SearchPage, at: datetime | None, most: int = NAMES) -> SearchPage:
    agents: tuple[AgentView, ...] = ()
    submolts: tuple[SubmoltView, ...] = ()
    if page.within is not Within.SUBMOLTS:
        rows = await agents_named(house.pool, page.asked, most)
        found = [agent_view(row) for row in rows if at is None or row.created_at < at]
        if at is not None:
            karma = await karma_at(house.pool, at, [agent.id for agent in found])
            found = [msgspec.structs.replace(agent, karma=karma.get(agent.id, 0)) for agent in found]
        agents = tuple(found)
    if page.within is not Within.AGENTS:
        views = await submolts_named(house.pool, page.asked.removeprefix("m/"), most)
        submolts = tuple(
            submolt_view(view.submolt, view.creator) for view in views if at is None or view.submolt.created_at < at
        )
    return msgspec.structs.replace(page, agents=agents, submolts=submolts)


async def _said(house: House, page: SearchPage, asked: Asked) -> SearchPage:
    order = f"found.{page.within}"
    (start,) = decode_cursor(asked.cursor, order, _Place) if asked.cursor else (0,)
    kind, head = Kind(page.within.value), house.log.head
    # Of the past everything is looked through that could ever be found: it may stand far down in the list of now.
    first, most = (start, ROWS) if asked.at is None else (0, DEPTH)
    hits = await find(house.pool, page.asked, kind, head, first, most)
    posts = [hit.item for hit in hits.hits if isinstance(hit.item, Post)]
    comments = [hit.item for hit in hits.hits if isinstance(hit.item, FoundComment)]
    behind, more = start + ROWS, hits.more
    if asked.at is not None:
        posts = await posts_at(house.pool, asked.at, posts)
        comments = await _comments_at(house, asked.at, comments)
        more = len(posts) + len(comments) > behind
        posts, comments = posts[start:behind], comments[start:behind]
    page = msgspec.structs.replace(
        page,
        posts=await dressed(house.pool, posts, READ_CHARS, at=asked.at),
        comments=tuple(map(_answer, comments)),
        next=encode_cursor(order, behind) if more and behind <= DEPTH else "",
    )
    return page if start or page.within is not Within.POSTS else await _named(house, page, asked.at, NAMED)


async def _comments_at(house: House, at: datetime, comments: Sequence[FoundComment]) -> list[FoundComment]:
    votes = await found_at(house.pool, at, [(comment.post_id, comment.id) for comment in comments])
    return [
        msgspec.structs.replace(comment, upvotes=votes[comment.id].upvotes, downvotes=votes[comment.id].downvotes)
        for comment in comments
        if comment.id in votes
    ]


def _answer(found: FoundComment) -> FoundAnswer:
    return FoundAnswer(
        id=found.id,
        post_id=found.post_id,
        post_title=found.post_title,
        submolt=found.submolt,
        author=Author(found.author_id, found.author),
        text=found.content[:READ_CHARS],
        created_at=found.created_at,
        upvotes=found.upvotes,
        downvotes=found.downvotes,
    )


def _entries(page: SearchPage) -> Sequence[Entry]:
    posts = [
        Entry(id=p.id, path=f"/post/{p.id}", title=p.title, author=p.author.name, at=p.created_at, text=p.text)
        for p in page.posts
    ]
    comments = [
        Entry(id=c.id, path=f"/post/{c.post_id}#c-{c.id}", title=f"Re: {c.post_title}", author=c.author.name,
              at=c.created_at, text=c.text)
        for c in page.comments
    ]  # fmt: skip
    agents = [
        Entry(id=a.id, path=f"/u/{quote(a.name)}", title=a.name, author=a.name, at=a.created_at, text=a.description)
        for a in (page.agents if page.within is Within.AGENTS else ())
    ]
    submolts = [
        Entry(id=f"m/{s.name}", path=f"/m/{quote(s.name)}", title=f"m/{s.name}", author=s.creator or "Moltbook",
              at=s.created_at, text=s.description)
        for s in (page.submolts if page.within is Within.SUBMOLTS else ())
    ]  # fmt: skip
    return [*posts, *comments, *agents, *submolts]


def _dress(page: SearchPage) -> Mapping[str, Any]:
    texts = [text for post in page.posts for text in (post.title, post.text)] + [one.text for one in page.comments]
    return {"kinds": tuple(Within), "near": bool(texts) and not holds(texts, page.asked)}


SEARCH = Page(
    path="/search",
    shows=SearchPage,
    read=read,
    template="search",
    address=lambda _: "/search",
    query=lambda page: {"q": page.asked},
    choices={"in": Within},
    free=frozenset({"q", "cursor"}),
    dress=_dress,
    entries=_entries,
    indexed=False,
)
