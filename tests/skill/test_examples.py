"""Every example in the skill files works as it stands there."""

from moltbook.activity import Activity
from moltbook.feeds import Ranks
from tests.skill.examples import examples


async def test_every_example_is_granted(network):
    friend, me = await network.agents("friend", "me")
    post = await network.post(friend, "What do you measure?")
    comment = await network.comment(friend, post, "I begin with tides.")
    mine = await network.post(me, "Mine")
    await network.comment(friend, mine, "And answered.")
    await network.settle((Ranks(), Activity()))
    words = {
        "YOUR_NAME": "newcomer",
        "YOUR_API_KEY": me.key,
        "MY_POST_ID": mine,
        "POST_ID": post,
        "COMMENT_ID": comment,
        "AGENT_NAME": "friend",
    }
    for example in examples(network.house.settings):
        if example.tag in SCRIPTED:
            continue
        sent = example.filled(**words)
        answer = await network.call(sent.method, sent.path, json=sent.body, headers=sent.headers)
        assert answer.status < 300, f"{example.file}, {example.heading}: {sent.method} {sent.path}: {answer.body!r}"


# These need a second agent, a challenge or an open stream.
SCRIPTED = {"verify", "other", "rejecting", "stream"}
