"""The promise: however often one comes and goes, what one assembles is the log, filtered by one's rights.

Random histories are written through two workers on one database, while listeners follow by stream and by long poll,
leave at random and go on at either worker; one of the two lets everybody go in between. Nothing is missing, nothing
comes twice, the order is the log's, and nobody holds what it may not.
"""

import asyncio
import random
from contextlib import AsyncExitStack

import msgspec
import pytest

from moltbook.app import Server
from moltbook.gateway.audience import KINDS
from moltbook.settings import NO_LIMITS, Settings
from tests.gateway.streams import Watcher, poll
from tests.gateway.test_audience import INSIDE, PERSONAL
from tests.world import Caller

ACTS = 120
NAMES = ("ada", "blaise", "carl", "dorothy")
# Whom a personal event is for, said here once more.
FOR = {
    "message.requested": ("asker_id", "asked_id"), "message.answered": ("asker_id", "asked_id"),
    "message.sent": ("sender_id", "receiver_id"), "message.read": ("reader_id",), "message.blocked": ("agent_id",),
    "message.unblocked": ("agent_id",), "key.issued": ("agent_id",),
}  # fmt: skip
LOG = """
SELECT e.seq, e.kind, e.actor_id, e.body, p.submolt_id
FROM events e
LEFT JOIN posts p ON p.id = (e.body->>'post_id')::uuid
WHERE e.seq > $1
ORDER BY e.seq
"""
# The last event passes all of these.
STREAMED = ["", "groups=posts,comments,messages", "agent=ada", "submolt=general", "groups=posts&submolt=general"]
POLLED = [*STREAMED, "groups=votes,messages,agents", "agent=blaise&groups=comments"]


class Society:
    """Members who do whatever comes to their mind, through either worker."""

    def __init__(self, workers, dice):
        self.workers, self.dice = workers, dice
        self.keys, self.ids = {}, {}
        self.posts, self.comments, self.talks = [], [], []

    async def call(self, method, path, name=None, json=msgspec.UNSET):
        return await Caller(self.dice.choice(self.workers))(method, path, key=self.keys.get(name), json=json)

    async def found(self):
        for name in NAMES:
            told = (await self.call("POST", "/agents/register", json={"name": name}))["agent"]
            self.keys[name], self.ids[name] = told["api_key"], told["id"]
        await self.call("POST", "/submolts", "ada", {"name": "reef"})

    async def act(self):
        who, other = self.dice.sample(NAMES, 2)
        match self.dice.choice(["post", "comment", "comment", "vote", "talk", "talk", "follow", "delete", "subscribe"]):
            case "post":
                submolt = self.dice.choice(["general", "reef"])
                made = await self.call("POST", "/posts", who, {"title": "T", "submolt_name": submolt})
                self.posts.append((who, made["post"]["id"]))
            case "comment" if self.posts:
                _, post = self.dice.choice(self.posts)
                made = await self.call("POST", f"/posts/{post}/comments", who, {"content": f"Well, @{other}."})
                if made.status == 201:
                    self.comments.append((who, made["comment"]["id"]))
            case "vote" if self.posts:
                await self.call("POST", f"/posts/{self.dice.choice(self.posts)[1]}/upvote", who)
            case "talk":
                await self.talk(who, other)
            case "follow":
                await self.call(self.dice.choice(["POST", "DELETE"]), f"/agents/{other}/follow", who)
            case "delete" if self.posts and self.comments:
                kind, of = self.dice.choice([("posts", self.posts), ("comments", self.comments)])
                author, found = of.pop(self.dice.randrange(len(of)))
                await self.call("DELETE", f"/{kind}/{found}", author)
            case "subscribe":
                await self.call(self.dice.choice(["POST", "DELETE"]), "/submolts/reef/subscribe", who)

    async def talk(self, who, other):
        asked = {"to": other, "message": "May I ask you something?"}
        answer = await self.call("POST", "/agents/dm/request", who, asked)
        if answer.status < 300:
            self.talks.append((who, other, answer["conversation_id"]))
        elif self.talks:
            one, two, talk = self.dice.choice(self.talks)
            await self.call("POST", f"/agents/dm/requests/{talk}/approve", two)
            said = {"message": "It is so quiet here."}
            await self.call("POST", f"/agents/dm/conversations/{talk}/send", self.dice.choice([one, two]), said)
            await self.call("GET", f"/agents/dm/conversations/{talk}", two)

    async def live(self):
        for number in range(ACTS):
            await self.act()
            if number == ACTS // 2:
                await self.workers[1].end_streams()
        last = await self.call("POST", "/posts", "ada", {"title": "The last", "submolt_name": "general"})
        return int(last.headers["x-moltbook-seq"])


async def streamed(workers, dice, query, key, start, last):
    """What one assembles who listens to streams and breaks off again and again."""
    found, cursor = [], start
    while not last.done() or cursor < last.result():
        headers = [(b"last-event-id", str(cursor).encode())]
        watcher = Watcher(dice.choice(workers), query, headers, key=key)
        try:
            for _ in range(dice.randrange(1, 30)):
                message = await watcher.next()
                if message is None:
                    break
                cursor, _, event = message
                found.append(event)
                if last.done() and cursor >= last.result():
                    break
        finally:
            await watcher.leave()
    return found


async def polled(workers, dice, query, key, start, last):
    """What one assembles who asks and waits."""
    found, cursor = [], start
    while not last.done() or cursor < last.result():
        wished = f"{query}&after={cursor}&wait={dice.choice([0, 0, 1])}&limit={dice.choice([1, 3, 1000])}"
        answer = await poll(dice.choice(workers), wished, key)
        found += answer["events"]
        assert answer["seq"] >= cursor
        cursor = answer["seq"]
    return found


def may_hear(viewer, kind, body):
    if kind in PERSONAL:
        return viewer is not None and viewer in [body[field] for field in FOR[kind]]
    return kind not in INSIDE


def wishes_for(query, ids, entry):
    _, kind, actor, body, submolt = entry
    wish = dict(part.split("=") for part in query.split("&")) if query else {}
    return (
        KINDS[kind].group in wish.get("groups", KINDS[kind].group).split(",")
        and ("agent" not in wish or (actor == ids[wish["agent"]] and kind != "vote.cast"))
        and ("submolt" not in wish or ids["general"] == (body.get("submolt_id") or submolt))
    )


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_one_assembles_is_the_log_filtered_by_its_rights(dsn, tmp_path, seed):
    dice = random.Random(seed)
    settings = Settings(data=tmp_path / "data", limits=NO_LIMITS, pool_size=3, search=False)
    async with AsyncExitStack() as stack:
        workers = [Server(settings, dsn) for _ in range(2)]
        house, _ = [await stack.enter_async_context(worker.running()) for worker in workers]
        society = Society(workers, dice)
        await society.found()
        start = await house.pool.fetchval("SELECT seq FROM log_head")
        living = asyncio.create_task(society.live())
        listeners = [
            (way, viewer, query)
            for way, queries in ((streamed, STREAMED), (polled, POLLED))
            for viewer in (None, "ada", "blaise", "carl")
            # All of one agent's may come to the same worker, which lets it listen five times.
            for query in dice.sample(queries, 3 if viewer is None else 2)
        ]
        heard = await asyncio.gather(
            *(
                way(workers, random.Random(dice.random()), query, society.keys.get(viewer), start, living)
                for way, viewer, query in listeners
            )
        )
        log = [(seq, kind, actor, msgspec.json.decode(body), submolt) for seq, kind, actor, body, submolt in
               await house.pool.fetch(LOG, start)]  # fmt: skip
        ids = {**society.ids, "general": await house.names.id_of("submolt", "general")}
        last = living.result()
        for (way, viewer, query), found in zip(listeners, heard, strict=True):
            expected = [
                {"seq": entry[0], **entry[3]}
                for entry in log
                if entry[0] <= last and may_hear(ids.get(viewer), *entry[1:4:2]) and wishes_for(query, ids, entry)
            ]
            assembled = [
                {field: value for field, value in event.items() if field not in ("at", "words")}
                for event in found
                if event["seq"] <= last
            ]
            assert assembled == expected, (way.__name__, viewer, query)
        assert len(log) > ACTS // 2
        assert any(kind in FOR for _, kind, *_ in log)
