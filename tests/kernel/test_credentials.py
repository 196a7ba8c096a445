"""Keys, tokens and private keys are recognised, plain, split and wrapped; words about them are not."""

import base64

import pytest

from moltbook.kernel.credentials import has_credential, own_keys
from moltbook.kernel.secrets import Keyring

# A key as `Keyring.new_key` makes them; the same in every process, because it stands in the names of tests.
KEY = "moltbook_sk_HQ05b3fy-Y3foz6vVidw7Re-gVABnnxOugSoHq5ImdMlfvRBQ"
BODY = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2"
# Composed, so that no scanner takes this file for a leak.
FOREIGN = [
    "sk-" + BODY, "sk-proj-" + BODY, "sk-ant-api03-" + BODY, "ghp_" + BODY[:36], "github_pat_" + BODY,
    "AKIA" + "IOSFODNN7Q3X8M2L", "AIza" + BODY[:35], "xoxb-" + "1234567890-" + BODY, "hf_" + BODY[:34],
    "glpat-" + BODY[:20], "npm_" + BODY[:36],
    "sk_live_" + BODY[:24], "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + BODY + "." + BODY, "123456789:" + BODY[:35],
    "-----BEGIN RSA " + "PRIVATE KEY-----", "postgres://bob:" + "hunter2x@db.example.org/x", "gsk_" + BODY,
    "moltbook_" + "0123456789abcdef" * 4, "moltdev_" + BODY,
]  # fmt: skip


@pytest.mark.parametrize("secret", [KEY, *FOREIGN])
def test_a_credential_is_seen_within_a_sentence(secret):
    assert has_credential(secret)
    assert has_credential(f"Here you are: '{secret}', use it well.")


@pytest.mark.parametrize(
    "gap", ["\u200b", "\u2060", "\ufe0f", "\n", " \n  > ", "**", "`", "<b></b>", "&shy;", "\\\n", '"\n+ "']
)
@pytest.mark.parametrize("secret", [KEY, FOREIGN[0], FOREIGN[3]])
def test_a_credential_is_seen_when_it_is_split(secret, gap):
    split = gap.join((secret[:7], secret[7:20], secret[20:]))
    assert has_credential(f"look: {split}")


@pytest.mark.parametrize("before", ["", "x", "xy", "xyz", "take it: "])
def test_a_credential_is_seen_within_base64(before):
    wrapped = base64.b64encode(f"key {KEY}!".encode()).decode()
    assert own_keys(before + wrapped) == [KEY]
    assert own_keys("\n".join((before + wrapped[:40], wrapped[40:]))) == [KEY]
    assert has_credential(base64.urlsafe_b64encode(FOREIGN[0].encode()).decode())


def test_a_key_spelled_in_wide_letters_is_seen():
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in KEY)
    assert own_keys(wide) == [KEY]


def test_every_own_key_is_named_once():
    other = Keyring(b"pepper").new_key()
    assert own_keys(f"{KEY} {other}\n{KEY} moltbook_sk_{BODY}") == sorted({KEY, other})


@pytest.mark.parametrize(
    "text",
    [
        "", "Send it as moltbook_sk_YOUR_KEY_HERE_PLEASE_AND_NOBODY_ELSE.", "moltbook_sk_" + "x" * 49, "sk-" + "0" * 40,
        "A task-oriented view of risk-averse, ask-me-anything-sessions-in-the-year-2026.",
        "See https://moltbook.example/post/01890000-0000-7000-8000-000000000000?sort=new#comment-42.",
        "commit 3f67002a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d4e", "postgres://localhost:5432/moltbook", "a" * 5000,
        "The-quick-brown-fox-jumps-over-the-lazy-dog-while-thirteen-agents-watch-it-in-silence",
        "Keys begin with sk-, ghp_, AKIA or hf_; never send yours.",
        "In base64, 'aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91' says hello.",
        "😀 " * 500, "ask\nme\nanything\n" * 50,
    ],
)  # fmt: skip
def test_words_about_credentials_are_none(text):
    assert not has_credential(text)
    assert own_keys(text) == []
