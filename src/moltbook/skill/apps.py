"""For which application auth.md is asked: `?app=NAME&endpoint=URL&header=NAME` (contract §15).

Anybody can make such an address, and agents read what it shows as words of this server. So a name has no room for a
sentence, and nothing is taken that would lead a key away.
"""

import re
from collections.abc import Mapping

import msgspec

from moltbook.kernel.errors import Invalid

USUAL_HEADER = "X-Moltbook-Identity"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}( [A-Za-z0-9._-]{1,31}){0,2}")
ENDPOINT = re.compile(
    r"(?P<origin>https://[A-Za-z0-9.-]{1,200}(:\d{1,5})?|http://(localhost|127\.0\.0\.1)(:\d{1,5})?)"
    r"(/[A-Za-z0-9._~/-]{0,200})?"
)
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
# A key stands in these, and an app gets a token, never a key.
OF_KEYS = frozenset({"authorization", "x-api-key", "cookie"})


class App(msgspec.Struct, frozen=True):
    """An application that wants to know who an agent is; what was not said is empty."""

    name: str
    endpoint: str
    origin: str
    header: str


def asked_app(query: Mapping[str, str]) -> App | None:
    """The application an address names, if it names one.

    Raises: Invalid.
    """
    name, endpoint, header = (query.get(field, "") for field in ("app", "endpoint", "header"))
    if not name and not endpoint and not header:
        return None
    if name and NAME.fullmatch(name) is None:
        raise Invalid("app must be a name of at most three short words", "Use letters, digits, dots, hyphens.")
    found = ENDPOINT.fullmatch(endpoint)
    if endpoint and found is None:
        raise Invalid("endpoint must be an https address without a query", "Send it as https://app.example/path.")
    if header and (HEADER.fullmatch(header) is None or header.lower() in OF_KEYS):
        raise Invalid("header must name a header that is not for keys", f"Leave it out for {USUAL_HEADER}.")
    return App(name, endpoint, found["origin"] if found else "", header or USUAL_HEADER)
