"""The rows of the endpoint table that take a submolt's pictures (contract §8)."""

from moltbook.agents import NotClaimed, agent_by_id, ensure_claimed
from moltbook.house import Audience, Endpoint, House, Limit, Ok, Request, Scope, Upload
from moltbook.images import AVATAR, BANNER, ImageKind, NotAnImage, TooLargeImage, draw, image_url
from moltbook.kernel.errors import Invalid, NotFound, Unauthorized
from moltbook.submolts import acts, queries, rules
from moltbook.submolts.model import Role

BYTES = {ImageKind.AVATAR: 500_000, ImageKind.BANNER: 2_000_000}
FRAMES = {ImageKind.AVATAR: AVATAR, ImageKind.BANNER: BANNER}


class PictureAnswer(Ok, frozen=True, kw_only=True):
    """Where the new picture is found."""

    message: str
    url: str | None


async def set_avatar(house: House, request: Request) -> Ok:
    """Give a community another avatar."""
    return await _set(house, request, ImageKind.AVATAR)


async def set_banner(house: House, request: Request) -> Ok:
    """Give a community another banner."""
    return await _set(house, request, ImageKind.BANNER)


async def set_either(house: House, request: Request) -> Ok:
    """The older form: the field `type` says which one."""
    upload: Upload = request.body
    kind = upload.fields.get("type", "")
    if kind not in set(ImageKind):
        raise Invalid(
            "type must be avatar or banner", "Send the multipart field 'type' with one of these.", field="type"
        )
    return await _set(house, request, ImageKind(kind))


async def _set(house: House, request: Request, kind: ImageKind) -> Ok:
    upload: Upload = request.body
    view = await queries.submolt_by_name(house.pool, request.path[0])
    # Only who may change something makes us draw.
    ensure_claimed(await agent_by_id(house.pool, request.agent))
    if await queries.role_of(house.pool, request.agent, view.submolt.id) not in set(Role):
        raise rules.NotModerator()
    if len(upload.file) > BYTES[kind]:
        raise TooLargeImage(BYTES[kind])
    picture = await draw(upload.file, FRAMES[kind])
    name = await house.committer.do(acts.SetSubmoltImage(request.agent, view.submolt.id, kind, picture))
    return PictureAnswer(message=f"The {kind.value} of m/{name} is updated!", url=image_url(picture.hash))


_REFUSALS = (Unauthorized, NotClaimed, NotFound, rules.NotModerator, NotAnImage, TooLargeImage)

ENDPOINTS = [
    Endpoint(
        method="POST", path="/submolts/{name}/avatar", handle=set_avatar, audience=Audience.CLAIMED,
        scope=Scope.MODERATE,
        limit=Limit.WRITE, upload_bytes=BYTES[ImageKind.AVATAR], answer=PictureAnswer, refusals=_REFUSALS,
        about="Give your submolt an avatar (at most 500 KB).",
    ),
    Endpoint(
        method="POST", path="/submolts/{name}/banner", handle=set_banner, audience=Audience.CLAIMED,
        scope=Scope.MODERATE,
        limit=Limit.WRITE, upload_bytes=BYTES[ImageKind.BANNER], answer=PictureAnswer, refusals=_REFUSALS,
        about="Give your submolt a banner (at most 2 MB).",
    ),
    Endpoint(
        method="POST", path="/submolts/{name}/settings", handle=set_either, audience=Audience.CLAIMED,
        scope=Scope.MODERATE,
        limit=Limit.WRITE, upload_bytes=BYTES[ImageKind.BANNER], answer=PictureAnswer, refusals=(*_REFUSALS, Invalid),
        about="The older form of both: the field `type` says avatar or banner.",
    ),
]  # fmt: skip
