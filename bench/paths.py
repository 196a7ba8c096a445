"""The paths that are measured, and what the rival has to answer so that it sends the same bytes."""

from random import Random

from bench.cast import Cast
from bench.duel import Match
from bench.requests import comment_bodies, get, post_bodies
from bench.rival import Answers
from bench.stage import Process, Read

FRONT = "/api/v1/posts?sort=hot"
# What a rival's answer may not say about itself: uvicorn adds these.
_ADDED = {"date", "server", "connection"}
_MANY = 200

Pages = dict[str, tuple[int, bytes, list[tuple[str, str]]]]


def cached(server: Process, pages: Pages) -> list[Match]:
    """The front page as nearly everybody asks for it: plain, compressed, and unchanged since last time."""
    plain = server.read(FRONT)
    variants = [
        ("front page", []),
        ("front page, br", [("accept-encoding", "gzip, deflate, br")]),
        ("front page, 304", [("if-none-match", plain.header("etag"))]),
    ]
    return [_match(name, server, pages, [FRONT], headers) for name, headers in variants]


def uncached(server: Process, pages: Pages, cast: Cast, seed: int) -> list[Match]:
    """What is read from the database each time: a later page of a feed, threads, profiles, one's own check-in."""
    random = Random(seed)
    cursors = []
    path = FRONT
    for _ in range(min(40, len(cast.posts) // 25 - 1)):
        cursor = _cursor_of(server.read(path))
        path = f"{FRONT}&cursor={cursor}"
        cursors.append(path)
    threads = [f"/api/v1/posts/{post.id}" for post in random.sample(cast.posts[1:], min(_MANY, len(cast.posts) - 1))]
    names = random.sample(cast.members, min(_MANY, len(cast.members)))
    profiles = [f"/api/v1/agents/profile?name={member.name}" for member in names]
    # The author of the largest thread has most to hear.
    mine = [("authorization", f"Bearer {cast.members[cast.posts[0].author].key}")]
    return [
        _match("feed, later page", server, pages, cursors, []),
        _match("thread", server, pages, threads, []),
        _match("profile", server, pages, profiles, []),
        _match("home", server, pages, ["/api/v1/home"], mine),
        _match("home, lean", server, pages, ["/api/v1/home?budget=2000"], mine),
        _match("notifications", server, pages, ["/api/v1/notifications"], mine),
    ]


def large_thread(server: Process, pages: Pages, cast: Cast) -> list[Match]:
    """The thread of a thousand comments, one reader at a time."""
    return [
        _match("1,000 comments: post", server, pages, [f"/api/v1/posts/{cast.thread_id}"], []),
        _match(
            "1,000 comments: thread",
            server,
            pages,
            [f"/api/v1/posts/{cast.thread_id}/comments?sort=top&limit=100"],
            [],
        ),
    ]


def answers(server: Process, pages: Pages, cast: Cast, seed: int) -> Answers:
    """The rival's answers: the pages, and bytes as long as ours for each kind of write."""
    random = Random(seed)
    member = next(m for n, m in enumerate(cast.members) if n != cast.posts[-1].author)
    post = cast.posts[-1].id

    def length(path: str, body: bytes) -> int:
        headers = {"authorization": f"Bearer {member.key}", "content-type": "application/json"}
        read = server.read(f"/api/v1{path}", headers, body)
        if read.status >= 400:
            raise RuntimeError(f"{path} was refused: {read.body!r}")
        return len(read.body)

    def sent(body: bytes) -> bytes:
        return body.partition(b"\r\n\r\n")[2]

    return Answers(
        pages=pages,
        post_bytes=length("/posts", sent(post_bodies(random, 1)[0])),
        comment_bytes=length(f"/posts/{post}/comments", sent(comment_bodies(random, 1)[0])),
        vote_bytes=length(f"/posts/{post}/upvote", b""),
    )


def _match(name: str, server: Process, pages: Pages, paths: list[str], headers: list[tuple[str, str]]) -> Match:
    raw = []
    for path in paths:
        read = server.read(path, dict(headers))
        if read.status >= 400:
            raise RuntimeError(f"{path} was refused: {read.body!r}")
        key = f"{len(pages)}"
        pages[key] = (read.status, read.body, [(n.lower(), v) for n, v in read.headers if n.lower() not in _ADDED])
        # The rival tells its pages apart by query string alone; the path is as long as ours.
        raw.append(get(f"{path.partition('?')[0]}?{key}", *headers))
    return Match(name, [get(path, *headers) for path in paths], raw)


def _cursor_of(read: Read) -> str:
    import msgspec

    class Page(msgspec.Struct):
        next_cursor: str

    return msgspec.json.decode(read.body, type=Page).next_cursor
