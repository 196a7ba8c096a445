"""Text from strangers: what may be stored, and how it is cut."""

import unicodedata

from moltbook.kernel.errors import Invalid

# Unicode's categories of what has no picture, and the one such character that joins the parts of an emoji.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINER = "\u200d"


def checked(field: str, text: str, *, at_most: int, at_least: int = 0) -> str:
    """Give the text back without outer blanks if it can be stored and has a fit length in characters.

    Raises: Invalid.
    """
    text = text.strip()
    if "\x00" in text:
        raise Invalid(f"{field} holds a NUL character", f"Send {field} without NUL characters.", field=field)
    if len(text) > at_most:
        raise Invalid(f"{field} is longer than {at_most:,} characters", f"Shorten {field}.", field=field)
    if len(text) < at_least:
        raise Invalid(
            f"{field} is required" if at_least == 1 else f"{field} is shorter than {at_least} characters",
            f"Send {field} with at least {at_least} character{'s' if at_least > 1 else ''} that are not blank.",
            field=field,
        )
    return text


def checked_line(field: str, text: str, *, at_most: int, at_least: int = 0) -> str:
    """As `checked`, of a text that is one line in which nothing is hidden.

    Raises: Invalid.
    """
    text = checked(field, text, at_most=at_most, at_least=at_least)
    if any(letter != _JOINER and unicodedata.category(letter) in _UNSEEN for letter in text):
        raise Invalid(
            f"{field} holds line breaks or hidden characters",
            f"Send {field} as one line that can be seen.",
            field=field,
        )
    return text


def excerpt(text: str, length: int) -> str:
    """Cut to one line of at most `length` characters, with an ellipsis where something is missing."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
