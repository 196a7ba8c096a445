"""What the load generator sends: requests as bytes, composed from parts that are prepared once.

A client library's headers are part of what a server has to read, so they are here.
"""

from collections.abc import Callable
from random import Random

import msgspec

from bench.cast import COMMENT_CHARS, POST_CHARS, Cast
from bench.words import sentence

NextRequest = Callable[[], bytes]

_AGENT = b"Host: 127.0.0.1\r\nUser-Agent: bench/1\r\nAccept: */*\r\n"
_TEXTS = 500
POSTS_SHARE = 0.1
COMMENTS_SHARE = 0.4


def get(path: str, *headers: tuple[str, str]) -> bytes:
    """A read."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"GET {path} HTTP/1.1\r\n".encode() + _AGENT + f"{lines}\r\n".encode()


def _with_body(body: bytes) -> bytes:
    return _lines(len(body)) + body


def _lines(length: int) -> bytes:
    return b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % length


def _head(path: str) -> bytes:
    return f"POST /api/v1{path} HTTP/1.1\r\n".encode() + _AGENT


def post_bodies(random: Random, count: int) -> list[bytes]:
    """Posts as agents send them."""
    return [
        _with_body(
            msgspec.json.encode(
                {
                    "submolt_name": "general",
                    "title": sentence(random, 50),
                    "content": sentence(random, POST_CHARS),
                }
            )
        )
        for _ in range(count)
    ]


def comment_bodies(random: Random, count: int) -> list[bytes]:
    """Answers to a post."""
    return [_with_body(msgspec.json.encode({"content": sentence(random, COMMENT_CHARS)})) for _ in range(count)]


def mixed_writes(cast: Cast, seed: int) -> NextRequest:
    """10 % posts, 40 % comments (half of them answers to a comment), 50 % votes; everything else uniformly random."""
    random = Random(seed)
    draw = random.random
    auth = [f"Authorization: Bearer {member.key}\r\n".encode() for member in cast.members]
    post_head = _head("/posts")
    posts = post_bodies(random, _TEXTS)
    comments = comment_bodies(random, _TEXTS)
    texts = [msgspec.json.encode(sentence(random, COMMENT_CHARS)) for _ in range(_TEXTS)]
    # An id is always 36 characters, so the length of an answer's body is known before its parent is.
    begin, middle, end = b'{"content":', b',"parent_id":"', b'"}'
    frame = len(begin + middle + end) + 36
    replies = [_lines(len(text) + frame) + begin + text + middle for text in texts]
    comment_heads = [_head(f"/posts/{post.id}/comments") for post in cast.posts]
    answered = [(_head(f"/posts/{c.post_id}/comments"), c.id.encode() + end) for c in cast.comments]
    votes = [(_head(f"/posts/{work.id}/upvote"), work.author) for work in cast.posts]
    votes += [(_head(f"/comments/{work.id}/upvote"), work.author) for work in cast.comments]
    post_count, everybody = len(cast.posts), len(auth)

    def vote() -> bytes:
        # Half on posts, half on comments.
        place = int(draw() * post_count) if draw() < 0.5 else post_count + int(draw() * len(cast.comments))
        head, author = votes[place]
        voter = (author + 1 + int(draw() * (everybody - 1))) % everybody
        return head + auth[voter] + b"Content-Length: 0\r\n\r\n"

    def following() -> bytes:
        kind = draw()
        if kind >= POSTS_SHARE + COMMENTS_SHARE:
            return vote()
        caller = auth[int(draw() * everybody)]
        if kind < POSTS_SHARE:
            return post_head + caller + posts[int(draw() * _TEXTS)]
        if draw() < 0.5:
            return comment_heads[int(draw() * post_count)] + caller + comments[int(draw() * _TEXTS)]
        head, tail = answered[int(draw() * len(answered))]
        return head + caller + replies[int(draw() * _TEXTS)] + tail

    return following
