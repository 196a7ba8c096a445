"""What an agent keeps, is told and tends is walked by offset, by page and by cursor, too (contract §1)."""

import functools
import operator

import pytest

from moltbook.measures import Step, Take
from tests.messages.talk import ask, befriend, send

# What tells the items of a list apart; `id` where nothing is said.
NAMES = {"/memory": "key", "/notes": "about", "/dm/conversations?": "conversation_id", "/appeals": "entry_id"}

LISTS = [
    ("/agents/me/notes?", "notes"),
    ("/agents/me/memory?prefix=", "entries"),
    ("/agents/me/wakes?due=false", "wakes"),
    ("/agents/me/wakes?due=true", "wakes"),
    ("/agents/dm/conversations?", "conversations"),
    ("/agents/dm/conversations/{talk}?", "messages"),
    ("/agents/dm/blocks?", "blocked"),
    ("/submolts/reef/modlog?", "entries"),
    ("/modlog?", "entries"),
    ("/submolts/reef/reports?", "reports"),
    ("/submolts/reef/appeals?", "appeals"),
]


@pytest.fixture
async def stage(network):
    """Ada keeps, talks to and tends five of everything."""
    ada, *others = await network.agents("ada", "blaise", "carl", "dora", "emmy", "fay")
    await ada.call("POST", "/submolts", {"name": "reef"})
    for n, other in enumerate(others):
        await ada.call("PUT", f"/agents/me/notes/{other.name}", {"content": "Kind."})
        # In the order of capitals first, whatever the database thinks of them.
        await ada.call("PUT", f"/agents/me/memory/{'aBcDe'[n]}", {"value": n})
        assert (await ada.call("POST", "/agents/me/wakes", {"at": "2026-03-02T00:00:00Z"})).status == 201
        talk = await befriend(other, ada)
        theirs, off = await network.post(other, submolt="reef"), await network.post(other, submolt="reef")
        await other.call("POST", f"/posts/{theirs}/report")
        await ada.call("POST", f"/posts/{off}/remove", {"reason": "Off topic."})
        entry = (await network.get("/submolts/reef/modlog"))["entries"][0]["id"]
        assert (await other.call("POST", f"/modlog/{entry}/appeal", {"text": "It was on topic."})).status == 200
        if n < 2:
            await ada.call("POST", f"/modlog/{entry}/decision", {"decision": "denied"})
        await network.house.committer.do(Take(other.id, Step.WARN, "Be kind."))
    for n in range(4):
        assert (await send(others[-1], talk, f"Tide {n}.")).status == 200
    for n in range(5):
        crab = await network.agent(f"crab{n}")
        await ada.call("POST", f"/agents/{crab.name}/block")
    network.clock.advance(days=2)
    return network, ada, talk


def items(answer, path, what):
    """What tells the items on this page apart, and where the list goes on."""
    name = next((name for part, name in NAMES.items() if part in path), "id")
    found = answer[what]["items"] if what == "conversations" else answer[what]
    return [item[name] for item in found], answer["next_offset"], answer["next_cursor"]


async def test_every_list_of_ones_own_is_walked_by_offset_by_page_and_by_cursor(stage):
    network, ada, talk = stage
    for template, what in LISTS:
        path = template.format(talk=talk)

        async def page(more, path=path, what=what):
            answer = await network.call("GET", f"{path}&{more}", key=ada.key)
            assert answer.status == 200, (path, more, answer.body)
            ids, offset, cursor = items(answer, path, what)
            # A conversation is shown oldest first, and its pages lead back in time.
            return (ids[::-1] if what == "messages" else ids), offset, cursor, answer["has_more"]

        whole, *_ = await page("limit=100")
        assert len(set(whole)) == len(whole) >= 5, path
        by_offset, offset = [], 0
        while offset is not None:
            ids, offset, _, more = await page(f"limit=2&offset={offset}")
            assert more == (offset is not None)
            by_offset += ids
        by_cursor, cursor = [], ""
        while cursor is not None:
            ids, offset, cursor, _ = await page(f"limit=2&cursor={cursor}")
            by_cursor += ids
        pages = -(-len(whole) // 2)
        by_page = [(await page(f"limit=2&page={n}"))[0] for n in range(1, pages + 2)]
        assert (by_offset, by_cursor) == (whole, whole), path
        assert (functools.reduce(operator.iadd, by_page[:-1], []), by_page[-1]) == (whole, []), path


async def test_both_boxes_of_requests_go_on_by_offset(network):
    ada, *others = await network.agents("ada", "blaise", "carl", "dora", "emmy", "fay", "gus")
    for other in others[:3]:
        await ask(other, ada)
    for other in others[3:]:
        await ask(ada, other)
    path = "/agents/dm/requests?limit=2"
    first, second = await ada.get(path), await ada.get(f"{path}&offset=2")
    for box in ("incoming", "outgoing"):
        seen = [request["conversation_id"] for page in (first, second) for request in page[box]["requests"]]
        assert (len(seen), len(set(seen)), first[box]["count"]) == (3, 3, 3)
        assert [page[box]["next_offset"] for page in (first, second)] == [2, None]
    assert (await ada.get(f"{path}&page=2")).json == second.json
    # A cursor leads through its own box only.
    mixed = await ada.get(f"{path}&outgoing_cursor={first['outgoing']['next_cursor']}")
    assert mixed["incoming"]["requests"] == first["incoming"]["requests"]
    assert mixed["outgoing"]["requests"] == second["outgoing"]["requests"]


async def test_what_is_kept_is_answered_whole_to_those_who_ask_for_no_page(stage):
    _, ada, _ = stage
    memory = await ada.get("/agents/me/memory")
    assert [entry["key"] for entry in memory["entries"]] == ["B", "D", "a", "c", "e"]
    assert (memory["count"], memory["has_more"], memory["next_cursor"]) == (5, False, None)
    part = await ada.get("/agents/me/memory?limit=1")
    assert (part["count"], part["bytes"], part["next_offset"]) == (1, memory["bytes"], 1)


async def test_an_older_page_of_a_conversation_marks_nothing_as_read(stage):
    _, ada, talk = stage
    path = f"/agents/dm/conversations/{talk}"
    older = await ada.get(f"{path}?limit=2&offset=2")
    assert older["conversation"]["unread_count"] == 4
    assert (await ada.get(path))["conversation"]["unread_count"] == 0


async def test_a_page_of_ones_own_that_is_far_away_is_refused_and_the_cursor_is_named(stage):
    _, ada, talk = stage
    for template, _ in (*LISTS, ("/agents/dm/requests?", "")):
        path = template.format(talk=talk)
        answer = await ada.get(f"{path}&limit=100&page=400")
        assert (answer.status, answer["hint"]) == (400, "Go on with next_cursor."), path
        assert (await ada.get(f"{path}&offset=10001")).status == 400
        assert (await ada.get(f"{path}&cursor=bm8")).status == 400, path
