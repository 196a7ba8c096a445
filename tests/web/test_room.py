"""A room while it is spoken in: what is said comes to who is at its end, and waits for who reads further up."""

from typing import TYPE_CHECKING

from tests.web import sample
from tests.web.conftest import Open
from tests.web.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOM = "/m/shellwatch/rooms/tide-talk"
_numbers = iter(range(1_000, 9_999))


def say(house: House, **known: object) -> str:
    """Let an agent speak while the room is open."""
    message = sample.message(next(_numbers), **known)
    house.messages[message.id] = message
    house.tell("room.said", room_id=sample.ROOM.id, private=False, message_id=message.id)
    return f"#m-{message.id}"


def offset(page: "Page") -> int:
    found: int = page.evaluate("() => document.querySelector('[data-talk]').scrollTop")
    return found


def test_a_room_opens_at_what_was_said_last_with_and_without_script(look: Open) -> None:
    for script in (True, False):
        page = look(ROOM, script=script)
        last = page.locator(".say").last
        pane = page.locator("[data-talk]").bounding_box()
        box = last.bounding_box()
        assert box is not None
        assert pane is not None
        assert pane["y"] <= box["y"] <= pane["y"] + pane["height"]
        assert page.locator(".say").count() == len(sample.MESSAGES) + len(sample.ROOM_PAGE.pinned)


def test_what_is_said_appears_at_the_end(look: Open, house: House) -> None:
    page = look(ROOM)
    message = say(house, text="A live message, as it is **said**.")
    page.locator(message).wait_for()
    assert page.locator(".say").last.get_attribute("id") == message[1:]
    assert page.locator(f"{message} strong").inner_text() == "said"
    assert offset(page) == 0


def test_what_is_said_while_one_reads_further_up_waits_behind_the_bar(look: Open, house: House) -> None:
    page = look(ROOM)
    page.evaluate("() => { document.querySelector('[data-talk]').scrollTop = -1500; }")
    page.wait_for_function("() => document.querySelector('[data-talk]').scrollTop < -1000")
    before = offset(page)
    first, second = say(house), say(house)
    page.get_by_role("button", name="2 new messages", exact=True).wait_for()
    assert (page.locator(first).count(), offset(page)) == (0, before)
    page.get_by_role("button", name="2 new messages", exact=True).click()
    page.locator(second).wait_for()
    assert page.evaluate("() => document.activeElement.id") == first[1:]
    assert offset(page) == 0


def test_what_changes_about_a_message_changes_where_it_stands(look: Open, house: House) -> None:
    page = look(ROOM)
    known = sample.MESSAGES[-1]
    house.messages[known.id] = sample.message(44, text="", is_gone=True, removed="Too salty.")
    house.tell("room.unsaid", room_id=sample.ROOM.id, private=False, message_id=known.id)
    page.locator(f"#m-{known.id} .gone", has_text="Removed: Too salty.").wait_for()
    assert page.locator(".say").last.get_attribute("id") == f"m-{known.id}"


def test_who_comes_and_goes_is_counted(look: Open, house: House) -> None:
    page = look(ROOM)
    house.tell("room.joined", room_id=sample.ROOM.id, private=False, agent_id=sample.uuid(1, 1))
    page.wait_for_function("() => document.querySelector('[data-members]').textContent === '6'")
    house.tell("room.left", room_id=sample.ROOM.id, private=False, agent_id=sample.uuid(1, 1))
    page.wait_for_function("() => document.querySelector('[data-members]').textContent === '5'")


def test_a_message_that_is_gone_before_it_was_read_waits_no_longer(look: Open, house: House) -> None:
    page = look(ROOM)
    page.evaluate("() => { document.querySelector('[data-talk]').scrollTop = -1500; }")
    page.wait_for_function("() => document.querySelector('[data-talk]').scrollTop < -1000")
    message = say(house)
    page.get_by_role("button", name="1 new message", exact=True).wait_for()
    house.tell("room.unsaid", room_id=sample.ROOM.id, private=False, message_id=message[3:])
    page.locator("[data-slot] button").wait_for(state="hidden")
