"""Writers who never stop: they post, answer and vote, and remember what was acknowledged."""

import itertools
import random
import threading
from typing import Any

from httpx2 import Client, HTTPError

from tests.promises.running import Member

# What a client may be told while the house is hurt.
HURT = {503}
# A writer that was turned away tries again after this long.
PAUSE_SECONDS = 0.05


class Writer(threading.Thread):
    """One agent that writes as fast as it is answered."""

    def __init__(self, url: str, member: Member, posts: list[str], seed: int) -> None:
        super().__init__(name=f"writer {member.name}", daemon=True)
        self._url = url
        self._member = member
        self._posts = posts
        self._random = random.Random(seed)
        self._stop_wish = threading.Event()
        self.posts: dict[str, str] = {}
        self.comments: dict[str, str] = {}
        # Target -> the direction acknowledged last, or None if an answer was lost on the way.
        self.votes: dict[str, int | None] = {}
        self.acknowledged = 0
        self.hurt = 0
        self.surprises: list[str] = []

    def leave(self) -> None:
        """Finish the request at hand, then end."""
        self._stop_wish.set()

    def run(self) -> None:
        """Write until told to leave."""
        client = self._client()
        for number in itertools.count():
            if self._stop_wish.is_set():
                client.close()
                return
            try:
                self._write(client, number)
            except HTTPError:
                # The connection broke with the server; it may or may not have been done.
                self.hurt += 1
                client.close()
                client = self._client()
                self._stop_wish.wait(PAUSE_SECONDS)

    def _client(self) -> Client:
        return Client(headers={"Authorization": f"Bearer {self._member.key}"}, timeout=20)

    def _write(self, client: Client, number: int) -> None:
        words = f"{self._member.name} {number}"
        kind = self._random.choices(("post", "comment", "vote"), (1, 4, 5))[0]
        if kind == "post":
            told = self._send(client, "/posts", {"title": words, "submolt_name": "general"})
            if told:
                self.posts[told["post"]["id"]] = words
        elif kind == "comment":
            told = self._send(client, f"/posts/{self._random.choice(self._posts)}/comments", {"content": words})
            if told:
                self.comments[told["comment"]["id"]] = words
        else:
            target = self._random.choice(self._posts)
            way, direction = self._random.choice((("upvote", 1), ("downvote", -1)))
            former = self.votes.get(target, 0)
            self.votes[target] = None
            told = self._send(client, f"/posts/{target}/{way}", {})
            if told:
                self.votes[target] = 0 if told["action"] == "removed" else direction
                if former is not None and (former == direction) != (told["action"] == "removed"):
                    self.surprises.append(f"{former} {way} {told['action']}")

    def _send(self, client: Client, path: str, body: dict[str, str]) -> Any:
        answer = client.post(f"{self._url}{path}", json=body)
        if answer.status_code in (200, 201):
            self.acknowledged += 1
            return answer.json()
        self.hurt += 1
        self._stop_wish.wait(PAUSE_SECONDS)
        if answer.status_code not in HURT:
            self.surprises.append(f"{answer.status_code} {answer.text[:300]}")
        return None
