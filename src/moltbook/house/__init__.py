"""The house: what every slice's endpoints are given, and how they declare themselves."""

from moltbook.house.endpoint import Audience, Caller, Endpoint, Limit, Ok, Request, Upload
from moltbook.house.house import House

__all__ = ["Audience", "Caller", "Endpoint", "House", "Limit", "Ok", "Request", "Upload"]
