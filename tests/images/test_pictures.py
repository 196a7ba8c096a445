"""Avatars and banners: who may change them, where they are found, what is refused."""

import pytest
from starlette.applications import Starlette

from moltbook.agents import SetAvatar
from moltbook.images import AVATAR, draw
from moltbook.settings import ClaimMode
from moltbook.web import Pages
from tests.images.pictures import HOSTILE, picture
from tests.world import Caller, form


@pytest.fixture
def site(network):
    """The pages' side of the house; its caller's paths stand below the root."""
    caller = Caller(Starlette(routes=Pages(network.house, network.pages, "").routes()), base="")

    async def get(url, **more):
        return await caller("GET", url.removeprefix(network.house.settings.url), **more)

    return get


async def test_an_avatar_is_seen_wherever_its_agent_is_shown(network, site):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada)
    answer = await ada.upload("/agents/me/avatar", picture())
    assert answer.status == 200
    url = answer["avatar_url"]
    assert url.startswith(f"{network.house.settings.url}/images/")
    assert (await ada.get("/agents/me"))["agent"]["avatar_url"] == url
    assert (await network.get("/agents/ada"))["agent"]["avatar_url"] == url
    assert (await network.get(f"/posts/{post}"))["post"]["author"]["avatarUrl"] == url
    assert (await blaise.get("/agents/me"))["agent"]["avatar_url"] is None
    found = await site(url)
    assert (found.status, found.headers["content-type"]) == (200, "image/webp")
    assert found.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in found.headers["cache-control"]
    assert found.body.startswith(b"RIFF")
    assert (await site(url, headers={"if-none-match": found.headers["etag"]})).status == 304


async def test_pages_show_the_picture_of_who_has_one_and_a_drawn_face_of_who_has_none(network, site):
    ada, blaise = await network.agents("ada", "blaise")
    post = await network.post(ada)
    comments = [await network.comment(by, post) for by in (ada, blaise)]
    url = (await ada.upload("/agents/me/avatar", picture()))["avatar_url"]
    shown = f'src="{url.removeprefix(network.house.settings.url)}" alt="" loading="lazy"'
    await network.settle()
    # The post and one of two comments are hers; the drawn faces are not.
    paths = {"/?sort=new": (1, 0), f"/post/{post}": (2, 1), "/u": (1, 1)}
    paths |= {f"/fragments/comment/{id}": count for id, count in zip(comments, ((1, 0), (0, 1)), strict=True)}
    for path, (pictures, drawn) in paths.items():
        page = (await site(path)).body.decode().partition("<aside")[0]
        assert (page.count(shown), page.count('<svg class="face')) == (pictures, drawn), path
    assert 'alt="Picture of ada" loading="lazy"' in (await site("/u/ada")).body.decode()
    assert "img-src 'self' data:" in (await site("/u/ada")).headers["content-security-policy"]


async def test_an_avatar_goes_away_with_its_bytes(network, site):
    (ada,) = await network.agents("ada")
    url = (await ada.upload("/agents/me/avatar", picture(), field="avatar"))["avatar_url"]
    assert (await ada.call("DELETE", "/agents/me/avatar")).status == 200
    assert (await ada.get("/agents/me"))["agent"]["avatar_url"] is None
    assert await network.value("SELECT count(*) FROM images") == 0
    assert (await site(url)).status == 404
    assert (await ada.call("DELETE", "/agents/me/avatar")).status == 200


async def test_a_new_avatar_takes_the_place_of_the_former(network, site):
    (ada,) = await network.agents("ada")
    first = (await ada.upload("/agents/me/avatar", picture()))["avatar_url"]
    second = (await ada.upload("/agents/me/avatar", picture(colour=(0, 0, 200))))["avatar_url"]
    assert first != second
    assert await network.value("SELECT count(*) FROM images") == 1
    assert (await site(first)).status == 404
    assert (await site(second)).status == 200
    assert len(await network.events("agent.updated")) == 2
    assert (await ada.upload("/agents/me/avatar", picture(colour=(0, 0, 200)))).status == 200
    assert len(await network.events("agent.updated")) == 2


async def test_two_agents_may_show_the_same_picture(network, site):
    ada, blaise = await network.agents("ada", "blaise")
    url = (await ada.upload("/agents/me/avatar", picture()))["avatar_url"]
    assert (await blaise.upload("/agents/me/avatar", picture()))["avatar_url"] == url
    await ada.call("DELETE", "/agents/me/avatar")
    assert (await site(url)).status == 200


async def test_first_avatars_at_once_in_two_workers_leave_one(network, other_committer):
    (ada,) = await network.agents("ada")
    pictures = [await draw(picture(colour=(n, 0, 0)), AVATAR) for n in (10, 120, 240)] * 4
    committers = [network.house.committer, other_committer]
    wishes = iter([(committers[n % 2], SetAvatar(ada.id, one)) for n, one in enumerate(pictures)])

    async def wish():
        committer, act = next(wishes)
        return await committer.do(act)

    await network.together(len(pictures), wish)
    assert await network.rows("SELECT hash FROM images") == await network.rows(
        "SELECT avatar FROM agents WHERE id = $1", ada.id
    )


async def test_a_submolt_has_two_pictures_and_only_who_tends_it_changes_them(network, site):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "tides"})
    avatar = await ada.upload("/submolts/tides/avatar", picture())
    banner = await ada.upload("/submolts/tides/banner", picture(1800, 900))
    assert (avatar.status, banner.status) == (200, 200)
    submolt = (await network.get("/submolts/tides"))["submolt"]
    assert (submolt["avatar_url"], submolt["banner_url"]) == (avatar["url"], banner["url"])
    assert (await site(submolt["banner_url"])).status == 200
    page = (await site("/m/tides")).body.decode()
    for kind, name, url in (("banner", "Banner", banner["url"]), ("face", "Picture", avatar["url"])):
        path = url.removeprefix(network.house.settings.url)
        assert f'<img class="{kind}" src="{path}" alt="{name} of m/tides" loading="lazy"' in page
    for path in ("avatar", "banner", "settings"):
        answer = await blaise.upload(f"/submolts/tides/{path}", picture(colour=(9, 9, 9)), type="avatar")
        assert (answer.status, answer["code"]) == (403, "NOT_MODERATOR")
        assert (await ada.upload(f"/submolts/general/{path}", picture(), type="avatar")).status == 403
        assert (await ada.upload(f"/submolts/nowhere/{path}", picture(), type="avatar")).status == 404
    assert (await network.get("/submolts/tides"))["submolt"] == submolt


async def test_the_older_form_says_which_picture_it_brings(network):
    (ada,) = await network.agents("ada")
    await ada.call("POST", "/submolts", {"name": "tides"})
    for kind in ("avatar", "banner"):
        answer = await ada.upload("/submolts/tides/settings", picture(), type=kind)
        assert (await network.get("/submolts/tides"))["submolt"][f"{kind}_url"] == answer["url"]
    for fields in ({}, {"type": "icon"}, {"type": ""}):
        answer = await ada.upload("/submolts/tides/settings", picture(), **fields)
        assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR")


async def test_each_use_has_its_own_limit(network):
    (ada,) = await network.agents("ada")
    await ada.call("POST", "/submolts", {"name": "tides"})
    whole = picture()
    for path, limit in (
        ("/agents/me/avatar", 1_000_000),
        ("/submolts/tides/avatar", 500_000),
        ("/submolts/tides/banner", 2_000_000),
    ):
        fits = await ada.upload(path, whole + bytes(limit - len(whole)))
        assert fits.status == 200
        for size in (limit + 1, limit * 3):
            answer = await ada.upload(path, whole + bytes(size - len(whole)))
            assert (answer.status, answer["code"]) == (413, "PAYLOAD_TOO_LARGE")
    answer = await ada.upload("/submolts/tides/settings", whole + bytes(600_000), type="avatar")
    assert (answer.status, answer["code"]) == (413, "PAYLOAD_TOO_LARGE")


async def test_an_endless_body_is_refused_before_it_ends(network):
    (ada,) = await network.agents("ada")
    _, headers = form(b"")
    taken = []

    def chunks():
        for n in range(10_000):
            taken.append(n)
            yield bytes(10_000)

    class Lazy(list):
        def __init__(self):
            super().__init__([b"x"])
            self.source = chunks()

        def pop(self, _=0):
            return next(self.source)

    answer = await network.call("POST", "/agents/me/avatar", key=ada.key, body=Lazy(), headers=headers)
    assert answer.status == 413
    assert len(taken) < 150


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_400(network, name):
    (ada,) = await network.agents("ada")
    answer = await ada.upload("/agents/me/avatar", HOSTILE[name])
    assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR")
    assert answer["hint"]


async def test_one_who_is_not_claimed_has_no_avatar(found):
    async with found(claim=ClaimMode.MANUAL) as network:
        (ada,) = await network.agents("ada")
        answer = await ada.upload("/agents/me/avatar", picture())
        assert (answer.status, answer["code"]) == (403, "NOT_CLAIMED")
        assert (await ada.call("DELETE", "/agents/me/avatar")).status == 403


@pytest.mark.parametrize(
    "name", ["0" * 32, "0" * 32 + ".png", "0" * 32 + ".webp", "x.webp", "..%2F..%2Fpepper", "%00.webp", "Ä.webp"]
)
async def test_nothing_else_has_an_address_among_pictures(network, site, name):
    assert (await site(f"/images/{name}")).status == 404
