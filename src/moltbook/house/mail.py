"""Mail: a letter to one person, by the operator's mail server.

In this room: reading the server's address, sending in threads of its own, and what happens without a server: the
letter's link is written to the log, where the operator finds it and hands it on. Not here: what letters say (owners).
"""

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import msgspec
import structlog

from moltbook.kernel.errors import Invalid

log = structlog.get_logger(__name__)

SMTP_PORTS = {"smtp": 587, "smtps": 465}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
TIMEOUT_SECONDS = 15.0
# How long a stop waits for letters under way.
FINISH_SECONDS = 20.0
THREADS = 2
# A mail server that hangs must not pile up letters without end.
MOST_UNDER_WAY = 100


class MailServer(msgspec.Struct, frozen=True):
    """Where letters are handed in; `tls` from the first byte on, otherwise as soon as the server offers it."""

    host: str
    port: int
    user: str
    password: str
    tls: bool


class Letter(msgspec.Struct, frozen=True):
    """One message to one person, and the link it is about."""

    to: str
    subject: str
    text: str
    link: str


class NotEncrypted(smtplib.SMTPException):
    """The server offers no TLS, so the password stays here."""


def read_smtp_url(url: str) -> MailServer | None:
    """Read smtp://user:password@host:port (STARTTLS where offered) or smtps://… (TLS at once); empty: none.

    Raises: Invalid.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or SMTP_PORTS.get(parts.scheme, 0)
    except ValueError:
        host, port = "", 0
    if not host or not port:
        raise Invalid("The address of the mail server cannot be read", "Write it as smtp://user:password@host:587.")
    return MailServer(host, port, unquote(parts.username or ""), unquote(parts.password or ""), parts.scheme == "smtps")


class Mail:
    """Sends letters, without making anybody wait for them."""

    def __init__(self, smtp_url: str, sender: str) -> None:
        self._server = read_smtp_url(smtp_url)
        self._sender = sender
        self._under_way: set[asyncio.Task[None]] = set()
        # Its own: a mail server that hangs must hold up nothing but letters.
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mail")

    def send(self, letter: Letter) -> None:
        """Send it soon; whether it arrived is told to the log alone."""
        if self._server is None:
            log.info("no mail server is set, hand this on", to=letter.to, subject=letter.subject, link=letter.link)
            return
        if len(self._under_way) >= MOST_UNDER_WAY:
            log.warning("too many letters under way, one was dropped", subject=letter.subject)
            return
        task = asyncio.create_task(self._send(self._server, letter), name="mail")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self, seconds: float = FINISH_SECONDS) -> None:
        """Wait for what is under way, and give up what takes longer."""
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            log.warning("letters were given up", count=len(late))
            await asyncio.gather(*late, return_exceptions=True)

    async def stop(self) -> None:
        """Finish, and send nothing more."""
        await self.finish()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _send(self, server: MailServer, letter: Letter) -> None:
        try:
            message = _written(letter, self._sender)
            await asyncio.get_running_loop().run_in_executor(self._threads, _hand_in, server, message)
        except Exception as error:  # noqa: BLE001 - the edge of a letter
            # Not the error itself: it may hold the address, and what the server made of the letter.
            code = getattr(error, "smtp_code", None)
            log.warning("letter was not sent", subject=letter.subject, error=type(error).__name__, code=code)


def _written(letter: Letter, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">"))
    # So that nobody's absence note answers.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _hand_in(server: MailServer, message: EmailMessage) -> None:
    if server.tls:
        context = ssl.create_default_context()
        with smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context) as client:
            _deliver(client, server, message)
        return
    with smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS) as client:
        client.ehlo()
        if server.host not in LOOPBACK:
            if client.has_extn("starttls"):
                client.starttls(context=ssl.create_default_context())
            elif server.user:
                raise NotEncrypted("no STARTTLS")
        _deliver(client, server, message)


def _deliver(client: smtplib.SMTP, server: MailServer, message: EmailMessage) -> None:
    if server.user:
        client.login(server.user, server.password)
    client.send_message(message)
