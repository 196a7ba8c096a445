"""The cluster: the folder PostgreSQL keeps its own files in.

In this room: making one, telling whether there is one, and which version wrote it.
Not here: running a server on it (embedded).
"""

import shutil
import subprocess
import sys
from pathlib import Path

from moltbook.db.account import Account, hand_over, run_as
from moltbook.db.folder import explain_end
from moltbook.db.programs import Programs
from moltbook.db.trouble import FolderNotUsable, WrongMajorVersion

DATABASE = "moltbook"


def create_cluster(cluster: Path, programs: Programs, account: Account, *, options: list[str]) -> None:
    """Make the cluster beside its place and move it there whole, so that a half-made one is never met.

    Raises: DiskFull, FolderNotUsable, DidNotStart.
    """
    draft = cluster.with_name(cluster.name + ".new")
    if draft.exists():
        shutil.rmtree(draft)
    hand_over(draft, account)
    # The built-in locale sorts the same on every machine for ever, so an upgrade of libc cannot spoil an index.
    # The search parser still asks libc what a letter is, hence the ctype beside it.
    ctype = "C.UTF-8" if sys.platform == "linux" else "C"
    locale = ["--locale=C", f"--lc-ctype={ctype}"]
    if programs.major >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    fixed = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--data-checksums"]
    try:
        run_as(account, [programs.path("initdb"), "-D", draft, *fixed, *locale, *options])
    except subprocess.CalledProcessError as error:
        (cluster.parent / "postgres.log").write_text(error.stdout)
        raise explain_end(cluster.parent, error.stdout) from error
    draft.rename(cluster)


def is_cluster(folder: Path) -> bool:
    """Whether PostgreSQL made this folder; anything else but an empty one is refused. Raises: FolderNotUsable."""
    if not folder.exists():
        return False
    if (folder / "PG_VERSION").exists():
        return True
    if any(folder.iterdir()):
        raise FolderNotUsable(
            f"{folder} is not empty and not a database of PostgreSQL.",
            "Choose another data folder with --data, or move this one away.",
        )
    folder.rmdir()
    return False


def ensure_same_major(cluster: Path, programs: Programs) -> None:
    """Raises: WrongMajorVersion."""
    written_by = (cluster / "PG_VERSION").read_text().strip()
    if written_by == str(programs.major):
        return
    raise WrongMajorVersion(
        f"The database in {cluster} was written by PostgreSQL {written_by}; "
        f"the programs in {programs.folder} are PostgreSQL {programs.major}.",
        f"To open it as it is, set MOLTBOOK_PG_BIN to the programs of PostgreSQL {written_by} "
        f"(such as /usr/lib/postgresql/{written_by}/bin). To move on to PostgreSQL {programs.major}, run pg_upgrade on "
        f"it, or pg_dump the database '{DATABASE}' with the old programs and restore it into a new data folder.",
    )
