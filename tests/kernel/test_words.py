"""Ids, texts, secrets, times and refusals."""

import pkgutil
from datetime import UTC, datetime, timedelta, timezone
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

import moltbook
from moltbook.kernel.clock import iso, system_clock
from moltbook.kernel.errors import BadRequest, Invalid, NotFound, Refusal, TooMany
from moltbook.kernel.ids import BadId, new_id, parse_id
from moltbook.kernel.secrets import Keyring, is_key_shaped, load_pepper
from moltbook.kernel.text import checked, excerpt


def test_ids_are_born_in_order():
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert all(parse_id(i) == i for i in ids)


@pytest.mark.parametrize(
    "text", ["", "x", "0" * 32, "{01890000-0000-7000-8000-000000000000}", "01890000-0000-7000-8000-00000000000g",
             "01890000-0000-7000-8000-000000000000\n", "٠1890000-0000-7000-8000-000000000000", "null"],
)  # fmt: skip
def test_what_is_no_uuid_is_no_id(text):
    with pytest.raises(BadId):
        parse_id(text)


def test_an_id_is_read_in_any_case():
    assert parse_id("ABCDEF00-0000-7000-8000-000000000000") == "abcdef00-0000-7000-8000-000000000000"


@given(st.text(max_size=50), st.integers(1, 40))
def test_an_excerpt_is_one_short_line(text, length):
    cut = excerpt(text, length)
    assert len(cut) <= length
    assert len(cut.splitlines()) <= 1


def test_a_text_is_checked_without_its_outer_blanks():
    assert checked("title", " \n a b \t", at_most=3, at_least=3) == "a b"
    for text, least in (("abcd", 0), ("   ", 1), ("ab", 3), ("\x00", 0)):
        with pytest.raises(Invalid) as refused:
            checked("title", text, at_most=3, at_least=least)
        assert "title" in refused.value.message
        assert refused.value.hint


def test_a_key_is_told_from_noise_without_looking_it_up():
    ring = Keyring(b"pepper")
    key = ring.new_key()
    assert is_key_shaped(key)
    swapped = key[:-1] + ("A" if key[-1] != "A" else "B")
    for other in (swapped, key[:-1], key + "x", "moltbook_" + "a" * 64, "", "moltbook_sk_", "moltbook_sk_" + "é" * 49):
        assert not is_key_shaped(other)


def test_a_digest_needs_the_pepper():
    assert Keyring(b"a").digest("key") == Keyring(b"a").digest("key") != Keyring(b"b").digest("key")
    assert len({Keyring(b"a").new_claim_token() for _ in range(100)}) == 100


def test_a_pepper_is_made_once_and_readable_only_by_its_owner(tmp_path):
    folder = tmp_path / "data"
    pepper = load_pepper(folder)
    assert load_pepper(folder) == pepper
    assert (folder / "pepper").stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == [folder / "pepper"]


def test_a_moment_is_spelled_with_milliseconds_and_z():
    assert iso(datetime(2026, 1, 31, 7, 5, 9, 123_999, tzinfo=UTC)) == "2026-01-31T07:05:09.123Z"
    for microsecond, milliseconds in ((0, "000"), (1, "000"), (999, "000"), (1000, "001"), (120_000, "120")):
        assert iso(datetime(999, 12, 3, 23, 59, 0, microsecond, tzinfo=UTC)) == f"0999-12-03T23:59:00.{milliseconds}Z"
    assert system_clock().utcoffset() == timedelta()
    assert iso(datetime(2026, 1, 31, tzinfo=timezone(timedelta()))) == "2026-01-31T00:00:00.000Z"


def all_refusals():
    for module in pkgutil.walk_packages(moltbook.__path__, "moltbook."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            import_module(module.name)
    stack, found = [Refusal], set()
    while stack:
        kind = stack.pop()
        found.add(kind)
        stack += kind.__subclasses__()
    return found


def test_every_refusal_has_a_code_a_status_and_words_for_a_model():
    kinds = all_refusals()
    assert {BadRequest, NotFound, TooMany} <= kinds
    for kind in kinds:
        assert kind.code.isupper(), kind
        assert 400 <= kind.status < 600, kind
        assert kind.message, kind
        assert kind.hint.endswith("."), kind


def test_a_refusal_says_what_it_is_told_to():
    refusal = Refusal("No.", "Do that.", retry_after_seconds=3, more=1)
    assert (refusal.message, refusal.hint, refusal.retry_after_seconds) == ("No.", "Do that.", 3)
    assert refusal.extra == {"more": 1}
    assert str(refusal) == "No."
