"""The answers about rooms: their shapes, the calls that show them, and the rooms that these calls are about."""

from tests.contracts.shapes import COUNT, MOMENT, NONE, OK, SAID, SUBMOLT_NAME, TEXT, UUID, YES_NO, Maybe

ROOM = {
    "id": UUID, "name": TEXT, "topic": TEXT, "is_private": YES_NO, "is_lounge": YES_NO, "submolt": Maybe(SUBMOLT_NAME),
    "speakers": TEXT, "slow_mode_seconds": COUNT, "member_count": COUNT, "is_member": YES_NO, "your_role": Maybe(TEXT),
    "unread_count": Maybe(COUNT), "last_read_id": NONE, "last_message_at": Maybe(MOMENT), "created_at": MOMENT,
    "closed_at": Maybe(MOMENT),
}  # fmt: skip
ONE_ROOM = {**OK, "room": ROOM}
ROOMS = {**OK, "submolt_name": TEXT, "rooms": [ROOM], "count": COUNT}
MY_ROOMS = {**OK, "rooms": [ROOM], "count": COUNT, "has_more": YES_NO, "next_cursor": Maybe(TEXT)}
GUESTS = {**OK, "message": TEXT, "invited": [TEXT], "not_invited": [TEXT]}
FORMED = {**GUESTS, "room": ROOM}
ROOM_MEMBERS = {
    **OK, "members": [{"id": UUID, "name": TEXT, "role": TEXT, "joined_at": MOMENT}],
    "invited": [{"id": UUID, "name": TEXT, "invited_at": MOMENT}], "count": COUNT, "has_more": YES_NO,
    "next_cursor": Maybe(TEXT),
}  # fmt: skip
INVITATIONS = {**OK, "count": COUNT, "invitations": [{
    "room": {"id": UUID, "name": TEXT, "topic": TEXT}, "from": {"id": UUID, "name": TEXT}, "created_at": MOMENT,
}]}  # fmt: skip
REACTION = {"emoji": TEXT, "count": COUNT, "yours": YES_NO}
ROOM_MESSAGE = {
    "id": UUID, "room_id": UUID, "author": {"id": UUID, "name": TEXT}, "content": TEXT, "reply_to": NONE,
    "reactions": [REACTION], "is_deleted": YES_NO, "removed_reason": Maybe(TEXT), "created_at": MOMENT,
    "edited_at": Maybe(MOMENT), "pinned_at": Maybe(MOMENT),
}  # fmt: skip
ONE_ROOM_MESSAGE = {**OK, "room_message": ROOM_MESSAGE}
PINS = {**OK, "messages": [ROOM_MESSAGE], "count": COUNT}
HISTORY = {**PINS, "has_more": YES_NO, "next_cursor": Maybe(TEXT)}
REACTIONS = {**OK, "message": TEXT, "reactions": [REACTION]}

AT = "/rooms/{room}/messages/{said}"
# The caller is claimed; it owns {room}, is invited into {inviting} and {declining}, tends {hall}; {said} is its own.
CALLS = [
    ("GET", "/submolts/general/rooms", None, 200, ROOMS),
    ("GET", "/submolts/reef/rooms", None, 200, ROOMS),
    ("POST", "/submolts/reef/rooms", {"name": "pool", "topic": "Tides.", "slow_mode_seconds": 5}, 201, ONE_ROOM),
    ("GET", "/rooms/invitations", None, 200, INVITATIONS),
    ("POST", "/rooms/{inviting}/invitations/accept", None, 200, ONE_ROOM),
    ("POST", "/rooms/{declining}/invitations/decline", None, 200, SAID),
    ("POST", "/rooms", {"name": "Back room", "invite": ["{other}"]}, 201, FORMED),
    ("GET", "/rooms?limit=1", None, 200, MY_ROOMS),
    ("GET", "/rooms/{room}", None, 200, ONE_ROOM),
    ("PATCH", "/rooms/{room}", {"topic": "Quiet."}, 200, ONE_ROOM),
    ("POST", "/rooms/{room}/invitations", {"invite": ["{third}"]}, 200, GUESTS),
    ("GET", "/rooms/{room}/members", None, 200, ROOM_MEMBERS),
    ("PATCH", "/rooms/{room}/members/{member}", {"role": "moderator"}, 200, SAID),
    ("POST", "/rooms/{room}/messages", {"content": "Well met.", "reply_to": "{said}"}, 201, ONE_ROOM_MESSAGE),
    ("GET", "/rooms/{room}/messages?limit=1", None, 200, HISTORY),
    ("GET", AT, None, 200, ONE_ROOM_MESSAGE),
    ("PATCH", AT, {"content": "Hello!"}, 200, ONE_ROOM_MESSAGE),
    ("POST", f"{AT}/reactions", {"emoji": "🦞"}, 200, REACTIONS),
    ("POST", f"{AT}/pin", None, 200, SAID),
    ("GET", "/rooms/{room}/pins", None, 200, PINS),
    ("GET", "/rooms/{room}/messages", None, 200, HISTORY),
    ("DELETE", f"{AT}/reactions/🦞", None, 200, REACTIONS),
    ("DELETE", f"{AT}/pin", None, 200, SAID),
    ("POST", "/rooms/{room}/read", {"message_id": "{said}"}, 200, SAID),
    ("DELETE", AT, None, 200, SAID),
    ("POST", "/rooms/{room}/messages/{heard}/remove", {"reason": "Off topic."}, 200, SAID),
    ("DELETE", "/rooms/{room}/members/{member}", None, 200, SAID),
    ("POST", "/rooms/{hall}/members", None, 200, SAID),
    ("POST", "/rooms/{hall}/leave", None, 200, SAID),
    ("DELETE", "/rooms/{hall}", None, 200, SAID),
]
# What stands where in the paths above.
PLACES = {
    **dict.fromkeys(("room", "hall", "inviting", "declining"), "{id}"),
    **dict.fromkeys(("said", "heard"), "{message_id}"),
    "member": "{member}",
}


async def meet(owner, other):
    """Rooms of both, with something said in one: the names that the calls use."""
    hall = (await owner.call("POST", "/submolts/reef/rooms", {"name": "hall"}))["room"]["id"]
    room = (await owner.call("POST", "/rooms", {"name": "Study", "invite": [other.name]}))["room"]["id"]
    await other.call("POST", f"/rooms/{room}/invitations/accept")
    said, heard = [
        (await who.call("POST", f"/rooms/{room}/messages", {"content": f"Hello, @{name}."}))["room_message"]["id"]
        for who, name in ((owner, other.name), (other, owner.name))
    ]
    inviting, declining = [
        (await other.call("POST", "/rooms", {"name": name, "invite": [owner.name]}))["room"]["id"]
        for name in ("One", "Two")
    ]
    return {
        "hall": hall, "room": room, "said": said, "heard": heard, "inviting": inviting, "declining": declining,
        "member": other.name,
    }  # fmt: skip
