"""No secret ever leaves the hand it was given to: canaries are let in everywhere and looked for everywhere else.

A whole network runs in processes of its own; its database is killed under it once, so that the errors of that are in
the logs as well. What is looked through: every answer, the events, the pages and metrics, the logs, every row of every
table, and every file of the data folder.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

import httpx2
import msgspec

from moltbook.db.embedded import attach_or_start
from moltbook.db.pool import connect
from tests.promises.running import UP, Running, running, until

MAIL = "canary.watcher@example.org"
FOREIGN = "sk-ant-canary7Q2mXv9LkPz4RtB8wY3sD6f"
WRONG = "moltbook_sk_canaryWRONGcanaryWRONGcanaryWRONGcanary12345678901234567"
# Words of agents that are for nobody else, by where they are kept.
WORDS = {
    "memory": "canary-memory-tides-turn",
    "agent_notes": "canary-note-keeps-its-word",
    "wakes": "canary-wake-look-again",
    "messages": "canary-message-between-two",
}
TABLES = "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


class Caller:
    """Asks, and keeps all it was answered but what tells a secret to its owner."""

    def __init__(self, network: Running, client: httpx2.Client) -> None:
        self.network = network
        self.client = client
        self.heard: list[bytes] = []

    def __call__(self, method, path, key=None, body=None, *, told=False, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            named["Authorization"] = f"Bearer {key}"
        content = msgspec.json.encode(body) if body is not None else None
        answer = self.client.request(method, f"{self.network.url}{path}", content=content, headers=named)
        if not told:
            self.heard.append(str(answer.headers).encode() + answer.content)
        return answer


def command(data: Path, *words: str) -> str:
    """What an operator's command prints."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MOLTBOOK_", "DATABASE_"))}
    made = [sys.executable, "-c", UP, *words, "--data", str(data)]
    return subprocess.run(made, env=clean, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def settle_in(ask: Caller, data: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Two agents that write to each other, and every kind of secret there is: keys by agent, secrets by name."""
    keys, secrets = {}, {}
    for name in ("ada", "blaise"):
        told = ask("POST", "/agents/register", body={"name": name}, told=True).json()["agent"]
        keys[name] = secrets[f"key of {name}"] = told["api_key"]
        secrets[f"claim token of {name}"] = told["claim_url"].rsplit("/", 1)[-1]
        assert ask("POST", "/posts", told["api_key"], {"title": "T", "submolt_name": "general"}).status_code == 403
        command(data, "claim", told["claim_url"])
    secrets["second key"] = command(data, "keys", "issue", "ada")
    secrets["app key"] = command(data, "app", "add", "canary app")
    answer = ask("POST", "/agents/me/identity-token", keys["ada"], {}, told=True, Idempotency_Key="token 1")
    secrets["identity token"] = answer.json()["identity_token"]
    made = ask(
        "POST", "/webhooks", keys["ada"], {"url": "https://receiver.invalid/"}, told=True, Idempotency_Key="hook"
    )
    rotated = f"/webhooks/{made.json()['webhook']['id']}/rotate"
    secrets["webhook secret"] = made.json()["secret"]
    secrets["second webhook secret"] = ask("POST", rotated, keys["ada"], told=True).json()["secret"]
    return keys, secrets


def live(ask: Caller, keys: dict[str, str], secrets: dict[str, str]) -> None:
    """Whatever agents do, once; each second time with a safe-repeat key."""
    ada, blaise = keys["ada"], keys["blaise"]
    post = ask("POST", "/posts", ada, {"title": "T", "submolt_name": "general", "content": "@blaise, see."})
    post = post.json()["post"]["id"]
    ask("POST", f"/posts/{post}/comments", blaise, {"content": "Seen, @ada."}, Idempotency_Key="comment 1")
    ask("POST", f"/posts/{post}/upvote", blaise)
    ask("POST", "/agents/ada/follow", blaise)
    ask("PUT", "/agents/me/memory/plan", ada, {"value": WORDS["memory"]}, told=True, Idempotency_Key="memory 1")
    ask("PUT", "/agents/me/notes/blaise", ada, {"content": WORDS["agent_notes"]}, told=True)
    ask("POST", "/agents/me/wakes", ada, {"at": "2027-01-01T00:00:00Z", "note": WORDS["wakes"]}, told=True)
    asked = ask("POST", "/agents/dm/request", ada, {"to": "blaise", "message": "May I ask you?"}).json()
    talk = asked["conversation_id"]
    ask("POST", f"/agents/dm/requests/{talk}/approve", blaise)
    sent = ask("POST", f"/agents/dm/conversations/{talk}/send", ada, {"message": WORDS["messages"]}, told=True)
    assert sent.status_code == 200
    for pasted in (FOREIGN, secrets["second key"]):
        refused = ask("POST", f"/agents/dm/conversations/{talk}/send", blaise, {"message": f"Use {pasted} for it"})
        assert refused.json()["code"] == "CREDENTIAL"
    assert ask("GET", "/agents/me", secrets["second key"]).status_code == 401
    assert ask("POST", "/observers", body={"email": MAIL, "gdpr_consent": True}).status_code == 200
    known = ask("POST", "/agents/verify-identity", body={"token": secrets["identity token"]},
                X_Moltbook_App_Key=secrets["app key"])  # fmt: skip
    assert known.json()["agent"]["name"] == "ada"


def err(ask: Caller, secrets: dict[str, str]) -> None:
    """Every kind of mistake, with secrets in all places where somebody may put them by mistake."""
    for secret in (*secrets.values(), WRONG, FOREIGN):
        for path in ("/agents/me", "/nowhere", "/posts/x", "/posts?sort=x", "/home?budget=1", "/search?q=tides"):
            ask("GET", path, secret)
        ask("GET", "/home", X_Api_Key=secret)
        ask("GET", "/home", Authorization=secret)
        ask("PATCH", "/posts", secret, {"title": 7})
        ask("POST", "/agents/verify-identity", body={"token": secret}, X_Moltbook_App_Key=secret)
        ask("POST", "/agents/verify-identity", body={"token": 7}, X_Moltbook_App_Key=secret)
        for body in ({"title": secret}, {"title": "T", "submolt_name": secret}, {"title": "T", "type": secret}, secret):
            ask("POST", "/posts", secrets["key of ada"], body)
        ask("POST", "/comments", secrets["key of ada"], {"post_id": secret, "content": "C"})
        ask("POST", "/agents/dm/request", secrets["key of ada"], {"to": secret, "message": "Hello there, friend."})
        ask("PUT", "/agents/me/memory/plan", secrets["key of ada"], {"value": 1, "expires_at": secret})
        ask("DELETE", "/agents/me", secrets["key of ada"], {"confirm": secret})
        for query in ("sort", "limit", "cursor", "submolt", "author", "time"):
            ask("GET", f"/posts?{query}={secret}")
        ask("POST", "/batch", secrets["key of ada"], {"acts": [{"method": secret, "path": "/home"}]})
        ask("POST", "/agents/me/avatar", secrets["key of ada"], Content_Type=f"multipart/form-data; boundary={secret}")


def shown(ask: Caller, key: str) -> None:
    """What anybody may look at."""
    site = ask.network.url.removesuffix("/api/v1")
    for path in ("/", "/metrics", "/openapi.json", "/u/ada", "/m/general", "/docs", "/skill.md", "/claim/nobody"):
        ask.heard.append(ask.client.get(f"{site}{path}").content)
    for path in ("/health", "/stats", "/homepage", "/posts", "/agents/recent", "/agents/profile?name=ada"):
        ask("GET", path)
    last = ask("POST", "/posts", key, {"title": "The last", "submolt_name": "general"}).headers["x-moltbook-seq"]
    events = b""
    with ask.client.stream("GET", f"{ask.network.url}/events?after=0") as stream:
        for part in stream.iter_bytes():
            events += part
            if f"id: {last}\n".encode() in events:
                break
    assert b"post.published" in events
    ask.heard.append(events)


async def dump(dsn: str) -> dict[str, str]:
    """All rows of all tables as text."""
    connection = await connect(dsn, "moltbook test dump")
    try:
        names = [row[0] for row in await connection.fetch(TABLES)]
        return {n: "\n".join(row[0] for row in await connection.fetch(f"SELECT t::text FROM {n} t")) for n in names}
    finally:
        await connection.close()


def spellings(secret: str) -> list[bytes]:
    """A secret as it stands, as a dump shows bytes, and in base64."""
    raw = secret.encode()
    return [raw, raw.hex().encode(), b64encode(raw)[: len(raw)]]


def test_a_secret_is_nowhere_but_with_its_owner(tmp_path):
    data = tmp_path / "data"
    with running(data, "--claim", "manual", "--limits", "off") as network, httpx2.Client(timeout=30) as client:
        ask = Caller(network, client)
        keys, secrets = settle_in(ask, data)
        live(ask, keys, secrets)
        err(ask, secrets)
        shown(ask, keys["ada"])
        postmaster = network.postmaster()
        assert postmaster is not None
        postmaster.kill()
        for secret in secrets.values():
            with contextlib.suppress(httpx2.HTTPError):
                ask("GET", "/agents/me", secret)
        until(network.answers, "the network is well again")
        with attach_or_start(data) as dsn:
            tables = asyncio.run(dump(dsn))
    heard = b"\n".join(ask.heard)
    logs = network.log.read_bytes() + (data / "postgres.log").read_bytes()
    files = {file: file.read_bytes() for file in data.rglob("*") if file.is_file()}
    assert b"database away" in logs
    assert len(tables["keys"].splitlines()) == 3

    found = [
        f"{name}: {place}"
        for name, secret in {**secrets, "address": MAIL, "foreign key": FOREIGN, "pepper": pepper_of(data)}.items()
        for spelled in spellings(secret)
        for place, text in [("answers", heard), ("logs", logs), *((t, rows.encode()) for t, rows in tables.items())]
        if spelled in text
    ]
    found += [
        f"{name}: {file.relative_to(data)}"
        for name, secret in {**secrets, "address": MAIL}.items()
        for file, content in files.items()
        if secret.encode() in content
    ]
    # A kept answer is its owner's as well, and goes with it.
    found += [
        f"{home}: {place}"
        for home, words in WORDS.items()
        for place, text in [("answers", heard), ("logs", logs), *((t, rows.encode()) for t, rows in tables.items())]
        if words.encode() in text and place not in (home, "repeats")
    ]
    assert not found, "\n".join(found)


def pepper_of(data: Path) -> str:
    """The pepper of a data folder."""
    return (data / "pepper").read_text().strip()
