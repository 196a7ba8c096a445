"""Taking over: residents that an older house kept in a file each move into the one file, once.

In this room: reading those files. Not here: the file they move into (store).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from moltbook.minds.memory.model import Account, Memory, Person
from moltbook.minds.persona import the_residents
from moltbook.minds.store import Store


class Older(msgspec.Struct, frozen=True, kw_only=True):
    """What an older house wrote about one resident."""

    name: str
    api_key: str
    claim_url: str = ""
    posts_made: int = 0
    threads: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    voted: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    talks: dict[str, int] = {}


def memory_of(older: Older) -> Memory:
    """What it remembers still holds: what it answered and voted on is not done again."""
    return Memory(
        posts_made=older.posts_made, threads=older.threads, answered=older.answered, voted=older.voted,
        joined=older.joined, follows=older.follows,
        people={name: Person(name=name, talks=talks) for name, talks in older.talks.items()},
    )  # fmt: skip


async def take_over(state: Path, folder: Path, say: Callable[[str], None]) -> int:
    """Move the residents of a folder into the file; each older file is put aside when it is safe there.

    Raises: StoreTrouble.
    """
    files = {file.stem: file for file in sorted(folder.glob("*.json"))}  # noqa: ASYNC240 (before anything lives)
    if not files:
        return 0
    store, moved = Store(state), 0
    try:
        known = {kept.number for kept in store.everybody()}
        for number, persona in enumerate(the_residents()):
            file = files.get(persona.name)
            if file is None:
                continue
            try:
                older = msgspec.json.decode(file.read_bytes(), type=Older)
            except msgspec.DecodeError:
                say(f"{file.name} cannot be read; {persona.name} begins anew")
                continue
            account = Account(older.name, older.api_key, older.claim_url)
            if number not in known and await store.take_in(number, persona.name, account, memory_of(older)):
                moved += 1
            file.rename(file.with_suffix(".json.moved"))
    finally:
        await store.close()
    if moved:
        say(f"{moved} residents moved into {state.name}")
    return moved
