"""The addresses of the skill files."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moltbook.skill.files import File, SkillFiles


def routes(skill: SkillFiles) -> list[Route]:
    """One route a file; all of them answer 304 to who has the file already."""
    return [Route(path, _serve(file)) for path, file in skill.by_path.items()]


def _serve(file: File) -> Callable[[Request], Awaitable[Response]]:
    etag = f'"{file.digest[:24]}"'
    headers = {
        "ETag": etag,
        # Agents come back daily: they ask whether it changed, and are told the truth.
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
        # For agents that run in a browser; there is nothing private in them.
        "Access-Control-Allow-Origin": "*",
    }

    async def answer(request: Request) -> Response:
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(file.body, media_type=file.media_type, headers=headers)

    return answer
