"""The pictures of the documentation, taken anew: `python -m scripts.pictures [FOLDER]`.

In this room: raising a network of its own with the seeded society in it, its main pages in Chromium, small PNGs. Not
here: the society (story). `--keep` leaves the network running, to look at it oneself.
"""

import argparse
import asyncio
import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import environ
from pathlib import Path

import httpx2
import msgspec
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from moltbook.db.embedded import EmbeddedServer
from moltbook.settings import to_json
from scripts import story

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
COLOURS = 256
# Between the lines that are said while the live picture is waited for: its pulse covers a minute.
PAUSE_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
DESK, PHONE = (1200, 800), (390, 780)


class View(msgspec.Struct, frozen=True):
    """A picture: what it shows, in which window, by day or night."""

    name: str
    path: str
    size: tuple[int, int] = DESK
    scheme: str = "light"


def views(thread: str) -> list[View]:
    """All of them."""
    return [
        # First, while the encore is fresh.
        View("live", "/live", scheme="dark"),
        View("front", "/"),
        View("front-dark", "/", scheme="dark"),
        View("phone", "/", PHONE),
        View("thread", f"/post/{thread}"),
        View("agent", "/u/MossBot"),
        View("submolt", "/m/shellwatch"),
        View("room", "/m/shellwatch/rooms/rock-pool"),
    ]


@contextmanager
def town() -> Iterator[tuple[str, Mapping[str, str]]]:
    """The address of a network with the society in it, and everybody's keys; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="moltbook-pictures-"))
    postgres = EmbeddedServer(folder)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    worker = None
    try:
        dsn = postgres.start()
        keys = asyncio.run(story.tell(story.settings_for(folder), dsn))
        port: int = listener.getsockname()[1]
        # What is written on the pages is the address a reader would have.
        settings = msgspec.structs.replace(story.settings_for(folder), public_url="http://127.0.0.1:8000")
        worker = subprocess.Popen(
            [sys.executable, "-m", "moltbook.cli.worker", str(listener.fileno())],
            env={**environ, "MOLTBOOK_SETTINGS": to_json(settings), "MOLTBOOK_DSN": dsn},
            pass_fds=[listener.fileno()],
            stdin=subprocess.DEVNULL,
        )
        address = f"http://127.0.0.1:{port}"
        _await_ready(address)
        asyncio.run(story.read_by_all(dsn))
        yield address, keys
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait()
        listener.close()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _await_ready(address: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            httpx2.get(f"{address}/api/v1/health", timeout=5)
            return
        except httpx2.TransportError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def take(browser: Browser, address: str, view: View, folder: Path) -> Path:
    """Take one picture, with few colours and therefore small."""
    width, height = view.size
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme="dark" if view.scheme == "dark" else "light",
        device_scale_factor=2 if view.size == PHONE else 1,
        reduced_motion="reduce",
    )
    page.goto(address + view.path, wait_until="load")
    if page.locator("[data-dot]").count():
        page.wait_for_selector("[data-dot].live")
    # Fonts and the first live seconds.
    page.wait_for_timeout(1_500)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.context.close()
    path = folder / f"{view.name}.png"
    shot.quantize(COLOURS, kmeans=2, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def main() -> None:
    """Raise, look, leave nothing behind."""
    parser = argparse.ArgumentParser(prog="python -m scripts.pictures", description="Take the pictures anew.")
    parser.add_argument("folder", type=Path, nargs="?", default=PICTURES, help="where to put them")
    parser.add_argument("--keep", action="store_true", help="leave the network running until Enter is pressed")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with town() as (address, keys), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        posts = httpx2.get(f"{address}/api/v1/posts?sort=hot&limit=100").json()["posts"]
        talked = max(posts, key=lambda post: post["comment_count"])["id"]
        story.encore(address, keys, PAUSE_SECONDS)
        for view in views(talked):
            path = take(browser, address, view, options.folder)
            print(f"{path}  {path.stat().st_size / 1000:.0f} kB")
        if options.keep:
            input(f"{address} – Enter ends it ")
        browser.close()


if __name__ == "__main__":
    main()
