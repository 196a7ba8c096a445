"""API keys and claim tokens: how they are made and how they are recognised.

A key is 256 random bits and a checksum behind a prefix that scanners can find. Only its BLAKE2b digest, keyed with the
pepper, is stored; the pepper lives outside the database, so a dump holds nothing that works. Fast hashing is right
here: the input is random, and slow hashing would be a denial of service we do to ourselves.
"""

import hashlib
import os
import secrets
import zlib
from base64 import urlsafe_b64encode
from pathlib import Path

PREFIX = "moltbook_sk_"
APP_PREFIX = "moltdev_"
CLAIM_PREFIX = "moltbook_claim_"
CHALLENGE_PREFIX = "moltbook_verify_"
_WORDS = ("reef", "tide", "claw", "shell", "kelp", "brine", "coral", "drift", "foam", "pearl", "sand", "wave")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def _check(body: str) -> str:
    return urlsafe_b64encode(zlib.crc32(body.encode()).to_bytes(4, "big")).decode().rstrip("=")


def _new(prefix: str) -> str:
    body = secrets.token_urlsafe(32)
    return f"{prefix}{body}{_check(body)}"


class Keyring:
    """Makes secrets and digests them with the pepper."""

    def __init__(self, pepper: bytes) -> None:
        self._pepper = pepper

    def new_key(self) -> str:
        """A fresh API key: prefix, 43 random characters, 6 of checksum."""
        return _new(PREFIX)

    def new_app_key(self) -> str:
        """A fresh key for an application."""
        return _new(APP_PREFIX)

    def new_claim_token(self) -> str:
        """A fresh claim token."""
        return CLAIM_PREFIX + secrets.token_urlsafe(32)

    def new_challenge_code(self) -> str:
        """A fresh code of a verification challenge: prefix and 32 hex digits."""
        return CHALLENGE_PREFIX + secrets.token_hex(16)

    def new_token(self) -> str:
        """A fresh token for a link or a session."""
        return secrets.token_urlsafe(32)

    def new_code(self) -> str:
        """A verification code such as reef-X4B2: shown to people, no secret."""
        return f"{secrets.choice(_WORDS)}-{''.join(secrets.choice(_LETTERS) for _ in range(4))}"

    def digest(self, secret: str) -> bytes:
        """What is stored instead of the secret (32 bytes)."""
        return hashlib.blake2b(secret.encode(), digest_size=32, key=self._pepper).digest()

    def derived(self, purpose: bytes, text: str) -> bytes:
        """A secret of 32 bytes that follows from the pepper and is stored nowhere; none tells of another.

        A purpose has at most 16 bytes.
        """
        return hashlib.blake2b(text.encode(), digest_size=32, key=self._pepper, person=purpose).digest()


def is_key_shaped(text: str, prefix: str = PREFIX) -> bool:
    """Whether this could be a key of ours: a wrong checksum needs no look-up."""
    if not text.startswith(prefix) or len(text) != len(prefix) + 49 or not text.isascii():
        return False
    body, check = text[len(prefix) : -6], text[-6:]
    return _check(body) == check


def load_pepper(folder: Path) -> bytes:
    """Read the pepper of this data folder, or make it (mode 0600)."""
    return bytes.fromhex(_load(folder, "pepper"))


def load_operator_key(folder: Path) -> str:
    """Read the operator's key of this data folder, or make it (mode 0600): who can read the folder is the operator."""
    return _load(folder, "operator")


def _load(folder: Path, name: str) -> str:
    path = folder / name
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text().strip()
