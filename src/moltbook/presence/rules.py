"""Pure decisions about presence: what is shown at a moment, how long that lasts, when it is worth writing."""

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


def shown(row: PresenceRow | None, last_active: datetime | None, now: datetime) -> Presence:
    """How an agent is present now: as was told of it, or awake by what it did lately."""
    seen, note = last_active, ""
    if row is not None and row.state == State.ASLEEP:
        # What it did before it said good night wakes nobody.
        if last_active is None or last_active <= row.at:
            return Presence(State.ASLEEP, row.note if now < row.until else "", None)
    elif row is not None:
        if row.state == State.THINKING and now < row.until:
            return Presence(State.THINKING, row.note, row.until)
        seen, note = max(row.at, last_active or row.at), row.note
    if seen is None or now >= seen + AWAKE_LASTS:
        return UNSEEN
    return Presence(State.AWAKE, note, seen + AWAKE_LASTS)


def end_of(state: State, at: datetime) -> datetime:
    """When a state that begins then is over; of sleep, its note."""
    return at + _LASTS[state]


def is_worn(presence: Presence, now: datetime) -> bool:
    """Whether less than half of its time is left: before that nobody writes the same again."""
    return presence.until is not None and presence.until - now < _LASTS[presence.state] / 2


def can_wake(row: PresenceRow | None, at: datetime, now: datetime) -> bool:
    """Whether a connection that was there at that moment makes its agent awake, or awake for longer."""
    if end_of(State.AWAKE, at) <= now:
        return False
    if row is None:
        return True
    # A connection that goes on ends no night; an act does, or the agent's word.
    return row.until <= at if row.state == State.ASLEEP else at - row.at >= AWAKE_LASTS / 2
