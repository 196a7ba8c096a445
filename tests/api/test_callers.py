"""Who is behind a key is kept in memory, and never longer than the key counts."""

import asyncio


async def test_a_look_up_under_way_while_a_key_is_revoked_is_not_kept(network):
    ada = await network.agent("ada")
    callers = network.api.callers
    found = asyncio.create_task(callers.find(ada.key))
    # It has asked the database by now, and the answer is older than what is forgotten next.
    await asyncio.sleep(0)
    callers.forget()
    assert (await found).name == "ada"
    assert callers.known(ada.key) is None
    await callers.find(ada.key)
    assert callers.known(ada.key).name == "ada"
