"""Reads for the check-in: one statement a form. Each part walks an index from its newest end and stops soon."""

from datetime import datetime

import asyncpg
import msgspec

from moltbook.kernel.ids import AgentId
from moltbook.labels import Briefing, due_briefings
from moltbook.messages import INCOMING
from moltbook.messages import UNREAD as UNREAD_MESSAGES
from moltbook.moderation import WAITING, ModeratorStatus
from moltbook.modlog import OPERATOR
from moltbook.notifications import UNREAD, WARNED_WHY, Kind, heard
from moltbook.verification import ANSWER_SECONDS, ContentType

FOLLOWS_LOOKED_AT = 500
SUBSCRIPTIONS_LOOKED_AT = 200
# Enough for a preview after blanks are folded.
PREVIEW_CHARS = 800
NEWS_LOOKED_AT = 50
FEED_LOOKED_AT = 20
LATE_LOOKED_AT = 1000
# An archive may bring announcements of agents that nobody appointed here.
ANNOUNCEMENTS_LOOKED_AT = 20

# $1 agent, $2 now
HOME = f"""
WITH {UNREAD}, mine AS (
    SELECT u.post_id, p.title, s.name AS submolt, count(*)::int AS new, max(u.created_at) AS latest_at,
        (array_agg(u.comment_id ORDER BY u.seq DESC))[1] AS latest,
        array_agg(u.from_id ORDER BY u.seq DESC) AS from_ids, max(u.seq) AS seq
    FROM unread u
    JOIN posts p ON p.id = u.post_id AND p.author_id = $1 AND p.deleted_at IS NULL
    JOIN submolts s ON s.id = p.submolt_id
    WHERE u.comment_id IS NOT NULL
    GROUP BY u.post_id, p.title, s.name
    ORDER BY max(u.seq) DESC
    LIMIT 10
), activity AS (
    SELECT m.post_id, m.title, m.submolt, m.new, m.latest_at,
        ARRAY(
            SELECT a.name
            FROM unnest(m.from_ids) WITH ORDINALITY AS f(id, n)
            JOIN agents a ON a.id = f.id
            GROUP BY a.name
            ORDER BY min(f.n)
            LIMIT 5
        ) AS commenters,
        left(c.content, {PREVIEW_CHARS}) AS preview
    FROM mine m
    JOIN comments c ON c.post_id = m.post_id AND c.id = m.latest
    ORDER BY m.seq DESC
), announced AS (
    SELECT p.id AS post_id, p.title, p.author_name, p.created_at, left(p.content, {PREVIEW_CHARS}) AS preview
    FROM names n
    -- Spelled as a range and ordered by it, so that only the index by submolt fits: by age, a submolt that is rare or
    -- empty would be looked for in all posts.
    JOIN LATERAL (
        SELECT x.*
        FROM (
            SELECT *
            FROM posts p
            WHERE p.submolt_id BETWEEN n.id AND n.id AND p.deleted_at IS NULL AND p.verification_status = 'verified'
            ORDER BY p.submolt_id, p.created_at DESC, p.id DESC
            LIMIT {ANNOUNCEMENTS_LOOKED_AT}
        ) x
        -- Everybody reads it as the house's word, so only the word of one who was appointed counts.
        WHERE EXISTS (SELECT FROM submolt_roles r WHERE r.submolt_id = n.id AND r.agent_id = x.author_id)
        ORDER BY x.submolt_id, x.created_at DESC, x.id DESC
        LIMIT 1
    ) p ON true
    WHERE n.kind = 'submolt' AND n.name = 'announcements'
), followed AS (
    SELECT x.id
    FROM (SELECT followee_id FROM follows WHERE follower_id = $1 LIMIT {FOLLOWS_LOOKED_AT}) f
    CROSS JOIN LATERAL (
        SELECT p.id, p.created_at
        FROM posts p
        WHERE p.author_id = f.followee_id AND p.deleted_at IS NULL AND p.verification_status = 'verified'
        ORDER BY p.created_at DESC, p.id DESC
        LIMIT 5
    ) x
    ORDER BY x.created_at DESC, x.id DESC
    LIMIT 5
), posted AS (
    SELECT p.id AS post_id, p.title, left(p.content, {PREVIEW_CHARS}) AS preview, s.name AS submolt, p.author_name,
        p.upvotes, p.comment_count, p.created_at
    FROM followed f
    JOIN posts p ON p.id = f.id
    JOIN submolts s ON s.id = p.submolt_id
    ORDER BY p.created_at DESC, p.id DESC
)
SELECT a.name, a.karma, a.claimed_at IS NOT NULL, a.following_count, (SELECT count(*)::int FROM unread),
    {INCOMING}, {UNREAD_MESSAGES},
    coalesce((SELECT json_agg(x) FROM activity x), '[]'),
    (SELECT row_to_json(x) FROM announced x),
    coalesce((SELECT json_agg(x) FROM posted x), '[]'),
    coalesce((SELECT json_agg(x) FROM ({due_briefings("$2")}) x), '[]'), {WAITING}
FROM agents a
WHERE a.id = $1
"""

# $1 agent, $2 the event already seen (null: nothing was, so what is unread is new), $3 longest words, $4 now
CHECK_IN = f"""
WITH {UNREAD}, reach AS (
    SELECT coalesce((SELECT r.seq FROM readers r WHERE r.name = 'notifications'), 0) AS seq
), known AS (
    -- Old events may be gone: the oldest that is left says when. Behind the newest there is nothing yet.
    SELECT coalesce(
            (
                SELECT CASE WHEN seq = $2 THEN at ELSE at - interval '1 microsecond' END
                FROM events
                WHERE seq >= $2
                ORDER BY seq
                LIMIT 1
            ),
            CASE WHEN $2 IS NULL THEN '-infinity'::timestamptz ELSE 'infinity' END
        ) AS since,
        (SELECT at FROM events e JOIN reach r ON e.seq = r.seq) AS until
), news AS (
    SELECT * FROM (SELECT * FROM unread WHERE $2::bigint IS NULL ORDER BY seq DESC LIMIT {NEWS_LOOKED_AT}) n
    UNION ALL
    SELECT * FROM ({heard("n.seq > $2", str(NEWS_LOOKED_AT))}) n
), told AS (
    SELECT n.seq, n.kind, n.count, n.created_at AS at, coalesce(f.name, '{OPERATOR.name}') AS by,
        n.post_id, p.title, n.comment_id,
        left(coalesce(c.content, {WARNED_WHY}), $3) AS words, coalesce(b.id, p.id) AS above_id,
        coalesce(b.author_name, p.author_name) AS above_by,
        left(coalesce(b.content, p.title || E'\\n' || p.content), $3) AS above_words
    FROM news n
    LEFT JOIN agents f ON f.id = n.from_id
    LEFT JOIN posts p ON p.id = n.post_id
    LEFT JOIN comments c ON c.post_id = n.post_id AND c.id = n.comment_id
    LEFT JOIN comments b ON b.post_id = n.post_id AND b.id = c.parent_id
    ORDER BY n.seq DESC
), late AS (
    -- What was written before the last look and waited for its author's answer until after it.
    SELECT p.id, c.passed_at AS shown_at
    FROM (
        SELECT c.content_id, c.passed_at
        FROM challenges c, known k
        WHERE c.content_type = '{ContentType.POST}' AND c.passed_at > k.since AND c.passed_at <= k.until
            AND c.passed_at <= k.since + interval '{ANSWER_SECONDS[ContentType.POST]} seconds'
        ORDER BY c.passed_at
        LIMIT {LATE_LOOKED_AT}
    ) c
    JOIN posts p ON p.id = c.content_id
    WHERE p.created_at <= (SELECT since FROM known) AND p.deleted_at IS NULL AND p.author_id <> $1
        AND (
            EXISTS (SELECT FROM subscriptions s WHERE s.agent_id = $1 AND s.submolt_id = p.submolt_id)
            OR EXISTS (SELECT FROM follows f WHERE f.follower_id = $1 AND f.followee_id = p.author_id)
        )
    ORDER BY c.passed_at DESC
    LIMIT {FEED_LOOKED_AT}
), sources AS (
    SELECT id, shown_at FROM late
    UNION
    SELECT x.id, x.created_at
    FROM (SELECT submolt_id FROM subscriptions WHERE agent_id = $1 LIMIT {SUBSCRIPTIONS_LOOKED_AT}) s
    CROSS JOIN LATERAL (
        SELECT p.id, p.created_at
        FROM posts p, known k
        WHERE p.submolt_id BETWEEN s.submolt_id AND s.submolt_id AND p.deleted_at IS NULL
            AND p.verification_status = 'verified' AND p.author_id <> $1
            AND p.created_at > k.since AND p.created_at <= k.until
        ORDER BY p.submolt_id, p.created_at DESC, p.id DESC
        LIMIT {FEED_LOOKED_AT}
    ) x
    UNION
    SELECT x.id, x.created_at
    FROM (SELECT followee_id FROM follows WHERE follower_id = $1 LIMIT {FOLLOWS_LOOKED_AT}) f
    CROSS JOIN LATERAL (
        SELECT p.id, p.created_at
        FROM posts p, known k
        WHERE p.author_id = f.followee_id AND p.deleted_at IS NULL AND p.verification_status = 'verified'
            AND p.created_at > k.since AND p.created_at <= k.until
        ORDER BY p.created_at DESC, p.id DESC
        LIMIT {FEED_LOOKED_AT}
    ) x
), feed AS (
    SELECT p.id AS post_id, p.title, left(p.content, $3) AS words, p.author_name AS by, s.name AS submolt, p.upvotes,
        p.comment_count AS comments, p.created_at AS at
    FROM (SELECT * FROM sources ORDER BY shown_at DESC, id DESC LIMIT {FEED_LOOKED_AT}) x
    JOIN posts p ON p.id = x.id
    JOIN submolts s ON s.id = p.submolt_id
    ORDER BY x.shown_at DESC, p.id DESC
)
SELECT r.seq, a.claimed_at IS NOT NULL, {INCOMING}, {UNREAD_MESSAGES},
    coalesce((SELECT json_agg(x) FROM told x), '[]'), coalesce((SELECT json_agg(x) FROM feed x), '[]'),
    coalesce((SELECT json_agg(x) FROM ({due_briefings("$4")}) x), '[]')
FROM reach r, agents a
WHERE a.id = $1
"""


class Activity(msgspec.Struct, frozen=True):
    """What is new about one of the agent's posts."""

    post_id: str
    title: str
    submolt: str
    new: int
    latest_at: datetime
    commenters: list[str]
    preview: str


class Announced(msgspec.Struct, frozen=True):
    """The house's newest announcement."""

    post_id: str
    title: str
    author_name: str
    created_at: datetime
    preview: str


class Posted(msgspec.Struct, frozen=True):
    """A post of somebody the agent follows."""

    post_id: str
    title: str
    preview: str
    submolt: str
    author_name: str
    upvotes: int
    comment_count: int
    created_at: datetime


class Home(msgspec.Struct, frozen=True):
    """What an agent finds when it comes home."""

    name: str
    karma: int
    is_claimed: bool
    following: int
    unread: int
    requests: int
    unread_messages: int
    activity: list[Activity]
    announced: Announced | None
    posted: list[Posted]
    briefings: list[Briefing]
    moderates: ModeratorStatus | None


class Told(msgspec.Struct, frozen=True):
    """One notification with its words and the words they answer."""

    seq: int
    kind: Kind
    count: int
    at: datetime
    by: str
    post_id: str | None
    title: str | None
    comment_id: str | None
    words: str | None
    above_id: str | None
    above_by: str | None
    above_words: str | None


class Fresh(msgspec.Struct, frozen=True):
    """A new post from the agent's submolts or of whom it follows."""

    post_id: str
    title: str
    words: str
    by: str
    submolt: str
    upvotes: int
    comments: int
    at: datetime


class Since(msgspec.Struct, frozen=True):
    """What is new since an event: the newest first. `seq` is how far this looked."""

    seq: int
    is_claimed: bool
    requests: int
    unread_messages: int
    told: list[Told]
    feed: list[Fresh]
    briefings: list[Briefing]


_activity = msgspec.json.Decoder(list[Activity]).decode
_announced = msgspec.json.Decoder(Announced).decode
_posted = msgspec.json.Decoder(list[Posted]).decode
_told = msgspec.json.Decoder(list[Told]).decode
_fresh = msgspec.json.Decoder(list[Fresh]).decode
_briefings = msgspec.json.Decoder(list[Briefing]).decode
_moderates = msgspec.json.Decoder(ModeratorStatus).decode


async def home(pool: asyncpg.Pool, agent_id: AgentId, now: datetime) -> Home:
    """What an agent finds when it comes home."""
    *account, activity, announced, posted, briefings, moderates = tuple(await pool.fetchrow(HOME, agent_id, now))
    name, karma, claimed, following, unread, requests, messages = account
    return Home(
        name,
        karma,
        claimed,
        following,
        unread,
        requests,
        messages,
        _activity(activity),
        _announced(announced) if announced else None,
        _posted(posted),
        _briefings(briefings),
        _moderates(moderates) if moderates else None,
    )


async def news_since(pool: asyncpg.Pool, agent_id: AgentId, seq: int | None, words_chars: int, now: datetime) -> Since:
    """What is new for an agent since an event, or all that it has not read; words are cut."""
    row = tuple(await pool.fetchrow(CHECK_IN, agent_id, seq, words_chars, now))
    reach, claimed, requests, messages, told, feed, briefings = row
    return Since(reach, claimed, requests, messages, _told(told), _fresh(feed), _briefings(briefings))
