"""The REST door: the endpoint table, envelopes, limits, OpenAPI."""

from moltbook.api.door import Api
from moltbook.api.forwarded import came_from, networks_of
from moltbook.api.openapi import docs_page, openapi
from moltbook.api.table import ENDPOINTS

__all__ = ["ENDPOINTS", "Api", "came_from", "docs_page", "networks_of", "openapi"]
