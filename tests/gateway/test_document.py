"""The reference of live events says what the code does."""

import re

from moltbook.gateway import ear, events, poll, words
from moltbook.gateway.filters import Only
from moltbook.gateway.listeners import Ending
from moltbook.gateway.sse import HEARTBEAT_SECONDS
from moltbook.house import Group
from moltbook.interest.queries import AGENTS_HEARD, SUBMOLTS_HEARD, THREADS_HEARD
from moltbook.settings import Settings
from tests.gateway.document import EVENTS, PAGE, written
from tests.gateway.test_audience import INSIDE

TEXT = PAGE.read_text(encoding="utf-8")


def test_the_table_of_events_is_the_one_of_the_code():
    assert written() == TEXT, "python -m tests.gateway.document writes it anew"
    assert set(re.findall(r"^\| \w+ \| `([\w.]+)` \|", TEXT, re.MULTILINE)) == EVENTS.keys() - INSIDE


def test_the_page_names_every_filter_and_every_way_a_stream_ends():
    spelled = set(events.EventsQuery.__struct_fields__)
    assert (
        spelled >= set(re.findall(r"^\| `(\w+)=", TEXT, re.MULTILINE)) >= spelled - {"after", "wait", "limit", "post"}
    )
    assert all(f"`{name}`" in TEXT for name in ("after", "wait", "limit", "post"))
    assert all(f"`only={only}`" in TEXT for only in Only)
    assert all(f"`{group}`" in TEXT for group in Group)
    assert all(f"`: {reason}`" in TEXT for reason in Ending if reason is not Ending.BROKEN)


def test_the_numbers_on_the_page_are_those_of_the_code():
    assert f"at most {events.MOST_SECONDS})" in TEXT
    assert f"({events.EventsQuery().limit}; up to 1,000)" in TEXT
    assert f"every {HEARTBEAT_SECONDS:.0f} seconds" in TEXT
    assert f"cut at {words.WORDS_CHARS:,} characters" in TEXT
    assert f"at most {poll.MOST_EVENTS:,} events of the log" in TEXT
    assert f"keeps {Settings().streams:,} streams" in TEXT
    assert f"at most {events.OF_AN_AGENT} streams and polls" in TEXT
    assert f"without a key {events.OF_A_NETWORK} (" in TEXT
    assert ear.WAITING_BYTES == 1_000_000
    followed = next(line for line in TEXT.splitlines() if line.startswith("| `only=followed`"))
    numbers = [int(number.replace(",", "")) for number in re.findall(r"\((?:the newest )?([\d,]+)\)", followed)]
    assert numbers == [THREADS_HEARD, AGENTS_HEARD, SUBMOLTS_HEARD]
