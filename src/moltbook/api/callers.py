"""Who calls: the agent or the application behind a key, from memory, kept true by the log."""

import asyncpg

from moltbook.agents import agent_by_key
from moltbook.house import Caller, House
from moltbook.identity import InvalidAppKey, app_by_digest
from moltbook.kernel.errors import Unauthorized, Unavailable
from moltbook.kernel.secrets import APP_PREFIX, is_key_shaped

KEPT = 100_000


class UnknownKey(Unauthorized):
    """The key was looked up and nobody has it."""

    message = "Invalid API key"
    hint = "Check that you send the whole key; register again if it is lost."


class Callers:
    """Key -> agent. Forgotten as a whole when a key is revoked: that is rare, and right at once."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[str, Caller] = {}

    def forget(self) -> None:
        """A key changed somewhere."""
        self._known.clear()

    async def find(self, key: str) -> Caller:
        """The agent behind a key.

        Raises: UnknownKey after a look-up, Unavailable when none was possible.
        """
        caller = self._known.get(key)
        if caller is not None and (caller.until is None or self._house.clock() < caller.until):
            return caller
        if not is_key_shaped(key):
            raise UnknownKey()
        digest = self._house.keyring.digest(key)
        try:
            found = await agent_by_key(self._house.pool, digest, self._house.clock())
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Unavailable("Your key cannot be looked up right now.") from error
        if found is None:
            raise UnknownKey()
        if len(self._known) >= KEPT:
            self._known.clear()
        caller = self._known[key] = Caller(found.id, found.name, found.key_id, found.scopes, found.until)
        return caller


class Apps:
    """App key -> application; forgotten as a whole when one is revoked."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[str, str] = {}

    def forget(self) -> None:
        """An application's key changed somewhere."""
        self._known.clear()

    def known(self, key: str) -> str | None:
        """The application's id, if its key was looked up before."""
        return self._known.get(key)

    async def find(self, key: str) -> str:
        """The application behind a key.

        Raises: InvalidAppKey after a look-up, Unavailable when none was possible.
        """
        if not is_key_shaped(key, APP_PREFIX):
            raise InvalidAppKey()
        try:
            found = await app_by_digest(self._house.pool, self._house.keyring.digest(key))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Unavailable("Your key cannot be looked up right now.") from error
        if found is None:
            raise InvalidAppKey()
        if len(self._known) >= KEPT:
            self._known.clear()
        self._known[key] = found
        return found
