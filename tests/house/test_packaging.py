"""The packages we stand on: each explained, each locked by hash, and nothing in a lock but packages."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.house.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN = PROJECT["project"]["dependencies"]
GROUPS = PROJECT["dependency-groups"]
LOCKS = {
    "requirements.lock": [*RUN, *GROUPS["build"], *GROUPS["weights"]],
    "requirements-dev.lock": [*RUN, *GROUPS["build"], *GROUPS["weights"], *GROUPS["dev"]],
    "requirements-examples.lock": [*GROUPS["examples"], *GROUPS["build"]],
}


def bare_name(requirement: str) -> str:
    """A requirement without extras, versions and markers."""
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]


def locked(lock: str) -> dict[str, tuple[str, int]]:
    """The lock's packages with their version and the number of their hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            pinned = re.fullmatch(
                r"([a-z0-9-]+)==(\S+)(?: ; [^-]+?)?((?:\s+--hash=sha256:[0-9a-f]{64})+)", line.strip()
            )
            assert pinned, f"{lock}: {line[:80]}"
            found[pinned[1]] = (pinned[2], pinned[3].count("--hash"))
    return found


def test_every_package_we_name_is_explained() -> None:
    page = (ROOT / "docs/reference/dependencies.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    groups = [RUN, *GROUPS.values(), *PROJECT["project"]["optional-dependencies"].values()]
    named = {bare_name(requirement) for group in groups for requirement in group}
    assert sorted(explained) == sorted(named)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_we_name_is_locked_by_hash(lock: str) -> None:
    packages = locked(lock)
    assert {bare_name(requirement) for requirement in LOCKS[lock]} <= packages.keys()
    assert all(hashes for _, hashes in packages.values())


def test_both_locks_agree() -> None:
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert run.items() <= dev.items()


def test_the_second_model_runtime_stays_out() -> None:
    assert locked("requirements-dev.lock").keys().isdisjoint({"llm", "llama-cpp-python"})


def test_the_version_is_said_once() -> None:
    source = (ROOT / "src/moltbook/__init__.py").read_text(encoding="utf-8")
    assert f'__version__ = "{PROJECT["project"]["version"]}"' in source
    assert f"## {PROJECT['project']['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
