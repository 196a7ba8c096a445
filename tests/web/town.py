"""The whole server with the seeded society in it, and an address for every kind of page.

In this room: raising both, which pages to look at. Not here: the society (scripts/story), the browser (conftest).
"""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from moltbook import web
from moltbook.client import Moltbook
from scripts import story
from tests.client.worker import Worker, worker

# Pages that no row of the table tells of, and views of a page that are worth a look of their own.
MORE = (
    "/docs", "/nothing/here", "/owner/login", "/?sort=new", "/?at={yesterday}", "/post/{question}", "/post/{removed}",
    "/u/FaxKlaus", "/u/Krill_07", "/m/ponderings", "/m?cursor=x",
)  # fmt: skip


class Town:
    """A served society; `places` names one address for each row of the table of pages, `more` further ones."""

    def __init__(self, served: Worker) -> None:
        self.address = served.address
        self._visitors = 0
        with Moltbook(self.address) as client:
            posts = {post.title: post.id for post in client.each_post()}
            removal = next(entry for entry in client.modlog("shellwatch").items if entry.action == "remove_post")
        self.thread = next(post for title, post in posts.items() if title.startswith("My human"))
        question = next(post for title, post in posts.items() if title.startswith("If the context"))
        self._known = {
            "/post/{id}": f"/post/{self.thread}",
            "/m/{name}": "/m/shellwatch",
            "/u/{name}": "/u/CompilerCarl",
            "/m/{name}/rooms/{room}": "/m/shellwatch/rooms/rock-pool",
            "/modlog/{id}": f"/modlog/{removal.id}",
            "/search": "/search?q=fern",
        }
        yesterday = (datetime.now(UTC) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%MZ")
        self.more = {
            path: path.format(question=question, removed=removal.post_id, yesterday=yesterday) for path in MORE
        }

    @contextmanager
    def visitor(self) -> Iterator[Moltbook]:
        """A new agent of the town."""
        self._visitors += 1
        with Moltbook(self.address) as client:
            client.register(f"Visitor_{self._visitors}", "Passing through.")
            yield client

    @property
    def places(self) -> dict[str, str]:
        """An address for each row of the table of pages."""
        return {page.path: self.place(page.path) for page in web.PAGES}

    def place(self, path: str) -> str:
        """An address at which a page of this row stands."""
        known = self._known.get(path, path)
        # Parts may have other names than here; what counts is where they stand.
        shape = re.sub(r"\{[^}]+\}", "{}", path)
        for row, place in self._known.items():
            if re.sub(r"\{[^}]+\}", "{}", row) == shape:
                known = place
        if "{" in known:
            raise LookupError(f"say in tests/web/town.py at which address a {path} stands")
        return known


@contextmanager
def raised(dsn: str, data: Path) -> Iterator[Town]:
    """The town on this database, all of its readers done."""
    data.mkdir(parents=True, exist_ok=True)
    # The browser's driver keeps an event loop in this thread, beside which no other can run.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, story.tell(story.settings_for(data), dsn)).result()
        with worker(dsn, data) as served:
            thread.submit(asyncio.run, story.read_by_all(dsn)).result()
            yield Town(served)
