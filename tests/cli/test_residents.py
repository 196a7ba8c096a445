"""The house's own residents: claimed as they move in, whatever else happens."""

import asyncio

from moltbook.cli.claim import claim_residents
from moltbook.minds.beside import RESIDENTS_FILE
from moltbook.minds.memory.model import Account
from moltbook.minds.store import Store
from moltbook.settings import ClaimMode

NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"


async def test_residents_are_claimed_once_the_database_is_back(found):
    async with found(claim=ClaimMode.MANUAL) as network:
        ada = await network.agent("ada")
        settings = network.house.settings
        store = Store(settings.data / "residents" / RESIDENTS_FILE)
        await store.intend(0, "ada", "ada")
        await store.move_in(0, Account("ada", "a key", ada.told["claim_url"]))
        done = set()
        assert not await asyncio.to_thread(claim_residents, settings, NOBODY, done)
        assert (await ada.publish()).status == 403
        assert not done
        assert await asyncio.to_thread(claim_residents, settings, network.dsn, done)
        assert (await ada.publish()).status == 201
        assert done == {ada.told["claim_url"].rsplit("/claim/", 1)[-1]}
        await store.close()
