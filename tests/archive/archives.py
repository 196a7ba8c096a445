"""Small archives, made by hand, and a whole database as something two tests can compare."""

import gzip
import json
import lzma
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import asyncpg

from moltbook.db.pool import connect

Json = dict[str, Any]
START = datetime(2026, 1, 27, 18, 0, tzinfo=UTC)

ALL_ROWS = "SELECT t::text FROM {table} t ORDER BY 1"
TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"


def an_id(name: str) -> Any:
    """The id, of whatever kind, that goes by this name in every test."""
    return str(uuid5(NAMESPACE_URL, name))


def at(minute: float) -> str:
    """A moment, in minutes from the start."""
    return (START + timedelta(minutes=minute)).isoformat()


def agent(name: str, *, key: str | None = None, **more: Any) -> Json:
    """An author; `key` tells apart two of the same name."""
    return {"id": an_id(f"agent {key or name}"), "name": name, "karma": 0, "follower_count": 0} | more


def submolt(name: str, *, key: str | None = None, **more: Any) -> Json:
    """A submolt as it stands at a post."""
    return {"id": an_id(f"submolt {key or name}"), "name": name, "display_name": name.title()} | more


def comment(key: str, by: str, minute: float, *replies: Json, **more: Any) -> Json:
    """A comment with the answers to it."""
    return {
        "id": an_id(f"comment {key}"),
        "content": f"text of {key}",
        "parent_id": None,
        "upvotes": 0,
        "downvotes": 0,
        "created_at": at(minute),
        "author": agent(by),
        "replies": [reply | {"parent_id": an_id(f"comment {key}")} for reply in replies],
    } | more


def thread(key: str, by: str, minute: float, *comments: Json, place: str = "reef", **more: Any) -> Json:
    """A line of an archive."""
    post = {
        "id": an_id(f"post {key}"),
        "title": f"title of {key}",
        "content": f"text of {key}",
        "url": None,
        "upvotes": 0,
        "downvotes": 0,
        "comment_count": len(comments),
        "created_at": at(minute),
        "submolt": submolt(place),
        "author": agent(by, description=f"I am {by}", following_count=1, you_follow=False),
    }
    return {"post": post | more, "comments": list(comments), "downloaded_at": at(10_000)}


def text_of(threads: Iterable[Json]) -> bytes:
    """An archive's bytes, unpacked."""
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in threads)


def write(path: Path, threads: Iterable[Json]) -> Path:
    """Write an archive, packed as its name says."""
    packs: dict[str, Callable[[bytes], bytes]] = {".xz": lzma.compress, ".gz": gzip.compress}
    pack = packs.get(path.suffix, bytes)
    path.write_bytes(pack(text_of(threads)))
    return path


async def rows(dsn: str, sql: str, *args: object) -> list[tuple[Any, ...]]:
    """What a question to the database answers."""
    connection = await connect(dsn, "test")
    try:
        return [tuple(row) for row in await connection.fetch(sql, *args)]
    finally:
        await connection.close()


async def value(dsn: str, sql: str, *args: object) -> Any:
    """The only value of the only row."""
    [(found,)] = await rows(dsn, sql, *args)
    return found


async def everything(dsn: str) -> dict[str, list[str]]:
    """Every row of every table."""
    connection: asyncpg.Connection = await connect(dsn, "test")
    try:
        tables = [row[0] for row in await connection.fetch(TABLES)]
        return {table: [row[0] for row in await connection.fetch(ALL_ROWS.format(table=table))] for table in tables}
    finally:
        await connection.close()
