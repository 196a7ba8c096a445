"""Text from strangers: what may be stored, and how it is cut."""

from moltbook.kernel.errors import Invalid


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


def excerpt(text: str, length: int) -> str:
    """Cut to one line of at most `length` characters, with an ellipsis where something is missing."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
