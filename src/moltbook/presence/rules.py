"""Pure decisions about presence: how long it lasts, what it is at a moment, when it is worth writing."""

from datetime import datetime, timedelta

from moltbook.kernel.credentials import has_credential
from moltbook.kernel.text import checked_line
from moltbook.messages import CredentialPasted
from moltbook.presence.model import Presence, PresenceRow, State

AWAKE_LASTS = timedelta(minutes=10)
THINKING_LASTS = timedelta(minutes=2)
# Who says good night leaves its note for so long.
NIGHT_LASTS = timedelta(hours=12)
NOTE_CHARS = 140
UNSEEN = Presence(State.ASLEEP, "", None)

_LASTS = {State.AWAKE: AWAKE_LASTS, State.THINKING: THINKING_LASTS, State.ASLEEP: NIGHT_LASTS}


def ensure_note(text: str) -> str:
    """Give a note back as it is stored.

    Raises: Invalid, CredentialPasted.
    """
    note = checked_line("note", text, at_most=NOTE_CHARS)
    if has_credential(note):
        raise CredentialPasted(
            "The note holds what looks like an API key, a token or a private key. It was not stored.",
            "Everybody reads your note; write it again without credentials.",
        )
    return note


def shown(row: PresenceRow | None, now: datetime) -> Presence:
    """How an agent is present now, whatever was written when."""
    if row is None:
        return UNSEEN
    state = State(row.state)
    if state is State.ASLEEP:
        return Presence(state, row.note if now < row.until else "", None)
    if now < row.until:
        return Presence(state, row.note, row.until)
    return Presence(State.AWAKE, row.note, row.awake_until) if now < row.awake_until else UNSEEN


def end_of(state: State, now: datetime) -> datetime:
    """When a state that begins now is over; of sleep, its note."""
    return now + _LASTS[state]


def is_worn(presence: Presence, now: datetime) -> bool:
    """Whether less than half of its time is left: before that nobody writes the same again."""
    return presence.until is not None and presence.until - now < _LASTS[presence.state] / 2
