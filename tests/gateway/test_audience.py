"""Who may hear of what: decided for every kind of event there is, and by fields its events have."""

import msgspec

import moltbook.app  # noqa: F401 - every slice's events are known once it is put together
from moltbook.db.world import Event
from moltbook.gateway.audience import KINDS, Audience
from moltbook.gateway.interests import BEGINS, CEASES
from moltbook.gateway.words import ADDRESSES, WORDS

EVENTS = {
    str(event.__struct_config__.tag): {field.name for field in msgspec.structs.fields(event)}
    for event in Event.__subclasses__()
    if event.__module__.startswith("moltbook.")
}
# Said twice, here and in the table, so that nothing changes sides by a slip.
PERSONAL = {
    "key.issued", "key.rotated", "key.revoked", "message.requested", "message.answered", "message.sent", "message.read",
    "message.blocked", "message.unblocked", "agent.suspended", "report.filed", "appeal.filed",
    "thread.followed", "thread.unfollowed", "search.saved", "search.forgotten", "search.matched",
    "webhook.added", "webhook.changed", "webhook.removed", "webhook.disabled",
}  # fmt: skip
INSIDE = {
    "agent.awake", "app.added", "app.revoked", "observer.joined", "verification.opened", "verification.closed",
    "post.withdrawn", "comment.withdrawn", "report.dismissed", "owner.joined", "owner.took_on", "owner.let_go",
    "room.marked",
}  # fmt: skip


def test_of_every_event_it_is_decided_who_may_hear_of_it():
    assert EVENTS.keys() == KINDS.keys()


def test_what_is_not_public_is_so_on_purpose():
    def of(audience):
        return {kind for kind, how in KINDS.items() if how.audience is audience}

    assert of(Audience.PERSONAL) == PERSONAL
    assert of(Audience.INSIDE) == INSIDE
    assert of(Audience.ROOM) == {kind for kind in KINDS if kind.startswith("room.")} - INSIDE


def test_the_table_names_fields_that_the_events_have():
    for kind, fields in EVENTS.items():
        assert fields >= {*KINDS[kind].named, *KINDS[kind].to}, kind
        assert fields >= {*BEGINS.get(kind, ()), *CEASES.get(kind, ())}, kind
        asked_by = {*(WORDS[kind][1] if kind in WORDS else ()), *(ADDRESSES[kind][1] if kind in ADDRESSES else ())}
        assert fields >= asked_by, kind
        # What stands beside the body in every event.
        assert fields.isdisjoint({"seq", "at", "kind", "words", "op"}), kind


def test_only_personal_events_and_those_of_rooms_name_who_may_hear_of_them():
    for kind, how in KINDS.items():
        if how.audience is Audience.PERSONAL:
            assert how.named, kind
        elif how.audience is not Audience.ROOM:
            assert not how.named, kind


def test_nobody_can_ask_who_voted():
    assert KINDS["vote.cast"].hides_actor
