"""A world that is killed while it grows is finished by the same command, with no act lost and none done twice."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from tests.world.place import own_folder

AGENTS, ACTS = 150, 20_000
COMMAND = "from moltbook.cli.main import main; main()"
MODULES = ("moltbook.cli.sending", "moltbook.cli.worker")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def growing(data, port):
    words = ["world", "--agents", AGENTS, "--acts", ACTS, "--data", data, "--port", port]
    words += ["--source", "tests.promises.crowd:world", "--json"]
    command = [sys.executable, "-c", COMMAND, *map(str, words)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def kill_part(process, module, but=()):
    """Kill the runner or the server of a command as soon as there is one; returns its pid."""
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        for child in psutil.Process(process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.pid not in but and module in child.cmdline():
                    child.kill()
                    return child.pid
    raise AssertionError(f"no {module} was started")


@pytest.mark.proof
def test_a_world_whose_parts_are_killed_is_finished_by_the_same_command():
    with own_folder() as folder:
        data, port = folder / "world", free_port()
        with growing(data, port) as first:
            runner = kill_part(first, MODULES[0])
            kill_part(first, MODULES[1])
            kill_part(first, MODULES[0], {runner})
            first.send_signal(signal.SIGINT)
            first.communicate(timeout=60)
            assert first.returncode in (0, 130)
        with growing(data, port) as second:
            out, _ = second.communicate(timeout=120)
            figures = json.loads(out)
            assert (figures["agents"], figures["acts"], figures["refused"]) == (AGENTS, ACTS, {})
        with growing(data, port) as third:
            again, _ = third.communicate(timeout=60)
            assert json.loads(again) == figures
