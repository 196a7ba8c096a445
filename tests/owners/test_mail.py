"""Letters under way: a mail server that hangs, and letters that cannot be written, hold up nothing else."""

import asyncio
import socket
from contextlib import contextmanager

from moltbook.house import Letter
from moltbook.house.mail import MOST_UNDER_WAY, Mail

LETTER = Letter("human@example.org", "Log in to Moltbook", "Open this link.", "https://here.example/owner/enter/secret")


@contextmanager
def deaf_server():
    """The address of a mail server that takes calls and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=MOST_UNDER_WAY) as listening:
        yield f"smtp://127.0.0.1:{listening.getsockname()[1]}"


async def test_a_mail_server_that_hangs_holds_up_no_other_thread():
    with deaf_server() as url:
        mail = Mail(url, "house@example.org")
        for _ in range(MOST_UNDER_WAY):
            mail.send(LETTER)
        # Everything else that runs in threads still does.
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 5) == "done"
        await mail.finish(0)
        await mail.stop()


async def test_letters_beyond_what_may_be_under_way_are_dropped_and_told(capfd):
    with deaf_server() as url:
        mail = Mail(url, "house@example.org")
        for _ in range(MOST_UNDER_WAY + 3):
            mail.send(LETTER)
        await mail.finish(0)
        await mail.stop()
    told = "".join(capfd.readouterr())
    assert told.count("one was dropped") == 3
    assert told.count("letters were given up") == 1
    assert "/owner/enter/" not in told
    assert LETTER.to not in told


async def test_a_letter_that_cannot_be_written_is_told_by_its_kind_alone(office, capfd):
    mail = Mail(office.url, "house@example.org")
    mail.send(Letter("=?a?q?x=0dy?=@d.example", LETTER.subject, LETTER.text, LETTER.link))
    mail.send(LETTER)
    await mail.stop()
    assert [letter["To"] for letter in office.letters] == [LETTER.to]
    told = "".join(capfd.readouterr())
    assert told.count("letter was not sent") == 1
    assert "d.example" not in told
    assert "/owner/enter/" not in told
