"""Passage: letting one system user walk through folders that are closed to others.

In this room: an access-list entry "this user may enter, not list" on each closed folder along a path.
Not here: who that user is (account).

PostgreSQL refuses to run as root, so under root it runs as a user of its own, and that user must reach its
programs and its data even below a home such as /root (mode 700). An entry for one user opens less than
`chmod o+x`, and nothing at all is changed where the way is already open.
"""

import errno
import os
import struct
import sys
from pathlib import Path

import msgspec

from moltbook.db.trouble import FolderNotUsable

_NAME = "system.posix_acl_access"
_VERSION = struct.pack("<I", 2)  # linux/posix_acl_xattr.h
_NO_ID = 0xFFFFFFFF
_OWNER, _USER, _OWNING_GROUP, _GROUP, _MASK, _OTHERS = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_ENTER = 1


class _Entry(msgspec.Struct, frozen=True, order=True):
    tag: int
    id: int
    rights: int


def let_through(path: Path, uid: int) -> None:
    """Let the user enter the folder and every folder above it.

    Raises: FolderNotUsable.
    """
    for folder in (*reversed(path.parents), path):
        if not _may_enter(folder, uid):
            _grant(folder, uid)


def _may_enter(folder: Path, uid: int) -> bool:
    status = folder.stat()
    owner_bits = 0o100 if status.st_uid == uid else 0o001
    return bool(status.st_mode & owner_bits) or _granted(_entries(folder), uid)


def _granted(entries: list[_Entry], uid: int) -> bool:
    mask = next((entry.rights for entry in entries if entry.tag == _MASK), 0)
    return any(entry.tag == _USER and entry.id == uid and entry.rights & mask & _ENTER for entry in entries)


def _grant(folder: Path, uid: int) -> None:
    entries = _entries(folder)
    mask = next((entry.rights for entry in entries if entry.tag == _MASK), 0o7)
    # The mask must grow to let our entry count, so what it held back before is taken from the entries themselves.
    kept = [
        msgspec.structs.replace(entry, rights=entry.rights & mask)
        if entry.tag in (_USER, _OWNING_GROUP, _GROUP)
        else entry
        for entry in entries
        if entry.tag != _MASK and not (entry.tag == _USER and entry.id == uid)
    ]
    shared = _ENTER
    for entry in kept:
        if entry.tag in (_USER, _OWNING_GROUP, _GROUP):
            shared |= entry.rights
    wanted = sorted([*kept, _Entry(_USER, uid, _ENTER), _Entry(_MASK, _NO_ID, shared)])
    packed = _VERSION + b"".join(struct.pack("<HHI", entry.tag, entry.rights, entry.id) for entry in wanted)
    try:
        _write(folder, packed)
    except OSError as error:
        raise FolderNotUsable(
            f"PostgreSQL runs as a system user of its own here and that user cannot pass through {folder}.",
            f"Allow it with `chmod o+x {folder}`, choose a folder elsewhere with --data, or do not run as root.",
        ) from error


def _entries(folder: Path) -> list[_Entry]:
    packed = _read(folder)
    if packed is None:
        mode = folder.stat().st_mode
        bits = ((_OWNER, mode >> 6), (_OWNING_GROUP, mode >> 3), (_OTHERS, mode))
        return [_Entry(tag, _NO_ID, right & 0o7) for tag, right in bits]
    return [_Entry(tag, who, rights) for tag, rights, who in struct.iter_unpack("<HHI", packed[len(_VERSION) :])]


def _read(folder: Path) -> bytes | None:
    if sys.platform != "linux":
        return None
    try:
        return os.getxattr(folder, _NAME)
    except OSError as error:
        if error.errno in (errno.ENODATA, errno.ENOTSUP):
            return None
        raise


def _write(folder: Path, packed: bytes) -> None:
    if sys.platform != "linux":
        raise OSError(errno.ENOTSUP, "no access lists of this kind", str(folder))
    os.setxattr(folder, _NAME, packed)
