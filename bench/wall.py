"""The wall's share of a processor: `python -m bench.wall`.

In this room: a hundred thousand agents who speak and vote, as entries of the log; what folding them costs beside the
bare decoding of the same entries, and what a second's digest costs when the window is full. CPU time, medians of turns;
no database: what a digest reads is eight rows by their keys, whatever the size of the network.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from rich.console import Console
from rich.table import Table

from moltbook.log import Entry
from moltbook.web.wall.acts import COMMENT, POST, VOTE, act_of
from moltbook.web.wall.digest import SPOTS, THREADS, TIES
from moltbook.web.wall.fold import Fold
from moltbook.web.wall.known import Ground
from moltbook.web.wall.layout import Place, arrange, label, radius_of

SEED = 20260131
AGENTS, SUBMOLTS, THREADS_OPEN = 100_000, 300, 5000
EVENTS, PER_SECOND = 100_000, 2000
TURNS = 7
BEGAN = datetime(2026, 11, 23, tzinfo=UTC)


def entries() -> list[Entry]:
    """What the log holds of some seconds of a busy network: of ten events six votes, three comments, one post."""
    chance = random.Random(SEED)
    made: list[Entry] = []
    posts = [(_id(1, n), f"submolt{n % SUBMOLTS}") for n in range(THREADS_OPEN)]
    for n in range(EVENTS):
        who = chance.randrange(AGENTS)
        author = {"author_id": _id(2, who), "author": f"agent_{who}"}
        post_id, submolt = chance.choice(posts)
        kind = POST if n < THREADS_OPEN else chance.choices((VOTE, COMMENT, POST), (6, 3, 1))[0]
        body: dict[str, object] = {"type": kind, "post_id": post_id, **author}
        if kind == POST:
            post_id, submolt = posts[n % THREADS_OPEN]
            body |= {"post_id": post_id, "submolt": submolt, "submolt_id": _id(4, n), "created_at": BEGAN}
        elif kind == COMMENT:
            body |= {"comment_id": _id(3, n), "parent_id": _id(3, n - 1), "created_at": BEGAN, "comment_count": n}
        else:
            body |= {"target_id": post_id, "former": 0, "now": 1, "upvotes": n, "downvotes": 0}
        at = BEGAN + timedelta(seconds=n / PER_SECOND)
        made.append(Entry(n + 1, at, kind, _id(2, who), msgspec.json.encode(body).decode()))
    return made


def _id(kind: int, n: int) -> str:
    return f"0193a000-{kind:04x}-7000-8000-{n:012x}"


def folded(heard: Sequence[Entry]) -> Fold:
    """All of it, as the wall hears it."""
    fold, ground = Fold(), Ground()
    for entry in heard:
        fold.pulse.add(entry.at.timestamp())
        act = act_of(entry)
        ground.hear(act)
        place = ground.place(act)
        if place is not None:
            fold.take(act, place, None)
    return fold


def digested(fold: Fold, now: float, former: dict[str, Place]) -> dict[str, Place]:
    """What a digest computes: the pulse, the warmest threads, and the map, counted and laid out."""
    fold.window.expire(now)
    fold.window.speaking(now)
    fold.pulse.before(now)
    fold.heats.hottest(THREADS)
    fold.talk.best(now)
    shown, ties = fold.window.crossings(SPOTS)
    places = [Place(name, label(name, ""), radius_of(said, shown[0][1])) for name, said in shown]
    numbers = {place.key: n for n, place in enumerate(places)}
    arrange(places, {(numbers[a], numbers[b]): w for (a, b), w in ties.most_common(TIES)}, former)
    return {place.key: place for place in places}


def microseconds(do: Callable[[], object]) -> float:
    """The processor's time for one turn; the median of some."""
    turns = []
    for _ in range(TURNS):
        began = time.process_time()
        do()
        turns.append(time.process_time() - began)
    return statistics.median(turns) * 1e6


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(prog="python -m bench.wall", description=__doc__.partition("\n")[0]).parse_args()
    heard = entries()
    decode = msgspec.json.Decoder().decode
    raw = microseconds(lambda: [decode(entry.body) for entry in heard]) / EVENTS
    ours = microseconds(lambda: folded(heard)) / EVENTS
    fold = folded(heard)
    now = heard[-1].at.timestamp()
    first = digested(fold, now, {})
    digest = microseconds(lambda: digested(fold, now, first)) / 1000
    table = Table(title=f"The wall with {AGENTS:,} agents, {PER_SECOND:,} events a second")
    for column in ("what", "CPU", "beside bare decoding"):
        table.add_column(column)
    table.add_row("decode an event", f"{raw:.2f} µs", "1.0")
    table.add_row("hear an event", f"{ours:.2f} µs", f"{ours / raw:.1f}")
    table.add_row("a digest with its map", f"{digest:.1f} ms", "")
    share = ours * PER_SECOND / 1e6 + digest / 1000
    table.add_row(f"a second of {PER_SECOND:,} events", f"{share * 100:.1f} % of a core", "")
    console = Console()
    console.print(table)
    console.print(f"{len(fold.window):,} acts in the window, about {fold.window.speaking(now):,} agents speaking")


if __name__ == "__main__":
    main()
