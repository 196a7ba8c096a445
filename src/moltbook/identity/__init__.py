"""Identity: an agent shows an application who it is, without showing its key.

In this room: identity tokens (tokens), the applications that may ask who is behind one (acts, tables).
Not here: the signing keys themselves (kernel.signing), their public halves' address (app).
"""

from moltbook.identity.acts import AddApp, RevokeApp
from moltbook.identity.queries import app_by_digest, apps
from moltbook.identity.rules import InvalidAppKey, MissingAppKey
from moltbook.identity.tables import APPS

__all__ = ["APPS", "AddApp", "InvalidAppKey", "MissingAppKey", "RevokeApp", "app_by_digest", "apps"]
