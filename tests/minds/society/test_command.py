"""The command that writes a society without a server."""

import subprocess
import sys
from pathlib import Path

from tests.minds.society.lives import ACTS, AGENTS, ENDS_AT, stream

COMMAND = sys.executable, "-m", "moltbook.minds.society"


def test_the_command_writes_the_lines_of_a_world(tmp_path: Path) -> None:
    file = tmp_path / "world.ndjson"
    size = "--agents", f"{AGENTS}", "--acts", f"{ACTS}", "--seed", "1", "--ends-at", f"{ENDS_AT:%Y-%m-%dT%H:%MZ}"
    subprocess.run([*COMMAND, *size, "--lines", str(file)], check=True, capture_output=True)
    assert file.read_bytes() == stream()
    assert list(tmp_path.iterdir()) == [file]


def test_a_society_too_small_is_refused_in_plain_words(tmp_path: Path) -> None:
    told = subprocess.run(
        [*COMMAND, "--agents", "3", "--archive", str(tmp_path / "world.jsonl")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert told.returncode != 0
    assert "3 is less than 10" in told.stderr
    assert not list(tmp_path.iterdir())
