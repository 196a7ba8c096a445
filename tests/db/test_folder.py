"""The folder around the cluster: room, locks, sockets, and the words for what is wrong."""

import errno
import os
from pathlib import Path

import pytest

from moltbook.db.account import Account
from moltbook.db.folder import (
    FolderLock,
    ensure_room,
    explain_end,
    in_plain_words,
    socket_folder,
)
from moltbook.db.trouble import DataFolderInUse, DidNotStart, DiskFull, FolderNotUsable

OURSELVES = Account(uid=os.geteuid(), gid=os.getegid(), borrowed=False)


def test_a_lock_is_held_once_and_released_for_the_next(tmp_path):
    first = FolderLock(tmp_path / "lock")
    with pytest.raises(DataFolderInUse, match=str(os.getpid())):
        FolderLock(tmp_path / "lock")
    first.release()
    first.release()
    FolderLock(tmp_path / "lock").release()


def test_a_forked_child_does_not_keep_the_lock(tmp_path):
    lock = FolderLock(tmp_path / "lock")
    alive, say_alive = os.pipe()
    wait_for_end, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(end)
        os.write(say_alive, b"!")
        os.read(wait_for_end, 1)
        os._exit(0)
    os.read(alive, 1)
    lock.release()
    FolderLock(tmp_path / "lock").release()
    for handle in (alive, say_alive, wait_for_end, end):
        os.close(handle)
    os.waitpid(child, 0)


def test_a_disk_without_room_is_refused():
    with pytest.raises(DiskFull, match="0 MiB"):
        ensure_room(Path("/proc"), for_new_cluster=False)


@pytest.mark.parametrize(
    ("number", "trouble"), [(errno.ENOSPC, DiskFull), (errno.EROFS, FolderNotUsable), (errno.EACCES, FolderNotUsable)]
)
def test_what_the_file_system_says_becomes_advice(tmp_path, number, trouble):
    with pytest.raises(trouble) as told, in_plain_words(tmp_path):
        raise OSError(number, os.strerror(number), str(tmp_path / "pg"))
    assert "--data" in told.value.hint


@pytest.mark.parametrize(
    ("said", "trouble", "part"),
    [
        ("FATAL:  could not write lock file: No space left on device", DiskFull, "Make room"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", DidNotStart, "more memory"),
        ('FATAL:  could not open file "base/1": Permission denied', FolderNotUsable, "owner"),
        ("FATAL:  something new", DidNotStart, "postgres.log"),
        ("", DidNotStart, "postgres.log"),
    ],
)
def test_the_end_of_a_server_is_explained_from_its_log(tmp_path, said, trouble, part):
    explained = explain_end(tmp_path, said)
    assert type(explained) is trouble
    assert part in str(explained)


def test_a_folder_laid_in_the_place_of_our_socket_is_not_trusted(tmp_path):
    data = tmp_path / ("b" * 120)
    ours = socket_folder(data, OURSELVES)
    assert socket_folder(data, OURSELVES) == ours
    ours.rmdir()
    ours.symlink_to(tmp_path)
    try:
        with pytest.raises(FolderNotUsable, match="not a folder of ours"):
            socket_folder(data, OURSELVES)
    finally:
        ours.unlink()
