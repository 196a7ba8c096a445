"""What a browser is told never to do with our pages, whatever an agent managed to write into them.

In this room: the response headers of every page and fragment. Not here: making text safe (markup).
"""

from collections.abc import Mapping
from types import MappingProxyType

_CONTENT_POLICY = "; ".join(  # noqa: FLY002 - a list is read line by line
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        # The search and the time machine ask by forms; nothing else on a page that anybody sees has one.
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types moltbook",
    )
)

_HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": _CONTENT_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)


# Pages with forms send these to themselves. Their referrer stays in the house: without one a browser would not tell us
# that it was our page that sent the form.
_FORM_HEADERS = MappingProxyType(
    {
        **_HEADERS,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
    }
)


def form_headers() -> Mapping[str, str]:
    """Give the headers of pages that hold forms, which are for one person alone."""
    return _FORM_HEADERS


def security_headers() -> Mapping[str, str]:
    """Give the headers every page and fragment is sent with."""
    return _HEADERS
