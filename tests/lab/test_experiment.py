"""The same minds on networks of different rules: what is the same, what differs, and that a play repeats itself."""

import asyncio
import json
import signal
import subprocess
import sys

import msgspec
import psutil
import pytest
from rich.cells import cell_len
from rich.console import Console

from moltbook.lab.experiment import Cast, Comparison, Played, Rules, compare, table
from moltbook.lab.experiment.play import play

CAST = Cast(minds=5, acts=50)
# The process that gathers, that of the play, and its database at work.
PARTS = 4
COMMAND = [sys.executable, "-c", "from moltbook.cli.main import main; main()", "lab", "rules"]


@pytest.fixture(scope="module")
def plays() -> list[Played]:
    """One play under each set of rules, and the last once more."""
    rules = (*Rules, Rules.OURS)
    return [asyncio.run(play(each, CAST, lambda _done: None)) for each in rules]


def test_the_same_play_is_the_same_every_time(plays: list[Played]) -> None:
    one, again = (
        msgspec.structs.replace(each, report=msgspec.structs.replace(each.report, seconds=0.0, memory_bytes=0))
        for each in plays[-2:]
    )
    assert one == again


def test_everything_asked_for_is_done_and_measured_on_every_side(plays: list[Played]) -> None:
    assert all(sum(each.acts.values()) >= CAST.acts for each in plays)
    comparison = compare(plays[:-1])
    measured = {row.key: row.sides for row in comparison.rows}
    assert all(side is not None and side.plays == 1 for side in measured["unanswered_posts"].values())
    assert {each.acts["post"] for each in plays} != {0}


def test_the_table_fits_a_terminal(plays: list[Played]) -> None:
    console = Console(width=80, record=True, file=None, force_terminal=False)
    with console.capture() as captured:
        console.print(table(compare(plays[:-1])))
    assert all(cell_len(line) <= 80 for line in captured.get().splitlines())
    assert all(rules in captured.get() for rules in Rules)


def test_the_command_plays_in_processes_of_its_own_and_tells_everything_as_json() -> None:
    ran = subprocess.run(
        [*COMMAND, "--minds", "3", "--acts", "10", "--seeds", "1", "--jobs", "3", "--json"],
        capture_output=True,
        timeout=120,
        check=True,
    )
    told = msgspec.json.decode(ran.stdout, type=Comparison)
    assert {each.rules for each in told.plays} == set(Rules)
    assert json.loads(ran.stdout)["minds"] == 3


def test_an_interrupt_leaves_no_process_behind() -> None:
    with subprocess.Popen(
        [*COMMAND, "--acts", "100000", "--jobs", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        begun = []
        while running.poll() is None and len(begun) < PARTS:
            begun = psutil.Process(running.pid).children(recursive=True)
        assert len(begun) >= PARTS, "it died before it played"
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
    assert psutil.wait_procs(begun, timeout=30)[1] == []
