"""A post and its thread."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from moltbook.comments import CommentRow, page_of
from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import CommentId, PostId, parse_id
from moltbook.posts import PostView as Post
from moltbook.posts import post_by_id
from moltbook.verification import VerificationStatus
from moltbook.web import thread
from moltbook.web.frame import Frame
from moltbook.web.markup import SHOWN_CHARS, WHOLE_CHARS
from moltbook.web.page import Asked, Page, Shown
from moltbook.web.posts import AnswerSort, CommentView, PostView, dressed
from moltbook.web.talks import Author

ROOTS_A_PAGE = 200

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


class ThreadPage(Shown, frozen=True, kw_only=True):
    """A post and its comments, flat and in the order of `sort`; `full` is the id of the one text to show whole."""

    post: PostView
    comments: tuple[CommentView, ...]
    sort: AnswerSort = AnswerSort.BEST
    full: str = ""
    next: str = ""


async def read(house: House, frame: Frame, asked: Asked) -> ThreadPage:
    """A post with a page of its thread; in the usual order its accepted answer stands first.

    Raises: NotFound, BadCursor.
    """
    post_id, sort = PostId(parse_id(asked.parts["id"])), asked.one_of(AnswerSort)
    full = parse_id(asked.query["full"]) if asked.query.get("full") else ""
    view = await _shown(house, post_id)
    rows = await house.pool.fetch(THREAD, post_id, full or None, SHOWN_CHARS + 1, WHOLE_CHARS + 1)
    accepted_id = view.post.accepted_id
    first = accepted_id if sort is AnswerSort.BEST else None
    roots, after = page_of([CommentRow(*row) for row in rows], sort.value, asked.cursor, ROOTS_A_PAGE, first)
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
    return ThreadPage(frame=frame, post=post, comments=tuple(comments), sort=sort, full=full, next=after or "")


async def _shown(house: House, post_id: PostId) -> Post:
    """A post that everybody may see; of a removed one the thread stays.

    Raises: NotFound.
    """
    view = await post_by_id(house.pool, post_id)
    if view.post.verification_status != VerificationStatus.VERIFIED:
        raise NotFound("Post")
    return view


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


def _dress(page: ThreadPage) -> Mapping[str, Any]:
    comments = thread.render_comments(
        page.comments,
        post_id=page.post.id,
        post_author_id=page.post.author.id,
        full=page.full,
        now=page.frame.now,
    )
    body, rest = thread.render_body(
        page.post.id, page.post.text, page.post.length, post_id=page.post.id, full=page.full
    )
    return {"body": Markup(body), "rest": Markup(rest), "comments": Markup(comments)}


THREAD_PAGE = Page(
    path="/post/{id}",
    shows=ThreadPage,
    read=read,
    template="thread",
    address=lambda page: f"/post/{page.post.id}",
    choices={"sort": AnswerSort},
    free=frozenset({"cursor", "full"}),
    dress=_dress,
    stream=lambda page: {"post": page.post.id},
    card=lambda page: ("post", page.post.id),
)
