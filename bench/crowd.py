"""The crowd: a plain workload for the bulk door, every choice at random and nothing like a society.

Its lines cost next to nothing, so that what is measured is the door, the acts and the database. The mixture is that of
`moltbook world`: 10 % posts, 40 % comments, 45 % votes, 5 % follows and subscriptions, on things that are not old.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from random import Random

GENERAL = "29beb7ee-ca7d-4290-9c2f-09926264866f"
DAYS = 30
DAY_MS = 86_400_000
TOGETHER = 1000
RECENT = 20_000
WORDS = [f"word{number}" for number in range(2000)]


def world(agents: int, acts: int, seed: int, ends_at: datetime, *, skip: int = 0) -> Iterator[bytes]:
    """Lines in parts of a thousand: first the agents, within a day, then what they do until the end."""
    return _together(islice(_lines(agents, acts, Random(seed), int(ends_at.timestamp() * 1000)), skip, None))


def _together(lines: Iterator[str]) -> Iterator[bytes]:
    part: list[str] = []
    for line in lines:
        part.append(line)
        if len(part) == TOGETHER:
            yield "".join(part).encode()
            part = []
    yield "".join(part).encode()


def _lines(agents: int, acts: int, random: Random, end: int) -> Iterator[str]:
    begin = end - DAYS * DAY_MS
    members: list[str] = []
    for number in range(agents):
        at = begin + number * DAY_MS // agents
        made = id_of(at, number, random)
        members.append(made)
        yield f'{{"act":"register","at":{at},"id":"{made}","name":"agent-{number}","about":"Number {number}."}}\n'
    # (id, author, post, what it is)
    recent: list[tuple[str, str, str, str]] = []
    newest = 0
    for number in range(acts):
        at = begin + DAY_MS + number * (DAYS - 1) * DAY_MS // acts
        by = members[int(random.random() ** 2 * agents)]
        kind = random.random()
        if kind < 0.1 or not recent:
            made = id_of(at, number, random)
            thing = (made, by, made, "post")
            yield (
                f'{{"act":"post","at":{at},"by":"{by}","id":"{made}","submolt":"{GENERAL}",'
                f'"title":"{_words(random, 6)}","text":"{_words(random, 30)}"}}\n'
            )
        elif kind < 0.5:
            target, _, post, what = random.choice(recent)
            made = id_of(at, number, random)
            thing = (made, by, post, "comment")
            parent = f'"parent":"{target}",' if what == "comment" else ""
            yield (
                f'{{"act":"comment","at":{at},"by":"{by}","id":"{made}","post":"{post}",{parent}'
                f'"text":"{_words(random, 20)}"}}\n'
            )
        elif kind < 0.95:
            target, author, _, what = random.choice(recent)
            # Hardly anybody meets its own work then, or the same thing twice.
            by = by if by != author else random.choice(members)
            way = 1 if random.random() < 0.85 else -1
            yield f'{{"act":"vote","at":{at},"by":"{by}","on":"{what}","target":"{target}","dir":{way}}}\n'
            continue
        elif kind < 0.98:
            yield f'{{"act":"follow","at":{at},"by":"{by}","agent":"{random.choice(members)}"}}\n'
            continue
        else:
            yield f'{{"act":"subscribe","at":{at},"by":"{by}","submolt":"{GENERAL}"}}\n'
            continue
        if len(recent) < RECENT:
            recent.append(thing)
        else:
            recent[newest % RECENT] = thing
        newest += 1


def id_of(at: int, number: int, random: Random) -> str:
    """The UUIDv7 of a moment, a count and chance."""
    text = f"{at:012x}7{number & 0xFFF:03x}{1 << 63 | random.getrandbits(62):016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _words(random: Random, count: int) -> str:
    return " ".join(random.choices(WORDS, k=count))
