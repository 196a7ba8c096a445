"""Bad input: whatever comes in, the documented refusal goes out, never a 500."""

import gzip
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moltbook.api import ENDPOINTS
from moltbook.api.reading import body_of
from moltbook.kernel.errors import Invalid
from moltbook.kernel.paging import encode_cursor
from tests.world import Caller, Network

NOBODY = "01890000-0000-7000-8000-000000000000"
WITH_BODY = [e for e in ENDPOINTS if e.body]
# Who sends nothing to the first means nothing in particular; the second looks at the app's key before the body.
SPECIAL = {"/agents/me/identity-token", "/agents/verify-identity"}
WITH_QUERY = [e for e in ENDPOINTS if e.query]
HOSTILE = [
    "", "0", "-1", "1e99", "9" * 400, "null", "\x00", "%", "'", "\u202e", "\U0001f99e", "a\u0301", "../..", "NaN",
    "\ufffe", "{}", "[]", "x" * 5000,
]  # fmt: skip


def path_of(endpoint, value=NOBODY):
    return endpoint.path.replace("{id}", value).replace("{name}", value)


@pytest.fixture
async def ada(network):
    member = await network.agent("ada")
    await network.post(member)
    # What only those who tend a submolt may read is answered here.
    await member.call("POST", "/submolts", {"name": "reef"})
    await network.settle()
    return member


NONSENSE = [
    b"{", b"nope", b"\xff\xfe", b'{"a":"\xff"}', b'{"name":"\xc3\x28"}', b'"text"', b"[]", b"null", b"7", b"true",
    b"{}", b"", b" ", b"{'a': 1}", b'{"a":1,}', b'{"title":"\\ud800"}', b'{"title":"\\udc00\\ud800"}',
    b'{"title":"\\u0000","submolt_name":"\\u0000","name":"\\u0000","content":"\\u0000"}', b"[" * 100_000,
    b'{"a":' * 50_000, b'{"title": 1e999}', b'{"title":' + b"9" * 5000 + b"}", b"\xef\xbb\xbf{}", b'{"a":1}{"b":2}',
    b'{"title":"x","title":7}', b'{"metadata":' + b"[" * 5000 + b"]" * 5000 + b"}", b"a=b&c=d", b"\x1f\x8b\x08\x00",
    b'{"metadata":{"k":"\\u0000"}}', b'{"description":"' + b"x" * 600 + b'"}', b"-", b'{"name":"\xed\xa0\x80"}',
]  # fmt: skip


async def test_a_body_that_says_nothing_is_refused(network, ada):
    for body in NONSENSE:
        for endpoint in [e for e in WITH_BODY if e.path not in SPECIAL]:
            path = "/agents/me" if endpoint.path == "/agents/me" else path_of(endpoint)
            answer = await network.call(endpoint.method, path, key=ada.key, body=body)
            assert answer.status in (400, 404), (endpoint.path, body[:50], answer.body[:300])
            assert answer["hint"]


async def test_wrong_kinds_of_values_are_refused_by_name(network, ada):
    values = [None, 7, -1.5, True, [], {}, ["x"], {"x": 1}, 10**30, "\x00"]
    for endpoint in WITH_BODY:
        for field in msgspec.structs.fields(endpoint.body):
            for value in values:
                body = {"name": "fit", "title": "fit", "submolt_name": "nowhere", "content": "fit", "post_id": NOBODY}
                answer = await ada.call(endpoint.method, path_of(endpoint), {**body, field.encode_name: value})
                assert answer.status < 500, (endpoint.path, field.name, value, answer.body[:300])
                if value in (7, -1.5, ["x"]) and answer.status == 400:
                    assert answer["error"]


def test_a_field_that_may_be_left_out_may_be_null():
    for endpoint in WITH_BODY:
        fields = msgspec.structs.fields(endpoint.body)
        nothing = msgspec.json.encode({f.encode_name: None for f in fields if not f.required})
        try:
            body_of(msgspec.json.Decoder(endpoint.body).decode, nothing)
        except Invalid as refusal:
            assert refusal.message.removesuffix(" is required") in {f.encode_name for f in fields if f.required}


async def test_null_is_as_if_it_were_not_sent(network, ada):
    for path, body in (
        ("/agents/register", {"name": "blaise", "description": None}),
        ("/submolts", {"name": "shoal", "display_name": None, "description": None, "allow_crypto": None}),
    ):
        assert (await ada.call("POST", path, body)).status == 201
    answer = await ada.call("POST", "/posts", {"title": None, "submolt_name": "general", "content": None})
    assert (answer.status, answer["error"]) == (400, "title is required")
    answer = await ada.call("PUT", "/agents/me/memory/plan", {"value": None, "origin": None})
    assert (answer.status, answer["entry"]["value"]) == (200, None)


async def test_a_value_of_the_wrong_kind_is_not_said_back(network, ada):
    for key in (ada.key, f"x' - at `$.{ada.key}"):
        for answer in (
            await ada.call("POST", "/posts", {"title": "T", "submolt_name": "general", "type": key}),
            await ada.get(f"/posts?sort={quote(key)}"),
            await ada.call("POST", "/batch", {"acts": [{"method": key, "path": "/home"}]}),
        ):
            assert (answer.status, answer["code"]) == (400, "VALIDATION_ERROR")
            assert ada.key.encode() not in answer.body
            assert answer["errors"][0]["field"] in ("type", "sort", "acts[0].method"), answer.body


async def test_a_body_too_large_is_413_whole_or_in_pieces(network, ada):
    megabyte = b"x" * 1_000_000
    whole = b'{"title":"' + megabyte * 10 + b'"}'
    for answer in (
        await network.call("POST", "/posts", key=ada.key, body=whole),
        await network.call("POST", "/posts", key=ada.key, body=[megabyte] * 10),
        await network.call("POST", "/posts", key=ada.key, body=[whole], headers={"transfer-encoding": "chunked"}),
        await network.call("POST", "/posts", key=ada.key, body=b"{}", headers={"content-length": "10000000"}),
        await network.call("POST", "/posts", key=ada.key, body=b"{}", headers={"content-length": "9" * 5000}),
    ):
        assert (answer.status, answer["code"]) == (413, "PAYLOAD_TOO_LARGE")
    # Where no body is expected none is read.
    vote = await network.call("POST", f"/posts/{NOBODY}/upvote", key=ada.key, body=[megabyte] * 10)
    assert vote.status == 404


async def test_a_packed_body_is_read_and_never_grows_past_the_limit(network, ada):
    async def send(packed, coding="gzip"):
        return await network.call("POST", "/posts", key=ada.key, body=packed, headers={"content-encoding": coding})

    body = b'{"title":"Packed","submolt_name":"general"}'
    packed = gzip.compress(body)
    assert (await send(packed))["post"]["title"] == "Packed"
    assert (await send(packed, "X-GZIP")).status == (await send(body, "identity")).status == 201
    for broken in (packed[:-5], body, b"", packed + packed, b"\x1f\x8b\x08\x00"):
        answer = await send(broken)
        assert (answer.status, answer["code"]) == (400, "BAD_REQUEST"), broken
    answer = await send(gzip.compress(b'{"title":"' + b"x" * 50_000_000 + b'"}', 1))
    assert (answer.status, answer["code"]) == (413, "PAYLOAD_TOO_LARGE")
    for coding in ("br", "gzip, gzip", "deflate"):
        answer = await send(packed, coding)
        assert (answer.status, answer["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_request_that_ends_early_is_refused(network, ada):
    answer = await network.call("POST", "/posts", key=ada.key, body=[b'{"title":', b""])
    assert answer.status == 400
    assert (await network.call("POST", "/posts", key=ada.key, body=[])).status == 400


QUERIES = [
    "%ff=%fe", "sort=%ff", "a&b&c", "&&&", "=", "limit=5&limit=7", "limit=5&limit=x", "%00=1", "é=é", "?" * 50,
    "&".join(f"a{n}=1" for n in range(200)), "limit=٥", "limit=%20 5", "limit=5.0", "sort=hot;limit=1", "+=%",
]  # fmt: skip


async def test_odd_queries_are_answered_or_refused(network, ada):
    for endpoint in WITH_QUERY:
        path = path_of(endpoint, "reef" if "submolts" in endpoint.path else "ada")
        odd = [f"{f.encode_name}={quote(v)}" for f in msgspec.structs.fields(endpoint.query) for v in HOSTILE]
        for query in (*odd, *QUERIES):
            answer = await ada.get(f"{path}?{query}")
            assert answer.status in (200, 400, 404), (path, query, answer.body[:300])


async def test_odd_names_and_ids_in_a_path_are_answered_or_refused(network, ada):
    for endpoint in ENDPOINTS:
        if "{" not in endpoint.path:
            continue
        for value in HOSTILE:
            if not value or "/" in value:
                continue
            body = {"content": "x", "comment_id": NOBODY, "since": 0}
            body |= {"role": "member", "invite": ["x"], "emoji": "🦞"}
            answer = await ada.call(endpoint.method, path_of(endpoint, quote(value)), body)
            assert answer.status in (400, 404), (endpoint.path, value, answer.body[:300])
            if "{id}" in endpoint.path:
                assert answer["message"] == "Validation failed (uuid is expected)"


async def test_stale_and_forged_cursors_are_refused(network, ada):
    forged = [
        encode_cursor("new.all..", "0001-01-01T00:00:00+14:00", NOBODY), encode_cursor("new.all.."), encode_cursor("x"),
        encode_cursor("hot.all..", 1e308, NOBODY + "\n"), encode_cursor("submolts.alphabetical", "a\x00", NOBODY),
        encode_cursor("top.day..", "9999-12-31T23:59:59Z", 1.5, NOBODY), "e30", "W10", "====", "é", "a" * 10_000,
    ]  # fmt: skip
    lists = [
        "/posts?sort=new", "/posts?sort=hot", "/posts?sort=top&time=day", "/posts?sort=rising", "/feed?sort=new",
        "/submolts?sort=alphabetical", "/agents/recent", "/agents/ada/followers", "/submolts/general/feed",
    ]  # fmt: skip
    for path in lists:
        for cursor in forged:
            answer = await ada.get(f"{path}{'&' if '?' in path else '?'}cursor={quote(cursor)}")
            assert (answer.status, answer["code"]) == (400, "BAD_REQUEST"), (path, cursor)


async def test_a_cursor_of_a_row_that_is_gone_still_goes_on(network, ada):
    for n in range(3):
        await network.post(ada, f"post {n}")
    page = await network.get("/posts?sort=new&limit=2")
    await ada.call("DELETE", f"/posts/{page['posts'][-1]['id']}")
    rest = await network.get(f"/posts?sort=new&limit=9&cursor={page['next_cursor']}")
    assert len(rest["posts"]) == 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(sorted({f.encode_name for e in WITH_BODY for f in msgspec.structs.fields(e.body)}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(endpoint=st.sampled_from(WITH_BODY), body=st.dictionaries(names, json_values, max_size=5))
async def test_no_data_breaks_the_door(network: Network, endpoint, body):
    caller = Caller(network.api)
    if "key" not in network.__dict__:
        network.key = (await network.agent("fuzz")).key
    answer = await caller(endpoint.method, path_of(endpoint), key=network.key, json=body)
    assert answer.status < 500, answer.body[:300]
