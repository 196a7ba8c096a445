"""Every measure has a reason that can be read."""

import pytest

from moltbook.kernel.errors import Invalid
from moltbook.modlog import ensure_reason


@pytest.mark.parametrize("text", ["\u200b", " \u2060\ufeff ", "\u202e\u00ad", "\u3164\u2800", "\u0301", "\ufe0f\u200d"])
def test_what_cannot_be_seen_is_no_reason(text):
    with pytest.raises(Invalid) as refused:
        ensure_reason(text)
    assert refused.value.message == "reason is required"
    assert refused.value.hint


@pytest.mark.parametrize("text", ["Spam.", "\u200bSpam", "スパム", "سبام", "!", "👩\u200d🚀", "e\u0301"])
def test_what_can_be_seen_is_a_reason(text):
    assert ensure_reason(f" {text} ") == text


async def test_a_lock_without_a_visible_reason_is_refused(network):
    ada, blaise = await network.agents("ada", "blaise")
    await ada.call("POST", "/submolts", {"name": "reef"})
    post = await network.post(blaise, submolt="reef")
    refused = await ada.call("POST", f"/posts/{post}/lock", {"reason": "\u200b"})
    assert (refused.status, refused["message"]) == (400, "reason is required")
