"""Forms: reading what a page's form sent, and making sure that it was a page of ours.

Where a cookie says who sends, a form carries a token made of that cookie (owner_routes); beside it the browser itself
says which page it comes from.
"""

from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request

from moltbook.kernel.errors import BadRequest, Forbidden

MOST_BYTES = 10_000
MOST_FIELDS = 20


class ForeignForm(Forbidden):
    """The form was not on a page of ours."""

    code = "FOREIGN_FORM"
    message = "This was not sent from a page of this server."
    hint = "Open the page here and send it from there."


class Form:
    """The fields of a form."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self._fields = fields

    def one(self, name: str) -> str:
        """The field's value; empty if it was not sent."""
        return self._fields.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        """All values of a field that may be sent several times."""
        return self._fields.get(name, [])


async def read_form(request: Request) -> Form:
    """The form of a request that changes something.

    Raises: ForeignForm, BadRequest.
    """
    ensure_own_page(request)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise BadRequest("The form is too large.", "Send less.")
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise BadRequest("The form cannot be read.", "Send it as a browser does.") from error
    return Form(fields)


def ensure_own_page(request: Request) -> None:
    """Raises: ForeignForm if the browser says that another site's page sent this."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise ForeignForm()
        return
    # Browsers say it only to https and to this machine; elsewhere the older header has to do.
    origin = request.headers.get("origin")
    if origin is None:
        return
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        raise ForeignForm() from None
    if host != request.headers.get("host"):
        raise ForeignForm()
