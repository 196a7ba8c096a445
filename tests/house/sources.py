"""The repository as the tests of the house see it: which files it has, and which of its modules import which.

Not here: what is allowed (the tests beside this file).
"""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "moltbook"


def files_of_the_repository() -> list[Path]:
    """Every file that is, or is about to be, in the repository; what .gitignore names is not."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    return {module_name(path, PACKAGE.parent): path for path in sorted(PACKAGE.rglob("*.py"))}


def module_name(path: Path, source_root: Path) -> str:
    parts = path.relative_to(source_root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@dataclass(frozen=True)
class Import:
    """One name that one module takes from another, both dotted."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def imports_of(name: str, source: str, *, is_package: bool) -> Iterator[Import]:
    """What a module imports of moltbook, wherever in the file; `from a import b` counts as `a.b`."""
    package = name.split(".") if is_package else name.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            found = [f"{origin}.{alias.name}" for alias in node.names]
        else:
            continue
        for imported in found:
            if imported.split(".")[0] == "moltbook":
                yield Import(name, imported, node.lineno)


def all_imports() -> Iterator[Import]:
    for name, path in modules().items():
        yield from imports_of(name, path.read_text(encoding="utf-8"), is_package=path.name == "__init__.py")
