"""The account: which system user runs PostgreSQL, and what it must be able to reach.

In this room: choosing (and under root creating) that user, handing folders to it, running programs as it.
Not here: opening the way through closed folders (passage), the programs themselves (programs).
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from moltbook.db.passage import let_through
from moltbook.db.programs import Programs
from moltbook.db.trouble import FolderNotUsable

SYSTEM_USER = "moltbook-pg"


class Account(msgspec.Struct, frozen=True):
    """The system user PostgreSQL runs as; `borrowed` when it is not ourselves."""

    uid: int
    gid: int
    borrowed: bool

    @property
    def user(self) -> int | None:
        """What subprocess calls `user`."""
        return self.uid if self.borrowed else None

    @property
    def group(self) -> int | None:
        return self.gid if self.borrowed else None

    @property
    def other_groups(self) -> list[int] | None:
        return [] if self.borrowed else None


def account_for(cluster: Path) -> Account:
    """Run as ourselves; under root as the owner of the cluster, or as a system user made for it.

    Raises: FolderNotUsable.
    """
    owner = cluster.stat() if cluster.exists() else None
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise FolderNotUsable(
                f"The database in {cluster} belongs to the system user {_name_of(owner.st_uid)}, not to you.",
                "Start Moltbook as the user who started it first (as root if that was root).",
            )
        return Account(uid=os.geteuid(), gid=os.getegid(), borrowed=False)
    if owner is not None and owner.st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid, borrowed=True)
    entry = _system_user()
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, borrowed=True)


def hand_over(folder: Path, account: Account) -> None:
    """Make the folder, new or restored by root from a copy, the account's own and nobody else's."""
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    if folder.stat().st_uid == account.uid:
        return
    for here, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(here, name), account.uid, account.gid, follow_symlinks=False)
    # The folder itself comes last: it is what tells the next start that the work is done.
    os.chown(folder, account.uid, account.gid)


def ensure_reach(account: Account, programs: Programs, data_dir: Path) -> None:
    """See to it that the account can run the programs and enter the data folder.

    Raises: FolderNotUsable.
    """
    if not account.borrowed:
        return
    let_through(data_dir, account.uid)
    for folder in (programs.folder, *programs.own_trees):
        let_through(folder, account.uid)
    if _can_run(account, programs):
        return
    for tree in programs.own_trees:
        _open_to_read(tree)
    if not _can_run(account, programs):
        raise FolderNotUsable(
            f"PostgreSQL runs as the system user {_name_of(account.uid)} here, who cannot run"
            f" {programs.path('postgres')}.",
            "Install Moltbook where every user may read it, or do not run as root.",
        )


def _can_run(account: Account, programs: Programs) -> bool:
    for name in ("postgres", "initdb"):
        command: list[str | Path] = [programs.path(name), "--version"]
        try:
            run_as(account, command)
        except (OSError, subprocess.CalledProcessError):
            return False
    return True


def run_as(account: Account, command: Sequence[str | Path]) -> str:
    """Run a program of PostgreSQL to its end and return what it said."""
    return subprocess.run(
        command,
        user=account.user,
        group=account.group,
        extra_groups=account.other_groups,
        env=clean_environment(),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=True,
    ).stdout


def clean_environment() -> dict[str, str]:
    """The environment without what PostgreSQL would take as an order (PGPORT, PGDATA, a language for its log)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _open_to_read(tree: Path) -> None:
    # Only files that came in our own wheel: public programs, closed by nothing but a strict umask at install time.
    for here, _, files in os.walk(tree):
        Path(here).chmod(Path(here).stat().st_mode | 0o055)
        for name in files:
            file = Path(here, name)
            mode = file.stat().st_mode
            file.chmod(mode | 0o044 | (mode & 0o100) >> 3 | (mode & 0o100) >> 6)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    maker = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    said = "there is no program useradd"
    if maker is not None:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/", "--shell", "/usr/sbin/nologin"]
        done = subprocess.run([maker, *options, SYSTEM_USER], capture_output=True, text=True, check=False)
        said = done.stderr.strip()
    try:
        # Asked again whatever useradd answered: another start may have made the same user meanwhile.
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise FolderNotUsable(
            f"PostgreSQL refuses to run as root and the system user {SYSTEM_USER} could not be made ({said}).",
            f"Make the user {SYSTEM_USER} yourself, or do not run as root.",
        ) from None


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
