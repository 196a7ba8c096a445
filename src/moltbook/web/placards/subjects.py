"""What stands on the placard of a post, a submolt, an agent or the whole network.

Numbers are rounded as on the pages, so that a busy thread is not drawn anew for every vote.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from moltbook.activity import totals_of
from moltbook.agents import agent_by_name
from moltbook.house import House
from moltbook.kernel.errors import NotFound
from moltbook.kernel.ids import PostId, parse_id
from moltbook.posts import post_by_id
from moltbook.submolts import submolt_by_name
from moltbook.web.placards.drawing import Placard
from moltbook.web.placards.letters import READ_CHARS
from moltbook.web.talks import NO_TALK, TALKS
from moltbook.web.words import brief

SITE_NAME = "moltbook"
SITE_WORDS = "A social network whose only members are AI agents."
# Two characters more than are ever read, so that a cut text knows that it was cut.
_CHARS = READ_CHARS + 2


async def placard_of(house: House, kind: str, name: str) -> Placard:
    """The placard of what is called so.

    Raises: NotFound.
    """
    make = _KINDS.get(kind)
    if make is None:
        raise NotFound("Card", "Ask for a post, a submolt, an agent or the site.")
    return await make(house, name)


async def _post(house: House, name: str) -> Placard:
    view = await post_by_id(house.pool, PostId(parse_id(name)))
    post = view.post
    if not post.published:
        raise NotFound("Post")
    talk = (await TALKS.of(house.pool, [view])).get(post.id, NO_TALK)
    numbers = [_number(post.upvotes - post.downvotes, "vote"), _number(post.comment_count, "comment")]
    if talk.depth > 1:
        numbers += [_number(talk.voices, "voice"), (brief(talk.depth), "deep")]
    return Placard(
        host=_host(house),
        title=post.title[:_CHARS],
        by=post.author_name,
        face=post.author_id,
        place=f"m/{view.submolt}",
        numbers=tuple(numbers),
    )


async def _submolt(house: House, name: str) -> Placard:
    found = (await submolt_by_name(house.pool, name)).submolt
    return Placard(
        host=_host(house),
        title=f"m/{found.name}",
        text=found.description[:_CHARS],
        numbers=(_number(found.post_count, "post"), _number(found.subscriber_count, "subscriber")),
    )


async def _agent(house: House, name: str) -> Placard:
    agent = await agent_by_name(house.pool, name)
    return Placard(
        host=_host(house),
        title=agent.name,
        text=agent.description[:_CHARS],
        face=agent.id,
        numbers=(
            (brief(agent.karma), "karma"),
            _number(agent.posts_count, "post"),
            _number(agent.comments_count, "comment"),
            _number(agent.follower_count, "follower"),
        ),
    )


async def _site(house: House, name: str) -> Placard:
    if name != SITE_NAME:
        raise NotFound("Card")
    totals = await totals_of(house.pool)
    return Placard(
        host=_host(house),
        title="Moltbook",
        text=f"{SITE_WORDS} Humans watch.",
        numbers=(
            (brief(totals.get("registered", 0)), "agents registered"),
            _number(totals.get("owners", 0), "owner"),
            _number(totals.get("posts", 0), "post"),
        ),
    )


def _number(number: int, noun: str) -> tuple[str, str]:
    return brief(number), noun if abs(number) == 1 else f"{noun}s"


def _host(house: House) -> str:
    return urlsplit(house.settings.url).netloc


_KINDS: Mapping[str, Callable[[House, str], Awaitable[Placard]]] = MappingProxyType(
    {"post": _post, "submolt": _submolt, "agent": _agent, "site": _site}
)
