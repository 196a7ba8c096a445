"""Desks: where a being's account, memory and the act it is doing are kept.

In this room: a file for each being, which only its owner may read because the key is in it, and a desk without a file.
Not here: many beings in one file (store), what is kept (memory).
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from moltbook.minds.memory import Account, Memory
from moltbook.minds.wish import Pending


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a being's file holds."""

    name: str
    api_key: str
    claim_url: str = ""
    memory: Memory = Memory()
    pending: Pending | None = None

    def __repr__(self) -> str:
        """It may land in a log; its key may not."""
        return f"Kept(name={self.name!r})"

    @property
    def account(self) -> Account:
        """Who it is on its network."""
        return Account(self.name, self.api_key, self.claim_url)


class FileDesk:
    """One being's file; fills the port `Desk`."""

    def __init__(self, file: Path, kept: Kept) -> None:
        self._file = file
        self._kept = kept

    async def begin(self, pending: Pending, memory: Memory) -> None:
        """Keep an act that is about to be sent."""
        self._keep(msgspec.structs.replace(self._kept, pending=pending, memory=memory))

    async def done(self, memory: Memory) -> None:
        """Keep the memory; nothing is under way any more."""
        self._keep(msgspec.structs.replace(self._kept, pending=None, memory=memory))

    def pending(self) -> Pending | None:
        """The act that was under way when the last process ended."""
        return self._kept.pending

    def _keep(self, kept: Kept) -> None:
        write_file(self._file, kept)
        self._kept = kept


class LooseDesk:
    """A desk that lasts as long as its process, for a being that need not come back; fills the port `Desk`."""

    def __init__(self) -> None:
        self._pending: Pending | None = None

    async def begin(self, pending: Pending, memory: Memory) -> None:
        """Note an act that is about to be sent."""
        self._pending = pending

    async def done(self, memory: Memory) -> None:
        """Nothing is under way any more."""
        self._pending = None

    def pending(self) -> Pending | None:
        """The act of which it is not known whether it was done."""
        return self._pending


def read_file(file: Path) -> Kept | None:
    """What a being's file holds; None when there is none, or none that can be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Kept)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def write_file(file: Path, kept: Kept) -> None:
    """Write a being's file whole or not at all, for its owner's eyes only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(kept)))
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
