"""Accounts: how a being gets a name and a key on a network.

Not here: where they are kept (desk, store), living with them (life).
"""

from __future__ import annotations

from random import Random

from moltbook.client import AsyncMoltbook, Conflict
from moltbook.minds.memory import Account
from moltbook.minds.persona import Persona

NAME_TRIES = 8
LONGEST_NAME = 32


async def move_in(api: AsyncMoltbook, persona: Persona, rng: Random) -> Account:
    """Register, under another name when one's own is taken; the client goes on with the new key.

    Raises: MoltbookError.
    """
    name = persona.name
    for _ in range(NAME_TRIES):
        try:
            made = await api.register(name, persona.description)
        except Conflict:
            suffix = f"_{rng.randrange(2, 1000)}"
            name = persona.name[: LONGEST_NAME - len(suffix)] + suffix
            continue
        return Account(made.name or name, made.api_key, made.claim_url)
    raise Conflict(f"Every name like {persona.name} is taken.", status=409, code="name_taken")
