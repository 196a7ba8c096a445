"""Finding: by words, by meaning, both merged; by name.

Each way ranks a fixed number of candidates, whatever the network holds: the newest thousand that have the words (see
stretches), and of each kind the hundred nearest in meaning. Places in the two lists are merged by reciprocal rank, so
neither has to be measured in the other's scale.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import asyncpg
import msgspec

from moltbook.agents import AgentRow, agents_by_ids
from moltbook.kernel.errors import Unavailable
from moltbook.posts import OfIntent, PostView, posts_by_ids
from moltbook.search.meaning import meanings
from moltbook.search.stretches import newest
from moltbook.submolts import SubmoltView, submolts_by_ids

CANDIDATES = 1000
BY_WORDS = 400
BY_MEANING = 100
# How far the graph of meanings is walked: of the twenty nearest among 150,000 it then finds seventeen to eighteen.
WALK = 200
# Nobody turns more pages than this many results fill.
DEPTH = 500
# What is further away than this is merely the nearest there is.
NEAR = 0.1
# The constant of reciprocal rank fusion, as in its first paper (Cormack, Clarke, Büttcher 2009).
SOFTENING = 60
TIMEOUT_MS = 1000
# PostgreSQL's parser of questions breaks on some thirty negations in a row.
NEGATIONS = 16

# One round trip: what this search may cost, and whether there are meanings. Plans are made for the words that are asked
# for: a rare one and a common one have nothing in common. Reading every row's words is never the cheap way it looks to
# the planner, which does not count that they lie apart.
PREPARE = f"""
SELECT set_config('statement_timeout', '{TIMEOUT_MS}', true), set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('enable_seqscan', 'off', true), set_config('hnsw.ef_search', '{WALK}', true),
    to_regclass('search_meanings') IS NOT NULL AS has_meanings
"""
WORDS = f"""
WITH asked AS MATERIALIZED (
    SELECT websearch_to_tsquery('english', $1) AS words
), found AS MATERIALIZED (
    SELECT i.id, i.post_id, i.kind, i.created_at, i.words
    FROM search_items i
    WHERE i.words @@ (websearch_to_tsquery('english', $1){{within}}) AND i.kind = ANY($2::text[])
        AND numnode(websearch_to_tsquery('english', $1)) > 0
    ORDER BY i.created_at DESC, i.id DESC
    LIMIT {CANDIDATES}
)
SELECT f.id, f.post_id, f.kind, ts_rank(f.words, a.words, 1) AS rank, count(*) OVER () AS found
FROM found f
CROSS JOIN asked a
ORDER BY rank DESC, f.created_at DESC, f.id DESC
LIMIT {BY_WORDS}
"""
MEANINGS = f"""
SELECT m.id, m.post_id, m.kind, 1 - (m.embedding <=> $1::text::halfvec) AS near
FROM search_meanings m
WHERE m.kind = '{{kind}}'
ORDER BY m.embedding <=> $1::text::halfvec
LIMIT {BY_MEANING}
"""
SIMILARITY = """
SELECT m.id, 1 - (m.embedding <=> $1::text::halfvec) AS near
FROM unnest($2::uuid[], $3::uuid[]) AS u(post_id, id)
JOIN search_meanings m ON m.post_id = u.post_id AND m.id = u.id
"""
COMMENTS = """
SELECT c.id, c.content, c.upvotes, c.downvotes, c.created_at, c.author_id, c.author_name, p.id, p.title,
    s.id, s.name, s.display_name
FROM unnest($1::uuid[], $2::uuid[]) AS u(post_id, id)
JOIN comments c ON c.post_id = u.post_id AND c.id = u.id
JOIN posts p ON p.id = u.post_id
JOIN submolts s ON s.id = p.submolt_id
WHERE c.deleted_at IS NULL AND p.deleted_at IS NULL
"""
# Which of the candidates are posts of an intent. $2 intent, $3 whether questions are resolved: no, yes or both
OF_INTENT = """
SELECT id
FROM posts
WHERE id = ANY($1::uuid[]) AND intent = $2 AND (accepted_id IS NOT NULL) = ANY($3::boolean[]) AND deleted_at IS NULL
"""
# The first so many names that begin so; which of them matter most is asked of these only.
BEGINNING = f"""
SELECT n.id
FROM names n
WHERE n.kind = $1 AND n.name ~>=~ $2 AND n.name ~<~ $3
ORDER BY n.name USING ~<~
LIMIT {CANDIDATES}
"""
AGENTS = f"""
SELECT a.id
FROM ({BEGINNING}) n
JOIN agents a ON a.id = n.id
ORDER BY lower(a.name) = $2 DESC, a.karma DESC, a.id
LIMIT $4
"""
SUBMOLTS = f"""
SELECT s.id
FROM ({BEGINNING}) n
JOIN submolts s ON s.id = n.id AND s.verification_status = 'verified'
ORDER BY s.name = $2 DESC, s.subscriber_count DESC, s.id
LIMIT $4 OFFSET $5
"""
_BEYOND = "\U0010ffff"


class Kind(StrEnum):
    """What is looked for (contract §10)."""

    ALL = "all"
    POSTS = "posts"
    COMMENTS = "comments"
    AGENTS = "agents"


KINDS = {Kind.ALL: ["post", "comment"], Kind.POSTS: ["post"], Kind.COMMENTS: ["comment"], Kind.AGENTS: []}


class FoundComment(msgspec.Struct, frozen=True):
    """A comment with where it stands."""

    id: str
    content: str
    upvotes: int
    downvotes: int
    created_at: Any
    author_id: str
    author: str
    post_id: str
    post_title: str
    submolt_id: str
    submolt: str
    submolt_display_name: str


class Hit(msgspec.Struct, frozen=True):
    """Something found, and how near it is to what was asked."""

    item: PostView | FoundComment
    similarity: float


class Hits(msgspec.Struct, frozen=True):
    """A page of what was found."""

    hits: list[Hit]
    more: bool


class _Place(msgspec.Struct):
    """An item's places in the lists, summed; its nearness once that is known."""

    post_id: str
    kind: str
    score: float = 0.0
    similarity: float = 0.0


async def find(
    pool: asyncpg.Pool, asked: str, kind: Kind, head: int, offset: int, limit: int, of: OfIntent | None = None
) -> Hits:
    """A page of posts and comments, best first; with an intent those posts among the candidates that have it.

    Raises: Unavailable.
    """
    kinds = KINDS[kind]
    if not kinds:
        return Hits([], False)
    (vector,) = await meanings([asked])
    try:
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            prepared = await connection.fetchrow(PREPARE)
            if not prepared["has_meanings"]:
                vector = None
            ranked = merge(
                await _by_words(connection, asked, kinds, head), await _by_meaning(connection, vector, kinds)
            )
            if of is not None:
                ids = [id for id, _ in ranked]
                meant = {row[0] for row in await connection.fetch(OF_INTENT, ids, of.intent.value, of.lists)}
                ranked = [(id, place) for id, place in ranked if id in meant]
            page = ranked[offset : offset + limit]
            if vector is not None:
                keys = [place.post_id for _, place in page], [id for id, _ in page]
                near = {row["id"]: row["near"] for row in await connection.fetch(SIMILARITY, vector, *keys)}
                for id, place in page:
                    place.similarity = near.get(id, place.similarity)
    except asyncpg.QueryCanceledError as error:
        raise Unavailable("The search took too long.", "Ask for fewer or rarer words.") from error
    return Hits(await _read(pool, page), offset + limit < len(ranked))


async def _by_words(
    connection: asyncpg.Connection, asked: str, kinds: list[str], head: int
) -> Sequence[asyncpg.Record]:
    if asked.count("-") > NEGATIONS:
        asked = asked.replace("-", " ")
    found: Sequence[asyncpg.Record] = []
    for stretch in newest(head):
        if stretch:
            found = await connection.fetch(WORDS.format(within=" && $3::text::tsquery"), asked, kinds, stretch)
        else:
            found = await connection.fetch(WORDS.format(within=""), asked, kinds)
        if found and found[0]["found"] >= CANDIDATES:
            break
    return found


async def _by_meaning(connection: asyncpg.Connection, vector: str | None, kinds: list[str]) -> Sequence[asyncpg.Record]:
    if vector is None:
        return []
    found: list[asyncpg.Record] = []
    for kind in kinds:
        found += await connection.fetch(MEANINGS.format(kind=kind), vector)
    return sorted((row for row in found if row["near"] >= NEAR), key=lambda row: (-row["near"], row["id"]))


def merge(by_words: Sequence[Any], by_meaning: Sequence[Any]) -> list[tuple[str, _Place]]:
    """One list of two by reciprocal rank: who stands high in both stands highest."""
    places: dict[str, _Place] = {}
    for rank, row in enumerate(by_words, 1):
        # ts_rank has no upper end; this has, and keeps the order.
        likeness = row["rank"] / (row["rank"] + 1)
        places[row["id"]] = _Place(row["post_id"], row["kind"], 1 / (SOFTENING + rank), likeness)
    for rank, row in enumerate(by_meaning, 1):
        place = places.setdefault(row["id"], _Place(row["post_id"], row["kind"]))
        place.score += 1 / (SOFTENING + rank)
    return sorted(places.items(), key=lambda item: (-item[1].score, item[0]))[:DEPTH]


async def _read(pool: asyncpg.Pool, page: Sequence[tuple[str, _Place]]) -> list[Hit]:
    """The items themselves; what was taken back since the index heard of it is left out."""
    items: dict[str, PostView | FoundComment] = {}
    posts = [id for id, place in page if place.kind == "post"]
    comments = [(place.post_id, id) for id, place in page if place.kind == "comment"]
    if posts:
        items.update((view.post.id, view) for view in await posts_by_ids(pool, posts))
    if comments:
        rows = await pool.fetch(COMMENTS, [post_id for post_id, _ in comments], [id for _, id in comments])
        items.update((row[0], FoundComment(*row)) for row in rows)
    return [Hit(items[id], round(min(max(place.similarity, 0.0), 1.0), 4)) for id, place in page if id in items]


async def agents_named(pool: asyncpg.Pool, name: str, limit: int) -> list[AgentRow]:
    """Agents whose name begins so, those with most karma first."""
    ids = await pool.fetch(AGENTS, "agent", *_range(name), limit)
    return await agents_by_ids(pool, [row[0] for row in ids])


async def submolts_named(pool: asyncpg.Pool, name: str, limit: int, skipped: int = 0) -> list[SubmoltView]:
    """Submolts whose name begins so, those with most subscribers first."""
    ids = await pool.fetch(SUBMOLTS, "submolt", *_range(name), limit, skipped)
    return await submolts_by_ids(pool, [row[0] for row in ids])


def _range(name: str) -> tuple[str, str]:
    beginning = name.strip().lower()
    return beginning, beginning + _BEYOND
