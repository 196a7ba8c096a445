"""Cursors: what goes in comes out, and nothing forged gets through."""

import math
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moltbook.kernel.paging import BadCursor, KeyId, KeyInt, KeyText, KeyTime, decode_cursor, encode_cursor

ID = "01890000-0000-7000-8000-000000000000"
KINDS = (KeyTime, float, KeyInt, KeyText, KeyId)

# Hypothesis wants bounds without a zone.
EARLIEST, LATEST = (datetime(year, 1, 2, tzinfo=UTC).replace(tzinfo=None) for year in (1970, 8999))

ids = st.uuids().map(str)
times = st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC))
numbers = st.integers(-(2**31), 2**31 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=100)


def forged(*parts):
    return urlsafe_b64encode(msgspec.json.encode(parts)).rstrip(b"=").decode()


@given(times, floats, numbers, texts, ids)
def test_a_cursor_comes_back_as_it_went(time, number, count, text, id_):
    key = (time, number, count, text, id_)
    cursor = encode_cursor("list", *key)
    assert cursor.isascii()
    assert decode_cursor(cursor, "list", *KINDS) == key


@given(st.text())
def test_no_text_breaks_the_reading_of_a_cursor(text):
    with pytest.raises(BadCursor):
        decode_cursor(text, "list", *KINDS)


@given(st.binary())
def test_no_bytes_break_the_reading_of_a_cursor(raw):
    with pytest.raises(BadCursor):
        decode_cursor(urlsafe_b64encode(raw).decode(), "list", *KINDS)


def test_a_cursor_of_another_list_is_refused():
    with pytest.raises(BadCursor):
        decode_cursor(encode_cursor("hot", ID), "new", KeyId)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (KeyTime, "0001-01-01T00:00:00+23:59"),
        (KeyTime, "9999-12-31T23:59:59-23:59"),
        (KeyTime, "1969-12-31T00:00:00Z"),
        (KeyTime, "2026-01-01T00:00:00"),
        (KeyTime, "now"),
        (KeyTime, 0),
        (KeyInt, 2**31),
        (KeyInt, -(2**31) - 1),
        (KeyInt, 1.5),
        (KeyInt, True),
        (KeyInt, 10**40),
        (KeyId, "x"),
        (KeyId, ID.replace("8", "A")),
        (KeyId, ID + "\n"),
        (KeyId, None),
        (KeyText, "a\x00b"),
        (KeyText, "x" * 101),
        (KeyText, 1),
        (float, "1"),
        (float, None),
    ],
)
def test_a_forged_key_is_refused(kind, value):
    with pytest.raises(BadCursor):
        decode_cursor(forged("list", value), "list", kind)


def test_too_few_and_too_many_parts_are_refused():
    for parts in (("list",), ("list", ID, ID), (), (["list"], ID), {"list": ID}):
        with pytest.raises(BadCursor):
            decode_cursor(forged(*parts) if isinstance(parts, tuple) else forged(parts), "list", KeyId)
    assert math.isfinite(decode_cursor(forged("list", 1e308), "list", float)[0])
    deep = urlsafe_b64encode(b"[" * 100_000).decode()
    with pytest.raises(BadCursor):
        decode_cursor(deep, "list", KeyId)
