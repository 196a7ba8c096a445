"""Search for parameters that make a society like an archive: `python -m bench.fit ARCHIVE --turns 200`.

A plain climb: a few parameters at a time are turned at random, and the turn is kept when the shape of the society comes
nearer to the archive's. It begins at CALIBRATED and prints what it ended with; nothing is changed by itself.
"""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import numpy as np
from rich.console import Console

from bench.shape import difference, lived, shape, society_of, wordless
from moltbook.lab.model import Window
from moltbook.lab.sources import read_archive
from moltbook.minds.society import CALIBRATED, Parameters

# What may be turned, each with the most it may become.
TURNED = {
    "activity_tail": 3.0, "activity_cutoff": 1e5, "silent": 0.6, "care": 0.95, "care_few": 20.0, "returns": 0.9,
    "returns_few": 20.0, "fresh": 0.9, "fresh_seconds": 600.0, "fresh_spread": 3.0, "look_seconds": 600.0,
    "attachment": 2.0, "hot": 0.3, "insist": 1.0, "insist_tail": 3.0, "visit_back": 0.3, "post_link": 0.95,
    "post_spread": 2.0, "submolt_growth": 0.2, "submolt_tail": 3.0, "comment_votes": 0.9, "vote_hot": 0.9,
    "comment_vote_hot": 0.95, "vote_attachment": 3.0, "comment_vote_attachment": 5.0, "position_bias": 5.0,
    "growth": 10.0, "homophily": 5.0, "kernel_seconds": 1e4, "kernel_tail": 2.0, "awake_share": 1.0, "aside": 0.05,
    "hello": 1.0,
}  # fmt: skip
# What counts more or less than the rest: large numbers that say one thing several times, and what one thread decides.
WEIGHTS = {
    "exponent of activity": 3.0,
    "depth of comments": 0.0,
    "exponent of comments a post (from 100)": 0.15,
    "comments a post, most": 0.1,
    "comments a post, 99 of 100": 0.5,
    "submolts with a post": 0.5,
    "exponent of posts a submolt (from 2)": 0.5,
    "seconds to the first comment, mean": 0.3,
    "seconds to a comment, 25 of 100": 0.4,
    "seconds to a comment, median": 0.4,
    "seconds to a comment, 75 of 100": 0.4,
    "seconds to a comment, 90 of 100": 0.4,
    "minutes of half-life of the reply kernel": 0.2,
}
LEAST, STEP, AT_MOST = 0.01, 0.25, 2.0
console = Console()


def distance(found: dict[str, float], wanted: dict[str, float]) -> float:
    """How far a society is from the archive."""
    apart = {name: min(abs(difference(found[name], value)), AT_MOST) for name, value in wanted.items()}
    return sum(WEIGHTS.get(name, 1.0) * value**2 for name, value in apart.items())


def turned(random: np.random.Generator, parameters: Parameters) -> Parameters:
    """One to four parameters, turned a little or more."""
    names = random.choice(list(TURNED), size=random.integers(1, 5), replace=False).tolist()
    values = {
        name: float(
            min(
                max(getattr(parameters, name), LEAST) * np.exp(random.normal() * STEP * random.choice([0.4, 1, 2])),
                most,
            )
        )
        for name, most in TURNED.items()
        if name in names
    }
    return msgspec.structs.replace(parameters, **values)


def main() -> None:
    """Climb and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.fit", description="Fit a society to an archive.")
    parser.add_argument("archive", type=Path, help="threads as .jsonl, .jsonl.gz or .jsonl.xz")
    parser.add_argument("--turns", type=int, default=200, help="how many turns are tried (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the climb and of the societies (1)")
    options = parser.parse_args()
    original = read_archive(options.archive, Window(), lambda *_: None)
    wanted = shape(original)
    # Writing is half of what agents do; the rest is votes, follows and the like.
    said = len(original.posts.author) + len(original.comments.author)
    acts = round(said / (CALIBRATED.post_share + CALIBRATED.comment_share))
    ends_at = datetime.fromtimestamp(int(original.comments.at.max()) / 1e6, UTC)
    random = np.random.default_rng(options.seed)

    def far(parameters: Parameters) -> tuple[float, dict[str, float]]:
        simulation = lived(original.agents, acts, options.seed, ends_at, parameters)
        found = shape(society_of(simulation, wordless(simulation)))
        return distance(found, wanted), found

    best = CALIBRATED
    least, found = far(best)
    console.print(f"begins at {least:.3f}")
    for turn in range(options.turns):
        tried = turned(random, best)
        value, its = far(tried)
        if value < least:
            best, least, found = tried, value, its
            console.print(f"{turn:>5} {least:.3f}")
    for name, value in wanted.items():
        console.print(
            f"{name:42}{value:12.4f}{found[name]:12.4f}{difference(found[name], value):+8.2f}", highlight=False
        )
    for name in TURNED:
        console.print(f"    {name}={float(f'{getattr(best, name):.3g}')},", highlight=False)


if __name__ == "__main__":
    main()
