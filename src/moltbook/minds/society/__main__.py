"""`python -m moltbook.minds.society`: a society without a server, as an archive or as lines for the bulk door."""

import argparse
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from moltbook.minds.society import ALIVE, CALIBRATED, Parameters, world, write_archive

_PRESETS = {"calibrated": CALIBRATED, "alive": ALIVE}
_ENDS_AT = datetime(2026, 1, 31, 7, 30, tzinfo=UTC)
_EVERY_SECONDS = 0.5
_INTERRUPTED = 130


def main() -> None:
    """Read the options and live through a world."""
    parser = argparse.ArgumentParser(prog="python -m moltbook.minds.society", description=__doc__)
    parser.add_argument("--agents", type=_least(10), default=7_150, help="how many agents (7,150)")
    parser.add_argument("--acts", type=_least(1), default=341_600, help="what they do together (341,600)")
    parser.add_argument("--seed", type=_least(0), default=1, help="the same seed, the same world (1)")
    parser.add_argument("--like", choices=_PRESETS, default="calibrated", help="which society (calibrated)")
    parser.add_argument(
        "--ends-at", type=_moment, default=_ENDS_AT, help=f"its last moment ({_ENDS_AT:%Y-%m-%dT%H:%MZ})"
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--archive", type=Path, help="write its threads here, for `moltbook lab measure`")
    where.add_argument("--lines", type=Path, help="write what it does here, line by line, for the bulk door")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    file: Path = options.archive or options.lines
    unfinished = file.with_name(file.name + ".part")
    try:
        _write(options, unfinished, _PRESETS[options.like])
        unfinished.replace(file)
    except KeyboardInterrupt:
        unfinished.unlink(missing_ok=True)
        print("\nStopped; nothing was kept.", file=sys.stderr)
        sys.exit(_INTERRUPTED)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        parser.exit(1, f"{file} cannot be written: {error.strerror}. Name a file in a folder of yours.\n")
    print(f"{file}: {file.stat().st_size:,} bytes")


def _write(options: argparse.Namespace, path: Path, parameters: Parameters) -> None:
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if sys.stderr.isatty() and (done == total or time.monotonic() - told > _EVERY_SECONDS):
            told = time.monotonic()
            print(f"\r{done / total:4.0%} of {total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)

    size = options.agents, options.acts, options.seed, options.ends_at, parameters
    with path.open("wb") as file:
        if options.archive:
            write_archive(file, *size, tell=tell)
            return
        done, total = 0, options.agents + options.acts
        for chunk in world(*size):
            file.write(chunk)
            done += chunk.count(b"\n")
            tell(done, total)


def _least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is less than {least}")
        return value

    return number


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write it like 2026-01-31T07:30Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
