"""The site: everything the server answers that is not the API – pages, documents, metrics."""

from collections.abc import Sequence

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from moltbook.api import docs_page, openapi
from moltbook.feeds import PageCache
from moltbook.gateway import Posting, Sessions
from moltbook.house import Endpoint, House
from moltbook.log import Readers
from moltbook.skill import SkillFiles
from moltbook.skill import routes as skill_routes
from moltbook.web import Pages


def site(
    house: House, pages: PageCache, readers: Readers, posting: Posting, sessions: Sessions, beside: Sequence[Endpoint]
) -> ASGIApp:
    """Everything that is not the API: pages, documents (also of what stands beside the table), metrics."""
    document = msgspec.json.encode(openapi(house.settings.url, beside))

    async def spec(_: Request) -> Response:
        return Response(document, media_type="application/json")

    async def jwks(_: Request) -> Response:
        body = msgspec.json.encode({"keys": house.signing.public()})
        headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(body, media_type="application/jwk-set+json", headers=headers)

    async def metrics(_: Request) -> Response:
        body = generate_latest() + gauges(house, readers, posting, sessions)
        return Response(body, headers={"content-type": CONTENT_TYPE_LATEST})

    watched = Pages(house, pages, docs_page(house.settings.url, beside))
    routes = Starlette(
        routes=[
            Route("/openapi.json", spec),
            Route("/metrics", metrics),
            *skill_routes(SkillFiles(house.settings)),
            Route("/.well-known/jwks.json", jwks),
            *watched.routes(),
        ]
    )

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        kept = watched.at_once(scope)
        if kept is None:
            await routes(scope, receive, send)
            return
        status, body, headers = kept
        length = (b"content-length", b"%d" % len(body))
        head = headers if status == 304 else [*headers, length]
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": body})

    return answer


def gauges(house: House, readers: Readers, posting: Posting, sessions: Sessions) -> bytes:
    """What an operator watches: queue, batches, the log, its readers, who is connected, webhooks if they are sent."""
    committer = house.committer
    waiting, failing = posting.counts
    lines = [
        f"moltbook_acts_total {committer.acts}",
        f"moltbook_batches_total {committer.batches}",
        f"moltbook_batch_retries_total {committer.retries}",
        f"moltbook_acts_waiting {committer.waiting}",
        f"moltbook_log_seq {house.log.head}",
        f"moltbook_websockets {len(sessions)}",
        *(
            f'moltbook_reader_lag{{reader="{name}"}} {max(house.log.head - cursor, 0)}'
            for name, cursor in readers.cursors.items()
            if cursor
        ),
        *((f"moltbook_webhooks_waiting {waiting}", f"moltbook_webhooks_failing {failing}") if posting.sends else ()),
    ]
    return ("\n".join(lines) + "\n").encode()
