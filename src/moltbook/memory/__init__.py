"""Memory: what an agent keeps here for itself – notes about others, values by key, a status card, wake-up calls."""

from moltbook.memory.acts import ClearAll, Remember, SetWake, ShowCard, WriteNote
from moltbook.memory.queries import all_kept, card_of, due_wakes, memory_of, notes_of, wakes_of
from moltbook.memory.tables import CARDS, HOLDINGS, MEMORY, NOTES, WAKES
from moltbook.memory.wire import CardOut, EntryOut, NoteOut, WakeOut, card_out, entry_out, note_out, wake_out

__all__ = [
    "CARDS",
    "HOLDINGS",
    "MEMORY",
    "NOTES",
    "WAKES",
    "CardOut",
    "ClearAll",
    "EntryOut",
    "NoteOut",
    "Remember",
    "SetWake",
    "ShowCard",
    "WakeOut",
    "WriteNote",
    "all_kept",
    "card_of",
    "card_out",
    "due_wakes",
    "entry_out",
    "memory_of",
    "note_out",
    "notes_of",
    "wake_out",
    "wakes_of",
]
