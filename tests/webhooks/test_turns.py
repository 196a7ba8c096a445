"""Whose turn it is: few of one agent at a time, and the slow apart from the quick."""

import asyncio
from datetime import UTC, datetime

import pytest

from moltbook.gateway import turns
from moltbook.gateway.line import Line
from moltbook.gateway.turns import Turns
from moltbook.kernel.ids import AgentId
from moltbook.webhooks import OffBecause, Only, Sending, WebhookRow


def line_of(agent, slow=False):
    now = datetime.now(UTC)
    row = WebhookRow(
        AgentId(agent), f"{agent}'s", "", (), None, None, None, None, Only.ALL, "", now, 1, None, None, OffBecause.ON,
        0, 0, 0, None, None, None, "", None,
    )  # fmt: skip
    line = Line(Sending(row, False, 0), lambda _: None)
    line.is_slow = slow
    return line


@pytest.fixture
async def row(monkeypatch):
    monkeypatch.setattr(turns, "SIDE_BY_SIDE", 3)
    monkeypatch.setattr(turns, "SLOW_SIDE_BY_SIDE", 2)
    monkeypatch.setattr(turns, "IN_ALL", 4)
    return Turns(lambda: None)


def begun(row):
    """Let all begin that may; who did."""
    found = []
    task = asyncio.current_task()
    while (line := row.next()) is not None:
        row.begin(line, task)
        found.append(line)
    return found


async def test_who_waited_longest_comes_first_and_two_of_an_agent_at_a_time(row):
    ada, blaise = [line_of("ada") for _ in range(4)], line_of("blaise")
    for line in [*ada, blaise]:
        row.wait(line)
    assert begun(row) == [ada[0], ada[1], blaise]
    assert all(line in row for line in [*ada, blaise])
    row.end(ada[0])
    assert begun(row) == [ada[2]]
    row.end(blaise)
    assert begun(row) == []
    row.end(ada[1])
    row.end(ada[2])
    assert begun(row) == [ada[3]]
    row.end(ada[3])
    row.end(ada[3])
    assert not row.under_way
    assert not any(line in row for line in [*ada, blaise])


async def test_the_slow_take_no_place_of_the_quick_and_all_together_stay_below_the_most(row):
    slow = [line_of(f"slow {n}", slow=True) for n in range(3)]
    quick = [line_of(f"quick {n}") for n in range(3)]
    for line in [*slow, *quick]:
        row.wait(line)
    assert begun(row) == [*quick, slow[0]]
    row.end(quick[0])
    assert begun(row) == [slow[1]]
    row.end(quick[1])
    assert begun(row) == []
    row.end(slow[0])
    assert begun(row) == [slow[2]]


async def test_who_takes_long_is_slow_until_it_was_quick_again(row, monkeypatch):
    woken = asyncio.Event()
    row = Turns(woken.set)
    monkeypatch.setattr(turns, "SLOW_SECONDS", 0.0)
    line, others = line_of("ada"), [line_of(f"agent {n}") for n in range(3)]
    for one in [line, *others]:
        row.wait(one)
    assert begun(row) == [line, *others[:2]]
    with row.timed(line):
        await woken.wait()
        assert begun(row) == [others[2]]
    assert line.is_slow
    monkeypatch.setattr(turns, "SLOW_SECONDS", 3600.0)
    with row.timed(line):
        pass
    assert not line.is_slow
