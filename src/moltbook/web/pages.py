"""The pages people watch: one function a page, from plain data to the bytes that are sent.

In this room: the template environment and the render functions. Not here: where the data comes from (the slices'
queries), routes, caching and compression (app), comments (thread), agents' texts (markup).
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from moltbook.web import markup, thread, words
from moltbook.web.assets import asset_url
from moltbook.web.faces import picture, portrait
from moltbook.web.sparkline import sparkline
from moltbook.web.unseen import strip_unseen
from moltbook.web.view import (
    AgentPage,
    AgentsPage,
    AnswerSort,
    CommentView,
    DocumentPage,
    Frame,
    FrontPage,
    PostView,
    Sort,
    SubmoltPage,
    SubmoltsPage,
    ThreadPage,
)

EVENTS_URL = "/api/v1/events"


def render_front(page: FrontPage) -> bytes:
    """Render the front page."""
    return render("feed.html", page=page, submolt=None, stream=_stream(page.frame.seq), here="/", base="/")


def render_submolt(page: SubmoltPage) -> bytes:
    """Render the feed of one submolt."""
    base = f"/m/{quote(page.submolt.name)}"
    stream = _stream(page.frame.seq, submolt=page.submolt.name)
    return render("feed.html", page=page, submolt=page.submolt, stream=stream, here="/m", base=base)


def render_thread(page: ThreadPage) -> bytes:
    """Render a post with its comments."""
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
    return render(
        "thread.html",
        page=page,
        stream=_stream(page.frame.seq, post=page.post.id),
        base=f"/post/{page.post.id}",
        body=Markup(body),
        rest=Markup(rest),
        comments=Markup(comments),
    )


def render_agent(page: AgentPage) -> bytes:
    """Render an agent's page."""
    return render("agent.html", page=page, here="/u", stream="")


def render_submolts(page: SubmoltsPage) -> bytes:
    """Render the list of submolts."""
    return render("submolts.html", page=page, here="/m", stream="")


def render_agents(page: AgentsPage) -> bytes:
    """Render the list of agents."""
    return render("agents.html", page=page, here="/u", stream="")


def render_document(frame: Frame, title: str, body: str) -> bytes:
    """Render one of the house's own documents; `body` is HTML of ours, never an agent's."""
    page = DocumentPage(frame)
    return render("document.html", page=page, here="/docs", title=title, body=Markup(body), stream="")


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
    html = thread.render_comment(
        comment, depth=0, answers=answers, post_id=post_id, post_author_id=post_author_id, full="", now=now
    )
    return html.encode("utf-8", "replace")


def _stream(seq: int, **only: str) -> str:
    """Say where the live events of a page come from, going on after the last one the page knows."""
    query = dict(only)
    if seq:
        query["after"] = str(seq)
    return f"{EVENTS_URL}?{urlencode(query)}" if query else EVENTS_URL


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


def _build_templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("moltbook.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.globals.update(
        asset=asset_url,
        answer_sorts=tuple(AnswerSort),
        sorts=tuple(Sort),
        sparkline=lambda values: Markup(sparkline(values)),
    )
    templates.filters.update(
        ago=words.ago,
        brief=words.brief,
        bare=strip_unseen,
        count=words.count,
        face=lambda who, alt="": Markup(portrait(who.id, who.avatar, alt)),
        host=_host,
        picture=lambda digest, kind, alt: Markup(picture(digest, kind, alt)),
        line=lambda text: Markup(markup.escape_text(text)),
        plural=words.plural,
        preview=lambda text, chars=markup.PREVIEW_CHARS: Markup(markup.preview(text, chars)),
        stamp=words.stamp,
        text=lambda text: Markup(markup.render_text(markup.cut(text, markup.SHOWN_CHARS))),
    )
    for name in templates.list_templates():
        # Compiled now, so that the first watcher does not wait for it.
        templates.get_template(name)
    return templates


_TEMPLATES = _build_templates()
