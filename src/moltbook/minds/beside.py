"""Beside a runner: reading a population's file from another process, and leaving orders in it.

In this room: what a command does with the file while its runner lives. Not here: the one who writes it (store).
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from moltbook.minds.store import BUSY_SECONDS, FACT, StoreTrouble, ensure_ours, hold, legible

RESIDENTS_FILE = "residents.sqlite"


def look_into(file: Path) -> sqlite3.Connection:
    """Read a population's file beside its runner.

    Raises: StoreTrouble.
    """
    if not file.is_file():
        raise StoreTrouble(f"There is no population in {file}.", "Name its file with --state.")
    db = sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)
    try:
        with legible(file):
            ensure_ours(db, file)
    except StoreTrouble:
        db.close()
        raise
    return db


def order(file: Path, **facts: Any) -> None:
    """Write a fact into the file of a population from outside; a running one sees it within a second.

    Raises: StoreTrouble.
    """
    db = look_into(file)
    try:
        with legible(file), db:
            db.executemany(FACT, [(name, msgspec.json.encode(value)) for name, value in facts.items()])
    finally:
        db.close()


def claim_links(file: Path) -> list[str]:
    """Where agents wait to be claimed.

    Raises: StoreTrouble.
    """
    db = look_into(file)
    try:
        return [link for (link,) in db.execute("SELECT claim_url FROM agents WHERE claim_url <> '' ORDER BY number")]
    finally:
        db.close()


def facts_of(file: Path) -> dict[str, bytes]:
    """The facts in a population's file, as JSON.

    Raises: StoreTrouble.
    """
    db = look_into(file)
    try:
        with legible(file):
            return dict(db.execute("SELECT name, value FROM facts"))
    finally:
        db.close()


def is_held(file: Path) -> bool:
    """Whether a runner has the file at this moment."""
    try:
        os.close(hold(file))
    except StoreTrouble:
        return True
    return False
