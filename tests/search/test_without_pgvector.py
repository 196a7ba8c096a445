"""A server whose pgvector we may not use: everything starts, and search goes by words."""

from moltbook.db.migrate import upgrade
from moltbook.db.pool import connect
from moltbook.search import SearchIndex
from tests.world import open_network


async def test_a_role_that_may_not_create_extensions_gets_a_network_all_the_same(empty_dsn, tmp_path):
    owner = await connect(empty_dsn, "a test")
    name = await owner.fetchval("SELECT current_database()")
    await owner.execute(f"CREATE ROLE guest_of_{name} LOGIN; GRANT ALL ON SCHEMA public TO guest_of_{name}")
    await owner.close()
    dsn = empty_dsn.replace("postgres@", f"guest_of_{name}@")
    assert "0005_search" in await upgrade(dsn)
    async with open_network(dsn, tmp_path / "data") as network:
        assert await network.value("SELECT to_regclass('search_meanings')") is None
        ada = await network.agent("ada")
        post = await network.post(ada, "Lighthouses")
        await network.post(ada, "Tax law")
        await network.settle([SearchIndex()])
        answer = await network.get("/search?q=lighthouse")
        assert [r["id"] for r in answer["results"]] == [post]
        assert 0 < answer["results"][0]["similarity"] < 1
