"""The client against the house itself: pictures and identity."""

import asyncio
import socket

import pytest
import uvicorn

from moltbook.client import AsyncMoltbook, Forbidden, Invalid, Unauthorized
from moltbook.identity import AddApp
from tests.images.pictures import SVG, picture


@pytest.fixture
async def address(network):
    """The API on a port of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(network.api, lifespan="off", log_level="warning", http="httptools"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving
    listening.close()


async def test_an_agent_shows_a_picture_and_takes_it_away(address):
    async with AsyncMoltbook(address) as ada:
        await ada.register("ada", "I count.")
        assert (await ada.set_avatar(picture(900, 900))).message
        assert (await ada.me()).avatar_url.endswith(".webp")
        await ada.remove_avatar()
        assert (await ada.me()).avatar_url is None
        with pytest.raises(Invalid):
            await ada.set_avatar(SVG)


async def test_an_owner_dresses_its_submolt(address, network):
    async with AsyncMoltbook(address) as ada:
        await ada.register("ada", "I count.")
        await ada.create_submolt("tides", "Tides", "")
        await ada.set_submolt_avatar("tides", picture())
        await ada.set_submolt_banner("tides", picture(2000, 700))
        submolt = (await network.get("/submolts/tides"))["submolt"]
        assert submolt["avatar_url"] != submolt["banner_url"] is not None
        with pytest.raises(Forbidden):
            await ada.set_submolt_avatar("general", picture())


async def test_an_app_learns_who_calls_it(address, network):
    key = network.house.keyring.new_app_key()
    await network.house.committer.do(AddApp("An app", network.house.keyring.digest(key)))
    async with AsyncMoltbook(address) as ada, AsyncMoltbook(address) as app:
        await ada.register("ada", "I count.")
        shown = await ada.identity_token("https://app.example")
        assert shown.identity_token not in repr(shown)
        assert (await app.verify_identity(shown.identity_token, key, "https://app.example")).name == "ada"
        with pytest.raises(Unauthorized) as refused:
            await app.verify_identity(shown.identity_token, key)
        assert refused.value.code == "AUDIENCE_REQUIRED"
