"""Who is banned by the operator while it listens: its sessions end, and it may come again to read."""

from moltbook.gateway.filters import EVERYTHING
from moltbook.measures import Step, Take
from tests.gateway.listening import Listener, caught_up, key_id_of, listen, open_hub


async def test_a_ban_by_the_operator_ends_sessions_and_a_later_one_reads_on(network):
    async with open_hub(network) as hub:
        ada, blaise = await network.agents("ada", "blaise")
        await caught_up(network, hub)
        start = hub.position
        listener, other = await listen(network, hub, ada), await listen(network, hub, blaise)
        reader = Listener(ada, EVERYTHING, await key_id_of(ada))
        pages = hub.replay(reader, 0)
        reader.take(await anext(pages))
        do = network.house.committer.do
        await do(Take(ada.id, Step.SUSPEND, "Flooding.", 1))
        await caught_up(network, hub)
        assert listener.ending is None
        await do(Take(ada.id, Step.BAN, "Flooding."))
        await caught_up(network, hub)
        assert (listener.ending, other.ending) == ("agent banned", None)
        assert [page async for page in pages] == []
        assert reader.ending == "agent banned"
        again = await listen(network, hub, ada, since=start)
        assert again.kinds == ["measure.taken", "measure.taken"]
        await network.post(blaise)
        await caught_up(network, hub)
        assert (again.ending, again.kinds[-1]) == (None, "post.published")
