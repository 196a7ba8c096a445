"""`moltbook lab measure` as a process of its own."""

import asyncio
import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from moltbook.archive import load
from moltbook.lab.catalogue import CATALOGUE
from moltbook.lab.printing import table
from tests.archive.archives import text_of, write
from tests.cli.test_trouble import told
from tests.lab.societies import four_threads, read, report_of

COMMAND = [sys.executable, "-c", "from moltbook.cli.main import main; main()", "lab", "measure"]


async def run(*options, **environment):
    """The command's exit code, what it prints and what it says beside that."""
    running = await asyncio.create_subprocess_exec(
        *COMMAND,
        *options,
        env={**os.environ, "TZ": "UTC", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(running.communicate(), 60)
    return running.returncode, out.decode(), err.decode()


async def test_an_archive_and_the_network_made_from_it_print_the_same(dsn, tmp_path):
    path = write(tmp_path / "threads.jsonl.xz", four_threads())
    await load(dsn, path)
    code, out, _ = await run(str(path), "--json")
    assert code == 0
    offline = json.loads(out)
    code, out, _ = await run("--json", DATABASE_URL=dsn)
    assert code == 0
    live = json.loads(out)
    assert live["measures"] == offline["measures"]
    assert {*live} == {
        *("source", "window", "first_at", "last_at", "counts", "measures", "seed", "seconds", "memory_bytes")
    }
    assert (offline["source"], live["source"]) == ("threads.jsonl.xz", "this network")
    by_key = {measured["definition"]["key"]: measured for measured in live["measures"]}
    answers = by_key["reciprocity_answers"]
    assert answers["found"]["value"] == 0.5
    assert {*answers["definition"]} == {
        *("key", "group", "name", "unit", "rule", "null_word", "null_rule", "published")
    }
    assert answers["definition"]["published"][0] == {"value": 0.197, "source": "Holtz", "about": ""}
    assert answers["found"]["null"]["runs"] == 10
    assert by_key["attribution"]["found"] is None


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_the_terminal_and_says_what_each_number_means(tmp_path, width):
    # In the other one everything is 100 %, which is as wide as a number gets.
    whole = report_of(read(tmp_path, four_threads()[2:3]))
    report = msgspec.structs.replace(report_of(read(tmp_path, four_threads())), source="[bold]threads")
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(table(whole))
    assert "100.0–100.0 %" in console.export_text()
    console.print(table(report))
    lines = console.export_text().splitlines()
    assert max(map(cell_len, lines)) <= width
    said = " ".join(" ".join(lines).split())
    assert said.startswith("[bold]threads: 4 agents who wrote, 4 posts, 7 comments in 2 submolts")
    for definition in CATALOGUE:
        # Other columns stand between the lines of a definition; its first words stand together.
        assert " ".join(definition.rule.split()[:2]) in said
    assert "50.0 %" in said
    assert "19.7 % Holtz" in said
    assert "seed 1" in said


async def test_what_cannot_be_measured_is_refused_with_a_way_out(tmp_path):
    nowhere, empty = str(tmp_path / "nowhere"), tmp_path / "empty"
    empty.write_bytes(b"")
    bad = tmp_path / "threads.jsonl"
    bad.write_bytes(text_of(four_threads()) + b'{"post": 1}\n')
    lost, backwards, nonsense, nothing, line = await told(
        ("lab", "measure", "--data", nowhere),
        ("lab", "measure", "--since", "2026-02-01", "--until", "2026-01-31T12:00Z"),
        ("lab", "measure", "--since", "yesterday"),
        ("lab", "measure", str(empty)),
        ("lab", "measure", str(bad)),
    )
    assert "There is no world in" in lost
    assert "It lies before --since." in backwards
    assert "Write a day or a moment" in nonsense
    assert nothing.startswith("✗ ")
    assert "line 5: " in line
    assert line.endswith("then try again. exit 1")
    assert all(said.endswith(("exit 1", "exit 2")) for said in (lost, backwards, nonsense, nothing))


def has_open(pid, path):
    """Whether the process has the file open."""
    with contextlib.suppress(FileNotFoundError):  # it closed one while we looked
        return path in {file.readlink() for file in Path(f"/proc/{pid}/fd").iterdir()}
    return False


async def test_ctrl_c_ends_it_without_a_traceback(tmp_path):
    path = tmp_path / "threads.jsonl"
    path.write_bytes(text_of(four_threads()) * 10_000)
    running = await asyncio.create_subprocess_exec(*COMMAND, str(path), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # It reads for seconds once it has opened the file.
    while not has_open(running.pid, path):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(running.communicate(), 60)
    assert (running.returncode, out) == (130, b"")
    assert b"Traceback" not in err
