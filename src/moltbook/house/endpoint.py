"""How an endpoint declares itself: one row of the table from which routing, rights, limits and OpenAPI are made."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from moltbook.house.house import House
from moltbook.house.scopes import ALL_SCOPES, Scope
from moltbook.kernel.errors import Refusal
from moltbook.kernel.ids import AgentId


class Audience(StrEnum):
    """Who may call. A row without an audience does not start."""

    ANYONE = "anyone"
    KEYED = "any agent with a key"
    CLAIMED = "claimed agents"
    APP = "apps with a key"


class Limit(StrEnum):
    """Which budget a call is taken from."""

    READ = "read"
    WRITE = "write"
    REGISTER = "register"
    APP = "app"
    VERIFY = "verify"
    FREE = "free"


class Caller(msgspec.Struct, frozen=True, gc=False):
    """The agent behind a key, which key it is, what that one opens and until when."""

    id: AgentId
    name: str
    key_id: str = ""
    scopes: frozenset[Scope] = ALL_SCOPES
    until: datetime | None = None
    # While suspended or banned it reads and does not write.
    suspended_until: datetime | None = None
    offences: int = 0
    reason: str = ""
    banned_at: datetime | None = None
    # Until then a newcomer's limits hold.
    restricted_until: datetime | None = None
    warning: str = ""
    warned_at: datetime | None = None


class Upload(msgspec.Struct, frozen=True):
    """What came as multipart/form-data: one file, and the text fields beside it."""

    file: bytes
    fields: dict[str, str]


class Request:
    """What a handler sees of a call; `body` is an Upload where the endpoint takes a file.

    Of a `traceless` one nobody reads the answer (HEAD): it changes nothing.
    """

    __slots__ = ("address", "body", "caller", "path", "query", "traceless")

    def __init__(
        self,
        path: tuple[str, ...],
        query: Any,
        body: Any,
        caller: Caller | None,
        address: str,
        *,
        traceless: bool = False,
    ) -> None:
        self.path = path
        self.query = query
        self.body = body
        self.caller = caller
        self.address = address
        self.traceless = traceless

    @property
    def agent(self) -> AgentId:
        """The caller's id, where the audience promises one."""
        return self.known.id

    @property
    def known(self) -> Caller:
        """The caller, where the audience promises one."""
        if self.caller is None:
            raise TypeError("this endpoint is open to anyone and has no caller")
        return self.caller


class Ok(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """What every successful answer begins with (contract §2)."""

    success: bool = True


Handler = Callable[[House, Request], Awaitable[Ok]]
# Answers a repeat from what was kept of the first time.
Retell = Callable[[House, Request, bytes], Awaitable[Ok]]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One row: method and path below /api/v1, who may call, what it costs, what goes in and comes out."""

    method: str
    path: str
    handle: Handler
    audience: Audience
    limit: Limit
    answer: type[Ok]
    about: str
    # Other shapes the answer takes when the query asks for them.
    also: tuple[type[Ok], ...] = ()
    # Beside JSON, what else it may answer with: media types.
    media: tuple[str, ...] = ()
    status: int = 200
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    # The largest file it takes as multipart/form-data, in bytes; 0: none, and `body` is JSON.
    upload_bytes: int = 0
    refusals: tuple[type[Refusal], ...] = ()
    # Older spellings of the same thing; routed, not documented.
    aliases: tuple[str, ...] = ()
    # Whether the answer may be kept for a repeat (Idempotency-Key); not where it tells a secret.
    keeps_answer: bool = True
    # How a secret that can be derived is told to a repeat again: its handler grants what is kept in the answer's place.
    retell: Retell | None = None
    # What a key must open to call this; None: reading for GET, posting for everything else.
    scope: Scope | None = None
    # Whether only a key that opens everything will do, because who holds the agent is at stake.
    every_scope: bool = False
    # Whether a suspended agent may do it, although it writes.
    while_suspended: bool = False

    @property
    def wanted_scope(self) -> Scope:
        """What a key must open to call this."""
        return self.scope or (Scope.READ if self.method == "GET" else Scope.POST)
