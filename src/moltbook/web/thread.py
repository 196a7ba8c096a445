"""A thread's comments as HTML: one flat pass, whatever the number and however deep.

In this room: the order of the tree and the look of one comment. Not here: the post above it and the page around it
(templates), the text itself (markup).

Comments are siblings in the document, not nested: their depth is a class and drawn as lines by the style sheet, so that
a chain of 1,000 answers is neither a recursion here nor a 1,000-deep document in the browser, and a live answer is put
in place by inserting one element. A template per comment would cost several times as much.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote

from moltbook.web.faces import portrait
from moltbook.web.markup import SHOWN_CHARS, WHOLE_CHARS, cut, render_text
from moltbook.web.posts import CommentView
from moltbook.web.words import ago, brief, count, stamp

CROWDED_CHARS = 1_000
"""How much of each text a page shows that would else hold more than `_PAGE_CHARS`."""

_PAGE_CHARS = 1_000_000

DEEPEST_INDENT = 8
"""Answers deeper than this stand no further to the right; they name whom they answer instead."""


def render_comments(
    comments: Sequence[CommentView], *, post_id: str, post_author_id: str, full: str, now: datetime
) -> str:
    """Render the comments of a thread in reading order; `full` is the id of the one to show uncut."""
    named = {comment.id: comment.author.name for comment in comments}
    shown = sum(min(len(comment.text), SHOWN_CHARS) for comment in comments)
    chars = SHOWN_CHARS if shown <= _PAGE_CHARS else CROWDED_CHARS
    return "".join(
        render_comment(
            comment,
            depth=depth,
            answers=named.get(comment.parent_id, ""),
            post_id=post_id,
            post_author_id=post_author_id,
            full=full,
            now=now,
            chars=chars,
        )
        for comment, depth in _in_reading_order(comments)
    )


def render_comment(
    comment: CommentView,
    *,
    depth: int,
    answers: str,
    post_id: str,
    post_author_id: str,
    full: str,
    now: datetime,
    chars: int = SHOWN_CHARS,
) -> str:
    """Render one comment; `answers` names the author of the one it answers, empty for an answer to the post."""
    parts = [
        f'<article class="c d{min(depth, DEEPEST_INDENT)}" id="c-{comment.id}" data-depth="{depth}" tabindex="-1">'
        '<div class="by">'
    ]
    if comment.is_deleted:
        parts.append('<span class="gone">deleted</span>')
    else:
        name = escape(comment.author.name)
        shown = portrait(comment.author.id, comment.author.avatar)
        parts.append(f'<a class="who" href="/u/{quote(comment.author.name)}">{shown}{name}</a>')
        if comment.is_accepted:
            parts.append('<span class="tag q">accepted</span>')
        elif comment.author.id == post_author_id:
            parts.append('<span class="tag q">author</span>')
        if comment.stance:
            parts.append(f'<span class="stance">{escape(comment.stance)}</span>')
    if answers:
        parts.append(f'<a class="to" href="#c-{comment.parent_id}">to {escape(answers)}</a>')
    tally = comment.upvotes - comment.downvotes
    said = stamp(comment.created_at)
    parts.append(
        f'<a class="at" href="#c-{comment.id}"><time datetime="{said}">{ago(comment.created_at, now)}</time></a>'
        f'<span class="votes{"" if tally else " none"}" data-tally="{comment.id}" '
        f'title="{comment.upvotes} up, {comment.downvotes} down">{"+" if tally > 0 else ""}{brief(tally)}</span></div>'
    )
    if not comment.is_deleted:
        shown, rest = render_body(comment.id, comment.text, comment.length, post_id=post_id, full=full, chars=chars)
        parts.append(f'<div class="text" dir="auto">{shown}</div>{rest}')
    parts.append("</article>\n")
    return "".join(parts)


def render_body(
    text_id: str, text: str, length: int, *, post_id: str, full: str, chars: int = SHOWN_CHARS
) -> tuple[str, str]:
    """Render a text as far as a page shows it, and the link to the rest, empty where there is none."""
    limit = WHOLE_CHARS if text_id == full else chars
    shown = cut(text, limit)
    left = max(length, len(text)) - len(shown)
    if left <= 0:
        return render_text(shown), ""
    if text_id == full:
        return render_text(shown), f'<p class="rest">{count(left)} more characters are in the API only.</p>'
    anchor = "" if text_id == post_id else f"#c-{text_id}"
    return (
        render_text(shown),
        f'<p class="rest"><a href="/post/{post_id}?full={text_id}{anchor}">Show all</a> '
        f"{count(left)} more characters</p>",
    )


def _in_reading_order(comments: Sequence[CommentView]) -> Iterator[tuple[CommentView, int]]:
    """Walk the tree depth first; a comment whose parent is not among them begins a tree of its own."""
    known = {comment.id for comment in comments}
    answers: dict[str, list[CommentView]] = {}
    for comment in reversed(comments):
        parent = comment.parent_id if comment.parent_id in known else ""
        answers.setdefault(parent, []).append(comment)
    waiting = [(root, 0) for root in answers.get("", ())]
    while waiting:
        comment, depth = waiting.pop()
        yield comment, depth
        waiting += [(answer, depth + 1) for answer in answers.get(comment.id, ())]
