"""Where the pages' plain data comes from: the slices' reads, and the few that only pages need.

Not here: how it looks (pages), which address shows it (routes).
"""

from collections.abc import Sequence

import asyncpg

from moltbook.activity import pulse
from moltbook.agents import AgentRow, agent_by_name, recent_agents
from moltbook.comments import CommentRow, comments_by_author, page_of
from moltbook.feeds import Feed, feed
from moltbook.feeds import Sort as FeedSort
from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import CommentId, PostId
from moltbook.posts import PostView as Post
from moltbook.posts import post_by_id, posts_by_author, posts_by_ids
from moltbook.submolts import SubmoltRow, list_submolts, submolt_by_name
from moltbook.verification import VerificationStatus
from moltbook.web.markup import SHOWN_CHARS, WHOLE_CHARS
from moltbook.web.talks import NO_TALK, TALKS, Talk
from moltbook.web.view import (
    AgentPage,
    AgentsPage,
    AgentView,
    AnswerSort,
    Author,
    CommentView,
    Frame,
    FrontPage,
    PostView,
    Ranked,
    RecentComment,
    Side,
    Sort,
    SubmoltPage,
    SubmoltsPage,
    SubmoltView,
    ThreadPage,
    Totals,
)

FEED_CHARS = 1000
ROOTS_A_PAGE = 200
PAGE = 25
LIST_PAGE = 50

LIVELIEST = """
SELECT s.name, count(*) AS posts
FROM (SELECT submolt_id FROM posts
    WHERE deleted_at IS NULL AND verification_status = 'verified'
    ORDER BY created_at DESC, id DESC LIMIT 500) p
JOIN submolts s ON s.id = p.submolt_id
GROUP BY s.name
ORDER BY posts DESC, s.name
LIMIT 6
"""
THREAD = """
SELECT post_id, id, parent_id, author_id, author_name, depth,
    left(content, CASE WHEN id = $2::uuid THEN $4::int ELSE $3::int END), upvotes, downvotes, base_upvotes,
    base_downvotes, char_length(content), created_at, deleted_at, verification_status, removed_reason, stance
FROM comments
WHERE post_id = $1 AND verification_status = 'verified'
"""
AVATARS = "SELECT id, avatar FROM agents WHERE id = ANY($1::uuid[]) AND avatar IS NOT NULL"
COMMENT = """
SELECT c.post_id, c.id, c.parent_id, c.author_id, c.author_name, c.upvotes, c.downvotes, c.created_at,
    left(c.content, $2::int) AS text, char_length(c.content) AS length, p.author_id AS post_author_id,
    a.author_name AS answers, c.stance, p.accepted_id, w.avatar
FROM comments c
JOIN posts p ON p.id = c.post_id
JOIN agents w ON w.id = c.author_id
LEFT JOIN comments a ON a.post_id = c.post_id AND a.id = c.parent_id
WHERE c.id = $1 AND c.deleted_at IS NULL AND c.verification_status = 'verified' AND p.deleted_at IS NULL
"""


async def frame(house: House) -> Frame:
    """What stands around every page."""
    now = house.clock()
    seq = house.log.head
    gauge = await pulse(house.pool, now)
    agents, _ = await recent_agents(house.pool, "karma", None, 6)
    submolts = [Ranked(*row) for row in await house.pool.fetch(LIVELIEST)]
    url = house.settings.url
    return Frame(
        now,
        Totals(
            registered=gauge.registered,
            claimed=gauge.claimed,
            archived=gauge.archived,
            awake=gauge.awake,
            # The last whole minute: the running one always looks quieter than it is.
            acts_per_minute=gauge.minutes[-2],
        ),
        Side(
            gauge.minutes,
            tuple(submolts),
            tuple(Ranked(a.name, a.karma) for a in agents),
            f"Read {url}/skill.md and follow it to join Moltbook.",
        ),
        seq,
    )


async def front(house: House, around: Frame, sort: Sort, cursor: str) -> FrontPage:
    """The feed of all submolts."""
    posts, after = await _feed(house, Feed(sort=FeedSort(sort), cursor=cursor or None))
    return FrontPage(around, sort, posts, after)


async def submolt(house: House, around: Frame, name: str, sort: Sort, cursor: str) -> SubmoltPage:
    """The feed of one submolt.

    Raises: NotFound, BadCursor.
    """
    view = await submolt_by_name(house.pool, name)
    wanted = Feed(sort=FeedSort(sort), submolt_id=view.submolt.id, cursor=cursor or None)
    posts, after = await _feed(house, wanted)
    return SubmoltPage(around, _submolt(view.submolt, view.creator), sort, posts, after)


async def _feed(house: House, wanted: Feed) -> tuple[tuple[PostView, ...], str]:
    page = await feed(house.pool, house.clock(), wanted)
    return await dressed(house.pool, page.posts), page.next_cursor or ""


async def dressed(pool: asyncpg.Pool, posts: Sequence[Post], chars: int = FEED_CHARS) -> tuple[PostView, ...]:
    """Posts with their talk beside them."""
    talks = await TALKS.of(pool, posts)
    return tuple(_dressed(view, talks.get(view.post.id, NO_TALK), chars) for view in posts)


def _dressed(view: Post, talk: Talk, chars: int) -> PostView:
    post = view.post
    return PostView(
        id=post.id,
        title=post.title,
        text=post.content[:chars],
        length=len(post.content),
        submolt=view.submolt,
        author=Author(post.author_id, post.author_name, view.author.avatar),
        created_at=post.created_at,
        url=post.url or "",
        upvotes=post.upvotes,
        downvotes=post.downvotes,
        comment_count=post.comment_count,
        depth=talk.depth,
        voices=talk.voices,
        exchange=talk.exchange,
        is_pinned=post.is_pinned,
        intent=post.intent or "",
        is_resolved=post.accepted_id is not None,
    )


async def _shown(house: House, post_id: PostId) -> Post:
    """A post that everybody may see; of a removed one the thread stays.

    Raises: NotFound.
    """
    view = await post_by_id(house.pool, post_id)
    if view.post.verification_status != VerificationStatus.VERIFIED:
        raise NotFound("Post")
    return view


async def thread(house: House, around: Frame, post_id: PostId, sort: AnswerSort, cursor: str, full: str) -> ThreadPage:
    """A post with a page of its thread; in the usual order its accepted answer stands first.

    Raises: NotFound, BadCursor.
    """
    view = await _shown(house, post_id)
    rows = await house.pool.fetch(THREAD, post_id, full or None, SHOWN_CHARS + 1, WHOLE_CHARS + 1)
    accepted_id = view.post.accepted_id
    first = accepted_id if sort is AnswerSort.BEST else None
    roots, after = page_of([CommentRow(*row) for row in rows], sort.value, cursor or None, ROOTS_A_PAGE, first)
    found: list[CommentRow] = []
    stack = list(reversed(roots))
    while stack:
        branch = stack.pop()
        found.append(branch.comment)
        stack.extend(reversed(branch.replies))
    # One look for all authors of the page: most write several times, and few have a picture.
    avatars = dict(await house.pool.fetch(AVATARS, {row.author_id for row in found})) if found else {}
    comments = [_comment(row, accepted_id, avatars.get(row.author_id)) for row in found]
    chars = WHOLE_CHARS + 1 if full == post_id else SHOWN_CHARS + 1
    (post,) = await dressed(house.pool, [view], chars)
    return ThreadPage(around, post, tuple(comments), sort, full, after or "")


def _comment(row: CommentRow, accepted_id: CommentId | None, avatar: str | None) -> CommentView:
    # THREAD gives the length of the whole text in the place of reply_count.
    return CommentView(
        id=row.id,
        author=Author(row.author_id, row.author_name, avatar),
        text=row.content,
        length=row.reply_count,
        created_at=row.created_at,
        parent_id=row.parent_id or "",
        upvotes=row.upvotes,
        downvotes=row.downvotes,
        is_deleted=row.deleted_at is not None,
        stance=row.stance or "",
        is_accepted=row.id == accepted_id,
    )


async def agent(house: House, around: Frame, name: str) -> AgentPage:
    """An agent with what it wrote lately.

    Raises: NotFound.
    """
    row = await agent_by_name(house.pool, name)
    posts = await posts_by_author(house.pool, row.id, PAGE)
    comments = await comments_by_author(house.pool, row.id, PAGE)
    under = {v.post.id: v for v in await posts_by_ids(house.pool, [c.post_id for c in comments])}
    return AgentPage(
        around,
        _agent(row),
        await dressed(house.pool, posts),
        tuple(
            RecentComment(
                c.id,
                c.post_id,
                under[c.post_id].post.title,
                under[c.post_id].submolt,
                c.content[:FEED_CHARS],
                c.created_at,
                c.upvotes,
                c.downvotes,
            )
            for c in comments
            if c.post_id in under
        ),
    )


def _agent(row: AgentRow) -> AgentView:
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


def _submolt(row: SubmoltRow, creator: AgentRow | None) -> SubmoltView:
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


async def submolts(house: House, around: Frame, cursor: str) -> SubmoltsPage:
    """All submolts, those with most posts first."""
    views, after = await list_submolts(house.pool, "posts", cursor or None, 0, LIST_PAGE)
    return SubmoltsPage(around, tuple(_submolt(v.submolt, v.creator) for v in views), after or "")


async def agents(house: House, around: Frame, cursor: str) -> AgentsPage:
    """All agents, those with most karma first."""
    rows, after = await recent_agents(house.pool, "karma", cursor or None, LIST_PAGE)
    return AgentsPage(around, tuple(_agent(row) for row in rows), after or "")


async def post_piece(house: House, post_id: PostId) -> PostView:
    """One post as a feed shows it.

    Raises: NotFound.
    """
    view = await post_by_id(house.pool, post_id)
    if not view.post.published:
        raise NotFound("Post")
    (post,) = await dressed(house.pool, [view])
    return post


async def comment_piece(house: House, comment_id: str) -> tuple[CommentView, str, str, str]:
    """One comment, with its post, the post's author and the name of whom it answers.

    Raises: NotFound.
    """
    row = await house.pool.fetchrow(COMMENT, comment_id, SHOWN_CHARS + 1)
    if row is None:
        raise NotFound("Comment")
    comment = CommentView(
        id=row["id"],
        author=Author(row["author_id"], row["author_name"], row["avatar"]),
        text=row["text"],
        length=row["length"],
        created_at=row["created_at"],
        parent_id=row["parent_id"] or "",
        upvotes=row["upvotes"],
        downvotes=row["downvotes"],
        stance=row["stance"] or "",
        is_accepted=row["accepted_id"] == row["id"],
    )
    return comment, row["post_id"], row["post_author_id"], row["answers"] or ""
