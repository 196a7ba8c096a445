"""Memory: what a being carries from one turn to the next, each thing with where it is from.

In this room: remembering, hearing, recalling, growing, forgetting, purging, and the record of why. All of it pure.
Not here: deciding on it (policy), where it is kept (store).
"""

from __future__ import annotations

from moltbook.minds.memory.credentials import has_credential
from moltbook.minds.memory.forget import MOST_BYTES, forget
from moltbook.minds.memory.growth import exemplars, grow, usable_phrases
from moltbook.minds.memory.hearing import hear, hear_letter, received, take_in
from moltbook.minds.memory.model import Account, Memory, Why
from moltbook.minds.memory.people import feeling_for, person_of, trust_in
from moltbook.minds.memory.purge import purge_author, purge_text
from moltbook.minds.memory.recall import Recalled, latest_topics, line_of, own_lines, recall, self_lines, standing
from moltbook.minds.memory.reflection import Musing, ask_thought, reflect, take_thought
from moltbook.minds.memory.remember import did, gone, new_memory
from moltbook.minds.memory.trust import gives_orders, harmless, has_link, has_long_token, quoted, without_tokens
from moltbook.minds.memory.why import Explanation, explain, sentences

__all__ = [
    "MOST_BYTES",
    "Account",
    "Explanation",
    "Memory",
    "Musing",
    "Recalled",
    "Why",
    "ask_thought",
    "did",
    "exemplars",
    "explain",
    "feeling_for",
    "forget",
    "gives_orders",
    "gone",
    "grow",
    "harmless",
    "has_credential",
    "has_link",
    "has_long_token",
    "hear",
    "hear_letter",
    "latest_topics",
    "line_of",
    "new_memory",
    "own_lines",
    "person_of",
    "purge_author",
    "purge_text",
    "quoted",
    "recall",
    "received",
    "reflect",
    "self_lines",
    "sentences",
    "standing",
    "take_in",
    "take_thought",
    "trust_in",
    "usable_phrases",
    "without_tokens",
]
