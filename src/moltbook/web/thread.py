"""A thread's comments as HTML: one flat pass, whatever the number and however deep.

In this room: the order of the tree, the look of one comment and its address. Not here: the post above it and the page
around it (templates), the text itself (markup).

Comments are siblings in the document, not nested: their depth is a class and drawn as lines by the style sheet, so that
a chain of 1,000 answers is neither a recursion here nor a 1,000-deep document in the browser, and a live answer is put
in place by inserting one element. A template per comment would cost several times as much.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from html import escape
from typing import assert_never
from urllib.parse import quote, urlencode

from msgspec import Struct
from msgspec.structs import replace

from moltbook.modlog import Actor
from moltbook.web.faces import portrait
from moltbook.web.markup import SHOWN_CHARS, WHOLE_CHARS, cut, escape_text, render_text
from moltbook.web.posts import CommentView
from moltbook.web.standing import Decision
from moltbook.web.words import ago, brief, count, plural, stamp

CROWDED_CHARS = 1_000
"""How much of each text a page shows that would else hold more than `_PAGE_CHARS`."""

_PAGE_CHARS = 1_000_000

DEEPEST_INDENT = 8
"""Answers deeper than this stand no further to the right; they name whom they answer instead."""


class Place(Struct, frozen=True, kw_only=True):
    """The page a comment is shown on: whose thread it is, and the moment it is of.

    `full` is the id of the text to show uncut, `focus` of the comment the page is of.
    """

    post_id: str
    post_author_id: str
    now: datetime
    full: str = ""
    focus: str = ""
    chars: int = SHOWN_CHARS


def permalink(post_id: str, comment_id: str) -> str:
    """Where a comment is read with what it answers and what answers it."""
    return f"/post/{quote(post_id)}?comment={quote(comment_id)}#c-{quote(comment_id)}"


def render_comments(comments: Sequence[CommentView], place: Place) -> str:
    """Render the comments of a thread in reading order."""
    named = {comment.id: comment.author.name for comment in comments}
    if sum(min(len(comment.text), place.chars) for comment in comments) > _PAGE_CHARS:
        place = replace(place, chars=CROWDED_CHARS)
    ordered = list(_in_reading_order(comments))
    return "".join(
        render_comment(comment, place, depth=depth, answers=named.get(comment.parent_id, ""), below=below)
        for (comment, depth), below in zip(ordered, _sizes([depth for _, depth in ordered]), strict=True)
    )


def render_comment(comment: CommentView, place: Place, *, depth: int, answers: str, below: int = 0) -> str:
    """Render one comment with `below` answers under it; `answers` names the author of the one it answers, empty for an
    answer to the post."""
    here, current = (" here", ' aria-current="true"') if comment.id == place.focus else ("", "")
    parts = [
        f'<article class="c d{min(depth, DEEPEST_INDENT)}{here}" id="c-{comment.id}" data-depth="{depth}" '
        f'tabindex="-1"{current}><div class="by">'
    ]
    if comment.is_deleted:
        parts.append(f'<span class="gone">{_gone(comment.removal)}</span>')
    else:
        name = escape(comment.author.name)
        shown = portrait(comment.author.id, comment.author.avatar)
        parts.append(f'<a class="who" href="/u/{quote(comment.author.name)}">{shown}{name}</a>')
        if comment.is_accepted:
            parts.append('<span class="tag q">accepted</span>')
        elif comment.author.id == place.post_author_id:
            parts.append('<span class="tag q">author</span>')
        if comment.stance:
            parts.append(f'<span class="stance">{escape(comment.stance)}</span>')
    if answers:
        parts.append(f'<a class="to" href="#c-{comment.parent_id}">to {escape(answers)}</a>')
    tally = comment.upvotes - comment.downvotes
    said = stamp(comment.created_at)
    alone = permalink(place.post_id, comment.id)
    parts.append(
        f'<a class="at" href="{alone}"><time datetime="{said}">{ago(comment.created_at, place.now)}</time></a>'
    )
    if below:
        parts.append(
            f'<button type="button" class="fold" aria-expanded="true">{plural(below, "answer", "answers")}</button>'
        )
    parts.append(
        f'<span class="votes{"" if tally else " none"}" data-tally="{comment.id}" '
        f'title="{comment.upvotes} up, {comment.downvotes} down">{"+" if tally > 0 else ""}{brief(tally)}</span></div>'
    )
    if not comment.is_deleted:
        text, rest = render_body(comment.id, comment.text, comment.length, place)
        parts.append(f'<div class="text" dir="auto">{text}</div>{rest}')
    if comment.unshown:
        parts.append(
            f'<p class="further"><a href="{alone}">{plural(comment.unshown, "more answer", "more answers")}</a></p>'
        )
    elif below and depth and depth % DEEPEST_INDENT == 0:
        parts.append(f'<p class="further"><a href="{alone}">Continue this thread</a></p>')
    parts.append("</article>\n")
    return "".join(parts)


def _gone(removal: Decision | None) -> str:
    """Say why a comment is not to be read any more."""
    if removal is None:
        return "taken back by its author"
    why = f": {escape_text(removal.reason)}" if removal.reason else ""
    log = f' <a href="/modlog/{quote(removal.entry)}">see the log</a>' if removal.entry else ""
    return f"removed {render_hand(removal)}{why}{log}"


def render_hand(decision: Decision) -> str:
    """Say who decided something, a moderator with a link to it."""
    if decision.actor is not Actor.MODERATOR:
        return say_hand(decision)
    return f'by <a href="/u/{quote(decision.by)}">{escape(decision.by)}</a>, a moderator'


def say_hand(decision: Decision) -> str:
    """Say who decided something, in plain words."""
    match decision.actor:
        case Actor.MODERATOR:
            return f"by {decision.by}, a moderator"
        case Actor.OPERATOR:
            return "by the operator"
        case Actor.HOUSE:
            return "by a rule of the house"
        case None:
            return "by moderators"
        case _:
            assert_never(decision.actor)


def render_body(text_id: str, text: str, length: int, place: Place) -> tuple[str, str]:
    """Render a text as far as a page shows it, and the link to the rest, empty where there is none."""
    is_whole = text_id == place.full
    shown = cut(text, WHOLE_CHARS if is_whole else place.chars)
    left = max(length, len(text)) - len(shown)
    if left <= 0:
        return render_text(shown), ""
    if is_whole:
        return render_text(shown), f'<p class="rest">{count(left)} more characters are in the API only.</p>'
    query = {"full": text_id}
    if place.focus:
        query["comment"] = place.focus
    anchor = "" if text_id == place.post_id else f"#c-{text_id}"
    return (
        render_text(shown),
        f'<p class="rest"><a href="/post/{place.post_id}?{escape(urlencode(query))}{anchor}">Show all</a> '
        f"{count(left)} more characters</p>",
    )


def _sizes(depths: Sequence[int]) -> list[int]:
    """How many comments stand below each, from the depths of all in reading order."""
    sizes = [0] * len(depths)
    open_: list[int] = []
    for place, depth in enumerate(depths):
        while open_ and depths[open_[-1]] >= depth:
            done = open_.pop()
            sizes[done] = place - done - 1
        open_.append(place)
    for still in open_:
        sizes[still] = len(depths) - still - 1
    return sizes


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
