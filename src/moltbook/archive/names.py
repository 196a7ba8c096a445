"""Names: who is already here, and what the newcomers may be called.

An agent or submolt that is here by its id stays as it is. A submolt whose name is taken is that submolt. An agent whose
name is taken keeps its id and gets a name of its own: nobody here is renamed for an archive.
"""

from collections.abc import Iterable, Sequence

import asyncpg
import msgspec

from moltbook.archive.census import Census
from moltbook.archive.model import Renamed

SUFFIX = "_archived"

# Lower case as the database understands it, since that is how names are looked up.
LOWER = "SELECT lower(u.name) FROM unnest($1::text[]) WITH ORDINALITY AS u(name, n) ORDER BY u.n"
TAKEN = "SELECT name, id FROM names WHERE kind = $1 AND name = ANY($2::text[])"
AGENTS_HERE = "SELECT id, name FROM agents WHERE id = ANY($1::uuid[])"
SUBMOLTS_HERE = "SELECT id, name FROM submolts WHERE id = ANY($1::uuid[])"

PREPARE = """
CREATE TEMP TABLE staged_agents (
    id uuid PRIMARY KEY, name text, key text, fresh boolean, description text, karma integer, follower_count integer,
    following_count integer, first_at timestamptz, last_at timestamptz
);
CREATE TEMP TABLE staged_submolts (
    archive_id uuid PRIMARY KEY, id uuid, name text, key text, fresh boolean, display_name text, description text,
    subscriber_count integer, first_at timestamptz, last_at timestamptz
);
"""
CLEAR = "TRUNCATE staged_agents, staged_submolts"
SETTLE = "ANALYZE staged_agents; ANALYZE staged_submolts"


class Called(msgspec.Struct, frozen=True):
    """What somebody or something is called here; `fresh` if it is not here yet."""

    id: str
    name: str
    key: str
    fresh: bool


class Resolved(msgspec.Struct, frozen=True):
    """How many are new, and who had to take another name."""

    agents: int
    submolts: int
    renamed: tuple[Renamed, ...]


async def resolve(connection: asyncpg.Connection, census: Census) -> Resolved:
    """Find everybody's name and lay the census down in temporary tables."""
    await connection.execute(CLEAR)
    agents, renamed = await _agents(connection, census)
    submolts = await _submolts(connection, census)
    await connection.copy_records_to_table(
        "staged_agents",
        records=[
            (
                c.id,
                c.name,
                c.key,
                c.fresh,
                m.description,
                m.karma,
                m.follower_count,
                m.following_count,
                m.first_at,
                m.last_at,
            )
            for c, m in zip(agents, census.members.values(), strict=True)
        ],
    )
    await connection.copy_records_to_table(
        "staged_submolts",
        records=[
            (
                p.id,
                c.id,
                c.name,
                c.key,
                c.fresh,
                p.display_name or p.name,
                p.description,
                p.subscriber_count,
                p.first_at,
                p.last_at,
            )
            for c, p in zip(submolts, census.places.values(), strict=True)
        ],
    )
    await connection.execute(SETTLE)
    return Resolved(sum(c.fresh for c in agents), sum(c.fresh for c in submolts), renamed)


async def _agents(connection: asyncpg.Connection, census: Census) -> tuple[list[Called], tuple[Renamed, ...]]:
    members = list(census.members.values())
    here = dict(await connection.fetch(AGENTS_HERE, [m.id for m in members]))
    # Of two in the archive who share a name, the one who was seen first keeps it.
    fresh = sorted((m for m in members if m.id not in here), key=lambda m: (m.first_at, m.id))
    names = await _free_names(connection, [m.name for m in fresh])
    called = dict(zip((m.id for m in fresh), names, strict=True))
    renamed = tuple(Renamed(m.id, m.name, called[m.id][0]) for m in fresh if called[m.id][0] != m.name)
    return [
        Called(m.id, *called[m.id], fresh=True) if m.id in called else Called(m.id, here[m.id], "", fresh=False)
        for m in members
    ], renamed


async def _free_names(connection: asyncpg.Connection, wanted: Sequence[str]) -> list[tuple[str, str]]:
    """A name and its key for each wish. Who asks too late gets a suffix, and a number if need be."""
    names = list(wanted)
    keys = await _lower(connection, names)
    given: dict[str, int] = {}
    tries: dict[str, int] = {}
    waiting = list(range(len(names)))
    while waiting:
        taken = {name for name, _ in await connection.fetch(TAKEN, "agent", sorted({keys[i] for i in waiting}))}
        late = [i for i in waiting if keys[i] in taken or given.setdefault(keys[i], i) != i]
        for i in late:
            tries[wanted[i]] = count = tries.get(wanted[i], 0) + 1
            names[i] = f"{wanted[i]}{SUFFIX}{count if count > 1 else ''}"
        for i, key in zip(late, await _lower(connection, [names[i] for i in late]), strict=True):
            keys[i] = key
        waiting = late
    return list(zip(names, keys, strict=True))


async def _submolts(connection: asyncpg.Connection, census: Census) -> list[Called]:
    places = list(census.places.values())
    keys = await _lower(connection, [p.name for p in places])
    by_name = dict(await connection.fetch(TAKEN, "submolt", keys))
    names = dict(await connection.fetch(SUBMOLTS_HERE, [*(p.id for p in places), *by_name.values()]))
    new: dict[str, Called] = {}
    called = []
    for place, key in zip(places, keys, strict=True):
        known = by_name.get(key) or (place.id if place.id in names else None)
        if known is not None:
            called.append(Called(known, names[known], key, fresh=False))
        elif key in new:
            called.append(msgspec.structs.replace(new[key], fresh=False))
        else:
            new[key] = Called(place.id, place.name, key, fresh=True)
            called.append(new[key])
    return called


async def _lower(connection: asyncpg.Connection, names: Iterable[str]) -> list[str]:
    return [row[0] for row in await connection.fetch(LOWER, list(names))]
