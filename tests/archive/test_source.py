"""The file of an archive: whatever it is, it is read, or refused in words."""

import gzip
import lzma
import os
from pathlib import Path

import pytest

from moltbook.archive import ArchiveTrouble, BadLines, DamagedFile, EmptyArchive, NoSuchFile, NotAnArchive
from moltbook.archive import source as source_module
from moltbook.archive.source import open_source

LINES = b'{"a": 1}\n\n  \n{"b": 2}\r\n{"c": 3}'
READ = [(1, b'{"a": 1}'), (4, b'{"b": 2}'), (5, b'{"c": 3}')]


def lines_of(path: Path) -> list[tuple[int, bytes]]:
    with open_source(path) as source:
        return list(source.lines())


def refused(path: Path, kind: type[ArchiveTrouble]) -> str:
    with pytest.raises(kind) as caught:
        lines_of(path)
    assert caught.value.hint
    return caught.value.message


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress])
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.jsonl.xz", "threads"])
def test_packing_is_told_by_the_content_and_not_by_the_name(tmp_path: Path, name: str, pack: type[bytes]) -> None:
    path = tmp_path / name
    path.write_bytes(pack(LINES))
    assert lines_of(path) == READ


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbf" + LINES)
    assert lines_of(path) == READ


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_packed_file_that_ends_too_early_is_refused(tmp_path: Path, pack: type[bytes]) -> None:
    path = tmp_path / "a"
    packed = pack(b"".join(b'{"n": "%s"}\n' % os.urandom(40).hex().encode() for _ in range(5_000)))
    path.write_bytes(packed[: len(packed) // 2])
    assert "ends too early" in refused(path, DamagedFile)


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress])
def test_a_packed_file_with_a_wrong_byte_is_refused(tmp_path: Path, pack: type[bytes]) -> None:
    path = tmp_path / "a"
    packed = bytearray(pack(b"".join(b'{"n": "%s"}\n' % os.urandom(40).hex().encode() for _ in range(5_000))))
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(packed)
    assert "is damaged" in refused(path, DamagedFile)


@pytest.mark.parametrize("content", [b"", b"\n\n \n", gzip.compress(b"", mtime=0), lzma.compress(b"\n")])
def test_a_file_without_a_thread_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert "holds no thread" in refused(path, EmptyArchive)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04 and so on", "a zip archive"),
        (b"PAR1 and so on", "a Parquet file"),
        (b"\x28\xb5\x2f\xfd and so on", "zstd"),
        (b'  [{"post": 1}]', "one JSON array"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary data"),
        (gzip.compress(b"thread.jsonl\x00\x00\x00 as in a tar", mtime=0), "holds binary data"),
        (lzma.compress(b"PK\x03\x04"), "holds a zip archive"),
    ],
)
def test_another_kind_of_file_is_refused_by_its_name(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    assert what in refused(path, NotAnArchive)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path, NotAnArchive)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no ordinary file" in refused(tmp_path / "pipe", NotAnArchive)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "nowhere.xz", NoSuchFile)
    assert "cannot be read" in refused(tmp_path / ("long" * 100), NoSuchFile)


def test_a_line_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "MOST_LINE_BYTES", 1000)
    path = tmp_path / "a"
    path.write_bytes(b"{}\n" + b"{" * 2000)
    with pytest.raises(BadLines) as caught:
        lines_of(path)
    assert [line.number for line in caught.value.lines] == [2]
