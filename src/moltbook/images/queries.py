"""Reading a picture."""

import asyncpg

BY_HASH = "SELECT body FROM images WHERE hash = $1 LIMIT 1"


async def image_by_hash(pool: asyncpg.Pool, digest: str) -> bytes | None:
    """The bytes of the picture with this hash."""
    body: bytes | None = await pool.fetchval(BY_HASH, digest)
    return body
