"""What Committers believe to be theirs alone is written by nobody else (db.transaction)."""

import re
from pathlib import Path

import moltbook
from moltbook.app import TABLES

ROOT = Path(moltbook.__file__).parent
WRITING = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+(?:ONLY\s+)?(\w+)")
# An archive is loaded beside a server: it shares the floor and moves the head, so nobody is alone.
MOVES_THE_HEAD = ROOT / "archive" / "loading.py"


def writers(table: str) -> set[Path]:
    return {
        path
        for path in ROOT.rglob("*.py")
        if "minds" not in path.parts and table in WRITING.findall(path.read_text(encoding="utf-8"))
    }


def test_no_statement_outside_a_batch_writes_what_a_batch_alone_does_not_lock():
    sole = {table.name for table in TABLES if table.lock and table.sole}
    assert {"posts", "comments", "quotas"} <= sole
    assert {table: writers(table) - {MOVES_THE_HEAD} for table in sole} == {table: set() for table in sole}


def test_the_look_for_writers_finds_those_there_are():
    assert ROOT / "moderation" / "readers.py" in writers("reports")
    assert MOVES_THE_HEAD in writers("posts")
    text = MOVES_THE_HEAD.read_text(encoding="utf-8")
    assert "execute(SHARE_FLOOR)" in text
    assert "fetchval(LOCK_HEAD" in text
