"""The direction of the house: kernel ◀ db ◀ log ◀ slices ◀ doors ◀ app, and who may know whom.

ORDER is the contract. A new package gets its line here in the commit that makes it.
"""

from __future__ import annotations

import ast

import pytest

from tests.house.sources import Import, all_imports, imports_of, modules

# A package may import what stands above it; the lines with a star are the slices and the doors.
ORDER = (
    "kernel",
    "settings",
    "db",
    "log",
    "house",
    *("images", "agents", "verification", "submolts", "modlog", "measures", "follows", "identity"),
    *("posts", "comments", "answers", "votes", "verdicts", "messages", "rooms", "talks"),
    *("moderation", "labels", "webhooks", "memory", "presence", "interest", "lives"),
    "owners",
    *("activity", "feeds", "past", "profiles", "search", "discovery", "observers", "notifications", "home", "archive"),
    *("api", "bulk", "gateway", "skill", "mcp", "web"),
    "lab",
    "site",
    "app",
    "stage",
    "cli",
)
SLICES = frozenset(ORDER[ORDER.index("images") : ORDER.index("api")])

# The laboratory knows the record, the archives and the database they stand in, and nothing of how a society works.
KNOWN_TO_LAB = frozenset({"kernel", "db", "log", "archive"})

# Its experiments set a whole network on a stage, and minds into it.
EXPERIMENTS = "moltbook.lab.experiment"
KNOWN_TO_EXPERIMENTS = frozenset({"stage", "settings", "client", "minds"})

# These live on the other side of the public API and stand outside the order: they know the server as strangers do.
STRANGERS = {"client": frozenset[str](), "minds": frozenset({"client"})}
# Who starts the strangers may name them.
MAY_NAME_STRANGERS = frozenset({"app", "cli"})


def package_of(dotted: str) -> str:
    """The room a module lies in; the bare package itself, with its version, is nobody's room."""
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 else ""


def complaint(found: Import) -> str | None:
    """Why this import is not allowed, if it is not."""
    here, there = package_of(found.importer), package_of(found.imported)
    if here == there or there in ("", "__version__"):
        return None
    if here == "":
        return f"{found}: the bare package imports nothing"
    if here in STRANGERS:
        return None if there in STRANGERS[here] else f"{found}: {here} knows the server only through its API"
    if found.importer.startswith(EXPERIMENTS) and there in KNOWN_TO_EXPERIMENTS:
        return None
    if there in STRANGERS:
        return None if here in MAY_NAME_STRANGERS else f"{found}: the server knows its guests only through its API"
    if here == "lab" and there not in KNOWN_TO_LAB:
        return f"{found}: the laboratory studies a society from the outside"
    if unplaced := {here, there} - {*ORDER}:
        return f"{found}: {unplaced} has no line in ORDER"
    if ORDER.index(there) > ORDER.index(here):
        return f"{found}: {there} ranks above {here}; let it hear of this as an event"
    if {here, there} <= SLICES and reaches_inside(found.imported):
        return f"{found}: a slice uses another only through its package's public names"
    return None


def reaches_inside(imported: str) -> bool:
    """Whether the name lies in a module of another package and not in the package itself."""
    parts = imported.split(".")
    return len(parts) > 3 or imported in modules()


def test_every_package_has_its_place_in_the_order() -> None:
    rooms = {package_of(name) for name in modules()} - {"", "__main__"}
    assert rooms <= {*ORDER, *STRANGERS}, "give the new package a line in ORDER"


def test_imports_point_only_downwards() -> None:
    complaints = [text for found in all_imports() if (text := complaint(found))]
    assert not complaints, "\n".join(complaints)


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("moltbook.kernel.ids", "from moltbook.db import pool"),
        ("moltbook.agents.acts", "def act():\n    from moltbook.votes import CastVote"),
        ("moltbook.agents.acts", "from .. import api"),
        ("moltbook.votes.acts", "from moltbook.posts.acts import PublishPost"),
        ("moltbook.client.core", "import moltbook.kernel.errors"),
        ("moltbook.minds.runner", "from moltbook.agents import Agent"),
        ("moltbook.web.pages", "from moltbook import minds"),
        ("moltbook.lab.measure", "from moltbook.votes import VoteCast"),
        ("moltbook.lab.measure", "from moltbook.minds.life import Life"),
        ("moltbook.lab.experiment.play", "from moltbook.votes import VoteCast"),
    ],
)
def test_a_forbidden_import_is_seen(importer: str, source: str) -> None:
    assert [complaint(found) for found in imports_of(importer, source, is_package=False)] != [None]


@pytest.mark.parametrize(
    ("importer", "source"),
    [
        ("moltbook.votes.acts", "from moltbook.posts import Post"),
        ("moltbook.votes.acts", "from .model import CastVote"),
        ("moltbook.api.app", "from moltbook.posts.endpoints import ENDPOINTS"),
        ("moltbook.minds.runner", "from moltbook.client import AsyncMoltbook"),
        ("moltbook.cli.up", "from moltbook.minds.runner import run"),
        ("moltbook.api.openapi", "from moltbook import __version__"),
        ("moltbook.lab.sources", "from moltbook.archive.source import open_source"),
        ("moltbook.lab.experiment.play", "from moltbook.minds.life import Life"),
    ],
)
def test_an_allowed_import_is_left_alone(importer: str, source: str) -> None:
    assert [complaint(found) for found in imports_of(importer, source, is_package=False)] == [None]


def test_every_module_has_its_sign_on_the_door() -> None:
    unsigned = [
        name for name, path in modules().items() if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not unsigned
