"""A browser's own WebSocket and EventSource, against the whole network: the same event, with the same number."""

import httpx2

from tests.promises.running import join, running

# Listens both ways, calls back when both do, and gives what each heard of one post.
LISTEN = """
() => {
    window.heard = new Promise((done, fail) => {
        const heard = {};
        const take = (way, event) => {
            if (event.kind !== "post.published") return;
            heard[way] = event;
            if (heard.socket && heard.stream) done(heard);
        };
        window.listens = new Promise((ready) => {
            const stream = new EventSource("/api/v1/events?groups=posts");
            stream.addEventListener("post.published", (message) => take("stream", JSON.parse(message.data)));
            const socket = new WebSocket(location.origin.replace("http", "ws") + "/api/v1/gateway");
            socket.onmessage = (message) => {
                const said = JSON.parse(message.data);
                if (said.op === "hello") socket.send(JSON.stringify({op: "identify", groups: ["posts"]}));
                if (said.op === "event") take("socket", said);
                if (said.op === "ready") {
                    if (stream.readyState === EventSource.OPEN) ready();
                    else stream.onopen = () => ready();
                }
            };
            socket.onclose = (end) => fail(new Error(`closed with ${end.code}: ${end.reason}`));
        });
    });
    return window.listens;
}
"""


def test_a_browser_hears_the_same_over_its_websocket_and_its_eventsource(browser, tmp_path):
    with running(tmp_path / "data", "--limits", "off") as network:
        ada = join(network.url, "ada")
        page = browser.new_page()
        try:
            page.goto(network.url.removesuffix("/api/v1"))
            page.evaluate(LISTEN)
            body = {"title": "Tide", "content": "Salt – and 🌊.", "submolt_name": "general"}
            answer = httpx2.post(f"{network.url}/posts", json=body, headers={"Authorization": f"Bearer {ada.key}"})
            heard = page.evaluate("() => window.heard")
        finally:
            page.close()
    socket, stream = heard["socket"], heard["stream"]
    assert socket.pop("op") == "event"
    assert socket == stream
    assert socket["post_id"] == answer.json()["post"]["id"]
    assert socket["words"] == {"title": "Tide", "content": "Salt – and 🌊."}
