"""The embedded server after violence: killed servers, killed parents, files that lie."""

import contextlib
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from moltbook.db.embedded import attach_or_start
from moltbook.db.postmaster import find_postmaster
from moltbook.db.trouble import DataFolderInUse


def kill_and_wait(pid: int) -> None:
    process = psutil.Process(pid)
    process.kill()
    with contextlib.suppress(psutil.NoSuchProcess):
        process.wait(10)


def test_a_killed_server_starts_again_with_everything_committed(data, make, ask, pid_of):
    server = make(data)
    dsn = server.start()
    ask(dsn, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    kill_and_wait(pid_of(data))
    assert ask(server.start(), "SELECT count(*) FROM kept") == 1000


def test_a_backend_that_outlives_its_killed_server_does_not_keep_the_next_from_starting(data, make, ask, pid_of):
    server = make(data)
    server.start()
    postmaster = psutil.Process(pid_of(data))
    stuck = postmaster.children()[0]
    stuck.suspend()
    kill_and_wait(postmaster.pid)
    assert ask(server.start(), "SELECT 1") == 1
    assert not psutil.pid_exists(stuck.pid) or psutil.Process(stuck.pid).status() == psutil.STATUS_ZOMBIE


def test_a_server_whose_parent_was_killed_is_adopted_and_stopped(data, make, hold, ask, pid_of):
    parent = hold(data)
    before = pid_of(data)
    parent.kill()
    parent.wait()
    server = make(data)
    assert ask(server.start(), "SELECT 1") == 1
    assert server.was_running
    assert pid_of(data) == before
    server.stop()
    assert not server.is_running()
    server.start()
    assert not server.was_running


def test_a_command_leaves_an_orphaned_server_as_it_found_it(data, make, hold, pid_of):
    parent = hold(data)
    parent.kill()
    parent.wait()
    before = pid_of(data)
    with attach_or_start(data):
        pass
    assert pid_of(data) == before
    make(data).start()


def test_an_interrupt_of_the_terminal_does_not_reach_the_server(data, make, hold, pid_of):
    parent = hold(data)
    before = pid_of(data)
    os.killpg(parent.pid, signal.SIGINT)
    parent.wait()
    assert pid_of(data) == before
    make(data).start()


def test_an_orphan_in_a_folder_that_was_moved_is_replaced(tmp_path, data, make, hold, ask):
    parent = hold(data)
    parent.kill()
    parent.wait()
    (data).rename(tmp_path / "moved")
    server = make(tmp_path / "moved")
    assert ask(server.start(), "SELECT 1") == 1
    assert not server.was_running


def test_an_orphan_that_is_just_recovering_is_waited_for(data, make, hold, ask, pid_of):
    parent = hold(data)
    parent.kill()
    parent.wait()
    # A lost process makes the server throw out all others and recover while its pid file goes on saying ready.
    psutil.Process(pid_of(data)).children()[0].kill()
    assert ask(make(data).start(), "SELECT 1") == 1


def test_a_server_whose_folder_was_deleted_is_stopped_all_the_same(data, make, pid_of):
    server = make(data)
    server.start()
    pid = pid_of(data)
    shutil.rmtree(data / "pg")
    server.stop()
    assert not psutil.pid_exists(pid)


@pytest.mark.parametrize("owner", ["a neighbour", "a server of another folder", "nobody", "an empty file"])
def test_a_pid_file_that_lies_is_not_believed(tmp_path, data, make, ask, pid_of, request, owner):
    server = make(data)
    server.start()
    kill_and_wait(pid_of(data))
    server.stop()
    pid_file = data / "pg" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    match owner:
        case "a neighbour":
            lines[0] = str(request.getfixturevalue("neighbour"))
        case "a server of another folder":
            make(tmp_path / "other").start()
            lines[0] = str(pid_of(tmp_path / "other"))
        case "nobody":
            lines[0] = "4194304"
        case _:
            lines = []
    pid_file.write_text("\n".join(lines))
    (data / "run" / ".s.PGSQL.5432.lock").write_text("\n".join(lines))
    assert ask(server.start(), "SELECT 1") == 1
    if owner == "a server of another folder":
        assert find_postmaster(tmp_path / "other" / "pg") is not None


def test_of_two_starters_at_once_one_runs_the_server(tmp_path, make):
    servers = [make(tmp_path / "data"), make(tmp_path / "data")]
    with ThreadPoolExecutor(2) as threads:
        outcomes = [started.exception() for started in [threads.submit(server.start) for server in servers]]
    assert sorted(type(outcome) for outcome in outcomes if outcome) == [DataFolderInUse]
    assert servers[outcomes.index(None)].is_running()
