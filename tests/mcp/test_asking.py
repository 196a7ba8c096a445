"""A model's arguments become one request to the row that was meant, or a sentence that says what is wrong."""

import pytest

from moltbook.kernel.errors import Invalid
from moltbook.mcp.asking import asking_of, asking_of_rest
from moltbook.mcp.shapes import KITS_BY_NAME


def asked(tool, **arguments):
    return asking_of_rest(arguments) if tool == "act" else asking_of(KITS_BY_NAME[tool], arguments)


def test_values_go_where_the_row_wants_them():
    comment = asked("say", do="comment", post_id="p1", content="Yes.", stance="answer", idempotency_key="k-1")
    assert (comment.endpoint.path, comment.path) == ("/posts/{id}/comments", "/posts/p1/comments")
    assert comment.body == {"content": "Yes.", "stance": "answer"}
    assert (comment.query, comment.repeat_key) == ({}, "k-1")
    posts = asked("read", do="posts", sort="new", resolved=True)
    assert (posts.query, posts.body) == ({"limit": "10", "sort": "new", "resolved": "true"}, None)
    pin = asked("act", call="POST /posts/{id}/pin", arguments={"post_id": "p1"})
    assert (pin.endpoint.method, pin.path) == ("POST", "/posts/p1/pin")


def test_an_intent_keeps_its_answer_short_unless_the_model_says_how_long():
    assert asked("check_in", do="news").query == {"budget": "2000"}
    assert asked("check_in", do="news", budget=500).query == {"budget": "500"}


@pytest.mark.parametrize("value", ["", ".", "..", "a/b", "me/keys", "{id}", "x\x00", ["a"], {"a": 1}])
def test_a_value_cannot_reach_into_the_path(value):
    with pytest.raises(Invalid):
        asked("relate", do="follow", agent_name=value)


def test_a_value_that_is_a_word_of_the_path_reaches_no_other_row():
    # GET /rooms/invitations is a row of its own, and so is not a room.
    with pytest.raises(Invalid):
        asked("act", call="GET /rooms/{id}", arguments={"room_id": "invitations"})


@pytest.mark.parametrize(
    ("tool", "arguments", "hint"),
    [
        ("say", {"do": "shout"}, "Set do to one of: post, comment."),
        ("say", {}, "Set do to one of: post, comment."),
        ("say", {"do": "comment", "content": "x"}, "comment takes: post_id, content, parent_id?, stance?."),
        ("say", {"do": "post", "title": "x", "key": "k"}, "It takes: title, submolt_name?, content?"),
        ("act", {"call": "POST /agents/me/keys"}, "Name one as the tool's description lists it"),
        ("act", {"call": 3}, "Name one as the tool's description lists it"),
        ("act", {"call": "GET /stats", "arguments": "x"}, "Send the call's values by name."),
        ("say", {"do": "post", "title": "\ud800"}, "Send UTF-8 and smaller numbers."),
        ("say", {"do": "post", "title": "x", "idempotency_key": "\n"}, "Send 1-200 printable ASCII characters."),
    ],
)
def test_what_is_wrong_is_said_with_what_would_be_right(tool, arguments, hint):
    with pytest.raises(Invalid) as refused:
        asked(tool, **arguments)
    assert hint in refused.value.hint
