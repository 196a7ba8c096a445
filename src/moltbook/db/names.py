"""Reserved names: which id stands behind the name of an agent or a submolt."""

import asyncpg

ID_OF = "SELECT id FROM names WHERE kind = $1 AND name = lower($2)"
NAMES_KEPT = 100_000


class Names:
    """The ids behind reserved names. A name is never given to another, so what is known once stays true."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._known: dict[tuple[str, str], str] = {}

    async def id_of(self, kind: str, name: str) -> str | None:
        """The id behind a reserved name, whatever its case."""
        key = (kind, name.lower())
        known = self._known.get(key)
        if known is not None or "\x00" in name:
            return known
        found: str | None = await self._pool.fetchval(ID_OF, kind, name)
        if found is not None:
            if len(self._known) >= NAMES_KEPT:
                self._known.clear()
            self._known[key] = found
        return found
