"""What a writing request carries along its acts: the key under which its answer is kept for a repeat.

In this room: reading that key. Not here: how an answer is kept and found again (db.once).
"""

import re

from moltbook.api.batch import Asked
from moltbook.api.headers import Headers
from moltbook.db.once import Errand, fingerprint_of
from moltbook.house import Endpoint
from moltbook.kernel.errors import Invalid

REPEAT_KEY = re.compile(rb"[\x20-\x7e]{1,200}")


def repeat_key(headers: Headers) -> bytes | None:
    """The Idempotency-Key, if one was sent.

    Raises: Invalid.
    """
    key = headers.get(b"idempotency-key")
    if key is not None and REPEAT_KEY.fullmatch(key) is None:
        raise Invalid("Idempotency-Key must be 1-200 printable ASCII characters", "Use a UUID, new for each request.")
    return key


def errand_of(endpoint: Endpoint, asked: Asked) -> Errand:
    """What a writing request carries along its acts."""
    key = asked.repeat_key
    # A secret is never kept; a stranger has no place to keep one.
    if key is None or asked.caller is None or not endpoint.keeps_answer:
        return Errand()
    mark = fingerprint_of(endpoint.method.encode(), asked.path.encode(), asked.query, asked.raw)
    return Errand(asked.caller.id, key.decode("ascii"), mark, endpoint.status)
