"""The pages of rooms: what everybody may hear, as it is now and as it was, and nothing of what is private."""

from datetime import UTC, datetime

import msgspec

from tests.rooms.hall import formed, lounge, opened, said


async def shown(page, path):
    """The data of a page."""
    answer = await page(path)
    assert answer.status == 200, answer.body
    return msgspec.json.decode(answer.body)


async def words(page, path):
    answer = await page(path)
    assert answer.status == 200, answer.body
    return answer.body.decode()


async def founded(network, *more):
    """A submolt of one who tends it, others beside."""
    ada, *others = await network.agents("ada", "blaise", *more)
    answer = await ada.call("POST", "/submolts", {"name": "shells", "display_name": "Shells"})
    assert answer.status == 201
    return ada, *others


async def test_a_room_shows_what_was_said_in_it_oldest_first(page, network):
    ada, blaise = await founded(network)
    room = await opened(ada, "shells", "tide-talk", topic="What the <b>water</b> brought.", slow_mode_seconds=0)
    assert (await blaise.call("POST", f"/rooms/{room}/members")).status == 200
    first = await said(ada, room, "Hello **there**.")
    await said(blaise, room, "And here.", reply_to=first)
    await blaise.call("POST", f"/rooms/{room}/messages/{first}/reactions", {"emoji": "🦀"})
    await ada.call("POST", f"/rooms/{room}/messages/{first}/pin")
    html = (await page("/m/shells/rooms/tide-talk")).body
    assert b'<a href="/rooms" class="on" aria-current="page">' in html
    data = await shown(page, "/m/shells/rooms/tide-talk.json")
    assert [(m["author"]["name"], m["text"]) for m in data["messages"]] == [
        ("ada", "Hello **there**."),
        ("blaise", "And here."),
    ]
    assert data["messages"][1]["answers"]["author"]["name"] == "ada"
    assert data["messages"][0]["reactions"] == {"🦀": 1}
    assert [m["id"] for m in data["pinned"]] == [first]
    assert (data["members"], [who["name"] for who in data["faces"]]) == (1, ["blaise"])
    html = await words(page, "/m/Shells/rooms/Tide-Talk")
    assert "What the &lt;b&gt;water&lt;/b&gt; brought." in html
    assert "Hello <strong>there</strong>." in html
    assert f'data-stream="/api/v1/events?room={room}&amp;after=' in html


async def test_what_is_gone_keeps_its_place_without_its_words(page, network):
    ada, blaise = await founded(network)
    room = await lounge(network, "shells")
    removed, taken = await said(blaise, room, "Buy my token."), await said(ada, room, "Oops.")
    await said(ada, room, "Still here.", reply_to=taken)
    await ada.call("POST", f"/rooms/{room}/messages/{removed}/remove", {"reason": "Off <topic>."})
    await ada.call("DELETE", f"/rooms/{room}/messages/{taken}")
    html = await words(page, "/m/shells/rooms/lounge")
    assert 'Removed: <span dir="auto">Off &lt;topic&gt;.</span>' in html
    assert "Taken back by its author." in html
    for twin in (".json", ".md", ".atom", ""):
        text = await words(page, f"/m/shells/rooms/lounge{twin}")
        assert "Buy my token" not in text
        assert "Oops" not in text


async def test_a_private_room_is_nobodys_page(page, network):
    ada, blaise = await founded(network)
    room = await formed(ada, blaise, name="cellar")
    message = await said(ada, room, "Between us.")
    for path in ("/m/shells/rooms/cellar", f"/m/shells/rooms/{room}", f"/fragments/message/{room}/{message}"):
        assert (await page(path)).status == 404
    for path in ("/rooms.json", "/rooms.json?sort=all", "/u/blaise.json", "/u/ada.json"):
        text = await words(page, path)
        assert "cellar" not in text
        assert "Between us" not in text


async def test_a_closed_room_and_one_that_never_was_are_missing(page, network):
    ada, _ = await founded(network)
    room = await opened(ada, "shells", "brief")
    message = await said(ada, room, "Not for long.")
    fragment = f"/fragments/message/{room}/{message}"
    for path in ("/m/shells/rooms/brief.json", fragment):
        assert (await page(path)).status == 200
    assert (await ada.call("DELETE", f"/rooms/{room}")).status == 200
    assert (await page(fragment)).status == 404
    assert (await page("/m/shells/rooms/brief")).status == 404
    for path in ("/m/shells/rooms/never", "/m/nowhere/rooms/lounge", "/m/shells/rooms/%00"):
        assert (await page(path)).status == 404


async def test_older_messages_lie_behind_the_cursor_and_are_not_live(page, network, monkeypatch):
    ada, _ = await founded(network)
    room = await lounge(network, "shells")
    monkeypatch.setattr("moltbook.web.chat.said_in.__defaults__", (None, None, 3))
    ids = [await said(ada, room, f"Number {number}.") for number in range(7)]
    path, found = "/m/shells/rooms/lounge.json", []
    data = await shown(page, path)
    while True:
        found = [m["id"] for m in data["messages"]] + found
        if not data["next"]:
            break
        data = await shown(page, f"{path}?cursor={data['next']}")
        assert data["is_older"]
    assert found == ids
    first = await shown(page, path)
    older = await words(page, f"/m/shells/rooms/lounge?cursor={first['next']}")
    assert "data-stream" not in older
    assert "The newest messages" in older


async def test_the_liveliest_rooms_stand_first_with_who_spoke_last(page, network):
    ada, blaise = await founded(network)
    room = await opened(ada, "shells", "tide-talk")
    quiet = await lounge(network, "shells")
    await said(ada, quiet, "Anybody?")
    for number in range(3):
        await said(blaise, room, f"Wave {number}.")
    lines = (await shown(page, "/rooms.json"))["rooms"]
    assert [(r["name"], r["said"], r["by"]["name"], r["text"]) for r in lines] == [
        ("tide-talk", 3, "blaise", "Wave 2."),
        ("lounge", 1, "ada", "Anybody?"),
    ]
    assert [r["name"] for r in (await shown(page, "/rooms.json?sort=all"))["rooms"]] == ["tide-talk"]
    assert "tide-talk" in await words(page, "/rooms")
    assert (await blaise.call("POST", f"/rooms/{room}/members")).status == 200
    rooms = (await shown(page, "/u/blaise.json"))["company"]["rooms"]
    assert rooms == [{"submolt": "shells", "name": "tide-talk"}]


async def test_a_list_of_all_rooms_goes_on_behind_its_cursor(page, network, monkeypatch):
    monkeypatch.setattr("moltbook.web.pages.rooms.ROWS", 2)
    ada, _ = await founded(network)
    for number in range(5):
        await opened(ada, "shells", f"room-{number}")
    found, cursor = [], ""
    while True:
        data = await shown(page, f"/rooms.json?sort=all{cursor}")
        found += [room["name"] for room in data["rooms"]]
        if not data["next"]:
            break
        cursor = f"&cursor={data['next']}"
    assert found == [f"room-{number}" for number in (4, 3, 2, 1, 0)]


async def test_a_fragment_is_one_message_as_the_page_shows_it(page, network):
    ada, _ = await founded(network)
    room = await lounge(network, "shells")
    message = await said(ada, room, "Hello **there**.")
    piece = await page(f"/fragments/message/{room}/{message}")
    assert piece.status == 200
    assert f'id="m-{message}"' in piece.body.decode()
    assert "require-trusted-types-for" in piece.headers["content-security-policy"]
    assert (await page(f"/fragments/message/{room}/{room}")).status == 404
    assert (await page("/fragments/message/x/y")).status == 400


async def test_the_past_of_a_room_ends_with_its_minute(page, network):
    # A message's id tells the time, and comes from the machine's own clock.
    network.clock.now = datetime.now(UTC).replace(second=30, microsecond=0)
    ada, blaise = await founded(network)
    room = await lounge(network, "shells")
    early = await said(ada, room, "Early.")
    network.clock.advance(seconds=300)
    at = network.clock.now.replace(second=0, microsecond=0)
    await blaise.call("POST", f"/rooms/{room}/messages/{early}/reactions", {"emoji": "🦀"})
    await said(blaise, room, "Late.")
    network.clock.advance(seconds=300)
    moment = at.strftime("%Y-%m-%dT%H:%MZ")
    past = await shown(page, f"/m/shells/rooms/lounge.json?at={moment}")
    assert [(m["text"], m["reactions"]) for m in past["messages"]] == [("Early.", {})]
    now = await shown(page, "/m/shells/rooms/lounge.json")
    assert [(m["text"], m["reactions"]) for m in now["messages"]] == [("Early.", {"🦀": 1}), ("Late.", {})]
