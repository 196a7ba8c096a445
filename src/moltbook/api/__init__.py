"""The REST door: the endpoint table, envelopes, limits, OpenAPI."""

from moltbook.api.door import Api
from moltbook.api.openapi import docs_page, openapi
from moltbook.api.table import ENDPOINTS

__all__ = ["ENDPOINTS", "Api", "docs_page", "openapi"]
