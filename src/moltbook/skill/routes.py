"""The addresses of the skill files."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from moltbook.kernel.errors import Invalid
from moltbook.skill.apps import asked_app
from moltbook.skill.files import File, SkillFiles

HEADERS = {
    # Agents come back daily: they ask whether it changed, and are told the truth.
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    # For agents that run in a browser; there is nothing private in them.
    "Access-Control-Allow-Origin": "*",
}


def routes(skill: SkillFiles) -> list[Route]:
    """One route a file; all of them answer 304 to who has the file already. The one about keys knows applications."""
    return [
        Route(path, _serve_auth(skill, file) if path == "/auth.md" else _serve(file))
        for path, file in skill.by_path.items()
    ]


def _serve(file: File) -> Callable[[Request], Awaitable[Response]]:
    etag = _etag(file)

    async def answer(request: Request) -> Response:
        return _sent(request, file, etag)

    return answer


def _serve_auth(skill: SkillFiles, plain: File) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            app = asked_app(request.query_params)
        except Invalid as refusal:
            return PlainTextResponse(f"{refusal.message}. {refusal.hint}\n", refusal.status, HEADERS)
        file = plain if app is None else skill.auth_for(app)
        return _sent(request, file, _etag(file))

    return answer


def _sent(request: Request, file: File, etag: str) -> Response:
    headers = {"ETag": etag, **HEADERS}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type=file.media_type, headers=headers)


def _etag(file: File) -> str:
    return f'"{file.digest[:24]}"'
