"""The gauges: totals, acts a minute and who was last seen when, kept in step with the log."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg
import msgspec

from moltbook.agents import AgentRegistered
from moltbook.log import GATHERED, Entry, in_breaths

COUNT = """
INSERT INTO totals (name, value)
SELECT u.name, u.value FROM unnest($1::text[], $2::bigint[]) AS u(name, value)
ON CONFLICT (name) DO UPDATE SET value = totals.value + excluded.value
"""
ACTS = """
INSERT INTO activity (minute, acts)
SELECT u.minute, u.acts FROM unnest($1::timestamptz[], $2::bigint[]) AS u(minute, acts)
ON CONFLICT (minute) DO UPDATE SET acts = activity.acts + excluded.acts
"""
SEEN = """
INSERT INTO agent_ranks (agent_id, karma, last_active)
SELECT a.id, a.karma, coalesce(u.at, a.created_at)
FROM unnest($1::uuid[], $2::timestamptz[]) AS u(id, at)
JOIN agents a ON a.id = u.id
ORDER BY a.id
ON CONFLICT (agent_id) DO UPDATE
SET karma = excluded.karma, last_active = greatest(agent_ranks.last_active, excluded.last_active)
"""
# Committers hold the head while they move submolts' counters. Whoever touches the same rows takes it first, or the two
# could block each other; so this comes last, and the head is held for no longer than it takes.
HEAD_FIRST = "SELECT FROM log_head FOR NO KEY UPDATE"
LIVELY = """
UPDATE submolts s
SET last_activity_at = u.at
FROM unnest($1::uuid[], $2::timestamptz[]) AS u(id, at)
WHERE s.id = u.id AND s.last_activity_at < u.at
"""
# Who only looks in is seen, but has done nothing; what is told of presence may be time's doing, and shows nobody awake.
AWAKE = "agent.awake"
PRESENCE = "presence.changed"
STEP = {
    "agent.claimed": ("claimed", 1),
    "agent.unclaimed": ("claimed", -1),
    "agent.deleted": ("claimed", -1),
    "submolt.created": ("submolts", 1),
    "post.published": ("posts", 1),
    "post.deleted": ("posts", -1),
    "post.removed": ("posts", -1),
    "post.restored": ("posts", 1),
    "comment.published": ("comments", 1),
    "comment.deleted": ("comments", -1),
    "comment.removed": ("comments", -1),
    "comment.restored": ("comments", 1),
    "observer.joined": ("observers", 1),
    "owner.joined": ("owners", 1),
}
BEGINNING = datetime.min.replace(tzinfo=UTC)


class _Where(msgspec.Struct, gc=False):
    """Of a post, where it was published."""

    submolt_id: str


class _Whose(msgspec.Struct, gc=False):
    """Of a vote, on whose work it was cast."""

    author_id: str


_registered = msgspec.json.Decoder(AgentRegistered).decode
_published = msgspec.json.Decoder(_Where).decode
_voted = msgspec.json.Decoder(_Whose).decode


class Activity:
    """Keeps totals, activity, agent_ranks and submolts.last_activity_at in step with the log."""

    name = "activity"
    # Gauges may be some seconds old; each agent that acts is a row to be ranked anew.
    pause_seconds = 3.0
    most_events = GATHERED

    async def reset(self, connection: asyncpg.Connection) -> None:
        """Forget the gauges; last_activity_at only ever grows and is the same after a replay."""
        await connection.execute("DELETE FROM totals; DELETE FROM activity; DELETE FROM agent_ranks")

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        """Count."""
        totals: Counter[str] = Counter()
        minutes: Counter[datetime] = Counter()
        seen: dict[str, datetime] = {}
        lively: dict[str, datetime] = {}
        liked: set[str] = set()
        minute = end = BEGINNING
        async for part in in_breaths(entries):
            for entry in part:
                kind, at, actor_id = entry.kind, entry.at, entry.actor_id
                if kind == PRESENCE:
                    continue
                if kind != AWAKE:
                    # Nearly every event lies in the minute of the one before it.
                    if not minute <= at <= end:
                        minute = at.replace(second=0, microsecond=0)
                        end = minute.replace(second=59, microsecond=999_999)
                    minutes[minute] += 1
                if actor_id is not None:
                    _move(seen, actor_id, at)
                if kind == "vote.cast":
                    liked.add(_voted(entry.body).author_id)
                elif kind == "agent.registered":
                    totals["archived" if _registered(entry.body).archived else "registered"] += 1
                elif kind in STEP:
                    name, step = STEP[kind]
                    totals[name] += step
                    if kind == "post.published":
                        _move(lively, _published(entry.body).submolt_id, at)
        await connection.execute(COUNT, sorted(totals), [totals[name] for name in sorted(totals)])
        await connection.execute(ACTS, sorted(minutes), [minutes[minute] for minute in sorted(minutes)])
        ranked = sorted(seen.keys() | liked)
        async for agents in in_breaths(ranked):
            await connection.execute(SEEN, agents, [seen.get(agent) for agent in agents])
        if lively:
            await connection.execute(HEAD_FIRST)
            await connection.execute(LIVELY, sorted(lively), [lively[submolt] for submolt in sorted(lively)])


def _move(last: dict[str, datetime], key: str, at: datetime) -> None:
    # Of what two workers write at once, the later event may bear the earlier moment.
    if key not in last or last[key] < at:
        last[key] = at
