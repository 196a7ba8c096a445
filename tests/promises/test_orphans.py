"""Whoever starts other processes leaves none behind, not even when it is killed."""

import contextlib
import subprocess
import sys

import psutil
import pytest

from tests.promises.running import until

COMMAND = "from moltbook.cli.main import main; main()"


def names_of(family):
    """What its processes are called, but for those that end while one looks."""
    names = set()
    for child in family.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            names.add(child.name())
    return names


@pytest.mark.proof
def test_killed_plays_leave_no_process_and_no_database(tmp_path):
    plays = ["lab", "rules", "--minds", "4", "--acts", "3000", "--seeds", "1", "--jobs", "2"]
    runner = subprocess.Popen([sys.executable, "-c", COMMAND, *plays], cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        family = psutil.Process(runner.pid)
        until(lambda: "postgres" in names_of(family), "a play has a database")
        children = family.children(recursive=True)
    finally:
        runner.kill()
        runner.wait()
    assert psutil.wait_procs(children, timeout=30)[1] == []
