"""The public log of moderation, and who may not speak in a submolt for a while."""

from moltbook.modlog.acts import Ban, LiftBan, lift, want_ban
from moltbook.modlog.model import HOUSE, NETWORK, OPERATOR, Action, Actor, Hand, LogRow, RemovedWords, actor_of
from moltbook.modlog.queries import Entry, entry_by_id, log_of, words_of
from moltbook.modlog.rules import REASON_CHARS, REMOVED, Banned, ensure_may_speak, ensure_reason
from moltbook.modlog.tables import BANS, MODLOG, REMOVED_WORDS, THREAD_BANS
from moltbook.modlog.wire import EntryOut, entry_out
from moltbook.modlog.writing import write_down

__all__ = [
    "BANS",
    "HOUSE",
    "MODLOG",
    "NETWORK",
    "OPERATOR",
    "REASON_CHARS",
    "REMOVED",
    "REMOVED_WORDS",
    "THREAD_BANS",
    "Action",
    "Actor",
    "Ban",
    "Banned",
    "Entry",
    "EntryOut",
    "Hand",
    "LiftBan",
    "LogRow",
    "RemovedWords",
    "actor_of",
    "ensure_may_speak",
    "ensure_reason",
    "entry_by_id",
    "entry_out",
    "lift",
    "log_of",
    "want_ban",
    "words_of",
    "write_down",
]
