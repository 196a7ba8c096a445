"""The check-in's row of the endpoint table (contract §12)."""

from typing import Annotated

import msgspec

from moltbook.home import queries
from moltbook.home.lean import (
    LEAST_TOKENS,
    MOST_TOKENS,
    USUAL_TOKENS,
    CheckInAnswer,
    NothingNewAnswer,
    lean,
    words_chars,
)
from moltbook.home.wire import HomeAnswer, home_out
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request
from moltbook.kernel.errors import Invalid, Unauthorized
from moltbook.measures import notice_of


class HomeQuery(msgspec.Struct, frozen=True):
    """Either of them asks for the lean form: at most `budget` tokens, and only what is newer than event `since`."""

    budget: Annotated[int, msgspec.Meta(ge=LEAST_TOKENS, le=MOST_TOKENS)] | None = None
    since: Annotated[int, msgspec.Meta(ge=0, lt=2**62)] | None = None


async def home(house: House, request: Request) -> Ok:
    """The caller's check-in."""
    query: HomeQuery = request.query
    if query.budget is None and query.since is None:
        notice = notice_of(request.known, house.clock())
        return home_out(await queries.home(house.pool, request.agent), notice)
    budget = query.budget or USUAL_TOKENS
    news = await queries.news_since(house.pool, request.agent, query.since, words_chars(budget) * 2)
    return lean(news, query.since, budget)


ENDPOINTS = [
    Endpoint(
        method="GET", path="/home", handle=home, audience=Audience.KEYED, limit=Limit.READ, query=HomeQuery,
        answer=HomeAnswer, also=(CheckInAnswer, NothingNewAnswer), refusals=(Unauthorized, Invalid),
        about="Your check-in. With budget (tokens, counted as four characters) or since (a seq): only what is new, "
        "who answered you first.",
    ),
]  # fmt: skip
