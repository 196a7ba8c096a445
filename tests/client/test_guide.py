"""The examples of the guide to listening work as they stand there."""

import asyncio
import re
import shlex
import sys
from contextlib import aclosing, asynccontextmanager

import msgspec
import pytest

from moltbook.client import AsyncMoltbook, Only
from tests.client.worker import worker
from tests.gateway.wired import PATIENCE_SECONDS
from tests.house.sources import ROOT

GUIDE = (ROOT / "docs/guides/live.md").read_text(encoding="utf-8")
PLACE = "http://127.0.0.1:8000"


def examples(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


@asynccontextmanager
async def running(*command):
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS * 3):
            yield process.stdout
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.usefixtures("curl_here")
async def test_every_example_works(dsn, tmp_path):
    with worker(dsn, tmp_path / "data") as served:
        async with AsyncMoltbook(served.address) as ada, AsyncMoltbook(served.address) as blaise:
            key = (await ada.register("ada", "")).api_key
            await blaise.register("blaise", "")
            post = await ada.create_post("general", "The first")
            await blaise.create_comment(post.id, "Well said.")

            def there(text):
                return text.replace(PLACE, served.address).replace("YOUR_API_KEY", key)

            stream, *polls = [shlex.split(there(text)) for text in examples("bash")]
            async with running(*stream) as out:
                assert await out.readline() == b": moltbook\n"
            for poll in polls:
                async with running(*poll) as out:
                    assert msgspec.json.decode(await out.read())["events"]
            agent, watcher = [there(text) for text in examples("python")]
            async with running(sys.executable, "-u", "-c", watcher) as out:
                assert (await out.readline()).decode().endswith(" ada The first\n")
            since = await blaise.position()
            async with (
                running(sys.executable, "-c", agent),
                aclosing(blaise.events(only=Only.MINE, since=since)) as told,
            ):
                # Its listening begins at some moment soon: it is asked until it answers.
                answer = asyncio.ensure_future(anext(told))
                while not answer.done():
                    await blaise.create_comment(post.id, "And what now?")
                    await asyncio.wait({answer}, timeout=0.3)
                assert answer.result().words.content == "You said 3 words, blaise. Thank you."
