"""The data folder: its lock, its log, its socket folder, its room on the disk.

In this room: everything about the folder that is not the cluster itself.
Not here: the cluster and its server (embedded, postmaster).
"""

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import stat
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

from moltbook.db.account import Account
from moltbook.db.trouble import DatabaseTrouble, DataFolderInUse, DidNotStart, DiskFull, FolderNotUsable

_MIB = 2**20
_ROOM_TO_START_BYTES = 64 * _MIB
_ROOM_TO_CREATE_BYTES = 192 * _MIB
_LOG_LIMIT_BYTES = 10 * _MIB
_LONGEST_SOCKET_PATH = 107 if sys.platform == "linux" else 103  # sun_path of unix(7) and unix(4), less the final zero
_SOCKET_NAME = ".s.PGSQL.5432"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")  # what needs no quoting in an address or a settings file


class FolderLock:
    """The right to run the database of a folder, held by one process and let go by the kernel when it dies."""

    def __init__(self, file: Path) -> None:
        """Take the lock. Raises: DataFolderInUse."""
        self._handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._handle, 32).decode(errors="replace").strip() or "unknown"
            os.close(self._handle)
            raise DataFolderInUse(
                f"The database in {file.parent} is already run by another Moltbook (process {holder}).",
                "Use that one, stop it first, or choose another folder with --data.",
            ) from None
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)
        _held.add(self)

    def release(self) -> None:
        """Let the next one have it; more than once does no harm."""
        if self in _held:
            _held.discard(self)
            os.close(self._handle)


_held: "weakref.WeakSet[FolderLock]" = weakref.WeakSet()


def _forget_locks() -> None:
    # A forked worker shares the lock's file and would keep it locked after its parent was killed.
    for lock in list(_held):
        lock.release()


os.register_at_fork(after_in_child=_forget_locks)


@contextlib.contextmanager
def in_plain_words(folder: Path) -> Iterator[None]:
    """Turn what the file system says about the folder into trouble an operator can act on.

    Raises: DiskFull, FolderNotUsable.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full(folder) from error
        raise FolderNotUsable(
            f"The data folder {folder} cannot be used: {error.strerror or error} ({error.filename or folder}).",
            "Choose a folder you may write to with --data, or mend its owner and mode.",
        ) from error


def make_data_dir(folder: Path) -> None:
    """Create the data folder, closed to the eyes of others."""
    # Under root the server's own user must walk through, so the folder may be entered but not listed.
    folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)


def ensure_room(folder: Path, *, for_new_cluster: bool) -> None:
    """Refuse to begin on a disk that would be full at once. Raises: DiskFull."""
    if shutil.disk_usage(folder).free < (_ROOM_TO_CREATE_BYTES if for_new_cluster else _ROOM_TO_START_BYTES):
        raise _disk_full(folder)


def _disk_full(folder: Path) -> DiskFull:
    return DiskFull(
        f"Too little space is left in {folder} ({shutil.disk_usage(folder).free // _MIB} MiB).",
        "Make room, or move the folder to a larger disk and name it with --data.",
    )


def socket_folder(data_dir: Path, account: Account) -> Path:
    """Where the server's socket goes: beside the data, or under /tmp if that path is too long for a socket.

    Raises: FolderNotUsable.
    """
    beside = data_dir / "run"
    if len(os.fsencode(beside / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH and _PLAIN_PATH.fullmatch(str(beside)):
        _make_private(beside, account)
        return beside
    key = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    apart = Path(f"/tmp/moltbook-{account.uid}-{key}")  # noqa: S108 - made and checked to be ours alone
    _make_private(apart, account)
    return apart


def _make_private(folder: Path, account: Account) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    # In a folder others may write to, somebody could have laid their own folder or a link in our place.
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()):
        raise FolderNotUsable(
            f"{folder}, where the database's socket belongs, is not a folder of ours.",
            f"Look what it is and remove it: rm -r {folder}",
        )
    folder.chmod(0o700)
    if found.st_uid != account.uid:
        os.chown(folder, account.uid, account.gid)


def rotate(log: Path) -> None:
    """Begin a new log file when the old one has grown large, keeping one."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT_BYTES:
        log.replace(log.with_name(log.name + ".1"))


def write_whole(file: Path, text: str) -> None:
    """Replace the file's text so that a reader, or a crash, sees the old or the new and nothing between."""
    draft = file.with_name(file.name + ".new")
    draft.write_text(text)
    draft.chmod(0o644)
    draft.replace(file)


def keep_owner(data_dir: Path, *files: Path) -> None:
    """Give what root wrote to the folder's owner, who may start the server next time."""
    if os.geteuid() != 0:
        return
    owner = data_dir.stat()
    for file in files:
        os.chown(file, owner.st_uid, owner.st_gid, follow_symlinks=False)


def explain_end(data_dir: Path, said: str) -> DatabaseTrouble:
    """Why PostgreSQL ended instead of starting, from what it wrote to its log."""
    last = " / ".join(line.strip() for line in said.strip().splitlines()[-3:]) or "nothing"
    if "No space left on device" in said:
        return _disk_full(data_dir)
    if "shared memory" in said and ("Cannot allocate memory" in said or "could not map" in said):
        hint = "Give the machine or container more memory; shared_buffers in postgres.conf shows what was asked for."
    elif "Permission denied" in said:
        return FolderNotUsable(
            f"PostgreSQL may not read its own files in {data_dir}: {last}.", "Mend the owner of the files named."
        )
    else:
        hint = f"The whole story is in {data_dir / 'postgres.log'}."
    return DidNotStart(f"PostgreSQL ended while starting: {last}.", hint)
