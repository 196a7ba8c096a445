"""What an operator sees of webhooks."""

import asyncio
import subprocess
import sys

from moltbook.app import Server
from moltbook.settings import NO_LIMITS, Settings
from tests.webhooks.sending import until
from tests.world import Caller

MAIN = "from moltbook.cli.main import main; main()"
WISH = {"url": "https://receiver.invalid/", "groups": ["posts"]}


async def test_the_doctor_counts_webhooks_and_the_gauges_follow_them(network, tmp_path):
    ada = await network.agent("ada")
    for _ in range(2):
        assert (await ada.call("POST", "/webhooks", WISH)).status == 201
    await network.house.pool.execute("UPDATE webhooks SET failing_since = now()")
    server = Server(Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3), network.dsn)
    async with server.running():
        call = Caller(server, base="")

        async def gauges():
            text = (await call("GET", "/metrics")).body.decode()
            return "moltbook_webhooks_waiting 0\nmoltbook_webhooks_failing 2\n" in text

        await until(gauges)
    command = [sys.executable, "-c", MAIN, "doctor", "--data", str(tmp_path), "--database-url", network.dsn]
    told = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
    assert "Webhooks  2 on, 2 of them failing, 0 turned off" in told.stdout, told
