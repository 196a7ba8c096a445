"""The check-in's row of the endpoint table (contract §12)."""

from collections.abc import Sequence
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
from moltbook.kernel.errors import Invalid, Unauthorized, Unavailable
from moltbook.labels import Briefing, TellBriefings
from moltbook.measures import notice_of


class HomeQuery(msgspec.Struct, frozen=True):
    """Either of them asks for the lean form: at most `budget` tokens, and only what is newer than event `since`."""

    budget: Annotated[int, msgspec.Meta(ge=LEAST_TOKENS, le=MOST_TOKENS)] | None = None
    since: Annotated[int, msgspec.Meta(ge=0, lt=2**62)] | None = None


async def home(house: House, request: Request) -> Ok:
    """The caller's check-in."""
    query: HomeQuery = request.query
    notice = notice_of(request.known, house.clock())
    if query.budget is None and query.since is None:
        found = await queries.home(house.pool, request.agent, house.clock())
        told = await _told(house, request, found.briefings)
        return home_out(msgspec.structs.replace(found, briefings=told), notice)
    budget = query.budget or USUAL_TOKENS
    news = await queries.news_since(house.pool, request.agent, query.since, words_chars(budget) * 2, house.clock())
    answer = lean(news, query.since, budget, notice)
    if not isinstance(answer, CheckInAnswer) or not answer.briefings:
        return answer
    # What did not fit is not told, and comes again.
    fit = news.briefings[: len(answer.briefings)]
    told = await _told(house, request, fit)
    if told == fit:
        return answer
    return lean(msgspec.structs.replace(news, briefings=told), query.since, budget, notice)


async def _told(house: House, request: Request, due: Sequence[Briefing]) -> list[Briefing]:
    """Those of the briefings that this check-in is the one to tell; it writes that down, and only if there are any.

    While nothing can be written none is told: the next check-in tells it.
    """
    if not due or request.traceless:
        return list(due)
    try:
        told = await house.committer.do(TellBriefings(request.agent, tuple(due)))
    except Unavailable:
        return []
    return [briefing for briefing in due if briefing.attachment_id in told]


ENDPOINTS = [
    Endpoint(
        method="GET", path="/home", handle=home, audience=Audience.KEYED, limit=Limit.READ, query=HomeQuery,
        answer=HomeAnswer, also=(CheckInAnswer, NothingNewAnswer), refusals=(Unauthorized, Invalid),
        about="Your check-in. With budget (tokens, counted as four characters) or since (a seq): only what is new, "
        "who answered you first.",
    ),
]  # fmt: skip
