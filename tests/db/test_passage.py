"""Letting one user through closed folders, as the kernel itself enforces it."""

import os
import subprocess

import pytest

from moltbook.db.passage import let_through

ONE = 54321
ANOTHER = 54322


def entry_works(folder, uid):
    """Whether that user may really enter; only root can become somebody else to try."""
    return succeeds(["ls", "-d", f"{folder}/."], uid)


def succeeds(command, uid):
    done = subprocess.run(command, user=uid, group=uid, extra_groups=[], capture_output=True, check=False)
    return done.returncode == 0


@pytest.fixture
def closed(tmp_path):
    folder = tmp_path / "closed" / "inner"
    folder.mkdir(parents=True)
    for one in (folder, folder.parent):
        one.chmod(0o700)
    return folder


def test_the_entry_lets_one_user_in_and_says_nothing_to_others(closed):
    let_through(closed, ONE)
    assert closed.stat().st_mode & 0o007 == 0
    assert closed.parent.stat().st_mode & 0o007 == 0
    if os.geteuid() == 0:
        assert entry_works(closed, ONE)
        assert not entry_works(closed, ANOTHER)
        assert not succeeds(["ls", closed], ONE)


def test_asking_again_changes_nothing(closed):
    let_through(closed, ONE)
    before = os.getxattr(closed, "system.posix_acl_access"), closed.stat().st_ctime_ns
    let_through(closed, ONE)
    assert (os.getxattr(closed, "system.posix_acl_access"), closed.stat().st_ctime_ns) == before


def test_a_folder_closed_again_is_opened_again_and_others_entries_stay(closed):
    let_through(closed, ANOTHER)
    let_through(closed, ONE)
    closed.chmod(0o700)
    let_through(closed, ONE)
    if os.geteuid() == 0:
        assert entry_works(closed, ONE)
        # Its entry was masked out by the chmod; opening for one must not quietly reopen for another.
        assert not entry_works(closed, ANOTHER)


def test_an_open_folder_is_not_touched(tmp_path):
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            let_through(parent, ONE)
    let_through(tmp_path, ONE)
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    with pytest.raises(OSError, match="No data"):
        os.getxattr(tmp_path, "system.posix_acl_access")
