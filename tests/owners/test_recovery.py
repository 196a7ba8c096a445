"""What the operator does by hand for an agent that nobody else can help."""

import asyncio
import re
import subprocess
import sys

MOLTBOOK = "from moltbook.cli.main import app; app()"
KEY = re.compile(r"moltbook_sk_[\w-]+")


def test_the_operator_gives_an_agent_without_an_owner_a_key(found, dsn, tmp_path):
    """Offline: no server runs meanwhile."""

    def run(*words):
        # A process of its own, as the operator starts it: a command sets up the logs of the whole process.
        command = [sys.executable, "-c", MOLTBOOK, *words, "--data", str(tmp_path / "data"), "--database-url", dsn]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout

    async def register():
        async with found() as network:
            return await network.agent("ada")

    async def look(*keys):
        async with found() as network:
            # The commands run by the real clock, which is ahead of the tests'.
            network.clock.advance(days=36_500)
            return [(await network.call("GET", "/agents/me/keys", key=key)) for key in keys]

    ada = asyncio.run(register())
    run("keys", "revoke", "ada", "all")
    key = KEY.search(run("key", "ada"))[0]
    narrow = KEY.search(run("keys", "issue", "ada", "--name", "reader", "--scope", "read"))[0]
    old, new, reader = asyncio.run(look(ada.key, key, narrow))
    assert (old.status, new.status, reader.status) == (401, 200, 200)
    listed = {found["name"]: found for found in reader["keys"]}
    assert listed["reader"]["scopes"] == ["read"]
    assert listed["from operator"]["scopes"] == ["read", "post", "moderate"]
    successor = KEY.search(run("keys", "rotate", "ada", listed["reader"]["id"], "--minutes", "0"))[0]
    ended, follows = asyncio.run(look(narrow, successor))
    assert (ended.status, follows.status) == (401, 200)
