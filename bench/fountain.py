"""The fountain: our worker, which on a signal also acts by itself, as fast as those who listen can hear.

Acts that come by HTTP cost more than delivering what follows from them to few, so at saturation they would be what is
measured. Here they go straight to the Committer; from there on – commit, log, hub, sockets – all is as always. SIGUSR1
begins, SIGUSR2 ends.
"""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from random import Random
from typing import Any

from bench.cast import COMMENT_CHARS, Cast, load
from bench.words import sentence
from moltbook.app import Server
from moltbook.cli.orphan import die_with_parent
from moltbook.cli.worker import Uvicorn, config_for
from moltbook.comments import WriteComment
from moltbook.db.world import Act
from moltbook.house.telling import configure_logs
from moltbook.kernel.ids import AgentId, PostId
from moltbook.posts import POSTS
from moltbook.settings import from_json
from moltbook.votes import CastVote, Direction

# So many acts are under way at a time, in so many rounds: while one is committed, another is delivered.
AT_ONCE = 64
ROUNDS = 2
# Nobody acts while somebody has so much left to read.
WAITING_BYTES = 128_000
LOOK_SECONDS = 0.001


async def flow(server: Server, cast: Cast, seed: int) -> None:
    """Act for ever: half comments, half votes."""
    sessions = server.sessions
    assert sessions is not None
    committer = sessions.house.committer
    random = Random(seed)

    def act() -> Act[Any]:
        member, post = random.choice(cast.members), random.choice(cast.posts)
        if random.random() < 0.5:
            return WriteComment(AgentId(member.id), PostId(post.id), None, sentence(random, COMMENT_CHARS))
        return CastVote(AgentId(member.id), POSTS, post.id, random.choice((Direction.UP, Direction.DOWN)))

    while True:
        # Some vote for themselves, and are refused.
        await asyncio.gather(*(committer.do(act()) for _ in range(AT_ONCE)), return_exceptions=True)
        while any(session.waiting_bytes > WAITING_BYTES for session in sessions.connected):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)


async def serve(server: Server, cast: Cast, inherited: socket.socket) -> None:
    """The worker, with its signals."""
    flowing: list[asyncio.Task[None]] = []

    def begin() -> None:
        flowing.extend(asyncio.create_task(flow(server, cast, seed)) for seed in range(ROUNDS))

    def end() -> None:
        for task in flowing:
            task.cancel()
        flowing.clear()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, begin)
    loop.add_signal_handler(signal.SIGUSR2, end)
    await Uvicorn(config_for(server), server).serve(sockets=[inherited])


def main() -> None:
    """Serve until told to stop."""
    die_with_parent()
    configure_logs()
    server = Server(from_json(os.environ["MOLTBOOK_SETTINGS"]), os.environ["MOLTBOOK_DSN"])
    cast = load(Path(os.environ["BENCH_CAST"]))
    config = config_for(server)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(serve(server, cast, socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
