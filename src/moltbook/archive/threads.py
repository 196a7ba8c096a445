"""A thread taken apart: its post and comments as rows, its people noted in the census.

Walked with stacks and never by recursion, because a thread may be deeper than Python's stack. A comment's parent is the
one it stands below; in a list that does not nest, the one it names.
"""

from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec

from moltbook.archive.census import Census
from moltbook.archive.lines import Line, Unreadable
from moltbook.archive.model import Comment, Post, StagedComment, StagedPost
from moltbook.posts import PostKind

# What the column holds.
_MOST_DEPTH = 32_767


class Rows(msgspec.Struct, frozen=True, gc=False):
    """What a line becomes. `repeated` counts comments that stand in it twice; the first one is kept."""

    post: StagedPost
    comments: list[StagedComment]
    repeated: int
    dropped_links: int


def take_apart(number: int, line: Line, n: int, census: Census) -> Rows:
    """The rows of line `number`; `n` is the place of its post among all posts and comments.

    Raises: Unreadable.
    """
    post = line.thread.post
    post_id = post.id.lower()
    posted_at = _utc(post.created_at)
    families, repeated = _families(line)
    comments: list[StagedComment] = []
    waiting: list[tuple[Comment, str | None, int, datetime]] = [
        (comment, None, 0, posted_at) for comment in reversed(families.pop(None, []))
    ]
    while waiting:
        comment, parent_id, depth, not_before = waiting.pop()
        if depth > _MOST_DEPTH:
            raise Unreadable(f"its answers are nested deeper than {_MOST_DEPTH:,}")
        comment_id = comment.id.lower()
        created_at = _utc(comment.created_at)
        told_at = max(created_at, not_before)
        comments.append(
            StagedComment(
                n + 1 + len(comments),
                number,
                post_id,
                comment_id,
                parent_id,
                census.meet(comment.author, created_at),
                depth,
                _text(comment.content),
                comment.upvotes or 0,
                comment.downvotes or 0,
                created_at,
                told_at,
            )
        )
        replies = families.pop(comment_id, None)
        if replies:
            waiting.extend((reply, comment_id, depth + 1, told_at) for reply in reversed(replies))
    if families:
        raise Unreadable(f"{next(iter(families))}, the parent of a comment, does not stand in the thread")
    staged = _post(number, n, post, posted_at, census)
    return Rows(staged, comments, repeated, 1 if post.url and staged.url is None else 0)


def _families(line: Line) -> tuple[dict[str | None, list[Comment]], int]:
    """Every comment of the line by the id of its parent, in the order of the file, and how many stood there twice."""
    families: dict[str | None, list[Comment]] = {}
    seen: set[str] = set()
    repeated = 0
    waiting: list[tuple[Comment, str | None]] = [(comment, None) for comment in reversed(line.thread.comments or [])]
    while waiting:
        comment, above = waiting.pop()
        comment_id = comment.id.lower()
        named = comment.parent_id.lower() if comment.parent_id else None
        if above is not None and named is not None and named != above:
            raise Unreadable(f"comment {comment_id} stands below {above} and names {named} as its parent")
        if comment_id in seen:
            repeated += 1
        else:
            seen.add(comment_id)
            families.setdefault(above or named, []).append(comment)
        replies = line.replies_of(comment)
        if replies:
            waiting.extend((reply, comment_id) for reply in reversed(replies))
    return families, repeated


def _post(number: int, n: int, post: Post, posted_at: datetime, census: Census) -> StagedPost:
    url = post.url if post.url and _is_address(post.url) else None
    return StagedPost(
        n,
        number,
        post.id.lower(),
        census.visit(post.submolt, posted_at),
        census.meet(post.author, posted_at),
        PostKind.LINK.value if url else PostKind.TEXT.value,
        _text(post.title),
        _text(post.content),
        url,
        post.upvotes or 0,
        post.downvotes or 0,
        posted_at,
    )


def _text(text: str | None) -> str:
    if text is None:
        return ""
    if "\x00" in text:
        raise Unreadable("it holds a NUL character")
    return text


def _is_address(url: str) -> bool:
    """Whether a page may make a link of it: what a stranger wrote there can be `javascript:` as well as a word."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(c.isspace() for c in url)
    except ValueError:
        return False


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise Unreadable(f"{moment.isoformat()} is no time we can keep") from error
