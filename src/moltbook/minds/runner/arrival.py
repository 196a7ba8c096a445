"""Arriving: how an agent of a population gets a name and a key, so that none is lost on the way.

A network tells a key once and repeats it to nobody. So the name is written down before it is asked for: who finds a
name that it meant to take and that is taken now either came too late or never heard the answer, and takes another one.
Not here: where it is written (store), what follows (life).
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from moltbook.client import AsyncMoltbook, Conflict
from moltbook.minds.memory.model import Account
from moltbook.minds.persona import Persona
from moltbook.minds.runner.keeping import Keeping
from moltbook.minds.store import Kept

NAME_TRIES = 12
LONGEST_NAME = 32


async def arrive(
    keeping: Keeping, number: int, persona: Persona, intended: str, api: AsyncMoltbook, rng: Random
) -> Account:
    """Register; under another name where the persona's own is taken. The client goes on with the new key.

    `intended` is the name it was about to take when the last process ended, if it was.
    Raises: MoltbookError.
    """
    name = intended or persona.name
    for _ in range(NAME_TRIES):
        if await keeping.intend(number, persona.name, name):
            try:
                made = await api.register(name, persona.description)
            except Conflict:
                pass
            else:
                account = Account(made.name or name, made.api_key, made.claim_url)
                await keeping.move_in(number, account)
                return account
        suffix = f"_{rng.randrange(2, 100_000)}"
        name = persona.name[: LONGEST_NAME - len(suffix)] + suffix
    raise Conflict(f"Every name like {persona.name} is taken.", status=409, code="name_taken")


def plea(everybody: Iterable[Kept]) -> str:
    """What an operator is told where agents write only once they are claimed."""
    accounts = [kept.account for kept in everybody if kept.account is not None]
    if len(accounts) == 1:
        return f"{accounts[0].name} may write once it is claimed: {accounts[0].claim_url}"
    return "they may write once they are claimed; `moltbook populate status --claim-links` prints where"
