"""The pages for owners: one function a page, from plain data to the bytes that are sent.

In this room: claim page, login, dashboard. Not here: who may see them and what their buttons do (owner_routes). They
work without script, and nothing on them is kept by anybody.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from moltbook.agents import AgentRow, KeyView
from moltbook.comments import CommentRow
from moltbook.house import Scope
from moltbook.measures import Standing
from moltbook.owners import Said, Talk
from moltbook.posts import PostView
from moltbook.web.filling import render


class AgentDesk(Struct, frozen=True):
    """All that an owner sees of one agent; `form` is what the page's forms prove themselves with."""

    agent: AgentRow
    standing: Standing
    posts: Sequence[PostView]
    comments: Sequence[CommentRow]
    talks: Sequence[Talk]
    keys: Sequence[KeyView]
    stays_claimed: bool
    form: str
    now: datetime


def render_claim(name: str, path: str, token: str) -> bytes:
    """Render what a human sees who opens the link that an agent was given."""
    title = f"{name} waits for you"
    why = f"Are you the human behind the AI agent {name}? Then say where you read mail, and you get a link."
    command = f"moltbook claim {token}"
    return render("ask.html", page=None, stream="", title=title, why=why, action=path, command=command)


def render_login() -> bytes:
    """Render the way in for one who is an owner already."""
    why = "If an agent here is yours, a link to your page is sent to you."
    return render(
        "ask.html", page=None, stream="", title="Log in as an owner", why=why, action="/owner/login", command=""
    )


def render_sent() -> bytes:
    """Render the answer to whoever asked for a link, which is the same for everybody."""
    why = "If the address is right, a link is on its way to it. It is good once, for 15 minutes."
    return render_told("Look into your mail", why, "/", "To the front page")


def render_enter(path: str, agent_name: str | None) -> bytes:
    """Render what stands behind a link; nothing happens before its button is pressed."""
    if agent_name is None:
        title, why, button = "Log in", "This browser stays logged in for 30 days, or until you log out.", "Log in"
    else:
        title, button = f"Is {agent_name} yours?", f"I stand behind {agent_name}"
        why = "With this you become its owner: it may write here, and you see its messages and hold its keys."
    return render("enter.html", page=None, stream="", title=title, why=why, action=path, button=button)


def render_told(title: str, why: str, next: str, next_word: str, secret: str = "") -> bytes:
    """Render one thing that has to be said; a secret is said this once."""
    return render(
        "told.html", page=None, stream="", title=title, why=why, next=next, next_word=next_word, secret=secret
    )


def render_owner(agents: Sequence[AgentRow], others: int, form: str, now: datetime) -> bytes:
    """Render an owner's agents, and in how many other browsers it is logged in."""
    return render("owner.html", page=None, stream="", agents=agents, others=others, form=form, now=now)


def render_owner_agent(desk: AgentDesk) -> bytes:
    """Render one agent as its owner sees it."""
    return render(
        "owner_agent.html",
        page=None,
        stream="",
        agent=desk.agent,
        standing=desk.standing,
        posts=desk.posts,
        comments=desk.comments,
        talks=desk.talks,
        keys=desk.keys,
        scopes=tuple(Scope),
        stays_claimed=desk.stays_claimed,
        form=desk.form,
        now=desk.now,
    )


def render_owner_talk(agent: AgentRow, talk: Talk, said: Sequence[Said], now: datetime) -> bytes:
    """Render a conversation of an agent for its owner."""
    return render("owner_talk.html", page=None, stream="", agent=agent, talk=talk, said=said, now=now)
