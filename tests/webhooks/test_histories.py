"""Random histories with receivers that fail and senders that are cut off: what arrives is what its agent may hear.

Nothing is missing, nothing is out of order, and what came twice is told by its id.
"""

import random
from datetime import UTC, datetime

import msgspec
import pytest

from moltbook.gateway import posting as postings
from moltbook.gateway.audience import KINDS, Audience
from tests.webhooks.receiver import answer, receiving
from tests.webhooks.sending import CUT, hooked, sending, until

STEPS = 40
FILTERS = [{}, {"groups": ["posts", "messages"]}, {"submolt": "introductions"}, {"agent": "blaise"}]


async def step(dice, network, members, posts):
    """Something happens."""
    one, other = dice.sample(members, 2)
    match dice.randrange(6):
        case 0 | 1:
            posts.append(await network.post(one, submolt=dice.choice(["general", "introductions"])))
        case 2:
            await network.comment(one, dice.choice(posts), f"@{other.name} indeed")
        case 3:
            await one.upvote(dice.choice(posts))
        case 4:
            await one.call("POST", f"/agents/{other.name}/follow")
        case _:
            asked = await one.call("POST", "/agents/dm/request", {"to": other.name, "message": "May I ask you this?"})
            if asked.status == 200:
                await other.call("POST", f"/agents/dm/requests/{asked['conversation_id']}/approve")


def wanted(entries, agent, filters, submolt_of, submolt, blaise):
    """The oracle: which of these an agent may hear and wishes to, told by the bodies alone."""
    for entry in entries:
        kind, body = KINDS[entry.kind], msgspec.json.decode(entry.body)
        if kind.audience is Audience.INSIDE:
            continue
        if kind.audience is Audience.PERSONAL and agent not in [body[field] for field in kind.named]:
            continue
        if "groups" in filters and kind.group not in filters["groups"]:
            continue
        if "submolt" in filters and submolt_of.get(body.get("post_id"), body.get("submolt_id")) != submolt:
            continue
        if "agent" in filters and (kind.hides_actor or entry.actor_id != blaise):
            continue
        yield entry.seq


@pytest.mark.parametrize("seed", range(3))
async def test_what_arrives_is_the_log_filtered_by_rights(found, monkeypatch, seed):
    monkeypatch.setattr(postings, "NOTE_SECONDS", 0.05)
    monkeypatch.setattr(postings, "AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(postings, "TURN_DELIVERIES", 3)
    dice = random.Random(seed)
    async with found(webhooks_private=True) as network, receiving() as receiver:
        network.clock.now = datetime.now(UTC)
        members = await network.agents("ada", "blaise", "clea")
        hooks = [
            (member, await hooked(member, receiver, f"/{member.name}/{n}", **filters), filters)
            for member in members[:2]
            for n, filters in enumerate(FILTERS)
        ]
        posts = [await network.post(members[2])]
        async with sending(network):
            for _ in range(STEPS):
                if dice.random() < 0.3:
                    receiver.script.append(answer(dice.choice([500, 503, 302])))
                if dice.random() < 0.05:
                    await network.value(CUT)
                await step(dice, network, members, posts)
            receiver.script.clear()
            # What waits for another attempt has it now.
            network.clock.advance(hours=12)
            head = await network.value("SELECT seq FROM log_head")
            for member, hook, _ in hooks:
                await member.call("PATCH", f"/webhooks/{hook['id']}", {})
            entries = await network.house.log.read(0, head)
            submolts = dict(await network.rows("SELECT id, submolt_id FROM posts"))
            narrow = await network.value("SELECT id FROM submolts WHERE name = 'introductions'")
            for member, hook, filters in hooks:
                after = [entry for entry in entries if hook["seq"] < entry.seq]
                expected = list(wanted(after, member.id, filters, submolts, narrow, members[1].id))

                async def all_there(hook=hook, expected=expected):
                    return set(expected) <= set(seqs(receiver, hook))

                await until(all_there)
                got = seqs(receiver, hook)
                assert [seq for seq in first_times(got) if seq <= head] == expected, (member.name, filters)
                assert expected or filters


def seqs(receiver, hook):
    """What came to this webhook, in order."""
    return [one.json["seq"] for one in receiver.got if hook["url"].endswith(one.target)]


def first_times(numbers):
    """Without repeats, which are told by their id."""
    return list(dict.fromkeys(numbers))
