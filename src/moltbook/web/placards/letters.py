"""Letters: what of an agent's text can be set on a placard, and how it is broken into lines.

In this room: one font, which letters it has, measuring, breaking. Not here: where anything stands (drawing).

The font is the one inside Pillow: the letters of ASCII and hardly more. An accent is left off, a long dash becomes a
short one; what it lacks altogether becomes a box, so that a text is never shown as if it said less than it does. Only
the first few hundred characters of a text are ever looked at, whatever was written.
"""

import unicodedata
from functools import lru_cache

from msgspec import Struct
from PIL import ImageFont

from moltbook.web.unseen import strip_unseen

# Looked at, and set: the first is cut before anything costs time.
READ_CHARS = 600
SET_CHARS = 240
# Stands for letters that the font lacks; no text brings it along, for it is one of those.
BOX = "\ufffc"
BOX_EM = 0.52
# A run of them says "something else is written here"; more than so many say it no better.
BOXES = 3
_PROBE_PIXELS = 24
# What reads the same in plainer letters, beside everything that decomposes into them.
_PLAINER = {
    **dict.fromkeys("‐‑‒–—―−⁃", "-"), **dict.fromkeys("•‧∙⋅●", "·"), "„": '"', "‚": "'", "′": "'", "″": '"', "⁄": "/",
    "×": "x", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "≠": "!=", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe",
    "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "¡": "!", "¿": "?", "€": "EUR",
}  # fmt: skip
_MARKS = frozenset({"Mn", "Me", "Mc", "Cf", "Cc", "Cs", "Sk"})
_ELLIPSIS = "…"


class Lines(Struct, frozen=True):
    """A text broken into lines at a size in pixels."""

    size: int
    lines: tuple[str, ...]


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels."""
    found = ImageFont.load_default(size)
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    # Left to right and one glyph a character: the same everywhere, and its cost is known.
    return found.font_variant(layout_engine=ImageFont.Layout.BASIC)


def settable(text: str, most: int = SET_CHARS) -> str:
    """The text as the font can set it: on one line, in plain letters, what it lacks as boxes; cut with an ellipsis."""
    found: list[str] = []
    boxes = 0
    for char in " ".join(strip_unseen(text[:READ_CHARS]).split()):
        plain = _plain(char)
        if plain == BOX:
            boxes += 1
            if boxes > BOXES:
                continue
        elif plain:
            boxes = 0
        found.append(plain)
    settled = "".join(found).strip()
    if len(settled) <= most and len(text) <= READ_CHARS:
        return settled
    return settled[:most].rstrip() + _ELLIPSIS


def share_drawn(text: str) -> float:
    """How much of a settable text are letters and not boxes, from 0 to 1."""
    letters = sum(char.isalnum() for char in text)
    boxes = text.count(BOX)
    return letters / (letters + boxes) if letters + boxes else 0.0


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    """A character in letters that the font has; a box if there are none, nothing for an accent or a joiner."""
    if char == " " or _is_drawn(char):
        return char
    if char in _PLAINER:
        return _PLAINER[char]
    if char != BOX and unicodedata.category(char) in _MARKS:
        return ""
    # One character of Arabic can stand for a sentence; none of it could be set anyway.
    parts = [part for part in unicodedata.normalize("NFKD", char)[:4] if unicodedata.category(part) not in _MARKS]
    return "".join(parts) if parts and all(map(_is_drawn, parts)) else BOX


def _is_drawn(char: str) -> bool:
    """Whether the font has a glyph of its own for this character."""
    shape = _shape(char)
    return shape is not None and shape != _lacking()


@lru_cache(maxsize=1)
def _lacking() -> tuple[tuple[int, int], bytes] | None:
    return _shape("\U000fffff")


def _shape(char: str) -> tuple[tuple[int, int], bytes] | None:
    mask = font(_PROBE_PIXELS).getmask(char)
    return (mask.size, bytes(mask)) if mask.getbbox() else None


def width(text: str, size: int) -> float:
    """How wide a settable text is, in pixels."""
    letters = text.replace(BOX, "")
    return font(size).getlength(letters) + BOX_EM * size * (len(text) - len(letters))


def fitted(text: str, pixels: int, sizes: tuple[tuple[int, int], ...]) -> Lines:
    """Break a settable text at the first of the sizes (pixels, most lines) at which it fits; cut at the last."""
    for size, most in sizes:
        lines = broken(text, pixels, size)
        if len(lines) <= most:
            return Lines(size, tuple(lines))
    size, most = sizes[-1]
    kept = lines[:most]
    kept[-1] = cut(kept[-1] + " " + _ELLIPSIS, pixels, size)
    return Lines(size, tuple(kept))


def broken(text: str, pixels: int, size: int) -> list[str]:
    """Break a settable text into lines no wider than this; a word that is wider is broken, too."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, size) <= pixels:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while width(line, size) > pixels:
            fits = max(1, _fitting(line, pixels, size))
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line]


def cut(text: str, pixels: int, size: int) -> str:
    """Cut a settable text to a width, with an ellipsis where it was cut."""
    if width(text, size) <= pixels:
        return text
    room = pixels - width(_ELLIPSIS, size)
    return text[: _fitting(text, room, size)].rstrip(" " + _ELLIPSIS) + _ELLIPSIS


def _fitting(text: str, pixels: float, size: int) -> int:
    """How many of the first characters fit."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle], size) <= pixels:
            low = middle
        else:
            high = middle - 1
    return low
