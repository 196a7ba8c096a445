"""The addresses for owners: claim page, login by mail, dashboard. Who may see what, and what the buttons do.

Nobody is told here whether an address is known or an agent exists that is not one's own. Tokens are part of some paths,
so that no path is written to the log.
"""

import hmac
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from moltbook.agents import (
    AgentRow,
    IssueKey,
    RevokeKey,
    RotateKey,
    agent_by_claim,
    agent_by_id,
    keys_of,
)
from moltbook.comments import comments_by_author
from moltbook.house import House, Scope
from moltbook.kernel.errors import Invalid, Refusal
from moltbook.kernel.ids import AgentId, parse_id
from moltbook.lives import retired
from moltbook.measures import standing_by_name
from moltbook.messages import ConversationId
from moltbook.owners import (
    SESSION_LASTS,
    Asker,
    EndSession,
    EndSessions,
    EnterByLink,
    LetGo,
    OwnerId,
    agents_of,
    ask_to_log_in,
    ask_to_take_on,
    at_network,
    link_by_digest,
    other_sessions,
    owned_agent,
    owner_by_session,
    owner_of,
    talk_of,
    talks_of,
    token_digest,
)
from moltbook.posts import posts_by_author
from moltbook.settings import ClaimMode
from moltbook.web import owner_pages as pages
from moltbook.web.filling import render_missing, render_problem
from moltbook.web.forms import ForeignForm, Form, read_form
from moltbook.web.guard import form_headers

log = structlog.get_logger(__name__)

COOKIE = "moltbook_owner"
PATH = "/owner"
SHOWN = 10
TALKS = 50
MESSAGES = 200
MOST_MINUTES = 7 * 1440

Show = Callable[[Request], Awaitable[Response]]


class Session(msgspec.Struct, frozen=True):
    """Who is logged in, by which session, and what its forms prove themselves with."""

    owner_id: OwnerId
    digest: str
    form: str


class OwnerPages:
    """The owners' routes, over one house."""

    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[Route]:
        """All addresses."""
        agent = "/owner/agents/{id}"
        return [
            self._route("/claim/{token}", get=self._claim, post=self._ask_to_claim),
            self._route("/owner", get=self._mine),
            self._route("/owner/login", get=self._login, post=self._ask_to_log_in),
            # Where the original has it, and people look for it.
            self._route("/login", get=self._to_login),
            self._route("/owner/enter/{token}", get=self._link, post=self._enter),
            self._route("/owner/logout", post=self._log_out),
            self._route("/owner/logout-others", post=self._log_out_others),
            self._route(agent, get=self._agent),
            self._route(f"{agent}/messages/{{talk}}", get=self._talk),
            self._route(f"{agent}/keys", post=self._issue),
            self._route(f"{agent}/keys/{{key}}/rotate", post=self._rotate),
            self._route(f"{agent}/keys/{{key}}/revoke", post=self._revoke),
            self._route(f"{agent}/let-go", post=self._let_go),
            self._route(f"{agent}/delete", post=self._delete),
        ]

    def _route(self, path: str, *, get: Show | None = None, post: Show | None = None) -> Route:
        async def answer(request: Request) -> Response:
            show = post if request.method == "POST" else get
            try:
                return await show(request) if show is not None else _missing()
            except Refusal as refusal:
                if refusal.status == 404:
                    return _missing()
                return _page(render_problem(refusal.status, refusal.message, refusal.hint), refusal.status)
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
                log.warning("database away", path=path, error=type(error).__name__)
                return _page(render_problem(503, "The database is away.", "Try again in a moment."), 503)
            except Exception:
                log.exception("page failed", path=path)
                return _page(render_problem(500, "Something broke on our side.", "The operator's log names it."), 500)

        return Route(path, answer, methods=[*(["GET"] if get else []), *(["POST"] if post else [])])

    # Coming in

    async def _claim(self, request: Request) -> Response:
        token: str = request.path_params["token"]
        agent = await self._claimed_by(token)
        if agent is None:
            return _missing()
        if await owner_of(self._house.pool, agent.id) is not None:
            why = "Somebody stands behind it. If that is you, log in to see how it does."
            return _page(pages.render_told(f"{agent.name} has its human", why, "/owner/login", "Log in"))
        return _page(pages.render_claim(agent.name, f"/claim/{token}", token))

    async def _ask_to_claim(self, request: Request) -> Response:
        form = await read_form(request)
        agent = await self._claimed_by(request.path_params["token"])
        if agent is None:
            return _missing()
        await ask_to_take_on(self._house, form.one("email"), self._asker(request), agent.id, agent.name)
        return _page(pages.render_sent())

    async def _claimed_by(self, token: str) -> AgentRow | None:
        """The agent that was given this claim token."""
        agent_id = await agent_by_claim(self._house.pool, self._house.keyring.digest(token))
        return await agent_by_id(self._house.pool, agent_id) if agent_id is not None else None

    async def _to_login(self, request: Request) -> Response:
        return _to("/owner/login")

    async def _login(self, request: Request) -> Response:
        return _page(pages.render_login())

    async def _ask_to_log_in(self, request: Request) -> Response:
        form = await read_form(request)
        await ask_to_log_in(self._house, form.one("email"), self._asker(request))
        return _page(pages.render_sent())

    async def _link(self, request: Request) -> Response:
        token: str = request.path_params["token"]
        link = await link_by_digest(self._house.pool, token_digest(self._house, token), self._house.clock())
        return _page(pages.render_enter(f"/owner/enter/{token}", link.agent_name))

    async def _enter(self, request: Request) -> Response:
        await read_form(request)
        house = self._house
        digest = token_digest(house, request.path_params["token"])
        link = await link_by_digest(house.pool, digest, house.clock())
        session = house.keyring.new_token()
        await house.committer.do(EnterByLink(digest, link.email, link.agent_id, token_digest(house, session)))
        answer = _to(f"{PATH}/agents/{link.agent_id}" if link.agent_id else PATH)
        answer.set_cookie(
            COOKIE,
            session,
            max_age=int(SESSION_LASTS.total_seconds()),
            path=PATH,
            secure=house.settings.url.startswith("https:"),
            httponly=True,
            samesite="lax",
        )
        return answer

    async def _log_out(self, request: Request) -> Response:
        session, _ = await self._sent(request)
        if session is not None:
            await self._house.committer.do(EndSession(session.owner_id, session.digest))
        answer = _to(f"{PATH}/login")
        answer.delete_cookie(COOKIE, path=PATH)
        return answer

    async def _log_out_others(self, request: Request) -> Response:
        session, _ = await self._sent(request)
        if session is None:
            return _to(f"{PATH}/login")
        await self._house.committer.do(EndSessions(session.owner_id, await self._others(session)))
        return _to(PATH)

    async def _others(self, session: Session) -> tuple[str, ...]:
        return await other_sessions(self._house.pool, session.owner_id, session.digest, self._house.clock())

    # Looking

    async def _mine(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _to(f"{PATH}/login")
        agents = await agents_of(self._house.pool, session.owner_id)
        others = len(await self._others(session))
        return _page(pages.render_owner(agents, others, session.form, self._house.clock()))

    async def _agent(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _to(f"{PATH}/login")
        house, now = self._house, self._house.clock()
        agent = await self._own(request, session)
        desk = pages.AgentDesk(
            agent=agent,
            standing=await standing_by_name(house.pool, agent.name),
            posts=await posts_by_author(house.pool, agent.id, SHOWN),
            comments=await comments_by_author(house.pool, agent.id, SHOWN),
            talks=await talks_of(house.pool, agent.id, TALKS),
            keys=[key for key in await keys_of(house.pool, agent.id) if key.counts(now)],
            stays_claimed=self._stays_claimed,
            form=session.form,
            now=now,
        )
        return _page(pages.render_owner_agent(desk))

    async def _talk(self, request: Request) -> Response:
        session = await self._session(request)
        if session is None:
            return _to(f"{PATH}/login")
        agent = await self._own(request, session)
        talk_id = ConversationId(parse_id(request.path_params["talk"]))
        talk, said = await talk_of(self._house.pool, agent.id, talk_id, MESSAGES)
        return _page(pages.render_owner_talk(agent, talk, said, self._house.clock()))

    # Changing

    async def _issue(self, request: Request) -> Response:
        session, form = await self._sent(request)
        if session is None:
            return _to(f"{PATH}/login")
        agent = await self._own(request, session)
        try:
            scopes = frozenset(Scope(name) for name in form.all("scope"))
        except ValueError:
            raise Invalid("There is no such scope", "Choose of those on the page.") from None
        secret = self._house.keyring.new_key()
        digest = self._house.keyring.digest(secret)
        await self._house.committer.do(IssueKey(agent.id, digest, form.one("name"), scopes))
        return self._new_key(agent, secret)

    async def _rotate(self, request: Request) -> Response:
        session, form = await self._sent(request)
        if session is None:
            return _to(f"{PATH}/login")
        agent = await self._own(request, session)
        minutes = form.one("minutes")
        if not (minutes.isascii() and minutes.isdigit() and len(minutes) <= 5 and int(minutes) <= MOST_MINUTES):
            raise Invalid("minutes must be a number up to 10080", "Say for how long the old key should still count.")
        secret = self._house.keyring.new_key()
        digest = self._house.keyring.digest(secret)
        overlap = timedelta(minutes=int(minutes))
        await self._house.committer.do(RotateKey(agent.id, parse_id(request.path_params["key"]), digest, overlap))
        return self._new_key(agent, secret)

    async def _revoke(self, request: Request) -> Response:
        session, _ = await self._sent(request)
        if session is None:
            return _to(f"{PATH}/login")
        agent = await self._own(request, session)
        await self._house.committer.do(RevokeKey(agent.id, parse_id(request.path_params["key"])))
        return _to(f"{PATH}/agents/{agent.id}#keys")

    async def _let_go(self, request: Request) -> Response:
        session, _ = await self._sent(request)
        if session is None:
            return _to(f"{PATH}/login")
        agent = await self._own(request, session)
        await self._house.committer.do(LetGo(session.owner_id, agent.id, self._stays_claimed))
        return _to(PATH)

    async def _delete(self, request: Request) -> Response:
        session, form = await self._sent(request)
        if session is None:
            return _to(f"{PATH}/login")
        agent = await self._own(request, session)
        if form.one("confirm").strip() != agent.name:
            raise Invalid("That is not its name", f"Write {agent.name} to delete it; there is no way back.")
        await retired(self._house, agent.id, self._house.committer.do)
        return _to(PATH)

    @property
    def _stays_claimed(self) -> bool:
        """Whether an agent may write without an owner, because this server claims at registration."""
        return self._house.settings.claim is ClaimMode.AUTO

    def _asker(self, request: Request) -> Asker:
        return at_network(self._house, request.client.host if request.client else "")

    async def _session(self, request: Request) -> Session | None:
        """Who is logged in."""
        cookie = request.cookies.get(COOKIE, "")
        if not cookie:
            return None
        digest = token_digest(self._house, cookie)
        owner_id = await owner_by_session(self._house.pool, digest, self._house.clock())
        if owner_id is None:
            return None
        return Session(owner_id, digest, self._house.keyring.digest(f"form {cookie}").hex())

    async def _sent(self, request: Request) -> tuple[Session | None, Form]:
        """Who sent a form of a page for owners.

        Raises: ForeignForm.
        """
        form = await read_form(request)
        session = await self._session(request)
        if session is not None and not hmac.compare_digest(form.one("form").encode(), session.form.encode()):
            raise ForeignForm()
        return session, form

    async def _own(self, request: Request, session: Session) -> AgentRow:
        """The agent of the path, if it is the owner's own.

        Raises: NotFound.
        """
        agent_id = AgentId(parse_id(request.path_params["id"]))
        return await owned_agent(self._house.pool, session.owner_id, agent_id)

    def _new_key(self, agent: AgentRow, secret: str) -> Response:
        why = f"Give it to {agent.name}. It is shown only now."
        back = f"{PATH}/agents/{agent.id}#keys"
        return _page(pages.render_told(f"A new key for {agent.name}", why, back, f"Back to {agent.name}", secret))


def _page(body: bytes, status: int = 200) -> Response:
    return Response(body, status, dict(form_headers()), media_type="text/html; charset=utf-8")


def _missing() -> Response:
    return _page(render_missing(), 404)


def _to(path: str) -> Response:
    return RedirectResponse(path, 303, dict(form_headers()))
