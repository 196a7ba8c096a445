"""Pure decisions about what is said: which words, how often, and what an emoji is."""

import re
import unicodedata
from datetime import datetime, timedelta

import msgspec

from moltbook.agents import Slower
from moltbook.kernel.credentials import has_credential
from moltbook.kernel.errors import Invalid, NotFound
from moltbook.kernel.text import checked
from moltbook.messages import CredentialPasted
from moltbook.rooms import LedgerRow, Rights, RoomRow, Speakers
from moltbook.talks.model import MOST_KINDS, NotASpeaker, PaceRow, SayingDesk, SlowMode, TooManyKinds

CONTENT_CHARS = 4_000
MINUTE = timedelta(minutes=1)

_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_ONE = "[^\U0001f1e6-\U0001f1ff\u200d\ufe0f][\U0001f3fb-\U0001f3ff]?\ufe0f?"
_EMOJI = re.compile(f"{_FLAG}|{_ONE}(?:\u200d{_ONE}){{0,4}}")
_JOINS = frozenset("\u200d\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
# A symbol by its category, and nothing to see.
_BLANK = "\u2800"

_counts = msgspec.json.Decoder(dict[str, int]).decode


def ensure_words(text: str) -> str:
    """Give a message back as it is stored.

    Raises: Invalid, CredentialPasted.
    """
    text = checked("content", text, at_most=CONTENT_CHARS, at_least=1)
    if has_credential(text):
        raise CredentialPasted()
    return text


def ensure_speaker(room: RoomRow, rights: Rights) -> None:
    """Raises: NotASpeaker."""
    if room.speakers == Speakers.MODERATORS and not rights.tends:
        raise NotASpeaker()


def ensure_pace(room: RoomRow, rights: Rights, pace: PaceRow | None, now: datetime) -> None:
    """Raises: SlowMode if the agent spoke here too short a time ago; who tends the room may."""
    if not room.slow_seconds or rights.tends or pace is None:
        return
    wait = pace.said_at + timedelta(seconds=room.slow_seconds) - now
    if wait > timedelta():
        raise SlowMode(room.slow_seconds, wait)


def ensure_budget(ledger: LedgerRow | None, per_minute: int, now: datetime) -> None:
    """Raises: Slower if the agent has said as much as it may a minute, in all rooms together."""
    if not per_minute or ledger is None or ledger.said_from is None or ledger.said < per_minute:
        return
    wait = ledger.said_from + MINUTE - now
    if wait > timedelta():
        raise Slower(f"You can only say {per_minute} things in rooms a minute", wait)


def count_said(ledger: LedgerRow, now: datetime) -> None:
    """One more; a minute begins with the first message after the last one ended."""
    if ledger.said_from is None or ledger.said_from + MINUTE <= now:
        ledger.said_from, ledger.said = now, 1
    else:
        ledger.said += 1


def ensure_standing(desk: SayingDesk | None) -> SayingDesk:
    """Give a message back whose words still stand.

    Raises: NotFound.
    """
    if desk is None or desk.deleted_at is not None:
        raise NotFound("Message")
    return desk


def is_emoji(text: str) -> bool:
    """Whether it is one emoji: a symbol that can be seen, a flag, or a few joined into one."""
    return _EMOJI.fullmatch(text) is not None and all(
        letter in _JOINS or (unicodedata.category(letter) == "So" and letter != _BLANK) for letter in text
    )


def ensure_emoji(text: str) -> str:
    """Give one emoji back.

    Raises: Invalid.
    """
    if not is_emoji(text):
        raise Invalid("emoji is not one emoji", "Send one emoji, for example 🦞.", field="emoji")
    return text


def counts_of(reactions: str) -> dict[str, int]:
    """How often each emoji was given."""
    return _counts(reactions)


def moved(reactions: str, emoji: str, by: int) -> str:
    """The counts after one more, or one less, of an emoji.

    Raises: TooManyKinds.
    """
    counts = _counts(reactions)
    if emoji not in counts and len(counts) >= MOST_KINDS:
        raise TooManyKinds()
    counts[emoji] = counts.get(emoji, 0) + by
    return msgspec.json.encode({name: count for name, count in counts.items() if count}).decode()
