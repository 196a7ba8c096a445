"""A post and its thread: the whole of it, or one comment with what it answers and what answers it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from heapq import nlargest
from typing import Any

import asyncpg
import msgspec
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from moltbook.comments import Branch, CommentRow, grow, page_of
from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import CommentId, PostId, parse_id
from moltbook.modlog import Action
from moltbook.past import posts_at, thread_at
from moltbook.posts import LabelMark, PostRow, post_by_id
from moltbook.posts import PostView as Post
from moltbook.verification import VerificationStatus
from moltbook.web import thread
from moltbook.web.faces import avatars_of
from moltbook.web.frame import Frame
from moltbook.web.markup import SHOWN_CHARS, WHOLE_CHARS
from moltbook.web.page import Asked, Entry, Page, Shown
from moltbook.web.posts import AnswerSort, CommentView, PostView, dressed
from moltbook.web.standing import NO_DECISIONS, Decision, Decisions, decisions
from moltbook.web.talks import Author
from moltbook.web.why import why

ROOTS_A_PAGE = 200
# Answers to answers end here; where they do, a link leads on.
ANSWERS_A_PAGE = 2_000
ABOVE_A_COMMENT = 4
NEWEST = 50

THREAD = """
SELECT post_id, id, parent_id, author_id, author_name, depth,
    left(content, CASE WHEN id = $2::uuid THEN $4::int ELSE $3::int END), upvotes, downvotes, base_upvotes,
    base_downvotes, char_length(content), created_at, deleted_at, verification_status, removed_reason, stance
FROM comments
WHERE post_id = $1 AND verification_status = 'verified'
"""
LABELLED = "SELECT id FROM label_attachments WHERE target_id = $1 AND created_at < $2"
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
_labels = msgspec.json.Decoder(tuple[LabelMark, ...]).decode


class Label(Struct, frozen=True):
    """A label on a post, as its submolt's moderators worded it; its colour is one of ten."""

    name: str
    color: str


class ThreadPage(Shown, frozen=True, kw_only=True):
    """A post and its comments, flat and in the order of `sort`; `full` is the id of the one text to show whole.

    With a `focus` the page is of that comment: `comments` are it, up to a few above it and all below; `above` is the
    next one further up, if there is one. `accepted` is the accepted answer of a question. Where the page does not hold
    the whole thread, `newest` are its newest comments.
    """

    post: PostView
    comments: tuple[CommentView, ...]
    sort: AnswerSort = AnswerSort.BEST
    full: str = ""
    next: str = ""
    focus: str = ""
    above: str = ""
    accepted: CommentView | None = None
    removal: Decision | None = None
    lock: Decision | None = None
    pin: Decision | None = None
    labels: tuple[Label, ...] = ()
    newest: tuple[CommentView, ...] = ()


async def read(house: House, frame: Frame, asked: Asked) -> ThreadPage:
    """A post with a page of its thread; in the usual order its accepted answer stands first.

    Raises: NotFound, BadId, BadCursor.
    """
    pool, post_id, sort = house.pool, PostId(parse_id(asked.parts["id"])), asked.one_of(AnswerSort)
    full, focus = (
        CommentId(parse_id(asked.query[name])) if asked.query.get(name) else "" for name in ("full", "comment")
    )
    view = await _shown(house, post_id)
    rows = [
        CommentRow(*row) for row in await pool.fetch(THREAD, post_id, full or None, SHOWN_CHARS + 1, WHOLE_CHARS + 1)
    ]
    if asked.at is not None:
        rows = await thread_at(pool, asked.at, rows)
        view = await _as_of(pool, view, asked.at)
    held = await _decided(pool, view.post, rows, asked.at)
    accepted_id = view.post.accepted_id
    first = accepted_id if sort is AnswerSort.BEST else None
    # To sort a hundred thousand comments takes half a second, in which others can be answered.
    laid = await asyncio.to_thread(_laid_out, rows, sort, CommentId(focus), asked.cursor, first)
    found, unshown, newest, after = laid.comments, laid.unshown, laid.newest, laid.next
    accepted = [row for row in rows if row.id == accepted_id and row.deleted_at is None]
    # One look for all authors of the page: most write several times, and few have a picture.
    writers = {row.author_id for row in (*found, *newest, *accepted)}
    seen = _Seen(await avatars_of(pool, writers) if writers else {}, held, accepted_id, unshown)
    chars = WHOLE_CHARS + 1 if full == post_id else SHOWN_CHARS + 1
    is_gone = view.post.deleted_at is not None
    (post,) = await dressed(
        pool, [view], chars, lambda _, row: None if is_gone else why(row, "hot", 0, asked.at or frame.now), asked.at
    )
    return ThreadPage(
        frame=frame,
        post=replace(
            post,
            depth=laid.depth,
            voices=laid.voices,
            exchange=(),
            is_deleted=is_gone,
        ),
        comments=tuple(map(seen.comment, found)),
        sort=sort,
        full=full,
        next=after,
        focus=focus,
        above=laid.above,
        accepted=seen.comment(accepted[0]) if accepted else None,
        removal=held.get(Action.REMOVE_POST, post_id) if is_gone else None,
        lock=held.get(Action.LOCK, post_id) or (Decision() if view.post.is_locked and asked.at is None else None),
        pin=(held.get(Action.PIN, post_id) or Decision()) if view.post.is_pinned else None,
        labels=await _labels_of(pool, view.post, asked.at),
        newest=tuple(map(seen.comment, newest)),
    )


async def _shown(house: House, post_id: PostId) -> Post:
    """A post that everybody may see; of a removed one the thread stays.

    Raises: NotFound.
    """
    view = await post_by_id(house.pool, post_id)
    if view.post.verification_status != VerificationStatus.VERIFIED:
        raise NotFound("Post")
    return view


async def _as_of(pool: asyncpg.Pool, view: Post, at: datetime) -> Post:
    then = await posts_at(pool, at, [view])
    if not then:
        raise NotFound("Post")
    return then[0]


async def _decided(pool: asyncpg.Pool, post: PostRow, rows: Sequence[CommentRow], at: datetime | None) -> Decisions:
    """What moderators decided here; asked for only where there is something to be told."""
    removed = {row.author_id for row in rows if row.removed_reason is not None}
    if at is None and not removed and post.deleted_at is None and not post.is_locked and not post.is_pinned:
        return NO_DECISIONS
    return await decisions(pool, post.id, {post.author_id, *removed}, at)


async def _labels_of(pool: asyncpg.Pool, post: PostRow, at: datetime | None) -> tuple[Label, ...]:
    marks = _labels(post.labels) if post.labels else ()
    if marks and at is not None:
        there = {row[0] for row in await pool.fetch(LABELLED, post.id, at)}
        marks = tuple(mark for mark in marks if mark.id in there)
    return tuple(Label(mark.label, mark.color) for mark in marks)


class _Laid(Struct, frozen=True):
    """What of a thread is shown, from top to bottom, and what is told of all of it."""

    comments: list[CommentRow]
    unshown: dict[CommentId, int]
    newest: list[CommentRow]
    next: str
    above: str
    depth: int
    voices: int


def _laid_out(
    rows: list[CommentRow], sort: AnswerSort, focus: CommentId, cursor: str | None, first: CommentId | None
) -> _Laid:
    """A page of a thread, or with a `focus` the conversation around that comment.

    Raises: NotFound, BadCursor.
    """
    above, after = "", None
    if focus:
        above, roots = _around(rows, sort, focus)
    else:
        roots, after = page_of(rows, sort.value, cursor, ROOTS_A_PAGE, first)
    comments, unshown = _in_order(roots)
    said = [row for row in rows if row.deleted_at is None]
    return _Laid(
        comments=comments,
        unshown=unshown,
        newest=_newest(said) if focus or after or cursor or unshown else [],
        next=after or "",
        above=above,
        depth=max((row.depth + 1 for row in said), default=0),
        voices=len({row.author_id for row in said}),
    )


def _around(rows: Sequence[CommentRow], sort: AnswerSort, focus: CommentId) -> tuple[str, list[Branch]]:
    """A comment as a thread of its own: a few above it, one below the other, and all answers; and who is further up.

    Raises: NotFound.
    """
    known = {row.id: row for row in rows}
    row = known.get(focus)
    if row is None:
        raise NotFound("Comment")
    # One that was taken back stands in no thread unless it was answered, but whoever comes here asked for it.
    top = _branch_of(grow(rows, sort.value), focus) or Branch(row)
    for _ in range(ABOVE_A_COMMENT):
        parent = known.get(top.comment.parent_id) if top.comment.parent_id else None
        if parent is None:
            return "", [top]
        branch = Branch(parent)
        branch.replies.append(top)
        top = branch
    above = top.comment.parent_id or ""
    return above if above in known else "", [top]


def _branch_of(roots: Sequence[Branch], comment_id: CommentId) -> Branch | None:
    waiting = list(roots)
    while waiting:
        branch = waiting.pop()
        if branch.comment.id == comment_id:
            return branch
        waiting.extend(branch.replies)
    return None


def _in_order(roots: Sequence[Branch]) -> tuple[list[CommentRow], dict[CommentId, int]]:
    """The comments from top to bottom, and below which of them how many more are left out."""
    found: list[CommentRow] = []
    unshown: dict[CommentId, int] = {}
    left = ANSWERS_A_PAGE
    waiting = list(reversed(roots))
    while waiting:
        branch = waiting.pop()
        found.append(branch.comment)
        if branch.replies and left <= 0:
            unshown[branch.comment.id] = _size(branch)
            continue
        left -= len(branch.replies)
        waiting.extend(reversed(branch.replies))
    return found, unshown


def _size(branch: Branch) -> int:
    """How many comments stand below one."""
    number, waiting = 0, list(branch.replies)
    while waiting:
        number += 1
        waiting.extend(waiting.pop().replies)
    return number


def _newest(said: Sequence[CommentRow]) -> list[CommentRow]:
    return nlargest(NEWEST, said, key=lambda row: (row.created_at, row.id))


class _Seen(Struct, frozen=True):
    """What a comment looks like here, beyond its row."""

    avatars: Mapping[str, str]
    held: Decisions
    accepted_id: CommentId | None
    unshown: Mapping[CommentId, int]

    def comment(self, row: CommentRow) -> CommentView:
        removal = None
        if row.removed_reason is not None:
            removal = self.held.get(Action.REMOVE_COMMENT, row.id) or Decision(reason=row.removed_reason)
        # THREAD gives the length of the whole text in the place of reply_count.
        return CommentView(
            id=row.id,
            author=Author(row.author_id, row.author_name, self.avatars.get(row.author_id)),
            text=row.content,
            length=row.reply_count,
            created_at=row.created_at,
            parent_id=row.parent_id or "",
            upvotes=row.upvotes,
            downvotes=row.downvotes,
            is_deleted=row.deleted_at is not None,
            stance=row.stance or "",
            is_accepted=row.id == self.accepted_id,
            depth=row.depth,
            removal=removal,
            unshown=self.unshown.get(row.id, 0),
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
    place = thread.Place(
        post_id=page.post.id,
        post_author_id=page.post.author.id,
        now=page.frame.at or page.frame.now,
        full=page.full,
        focus=page.focus,
    )
    body, rest = thread.render_body(page.post.id, page.post.text, page.post.length, place)
    shown = {comment.id for comment in page.comments}
    return {
        "body": Markup(body),
        "rest": Markup(rest),
        "comments": Markup(thread.render_comments(page.comments, place)),
        "link": lambda comment_id: (
            f"#c-{comment_id}" if comment_id in shown else thread.permalink(page.post.id, comment_id)
        ),
    }


def _entries(page: ThreadPage) -> list[Entry]:
    """The newest of what is said here, newest first."""
    named = {comment.id: f" to {comment.author.name}" for comment in (*page.newest, *page.comments)}
    named[""] = f" to {page.post.author.name}"
    said = page.newest or [comment for comment in page.comments if not comment.is_deleted]
    return [
        Entry(
            id=comment.id,
            path=thread.permalink(page.post.id, comment.id),
            title=f"{comment.author.name}{named.get(comment.parent_id, '')}: {page.post.title}",
            author=comment.author.name,
            at=comment.created_at,
            text=comment.text,
        )
        for comment in nlargest(NEWEST, said, key=lambda comment: (comment.created_at, comment.id))
    ]


THREAD_PAGE = Page(
    path="/post/{id}",
    shows=ThreadPage,
    read=read,
    template="thread",
    address=lambda page: f"/post/{page.post.id}",
    query=lambda page: {"comment": page.focus},
    choices={"sort": AnswerSort},
    free=frozenset({"cursor", "full", "comment"}),
    dress=_dress,
    entries=_entries,
    stream=lambda page: {"post": page.post.id},
    card=lambda page: ("post", page.post.id),
)
