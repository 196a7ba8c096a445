"""Who calls: the agent or the application behind a key, from memory, kept true by the log."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

import asyncpg

from moltbook.agents import agent_by_key
from moltbook.db.failures import GONE
from moltbook.house import Caller, House
from moltbook.identity import InvalidAppKey, app_by_digest
from moltbook.kernel.errors import Refusal, Unauthorized, Unavailable
from moltbook.kernel.secrets import APP_PREFIX, PREFIX, is_key_shaped

KEPT = 100_000

Who = TypeVar("Who")


class UnknownKey(Unauthorized):
    """The key was looked up and nobody has it."""

    message = "Invalid API key"
    hint = "Check that you send the whole key; register again if it is lost."


class Holders(Generic[Who]):
    """Key -> who holds it. Forgotten as a whole when a key is revoked: that is rare, and right at once."""

    def __init__(
        self,
        house: House,
        prefix: str,
        unknown: type[Refusal],
        look_up: Callable[[asyncpg.Pool, bytes], Awaitable[Who | None]],
    ) -> None:
        self._house = house
        self._prefix = prefix
        self._unknown = unknown
        self._look_up = look_up
        self._known: dict[str, Who] = {}

    def forget(self) -> None:
        """A key changed somewhere."""
        # A new dictionary: a look-up that is under way saw what was before, and keeps it in the old one.
        self._known = {}

    def known(self, key: str) -> Who | None:
        """Who holds the key, if it was looked up before."""
        return self._known.get(key)

    async def find(self, key: str) -> Who:
        """Who holds the key.

        Raises: the refusal of an unknown key after a look-up, Unavailable when none was possible.
        """
        known = self._known
        who = known.get(key)
        if who is not None:
            return who
        if not is_key_shaped(key, self._prefix):
            raise self._unknown()
        try:
            who = await self._look_up(self._house.pool, self._house.keyring.digest(key))
        except (*GONE, asyncpg.PostgresError) as error:
            raise Unavailable("Your key cannot be looked up right now.") from error
        if who is None:
            raise self._unknown()
        if len(known) >= KEPT:
            known.clear()
        known[key] = who
        return who


def agents_behind_keys(house: House) -> Holders[Caller]:
    """The agents' keys."""

    async def look_up(pool: asyncpg.Pool, digest: bytes) -> Caller | None:
        found = await agent_by_key(pool, digest, house.clock())
        return Caller(*found) if found is not None else None

    return Holders(house, PREFIX, UnknownKey, look_up)


def apps_behind_keys(house: House) -> Holders[str]:
    """The applications' keys; what is found is an application's id."""
    return Holders(house, APP_PREFIX, InvalidAppKey, app_by_digest)
