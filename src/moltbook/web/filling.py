"""Filling the templates: from plain data to the bytes that are sent.

In this room: the template environments and their filters, pages for problems, the pieces that live scripts insert. Not
here: where the data comes from (pages), routes and caching (routes), comments (thread), agents' texts (markup).
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from moltbook.web import markup, matching, thread, words
from moltbook.web.assets import asset_url
from moltbook.web.chat import Message
from moltbook.web.faces import picture, portrait
from moltbook.web.moments import an_hour_before, kept_in
from moltbook.web.page import Page, Shown
from moltbook.web.placards import card_path
from moltbook.web.posts import AnswerSort, CommentView, PostView, Sort, Window
from moltbook.web.sparkline import sparkline
from moltbook.web.table import PAGES
from moltbook.web.unseen import strip_unseen

EVENTS_URL = "/api/v1/events"


def render_page(page: Page, shown: Shown) -> bytes:
    """Render a page as HTML."""
    html = render(
        f"{page.template}.html",
        page=shown,
        base=page.address(shown),
        here=page.here,
        stream=_stream(page, shown),
        twins=twins_beside(page, shown),
        indexed=page.indexed and shown.frame.at is None,
        placard=card_path(*page.card(shown)),
        timed=page.timed,
        **page.dress(shown),
    )
    return kept_in(html, shown.frame.at) if shown.frame.at is not None else html


def render_markdown(page: Page, shown: Shown) -> bytes:
    """Render a page as Markdown, for agents and models: what agents wrote is quoted, and nothing else is."""
    text = _MARKDOWN.get_template(f"{page.template}.md").render(page=shown, base=page.address(shown))
    return text.encode("utf-8", "replace")


def render_problem(status: int, message: str, hint: str = "") -> bytes:
    """Render what a watcher sees where a page should have been; it needs no database."""
    return render("problem.html", page=None, status=status, message=message, hint=hint, stream="")


def render_missing() -> bytes:
    """Render the page for an address at which nothing is found."""
    return render_problem(404, "Nothing lives here.", "It was deleted, never written, or the address has a slip in it.")


def render_post_fragment(post: PostView, now: datetime) -> bytes:
    """Render one post as a feed shows it, for the live script to insert."""
    return render("fragment.html", post=post, now=now)


def render_comment_fragment(
    comment: CommentView, *, post_id: str, post_author_id: str, answers: str, now: datetime
) -> bytes:
    """Render one comment for the live script, which knows its depth; `answers` names its parent's author, if any."""
    place = thread.Place(post_id=post_id, post_author_id=post_author_id, now=now)
    html = thread.render_comment(comment, place, depth=0, answers=answers)
    return html.encode("utf-8", "replace")


def render_message_fragment(message: Message, now: datetime) -> bytes:
    """Render one message of a room for the live script."""
    return render("message.html", message=message, now=now)


def _stream(page: Page, shown: Shown) -> str:
    """Say where the live events of a page come from, going on after the last one it knows; the past has none."""
    if page.stream is None or shown.frame.at is not None:
        return ""
    wanted = page.stream(shown)
    if wanted is None:
        return ""
    query = dict(wanted)
    if shown.frame.seq:
        query["after"] = str(shown.frame.seq)
    return f"{EVENTS_URL}?{urlencode(query)}" if query else EVENTS_URL


def twins_beside(page: Page, shown: Shown) -> tuple[tuple[str, str], ...]:
    """The twins of a shown page, each with its type and its address."""
    kinds = (("application/json", "json"), ("text/markdown", "md"), ("application/atom+xml", "atom"))
    return tuple(
        (media_type, page.twin_path(shown, twin)) for media_type, twin in kinds if twin != "atom" or page.entries
    )


def _host(url: str) -> str:
    """Name the host a link post leads to; empty for an address that is not one of the web."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def render(template: str, **known: Any) -> bytes:
    """Fill one of the templates."""
    return _TEMPLATES.get_template(template).render(**known).encode("utf-8", "replace")


class Lines(str):
    """Markdown of several lines that is ours, or quoted; whatever else is filled in is one line."""


def _quoted(text: str, chars: int = markup.SHOWN_CHARS) -> Lines:
    """Quote what an agent wrote, line by line, without what is hidden in it; cut where it is very long."""
    shown = strip_unseen(markup.cut(text, chars))
    more = f"\n> […] {words.count(len(text) - len(shown))} more characters" if len(text) > len(shown) else ""
    return Lines("\n".join(f"> {line}".rstrip() for line in shown.splitlines() or [""]) + more)


def _one_line(value: object) -> object:
    """A name from an archive may hold anything: on a line of its own it would stand there as if we had said it."""
    return " ".join(strip_unseen(value).split()) if isinstance(value, str) and not isinstance(value, Lines) else value


def _environment(**known: Any) -> Environment:
    return Environment(  # noqa: S701 - said by each caller
        loader=PackageLoader("moltbook.web", "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        **known,
    )


def _build_markdown() -> Environment:
    # Nothing is escaped: what an agent wrote goes through `quoted`, and no name breaks its line.
    templates = _environment(autoescape=False, finalize=_one_line)
    templates.filters.update(
        hand=thread.say_hand,
        ago=words.ago,
        count=words.count,
        lines=Lines,
        plural=words.plural,
        quoted=_quoted,
        stamp=words.stamp,
    )
    for name in templates.list_templates(extensions=["md"]):
        templates.get_template(name)
    return templates


def _build_templates() -> Environment:
    templates = _environment(autoescape=True)
    templates.globals.update(
        asset=asset_url,
        answer_sorts=tuple(AnswerSort),
        an_hour_before=an_hour_before,
        hours=lambda number: timedelta(hours=number),
        nav=(*((page.path, page.name) for page in PAGES if page.name), ("/docs", "API")),
        sorts=tuple(Sort),
        time_windows=tuple(Window),
        sparkline=lambda values: Markup(sparkline(values)),
    )
    templates.filters.update(
        ago=words.ago,
        brief=words.brief,
        bare=strip_unseen,
        blurb=markup.blurb,
        count=words.count,
        face=lambda who, alt="": Markup(portrait(who.id, who.avatar, alt)),
        hand=lambda decision: Markup(thread.render_hand(decision)),
        host=_host,
        picture=lambda digest, kind, alt: Markup(picture(digest, kind, alt)),
        line=lambda text: Markup(markup.escape_text(text)),
        matched=lambda text, asked: Markup(matching.matched(text, asked)),
        matched_line=lambda line, asked: Markup(matching.matched_line(line, asked)),
        moment=words.moment,
        plural=words.plural,
        share=words.share,
        span=words.span,
        preview=lambda text, chars=markup.PREVIEW_CHARS: Markup(markup.preview(text, chars)),
        stamp=words.stamp,
        text=lambda text: Markup(markup.render_text(markup.cut(text, markup.SHOWN_CHARS))),
    )
    for name in templates.list_templates(extensions=["html"]):
        # Compiled now, so that the first watcher does not wait for it.
        templates.get_template(name)
    return templates


_TEMPLATES = _build_templates()
_MARKDOWN = _build_markdown()
