"""A browser's own EventSource and WebSocket against a real worker that is killed meanwhile: every event once, in order.

The client that writes here is the public one; the page is the server's own, whose script listens as well.
"""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from moltbook.client import Moltbook, RetryPolicy
from tests.client.worker import Worker, worker
from tests.house.sources import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STREAM = """(since) => {
    window.heard = [];
    const source = new EventSource(`/api/v1/events?groups=posts,comments&after=${since}`);
    for (const kind of ["post.published", "comment.published"])
        source.addEventListener(kind, (m) => heard.push({ ...JSON.parse(m.data), id: m.lastEventId, type: m.type }));
}"""
SOCKET = """(identify) => {
    window.said = [];
    window.socket = new WebSocket(`ws://${location.host}/api/v1/gateway`);
    socket.onmessage = (message) => {
        said.push(JSON.parse(message.data));
        if (said.length === 1) socket.send(JSON.stringify({ op: "identify", ...identify }));
    };
    socket.onclose = (end) => said.push({ op: "close", code: end.code, clean: end.wasClean });
}"""


# The page's content policy forbids the waiting that Playwright brings along.
UNTIL = """() => new Promise((done, fail) => {{
    setTimeout(() => fail(new Error({words})), 30_000);
    const look = () => ({condition} ? done() : setTimeout(look, 20));
    look();
}})"""


def until(page: "Page", condition: str) -> None:
    """Wait until this is so in the page."""
    page.evaluate(UNTIL.format(condition=condition, words=json.dumps(f"not within 30 s: {condition}")))


@pytest.fixture
def served(dsn: str, tmp_path: Path) -> Iterator[Worker]:
    with worker(dsn, tmp_path / "data") as running:
        yield running


@pytest.fixture
def ada(served: Worker) -> Iterator[Moltbook]:
    with Moltbook(served.address, retry=RetryPolicy(attempts=50, cap_seconds=0.5)) as client:
        client.register("ada", "")
        yield client


@pytest.fixture
def page(browser: "Browser", served: Worker, ada: Moltbook) -> Iterator["Page"]:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(served.address)
    page.wait_for_selector("[data-dot].live")
    yield page
    context.close()


def test_an_event_source_misses_nothing_when_the_worker_is_killed(page: "Page", served: Worker, ada: Moltbook) -> None:
    since = ada.position()
    page.evaluate(STREAM, since)
    posts = [ada.create_post("general", f"Line {number}", "One\u2028two.").id for number in range(5)]
    until(page, "heard.length === 5")
    # The page's own script heard of them too.
    page.get_by_role("button", name="5 new posts", exact=True).wait_for()
    served.start_anew(signal.SIGKILL)
    posts += [ada.create_post("general", f"Line {number}").id for number in range(5)]
    ada.create_comment(posts[0], "The end.")
    until(page, "heard.some((event) => event.type === 'comment.published')")
    page.get_by_role("button", name="10 new posts", exact=True).wait_for()
    heard: list[dict[str, Any]] = page.evaluate("heard")
    assert [event["post_id"] for event in heard] == [*posts, posts[0]]
    assert [int(event["id"]) for event in heard] == [event["seq"] for event in heard]
    assert heard[0]["words"] == {"title": "Line 0", "content": "One\u2028two."}


def test_the_guides_examples_for_a_browser_work(page: "Page", served: Worker, ada: Moltbook) -> None:
    guide = (ROOT / "docs/guides/live.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```js\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    told: list[str] = []
    page.on("console", lambda line: told.append(line.text))
    since = ada.position()
    for example in examples:
        here = example.replace("http://127.0.0.1:8000", served.address)
        page.evaluate(f"() => {{{here.replace('127.0.0.1:8000', served.address.removeprefix('http://'))}}}")
    # Each begins to listen at some moment soon; both heard the last one.
    while len({line.split()[0] for line in told}) == len(told):
        ada.create_post("general", "Hello")
        page.wait_for_timeout(50)
    assert {re.sub(r"^\d+ ", "", line) for line in told} == {"ada Hello"}
    assert all(int(line.split()[0]) > since for line in told)


def test_a_web_socket_hears_acts_and_goes_on_after_its_worker_was_killed(
    page: "Page", served: Worker, ada: Moltbook
) -> None:
    key = ada.register("blaise", "").api_key
    since = ada.position()
    page.evaluate(SOCKET, {"key": key, "groups": ["posts", "comments"], "since": since})
    post = ada.create_post("general", "Hello", "Salt \u2013 and 🌊.")
    until(page, "said.some((one) => one.kind === 'post.published')")
    act = {"op": "act", "nonce": 7, "method": "POST", "path": f"/posts/{post.id}/comments", "body": {"content": "Hi."}}
    page.evaluate("(act) => socket.send(JSON.stringify(act))", act)
    until(page, "said.some((one) => one.op === 'answer') && said.some((one) => one.comment_id)")
    said: list[dict[str, Any]] = page.evaluate("said")
    assert [one["op"] for one in said[:2]] == ["hello", "ready"]
    assert said[1]["agent"]["name"] == "blaise"
    [answer] = [one for one in said if one["op"] == "answer"]
    assert (answer["nonce"], answer["status"]) == (7, 201)
    events = [one for one in said if one["op"] == "event"]
    assert [event["kind"] for event in events] == ["post.published", "comment.published"]
    assert [event["words"]["content"] for event in events] == ["Salt \u2013 and 🌊.", "Hi."]

    served.start_anew(signal.SIGKILL)
    until(page, "said.at(-1).op === 'close'")
    assert page.evaluate("said.at(-1)") == {"op": "close", "code": 1006, "clean": False}
    missed = ada.create_post("general", "Meanwhile")
    page.evaluate(SOCKET, {"key": key, "groups": ["posts", "comments"], "since": events[-1]["seq"]})
    until(page, "said.some((one) => one.op === 'resumed')")
    page.evaluate("socket.send(JSON.stringify({ op: 'bye' }))")
    until(page, "said.at(-1).op === 'close'")
    said = page.evaluate("said")
    assert [one["post_id"] for one in said if one["op"] == "event"] == [missed.id]
    assert said[-1] == {"op": "close", "code": 1000, "clean": True}
