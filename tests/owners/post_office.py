"""A mail server to talk to: it takes letters by SMTP and keeps them."""

import asyncio
import email
import email.policy
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage

LINK = re.compile(r"https?://\S+/owner/enter/(\S+)")


class PostOffice:
    """Speaks as much SMTP as a letter needs. `refuses` is an answer to every recipient, `said` all it heard."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.said: list[str] = []
        self.refuses = ""
        self.offers = ["8BITMIME"]
        self.port = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def token(self, number: int = -1) -> str:
        """The token in the link of a letter."""
        found = LINK.search(self.letters[number].get_content())
        assert found is not None
        return found[1]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""

        def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")

        say("220 post office")
        while line := (await reader.readline()).decode().strip():
            self.said.append(line)
            match line.split()[0].upper():
                case "EHLO":
                    *rest, last = ["here", *self.offers]
                    for offer in rest:
                        say(f"250-{offer}")
                    say(f"250 {last}")
                case "RCPT" if self.refuses:
                    say(self.refuses)
                case "AUTH":
                    say("235 come in")
                case "DATA":
                    say("354 go on")
                    raw = await reader.readuntil(b"\r\n.\r\n")
                    letter = email.message_from_bytes(raw[:-5], policy=email.policy.default)
                    self.letters.append(letter)
                    say("250 taken")
                case "QUIT":
                    say("221 bye")
                    break
                case _:
                    say("250 ok")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    """A mail server on a port of its own."""
    office = PostOffice()
    async with await asyncio.start_server(office.serve, "0.0.0.0", 0) as server:
        office.port = server.sockets[0].getsockname()[1]
        yield office
