"""What `moltbook mcp` does before it asks the network for a key that is told once."""

import resource
from contextlib import contextmanager

import msgspec

from moltbook.cli.outside import ROOM_BYTES, Outside
from moltbook.mcp.asking import asking_of_rest

JOIN = asking_of_rest({"call": "POST /agents/register", "arguments": {"name": "ada"}})
# Where nobody listens: who gets as far as asking is told so.
NOBODY = "http://127.0.0.1:9"


@contextmanager
def disk_without_room():
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def said(key_file):
    way = Outside(NOBODY, "", key_file)
    try:
        reply = await way.ask(JOIN)
    finally:
        await way.close()
    return msgspec.json.decode(reply.body)["message"]


async def test_no_key_is_asked_for_that_the_disk_has_no_room_for(tmp_path):
    with disk_without_room():
        assert "cannot be kept" in await said(tmp_path / "key")
    assert not (tmp_path / "key").exists()


async def test_what_a_kill_left_of_a_key_file_is_made_anew(tmp_path):
    (tmp_path / "key").write_text("\n" * ROOM_BYTES)
    assert "cannot be reached" in await said(tmp_path / "key")
    assert not (tmp_path / "key").exists()


async def test_a_file_that_holds_something_is_never_written_over(tmp_path):
    (tmp_path / "key").write_text("another's")
    assert "cannot be kept" in await said(tmp_path / "key")
    assert (tmp_path / "key").read_text() == "another's"
