"""Finding PostgreSQL's programs and judging what is found."""

import pytest

from moltbook.db.programs import find_programs
from moltbook.db.trouble import ProgramsMissing, ServerTooOld
from moltbook.db.tuning import managed_settings

GIB = 2**30


@pytest.fixture
def installation(tmp_path):
    def write(answer):
        for name in ("postgres", "initdb"):
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\necho '{answer}'\n")
            program.chmod(0o755)
        return tmp_path

    return write


def test_the_programs_that_came_with_us_are_new_enough():
    assert find_programs(None).major >= 18


@pytest.mark.parametrize("said", ["postgres (PostgreSQL) 16.2 (Debian 16.2-1)", "postgres (PostgreSQL) 16beta1"])
def test_another_installation_says_its_version(installation, said):
    assert find_programs(installation(said)).major == 16


def test_an_old_installation_is_refused(installation):
    with pytest.raises(ServerTooOld, match="PostgreSQL 15"):
        find_programs(installation("postgres (PostgreSQL) 15.3"))


def test_a_folder_without_programs_is_refused_with_other_ways(tmp_path):
    with pytest.raises(ProgramsMissing) as refused:
        find_programs(tmp_path)
    assert "MOLTBOOK_PG_BIN" in refused.value.hint
    assert "DATABASE_URL" in refused.value.hint


def test_programs_that_talk_nonsense_are_refused(installation):
    with pytest.raises(ProgramsMissing, match="nonsense"):
        find_programs(installation("nonsense"))


def test_settings_fit_the_machine(tmp_path):
    large = managed_settings(64 * GIB, 500 * GIB, tmp_path, {})
    small = managed_settings(2 * GIB, 4 * GIB, tmp_path, {})
    assert "shared_buffers = '4096MB'" in large
    assert "max_wal_size = '4096MB'" in large
    assert "shared_buffers = '512MB'" in small
    assert "max_wal_size = '1024MB'" in small


def test_a_wish_replaces_our_setting_and_is_quoted(tmp_path):
    text = managed_settings(GIB, GIB, tmp_path, {"jit": "on", "cluster_name": "it's \\ ours"})
    assert "jit = 'on'" in text
    assert "jit = 'off'" not in text
    assert "cluster_name = 'it''s \\\\ ours'" in text
