"""The keys this house signs with: Ed25519, in the data folder beside the pepper, made on first use.

Each key is a file named by its id, which begins with the time: the youngest signs, all of them verify. A key that was
replaced stays for as long as what it signed may live. Whoever copies the folder can speak for this house, like whoever
copies the pepper.
"""

import os
import time
from base64 import urlsafe_b64encode
from itertools import pairwise
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from moltbook.kernel.ids import new_id

# Twice what any signed thing lives.
KEPT_SECONDS = 7200


class PublicJwk(msgspec.Struct, frozen=True):
    """A public key as others read it (RFC 8037)."""

    kid: str
    x: str
    kty: str = "OKP"
    crv: str = "Ed25519"
    use: str = "sig"
    alg: str = "EdDSA"


class SigningKeys:
    """The keys of one folder, read again when it changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read_at = 0
        self._keys: dict[str, Ed25519PrivateKey] = {}

    def youngest(self) -> tuple[str, Ed25519PrivateKey]:
        """Id and key to sign with."""
        if not self._known():
            self._make()
        keys = self._known()
        kid = max(keys)
        return kid, keys[kid]

    def find(self, kid: str) -> Ed25519PrivateKey | None:
        """The key with this id."""
        key = self._known().get(kid)
        if key is None:
            # Two changes of a folder within one tick of the file system's clock look like one.
            self._read_at = 0
            key = self._known().get(kid)
        return key

    def public(self) -> list[PublicJwk]:
        """All public keys, youngest first."""
        self.youngest()
        return [PublicJwk(kid, _spelled(key)) for kid, key in sorted(self._known().items(), reverse=True)]

    def rotate(self) -> str:
        """Sign with a new key from now on; its id. What was replaced long ago is deleted."""
        self.youngest()
        kid = self._make()
        files = sorted(self._folder.glob("*.pem"))
        for file, successor in pairwise(files):
            if successor.stat().st_mtime < time.time() - KEPT_SECONDS:
                file.unlink()
        return kid

    def _known(self) -> dict[str, Ed25519PrivateKey]:
        try:
            changed_at = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return {}
        if changed_at != self._read_at:
            self._keys = {file.stem: _read(file) for file in self._folder.glob("*.pem")}
            self._read_at = changed_at
        return self._keys

    def _make(self) -> str:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kid = new_id()
        draft = self._folder / f".{kid}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._folder / f"{kid}.pem")
        self._read_at = 0
        return kid


def _read(file: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{file.name} is no Ed25519 key")
    return key


def _spelled(key: Ed25519PrivateKey) -> str:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
