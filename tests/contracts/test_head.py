"""HEAD asks whether something is there: nothing counts as read or seen by it, on any route."""

from moltbook.api import ENDPOINTS
from tests.contracts.test_rights import World, filled

TABLES = """
SELECT c.relname
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
ORDER BY 1
"""


async def every_row(network):
    """Each table with a hash of all its rows."""
    names = [name for (name,) in await network.rows(TABLES)]
    parts = (f"SELECT '{n}', md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {n} t" for n in names)
    return dict(await network.rows(" UNION ALL ".join(parts)))


async def test_head_changes_no_row_on_any_route(network):
    world = World(network)
    await world.settle_in()
    paths = []
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET":
            route = f"GET {endpoint.path}"
            paths.append(filled(route, await world.objects(route, "there", "own")).removeprefix("GET "))
    ada = await network.agent("writer")
    asked = await ada.call("POST", "/agents/dm/request", {"to": "owner", "message": "May I ask you something?"})
    talk = f"/agents/dm/conversations/{asked['conversation_id']}"
    await world.owner.call("POST", f"/agents/dm/requests/{asked['conversation_id']}/approve")
    assert (await ada.call("POST", f"{talk}/send", {"message": "How are the tides?"})).status == 200
    await ada.call("POST", "/submolts", {"name": "reef"})
    role = {"key": "greeter", "label": "Greeter", "kind": "role", "prompt": "Greet whoever is new."}
    (label,) = (await ada.call("POST", "/submolts/reef/labels", role))["labels"]
    assert (await world.owner.call("POST", "/submolts/reef/subscribe")).status == 200
    given = {"label_definition_id": label["id"], "target_type": "agent", "target_id": world.owner.id}
    assert (await ada.call("POST", "/labels/attach", given)).status == 200
    before = await every_row(network)
    assert len(before) > 40 and before["conversation_sides"]
    paths = (talk, "/home?budget=2000", *paths)
    found = {path: (await network.call("HEAD", path, key=world.owner.key)).status for path in paths}
    assert set(found.values()) <= {200, 404}, found
    assert await every_row(network) == before
    assert (await world.owner.get(talk)).status == 200
    assert (await every_row(network))["conversation_sides"] != before["conversation_sides"]
    assert len((await world.owner.get("/home"))["check_in"]["briefings"]) == 1
