"""What is shown of an agent, decided without a database: minutes after its word, its deed, and both."""

from datetime import UTC, datetime, timedelta

import pytest

from moltbook.presence.model import Presence, PresenceRow, State
from moltbook.presence.rules import can_wake, end_of, shown

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minute):
    return NOON + timedelta(minutes=minute)


def said(state, minute):
    """What an agent said then."""
    return PresenceRow("ada", state, "A note.", at(minute), end_of(state, at(minute)))


@pytest.mark.parametrize(
    ("word", "deed", "minute", "state", "note", "until"),
    [
        (None, None, 0, "asleep", "", None),
        (None, 0, 9, "awake", "", 10),
        (None, 0, 10, "asleep", "", None),
        (("awake", 0), None, 9, "awake", "A note.", 10),
        (("awake", 0), None, 10, "asleep", "", None),
        (("awake", 0), 5, 12, "awake", "A note.", 15),
        (("awake", 5), 0, 12, "awake", "A note.", 15),
        (("awake", 0), 5, 15, "asleep", "", None),
        (("thinking", 0), 1, 1, "thinking", "A note.", 2),
        (("thinking", 0), 1, 2, "awake", "A note.", 11),
        (("asleep", 5), 5, 6, "asleep", "A note.", None),
        (("asleep", 5), 6, 6, "awake", "", 16),
        (("asleep", 5), 6, 16, "asleep", "", None),
        (("asleep", 0), None, 720, "asleep", "", None),
    ],
)
def test_word_and_deed_make_one_presence(word, deed, minute, state, note, until):
    row = said(State(word[0]), word[1]) if word else None
    expected = Presence(State(state), note, at(until) if until else None)
    assert shown(row, None if deed is None else at(deed), at(minute)) == expected


def test_a_connection_wakes_who_sleeps_but_not_out_of_its_night_and_writes_at_half_time():
    assert can_wake(None, at(0), at(9))
    assert not can_wake(None, at(0), at(10))
    assert not can_wake(said(State.AWAKE, 0), at(4), at(4))
    assert can_wake(said(State.AWAKE, 0), at(5), at(5))
    assert not can_wake(said(State.ASLEEP, 0), at(719), at(719))
    assert can_wake(said(State.ASLEEP, 0), at(720), at(720))
