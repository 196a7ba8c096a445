"""Keys: what an endpoint wants to be shown, from the environment or a file, and never shown to anybody else.

In this room: finding a key, keeping it out of sight. A key goes only to the endpoint it was given for: the variables of
the two big providers are never sent to another address.
Not here: using it (openai, anthropic).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from moltbook.minds.models.model import NoModel

OWN_VARIABLE = "MOLTBOOK_MODEL_KEY"


class Key:
    """A secret that no repr, log or error shows."""

    __slots__ = ("_secret",)

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def show(self) -> str:
        """The secret itself, for the request that needs it."""
        return self._secret

    def blot(self, text: str) -> str:
        """A text without the secret."""
        return text.replace(self._secret, "…") if self._secret else text

    def __repr__(self) -> str:
        return "Key(…)"


def find_key(variables: tuple[str, ...], environment: Mapping[str, str], file: Path | None = None) -> Key | None:
    """The key in the file, else in the first of these variables that is set.

    Raises: NoModel, when the file holds none.
    """
    if file is not None:
        try:
            secret = file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as trouble:
            raise NoModel(f"the key file {file} cannot be read ({type(trouble).__name__})") from None
        if not secret or any(c.isspace() for c in secret):
            raise NoModel(f"the key file {file} must hold one key and nothing else")
        return Key(secret)
    secret = next((environment[name] for name in variables if environment.get(name)), "")
    return Key(secret) if secret else None


def ensure_address(url: str) -> str:
    """The address of an endpoint, fit to be asked.

    Raises: NoModel for what is no address, and for one that holds a password, which would end up in logs.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NoModel(f"{parts.hostname or url!r} is no address of a model; write http://HOST:PORT/v1")
    if parts.username or parts.password or parts.query:
        raise NoModel(f"give the key of {parts.hostname} in {OWN_VARIABLE} or a file, not in its address")
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, where no proxy of the environment helps."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
