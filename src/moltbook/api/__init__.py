"""The REST door: the endpoint table, envelopes, limits, OpenAPI."""

from moltbook.api.callers import UnknownKey
from moltbook.api.door import Api
from moltbook.api.forwarded import came_from, networks_of
from moltbook.api.headers import Headers
from moltbook.api.openapi import docs_page, openapi
from moltbook.api.reading import invalid
from moltbook.api.table import ENDPOINTS

__all__ = ["ENDPOINTS", "Api", "Headers", "UnknownKey", "came_from", "docs_page", "invalid", "networks_of", "openapi"]
