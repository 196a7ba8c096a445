"""A Committer whose backend is killed at every step of its work: everybody is answered, and nothing is done twice."""

import asyncio
from collections import Counter

import pytest

STEPS = 40
TOGETHER = 3
KILL = """
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE application_name = $1 AND datname = current_database()
"""


@pytest.mark.parametrize("lonely", [True, False])
async def test_whoever_waits_is_answered_and_what_was_granted_stands_once(network, lonely):
    ada = await network.agent("ada")
    told = {}
    for step in range(STEPS):
        names = [f"{step} {n}" for n in range(1 if lonely else TOGETHER)]
        waiting = [asyncio.ensure_future(ada.publish(name)) for name in names]
        # As far as so many turns of the loop lead: the batch's look-ups, its writing, its commit, and past its end.
        for _ in range(step * step // 4):
            await asyncio.sleep(0)
        async with asyncio.timeout(20):
            await network.value(KILL, "moltbook committer")
            answers = await asyncio.gather(*waiting)
            # Nobody else acts: the next one alone finds the connection gone.
            again = await ada.publish(f"{step} again")
        if again.status == 503:
            again = await ada.publish(f"{step} again")
        assert again.status == 201
        told |= dict(zip(names, answers, strict=True))
    written = Counter(title for (title,) in await network.rows("SELECT title FROM posts"))
    assert set(written.values()) == {1}
    for name, answer in told.items():
        assert answer.status in {201, 503}
        if answer.status == 201:
            assert name in written
        elif "may or may not" not in answer["message"]:
            assert name not in written
    assert {answer.status for answer in told.values()} == {201, 503}
