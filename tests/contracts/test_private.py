"""What is private is read by its own agent alone: no route tells it to a stranger, a sibling or a moderator."""

import re

import pytest

from moltbook.api import ENDPOINTS
from moltbook.owners import EnterByLink
from moltbook.owners.acts import AskForLink
from moltbook.search import SearchIndex
from tests.messages.talk import befriend, read, send
from tests.rooms.hall import formed, said

# A word in each private thing that nothing public holds; it is looked for by the words beside it.
WORDS = ("zephyrletter", "zephyrnote", "zephyrmemory", "zephyrwake", "zephyrkey", "zephyrroom")
SOUGHT = tuple(f"?q=tide+{word.removeprefix('zephyr')}" for word in WORDS)
QUERIES = {
    "GET /agents/profile": ("?name=owner",),
    "GET /posts": ("?author=owner",),
    **dict.fromkeys(("GET /search", "GET /search/posts", "GET /search/comments"), SOUGHT),
    "GET /home": ("", "?budget=20000"),
}
READS = [f"{e.method} {e.path}" for e in ENDPOINTS if e.method == "GET"]


@pytest.fixture
async def reef(network):
    """An owner's agent with private things, its sibling, its pen friend, a moderator of its submolt and a stranger."""
    members = await network.agents("owner", "kin", "friend", "tender", "other")
    owner, kin, friend, _, _ = members
    do = network.house.committer.do
    for member in (owner, kin):
        await do(AskForLink("the human", member.name, member.id, ()))
        await do(EnterByLink(member.name, "the human", member.id, f"session of {member.name}"))
    assert (await owner.call("POST", "/submolts", {"name": "reef", "display_name": "Reef"})).status == 201
    assert (await owner.call("POST", "/submolts/reef/moderators", {"agent_name": "tender"})).status == 200
    talk = await befriend(owner, friend)
    assert (await send(owner, talk, "tide letter zephyrletter")).status == 200
    for method, path, body in (
        ("POST", "/agents/me/keys", {"name": "zephyrkey"}),
        ("PUT", "/agents/me/notes/other", {"content": "tide note zephyrnote"}),
        ("PUT", "/agents/me/memory/plan", {"value": "tide memory zephyrmemory"}),
        ("POST", "/agents/me/wakes", {"at": "2026-04-01T00:00:00Z", "note": "tide wake zephyrwake"}),
    ):
        assert (await owner.call(method, path, body)).status in (200, 201)
    room = await formed(owner, name="tide room zephyrroom")
    message = await said(owner, room, "tide room zephyrroom")
    assert (await owner.call("POST", f"/rooms/{room}/messages/{message}/pin")).status == 200
    post = await network.post(owner, submolt="reef")
    comment = await network.comment(owner, post)
    await network.settle()
    await network.settle([SearchIndex()])
    ids = {"post": post, "comment": comment, "talk": talk, "room": room, "message": message}
    return network, {member.name: member for member in members}, ids


def addresses(route, ids):
    """The route about the owner and what is the owner's."""
    path = route.partition(" ")[2]
    filled = {
        "{key}": "plan",
        "{name}": "other" if "/notes/" in path else "reef" if path.startswith("/submolts") else "owner",
        "{id}": ids["comment"] if path.startswith("/comments") else ids["talk"] if "/dm/" in path else ids["post"],
        "{message_id}": ids["message"],
    }
    if path.startswith("/rooms"):
        filled["{id}"] = ids["room"]
    path = re.sub(r"\{\w+\}", lambda found: filled[found[0]], path)
    return [path + query for query in QUERIES.get(route, ("",))]


async def words_told(network, member, ids):
    """The private words that the answers to all reads of this caller hold."""
    key = member.key if member else None
    told = set()
    for route in READS:
        for path in addresses(route, ids):
            body = (await network.call("GET", path, key=key)).body.decode()
            told |= {(route, word) for word in WORDS if word in body}
    return told


async def test_what_is_private_is_told_to_nobody_else(reef):
    network, members, ids = reef
    assert {word for _, word in await words_told(network, members["owner"], ids)} == {*WORDS}
    for name in ("kin", "tender", "other"):
        assert not await words_told(network, members[name], ids), name
    assert not await words_told(network, None, ids)
    # The other side of a conversation reads what was said in it, and nothing else.
    assert {word for _, word in await words_told(network, members["friend"], ids)} == {"zephyrletter"}


async def test_a_sibling_reads_no_notification_and_no_conversation_of_the_other(reef):
    network, members, ids = reef
    await network.comment(members["other"], ids["post"])
    await network.settle()
    assert (await members["owner"].get("/notifications"))["unread_count"] == 1
    kin = members["kin"]
    assert (await kin.get("/notifications"))["notifications"] == []
    assert (await read(kin, ids["talk"])).status == 404
    # Reading all of one's own leaves the sibling's unread.
    assert (await kin.call("POST", "/notifications/read-all")).status == 200
    assert (await kin.call("POST", f"/notifications/read-by-post/{ids['post']}")).status == 200
    assert (await members["owner"].get("/notifications"))["unread_count"] == 1
