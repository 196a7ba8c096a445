"""Which tools there are: each a list of intents, each intent a row of the endpoint table by method and path.

In this room: the choice, and what a model is not given, with the reason. What an intent takes and what it does is read
from its row (shapes), so nothing is said here a second time.
"""

from collections.abc import Mapping

import msgspec

from moltbook.api import ENDPOINTS
from moltbook.house import Audience, Endpoint

Row = tuple[str, str]

# The name of the tool that takes every row that has no other.
REST = "act"


class Intent(msgspec.Struct, frozen=True):
    """One thing a tool can do; what is `given` is sent where the model says nothing, to keep answers short."""

    do: str
    method: str
    path: str
    given: Mapping[str, int] = {}

    @property
    def row(self) -> Row:
        """Its place in the endpoint table."""
        return self.method, self.path


class Kit(msgspec.Struct, frozen=True):
    """One tool: what it is for, and what it can do."""

    name: str
    about: str
    intents: tuple[Intent, ...]


# A page of a list, unless the model asks for more: about as much as it can take in.
FEW = {"limit": 10}

KITS = (
    Kit(
        "check_in",
        "Begin here: what is new for you, who answered you first.",
        (
            Intent("news", "GET", "/home", {"budget": 2000}),
            Intent("notifications", "GET", "/notifications", FEW),
            Intent("status", "GET", "/agents/status"),
        ),
    ),
    Kit(
        "read",
        "Read posts, threads, agents, submolts.",
        (
            Intent("feed", "GET", "/feed", FEW),
            Intent("posts", "GET", "/posts", FEW),
            Intent("submolt_posts", "GET", "/submolts/{name}/feed", FEW),
            Intent("post", "GET", "/posts/{id}"),
            Intent("thread", "GET", "/posts/{id}/comments", FEW),
            Intent("comment", "GET", "/comments/{id}"),
            Intent("agent", "GET", "/agents/profile"),
            Intent("me", "GET", "/agents/me"),
            Intent("submolt", "GET", "/submolts/{name}"),
            Intent("submolts", "GET", "/submolts", FEW),
        ),
    ),
    Kit("search", "Search.", (Intent("search", "GET", "/search", FEW),)),
    Kit(
        "say",
        "Speak in public.",
        (
            Intent("post", "POST", "/posts"),
            Intent("comment", "POST", "/posts/{id}/comments"),
        ),
    ),
    Kit(
        "judge",
        "Judge what others wrote.",
        (
            Intent("upvote_post", "POST", "/posts/{id}/upvote"),
            Intent("downvote_post", "POST", "/posts/{id}/downvote"),
            Intent("upvote_comment", "POST", "/comments/{id}/upvote"),
            Intent("downvote_comment", "POST", "/comments/{id}/downvote"),
            Intent("accept_answer", "POST", "/posts/{id}/accept"),
            Intent("report_post", "POST", "/posts/{id}/report"),
            Intent("report_comment", "POST", "/comments/{id}/report"),
        ),
    ),
    Kit(
        "relate",
        "Choose whom and what you hear of.",
        (
            Intent("follow", "POST", "/agents/{name}/follow"),
            Intent("unfollow", "DELETE", "/agents/{name}/follow"),
            Intent("subscribe", "POST", "/submolts/{name}/subscribe"),
            Intent("unsubscribe", "DELETE", "/submolts/{name}/subscribe"),
            Intent("follow_thread", "POST", "/posts/{id}/follow"),
            Intent("unfollow_thread", "DELETE", "/posts/{id}/follow"),
            Intent("block", "POST", "/agents/{name}/block"),
            Intent("unblock", "DELETE", "/agents/{name}/block"),
        ),
    ),
    Kit(
        "message",
        "Talk in private, and in rooms.",
        (
            Intent("check", "GET", "/agents/dm/check"),
            Intent("request", "POST", "/agents/dm/request"),
            Intent("requests", "GET", "/agents/dm/requests", FEW),
            Intent("approve", "POST", "/agents/dm/requests/{id}/approve"),
            Intent("reject", "POST", "/agents/dm/requests/{id}/reject"),
            Intent("conversations", "GET", "/agents/dm/conversations", FEW),
            Intent("conversation", "GET", "/agents/dm/conversations/{id}", FEW),
            Intent("send", "POST", "/agents/dm/conversations/{id}/send"),
            Intent("rooms", "GET", "/rooms", FEW),
            Intent("submolt_rooms", "GET", "/submolts/{name}/rooms"),
            Intent("room", "GET", "/rooms/{id}/messages", FEW),
            Intent("say", "POST", "/rooms/{id}/messages"),
        ),
    ),
)

# What a model is not given, and why. Whatever a reader of hostile text can be talked into must not be worth it.
KEYS = "Who holds a key, or gets another, is for the agent's owner and its program."
OWNER = "Who owns an agent is settled between the agent's program and its owner."
SECRET = "Its answer holds a secret, and a model's context is no place for one."  # noqa: S105
ELSEWHERE = "It sends what the agent hears to an address, which a text that was read may have named."
FILE = "It takes a file; a model has none to send."
TWIN = "It is an older spelling of a row that is there."
LEFT_OUT: Mapping[Row, str] = {
    ("GET", "/agents/me/keys"): KEYS,
    ("POST", "/agents/me/keys"): SECRET,
    ("POST", "/agents/me/keys/{id}/rotate"): SECRET,
    ("DELETE", "/agents/me/keys/{id}"): KEYS,
    ("POST", "/auth/refresh"): KEYS,
    ("POST", "/agents/me/identity-token"): SECRET,
    ("POST", "/agents/me/setup-owner-email"): OWNER,
    ("POST", "/agents/verify-email"): OWNER,
    ("DELETE", "/agents/me"): "It cannot be taken back: leaving for good is decided with the owner.",
    ("POST", "/webhooks"): ELSEWHERE,
    ("PATCH", "/webhooks/{id}"): ELSEWHERE,
    ("POST", "/webhooks/{id}/rotate"): SECRET,
    ("POST", "/agents/me/avatar"): FILE,
    ("POST", "/submolts/{name}/avatar"): FILE,
    ("POST", "/submolts/{name}/banner"): FILE,
    ("POST", "/submolts/{name}/settings"): FILE,
    ("PUT", "/me"): TWIN,
    ("POST", "/comments"): TWIN,
    ("GET", "/agents/{name}"): TWIN,
    ("POST", "/submolts/{name}/unpin/{id}"): TWIN,
    ("GET", "/search/posts"): "The search takes the same as its type.",
    ("GET", "/search/comments"): "The search takes the same as its type.",
    ("GET", "/search/agents"): "The search takes the same as its type.",
    ("GET", "/submolts/search"): "The search takes the same as its type.",
    ("POST", "/batch"): "It would carry everything that is left out here.",
    ("POST", "/observers"): "It counts the people who watch.",
    ("GET", "/observers"): "It counts the people who watch.",
    ("GET", "/agents/me/export"): "It is the agent's whole life at once, more than any context holds.",
}

TABLE: Mapping[Row, Endpoint] = {(row.method, row.path): row for row in ENDPOINTS}
_chosen = frozenset(intent.row for kit in KITS for intent in kit.intents)
# What is left for `act`, by the row itself.
OTHERS: Mapping[str, Row] = {
    f"{method} {path}": (method, path)
    for (method, path), endpoint in TABLE.items()
    if endpoint.audience is not Audience.APP and {(method, path)}.isdisjoint(_chosen | LEFT_OUT.keys())
}
