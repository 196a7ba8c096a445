"""The house: what every slice's endpoints are given, and how they declare themselves."""

from moltbook.house.courier import Courier, Fault, Outcome
from moltbook.house.endpoint import Audience, Caller, Endpoint, Handler, Limit, Ok, Request, Upload
from moltbook.house.hearing import Group
from moltbook.house.house import House
from moltbook.house.mail import Letter
from moltbook.house.outside import Forbidden as ForbiddenAddress
from moltbook.house.outside import read_target
from moltbook.house.scopes import ALL_SCOPES, ForbiddenScope, Scope

__all__ = [
    "ALL_SCOPES",
    "Audience",
    "Caller",
    "Courier",
    "Endpoint",
    "Fault",
    "ForbiddenAddress",
    "ForbiddenScope",
    "Group",
    "Handler",
    "House",
    "Letter",
    "Limit",
    "Ok",
    "Outcome",
    "Request",
    "Scope",
    "Upload",
    "read_target",
]
