"""Looking: from what a network answers to what a mind sees, in few requests.

In this room: the check-in (one request when nothing is new, three or four when much is), hearing from a live event,
and the way an agent looks where the network tells it nothing of itself. Both ways read the same number of texts, so
that only what the network shows differs.
Text of others is cut and flattened here; it stays data from here on.
Not here: deciding (policy, choosing), when to look (rhythm).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from random import Random

import msgspec

from moltbook.client import (
    AsyncMoltbook,
    CheckIn,
    Comment,
    CommentSort,
    Event,
    Fresh,
    NotFound,
    Post,
    PostSort,
    Said,
)
from moltbook.minds.acts import Target
from moltbook.minds.memory import Memory
from moltbook.minds.memory.model import EpisodeKind
from moltbook.minds.sight import Cause, Heard, Letter, Place, Received, Sight
from moltbook.minds.transcript import one_line

HEARD_CHARS = 300
TITLE_CHARS = 120
PLACES_LOOKED_AT = 100
COMMENTS_LOOKED_AT = 20
POLLED_POSTS = 25


class Attention(msgspec.Struct, frozen=True, kw_only=True):
    """How much a mind reads at one look, whatever the network offers."""

    texts: int = 16
    tokens: int = 1600
    """Of a check-in."""
    threads: int = 1
    """Opened besides those it is told of."""
    curiosity: float = 0.35
    """How often it looks further although little is new."""
    wanderlust: float = 0.08
    """How often it looks what communities there are."""


USUAL = Attention()


async def look(
    api: AsyncMoltbook, me: str, memory: Memory, now: datetime, rng: Random, attention: Attention = USUAL
) -> Sight:
    """Check in: who answered and named me, who wrote, then what is new where I read, then into a thread.

    Raises: MoltbookError.
    """
    first, curious = memory.seen_seq == 0, rng.random() < attention.curiosity
    roaming = rng.random() < attention.wanderlust
    try:
        news = await api.home(budget=attention.tokens, since=memory.seen_seq or None)
    except NotFound:
        return await look_as_original(api, me, memory, now, rng, attention)
    feed = [heard_of_fresh(fresh) for fresh in news.feed if fresh.by != me]
    received = [Received(Target(n.post_id), n.count) for n in news.news if n.type == "post_upvote" and n.post_id]
    letters, knocks = await _letters(api, memory, news)
    if first or curious or (feed and len(feed) < attention.texts // 4):
        known = {heard.on.id for heard in feed}
        page = await api.posts(PostSort.NEW, limit=POLLED_POSTS)
        feed += [heard_of_post(post) for post in page.items if not _is_of(post, me) and post.id not in known]
    answers = [heard_of_said(said, memory) for said in news.answers if said.by != me]
    mentions = [heard_of_said(said, memory) for said in news.mentions if said.by != me]
    # Where not all answers fitted, the thread tells the rest.
    followed = memory.threads[-1:] if news.left_out and memory.threads else ()
    opened = [*followed, *_lively(feed, rng)][: attention.threads]
    threads, more = await _open(api, me, memory, opened)
    told = {heard.on.id for heard in (*answers, *mentions)}
    answers += [heard for heard in threads if heard.cause is Cause.ANSWER and heard.on.id not in told]
    feed = [heard for heard in threads if heard.cause is Cause.THREAD] + feed
    return Sight(
        now=now, answers=tuple(answers), mentions=tuple(mentions), letters=letters, knocks=knocks, duties=news.duties,
        feed=tuple(_within(feed, attention.texts - len(answers) - len(mentions))),
        places=await places_of(api) if first or roaming else (), received=(*received, *more), seq=news.seq,
        left_out=news.left_out,
    )  # fmt: skip


async def look_as_original(
    api: AsyncMoltbook, me: str, memory: Memory, now: datetime, rng: Random, attention: Attention = USUAL
) -> Sight:
    """Poll: the hot or the new posts, and the best comments of a few. Nobody tells me who answered.

    If a comment I happen to read answers words of mine I know them, as I would anywhere.
    Raises: MoltbookError.
    """
    order = rng.choice((PostSort.HOT, PostSort.NEW))
    roaming = not memory.joined or rng.random() < attention.wanderlust
    page = await api.posts(order, limit=POLLED_POSTS)
    posts = [post for post in page.items if not post.is_deleted]
    talked_under = [post.id for post in posts if post.comment_count]
    opened = rng.sample(talked_under, min(len(talked_under), attention.threads + 1))
    threads, received = await _open(api, me, memory, opened, CommentSort.BEST)
    answers = [heard for heard in threads if heard.cause is Cause.ANSWER]
    feed = [heard for heard in threads if heard.cause is Cause.THREAD]
    feed += [heard_of_post(post) for post in posts if not _is_of(post, me)]
    return Sight(
        now=now, answers=tuple(answers[: attention.texts]),
        feed=tuple(_within(feed, attention.texts - len(answers))),
        places=await places_of(api) if roaming else (), received=tuple(received),
    )  # fmt: skip


async def look_at(api: AsyncMoltbook, me: str, memory: Memory, event: Event, now: datetime) -> Sight:
    """What one live event says to me: mostly without asking anything.

    Raises: MoltbookError.
    """
    match event.kind:
        case "message.sent":
            last = (await api.messages(event.conversation_id, limit=1)).items[-1:]
            heard = [m for m in last if not m.from_you and m.sender is not None]
            letters = tuple(Letter(event.conversation_id, _name(m.sender), _line(m.content), m.id) for m in heard)
            return Sight(now=now, letters=letters)
        case "message.requested":
            return Sight(now=now, knocks=await _knocks(api))
        case "post.published" | "comment.published" if event.author != me:
            return Sight(now=now, answers=(heard_of_event(event, me, memory),))
        case _:
            return Sight(now=now)


async def places_of(api: AsyncMoltbook) -> tuple[Place, ...]:
    """The communities there are; as many as the network tells at once.

    Raises: MoltbookError.
    """
    found = (await api.submolts(limit=PLACES_LOOKED_AT)).items
    return tuple(Place(s.name, one_line(s.description or "", HEARD_CHARS), s.subscriber_count) for s in found)


def heard_of_event(event: Event, me: str, memory: Memory) -> Heard:
    """Words that came with a live event for me: an answer, or else they name me."""
    mine = own_words(memory, event.parent_id or event.post_id)
    names_me = f"@{me}".lower() in f"{event.words.title} {event.words.content}".lower()
    is_post = event.kind == "post.published"
    return Heard(
        on=Target(event.post_id, "" if is_post else event.comment_id), author=event.author,
        text=_line(event.words.content or event.words.title), title=_title(event.words.title) if is_post else "",
        cause=Cause.MENTION if is_post or (names_me and not mine) else Cause.ANSWER, submolt=event.submolt,
        at=event.at, answers=mine,
    )  # fmt: skip


def heard_of_said(said: Said, memory: Memory) -> Heard:
    """An answer or a mention as the check-in tells it."""
    above = said.answers
    mine = own_words(memory, above.id) or _line(above.words) if above is not None else ""
    return Heard(
        on=Target(said.post_id, said.comment_id or ""), author=said.by, text=_line(said.words),
        cause=Cause.MENTION if said.type == "mention" else Cause.ANSWER, at=said.at, answers=mine,
    )  # fmt: skip


def heard_of_fresh(fresh: Fresh) -> Heard:
    """A new post as the check-in tells it."""
    return Heard(
        on=Target(fresh.post_id), author=fresh.by, text=_line(fresh.words or fresh.title), title=_title(fresh.title),
        submolt=fresh.submolt, replies=fresh.comments, upvotes=fresh.upvotes, at=fresh.at,
    )  # fmt: skip


def heard_of_post(post: Post) -> Heard:
    """A post of a listing."""
    return Heard(
        on=Target(post.id), author=post.author_name, text=_line(post.content or post.title), title=_title(post.title),
        submolt=post.submolt_name or (post.submolt.name if post.submolt else ""), replies=post.comment_count,
        upvotes=post.upvotes, at=post.created_at,
    )  # fmt: skip


def heard_in_thread(
    me: str, post_id: str, comments: Sequence[Comment], my_post: str
) -> tuple[list[Heard], list[Received]]:
    """What others said in a thread, and how my own lines in it were received; `my_post` is my words that began it."""
    heard: list[Heard] = []
    received: list[Received] = []
    waiting = [(comment, me if my_post else "", my_post, 1) for comment in reversed(comments)]
    while waiting:
        comment, above_by, above, depth = waiting.pop()
        text = _line(comment.content or "")
        waiting += [(reply, comment.author_name, text, depth + 1) for reply in reversed(comment.replies)]
        if comment.is_deleted or not text:
            continue
        on = Target(post_id, comment.id)
        if comment.author_name == me:
            received.append(Received(on, comment.score, len(comment.replies)))
            continue
        to_me = above_by == me
        heard.append(
            Heard(
                on=on,
                author=comment.author_name,
                text=text,
                cause=Cause.ANSWER if to_me else Cause.THREAD,
                depth=depth,
                replies=len(comment.replies),
                upvotes=comment.upvotes,
                at=comment.created_at,
                answers=above if to_me else "",
            )
        )
    return heard, received


def own_words(memory: Memory, text_id: str) -> str:
    """What I said under that id; empty where I do not remember."""
    own = {EpisodeKind.POSTED, EpisodeKind.REPLIED}
    return next((e.text for e in reversed(memory.episodes) if e.origin.text_id == text_id and e.kind in own), "")


async def _open(
    api: AsyncMoltbook, me: str, memory: Memory, posts: Iterable[str], order: CommentSort = CommentSort.NEW
) -> tuple[list[Heard], list[Received]]:
    heard: list[Heard] = []
    received: list[Received] = []
    for post_id in posts:
        try:
            page = await api.comments(post_id, order, limit=COMMENTS_LOOKED_AT)
        except NotFound:
            continue  # deleted meanwhile
        said, own = heard_in_thread(me, post_id, page.items, own_words(memory, post_id))
        heard += said
        received += own
    return heard, received


async def _letters(api: AsyncMoltbook, memory: Memory, news: CheckIn) -> tuple[tuple[Letter, ...], tuple[Letter, ...]]:
    latest = (await api.check_messages()).messages.latest if news.messages.unread else ()
    letters = []
    for message in latest:
        if message.id in memory.answered:
            await api.messages(message.conversation_id, limit=1)  # marks it as read, so that it does not wait for ever
        elif not message.from_you:
            letters.append(Letter(message.conversation_id, _name(message.sender), _line(message.content), message.id))
    return tuple(letters), await _knocks(api) if news.messages.requests else ()


async def _knocks(api: AsyncMoltbook) -> tuple[Letter, ...]:
    asked = (await api.message_requests()).incoming.requests
    return tuple(Letter(ask.conversation_id, _name(ask.sender), _line(ask.message)) for ask in asked)


def _lively(feed: Sequence[Heard], rng: Random) -> list[str]:
    """Posts that are talked under, in any order."""
    lively = [heard.on.post_id for heard in feed if heard.replies and not heard.on.comment_id]
    rng.shuffle(lively)
    return lively


def _within(heard: Sequence[Heard], most: int) -> list[Heard]:
    """As many as there is attention for: at most half of it for threads, so that new posts are seen too."""
    in_threads = [h for h in heard if h.cause is Cause.THREAD][: max(0, most // 2)]
    posts = [h for h in heard if h.cause is not Cause.THREAD]
    return [*in_threads, *posts][: max(0, most)]


def _is_of(post: Post, me: str) -> bool:
    return post.is_deleted or post.author_name == me


def _name(author: object) -> str:
    return str(getattr(author, "name", ""))


def _line(text: str) -> str:
    return one_line(text, HEARD_CHARS)


def _title(text: str) -> str:
    return one_line(text, TITLE_CHARS)
