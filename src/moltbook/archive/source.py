"""The file: opening an archive, unpacking it while it is read, and counting its lines.

What a file is, its first bytes tell; its name does not matter. A line longer than any honest thread is refused
before it fills the memory.
"""

import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moltbook.archive.trouble import BadLine, BadLines, DamagedFile, EmptyArchive, NoSuchFile, NotAnArchive

MOST_LINE_BYTES = 128 * 1024 * 1024

_ACCEPTED = "Give a .jsonl file, plain or packed as .gz or .xz, with one thread a line."
_XZ = b"\xfd7zXZ\x00"
_GZIP = b"\x1f\x8b"
_OTHERS = {
    b"PK\x03\x04": "a zip archive",
    b"\x28\xb5\x2f\xfd": "packed with zstd",
    b"BZh": "packed with bzip2",
    b"7z\xbc\xaf": "a 7z archive",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "an SQLite database",
    b"%PDF": "a PDF file",
}
_BOM = b"\xef\xbb\xbf"
_HEAD_BYTES = 4096

_Stream = io.BufferedReader | lzma.LZMAFile | gzip.GzipFile


class Source:
    """The lines of an archive, and how much of the file they have used."""

    def __init__(self, path: Path, file: io.BufferedReader, size: int) -> None:
        self._path = path
        self._file = file
        self.size = size

    @property
    def read(self) -> int:
        """Bytes of the file used so far."""
        return self._file.tell()

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Every line that is not blank, with its number from 1.

        Raises: NotAnArchive, DamagedFile, EmptyArchive, BadLines.
        """
        number = found = 0
        try:
            stream = self._unpacked()
            while line := stream.readline(MOST_LINE_BYTES + 1):
                number += 1
                if len(line) > MOST_LINE_BYTES:
                    raise BadLines([BadLine(number, f"it is longer than {MOST_LINE_BYTES:,} bytes")])
                if number == 1:
                    line = line.removeprefix(_BOM)
                line = line.strip()
                if line:
                    found += 1
                    yield number, line
        except (EOFError, lzma.LZMAError, gzip.BadGzipFile, zlib.error) as error:
            ended = "ends too early" if isinstance(error, EOFError) else f"is damaged ({error})"
            raise DamagedFile(
                f"{self._path} {ended}, somewhere after line {number:,}; nothing was loaded.",
                "Get a complete copy of the file, then try again.",
            ) from error
        if not found:
            raise EmptyArchive(f"{self._path} holds no thread.", _ACCEPTED)

    def _unpacked(self) -> _Stream:
        file = self._file
        stream: lzma.LZMAFile | gzip.GzipFile
        head = file.peek(_HEAD_BYTES)
        self._ensure_may_be_archive(head)
        if head.startswith(_XZ):
            stream = lzma.LZMAFile(file)  # noqa: SIM115 - `open_source` closes the file below it
        elif head.startswith(_GZIP):
            stream = gzip.GzipFile(fileobj=file)
        else:
            return file
        self._ensure_may_be_archive(stream.peek(_HEAD_BYTES), "holds ")
        return stream

    def _ensure_may_be_archive(self, head: bytes, how: str = "is ") -> None:
        kind = next((name for magic, name in _OTHERS.items() if head.startswith(magic)), None)
        if kind is None and head.removeprefix(_BOM).lstrip().startswith(b"["):
            kind = "one JSON array"
        if kind is None and not head.startswith((_XZ, _GZIP)) and b"\x00" in head:
            kind = "binary data"
        if kind is not None:
            raise NotAnArchive(f"{self._path} {how}{kind}.", _ACCEPTED)


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open an archive.

    Raises: NoSuchFile, NotAnArchive.
    """
    try:
        if path.is_dir():
            raise NotAnArchive(f"{path} is a folder.", _ACCEPTED)
        if path.exists() and not path.is_file():
            raise NotAnArchive(f"{path} is no ordinary file.", _ACCEPTED)
        file = path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise NoSuchFile(f"{path} cannot be read: {reason}.", "Check the path and its permissions.") from error
    with file:
        yield Source(path, file, path.stat().st_size)
