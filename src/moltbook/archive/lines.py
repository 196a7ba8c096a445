"""One line of an archive, read: mended where redaction broke it, cut where it is deeper than the decoder.

In this room: bytes to a `Thread`. Not here: what its parts become (threads), the file (source).
"""

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from moltbook.archive.model import Comment, Thread

# Mail addresses in the real archive were redacted with the `n` of an escaped line break in front of them: `\[redacted`
# stands where `\n[redacted` stood. An even number of backslashes before it is text and stays.
_BROKEN = re.compile(rb"(?<!\\)((?:\\\\)*)\\(?=\[redacted)")
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)

# The decoder walks with the machine's stack and stops at some hundred levels, as Python does.
_LEVELS = 100

Shape = TypeVar("Shape")

_thread = msgspec.json.Decoder(Thread).decode
_comments = msgspec.json.Decoder(list[Comment]).decode


class Unreadable(Exception):
    """The line is no thread; the text says why."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line as read. `parts` holds the replies that were cut out of a very deep one, by their number."""

    thread: Thread
    mended: bool
    parts: dict[int, bytes]

    def replies_of(self, comment: Comment) -> list[Comment]:
        """The answers to a comment.

        Raises: Unreadable.
        """
        match comment.replies:
            case None:
                return []
            case int(number):
                # Taken out, so that a forged number cannot lead round in a circle.
                part = self.parts.pop(number, None)
                if part is None:
                    raise Unreadable(f"replies of comment {comment.id} is a number")
                return _plainly(_comments, part)
            case replies:
                return replies


def read_line(line: bytes) -> Line:
    """Read a line, repairing what redaction broke.

    Raises: Unreadable.
    """
    try:
        return _read(line, mended=False)
    except Unreadable:
        mended = _BROKEN.sub(rb"\1\\n", line)
        if mended == line:
            raise
        return _read(mended, mended=True)


def _read(line: bytes, *, mended: bool) -> Line:
    try:
        return Line(_plainly(_thread, line), mended, {})
    except RecursionError:
        whole, parts = _cut(line)
        try:
            return Line(_plainly(_thread, whole), mended, parts)
        except RecursionError as error:
            raise Unreadable("it is nested too deeply") from error


def _plainly(decode: Callable[[bytes], Shape], text: bytes) -> Shape:
    try:
        return decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(str(error)) from error


def _cut(line: bytes) -> tuple[bytes, dict[int, bytes]]:
    """Take every list that opens a hundred levels down out of the line and put its number in its place."""
    parts: dict[int, bytes] = {}
    open_parts: list[list[bytes]] = [[]]
    levels = [0]
    done = 0
    for token in _TOKEN.finditer(line):
        mark = token[0]
        if mark in (b"[", b"{"):
            if mark == b"[" and levels[-1] >= _LEVELS:
                open_parts[-1].append(line[done : token.start()])
                open_parts.append([])
                levels.append(0)
                done = token.start()
            levels[-1] += 1
        elif mark in (b"]", b"}"):
            levels[-1] -= 1
            if levels[-1] == 0 and len(levels) > 1:
                levels.pop()
                number = len(parts)
                parts[number] = b"".join((*open_parts.pop(), line[done : token.end()]))
                open_parts[-1].append(b"%d" % number)
                done = token.end()
    open_parts[-1].append(line[done:])
    return b"".join(open_parts[0]), parts
