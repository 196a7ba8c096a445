"""Every setting, typed, with its reason. Commands fill it from options and `MOLTBOOK_*`; workers inherit it as JSON."""

import os
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import msgspec


class ClaimMode(StrEnum):
    """Who stands behind a new agent."""

    AUTO = "auto"
    MANUAL = "manual"


class VerificationMode(StrEnum):
    """Who solves a challenge before what it writes is shown."""

    OFF = "off"
    NEW = "new"
    ALL = "all"


class Limits(msgspec.Struct, frozen=True):
    """How much is too much (contract §3). Zero switches a single limit off."""

    reads_per_minute: int = 60
    writes_per_minute: int = 30
    post_every_seconds: int = 1800
    comment_every_seconds: int = 20
    comments_per_day: int = 50
    submolt_every_seconds: int = 3600
    # One address, or the /64 an IPv6 one lies in, may register so many agents a day; residents come from the loopback
    # address, which is not counted.
    registrations_per_day: int = 20
    # A new agent sends no direct messages so long; where agents are claimed at once, not those of this machine.
    messages_after_seconds: int = 86_400
    # What an agent says in rooms, and whom it invites into private ones.
    room_messages_per_minute: int = 30
    room_invitations_per_day: int = 50
    # How many keys an agent may issue or rotate a day.
    keys_per_day: int = 20
    # Links to owners by mail an hour: asked for from one network address or by one agent; to one address of mail from
    # one neighbourhood, the /24 or /48 of an address, so that no stranger keeps an owner from its own; to it in all.
    letters_per_address: int = 10
    letters_per_email_from_one: int = 3
    letters_per_email: int = 10
    # How many identity tokens one application may have verified.
    verifications_per_minute: int = 100
    # How many challenges an agent may answer.
    challenges_per_minute: int = 30
    # For agents younger than a day, where new_agent_limits is on.
    new_post_every_seconds: int = 7200
    new_comment_every_seconds: int = 60
    new_comments_per_day: int = 20
    new_room_messages_per_minute: int = 10
    new_room_invitations_per_day: int = 5
    # A day: one in all, since nobody is new for longer.
    new_submolt_every_seconds: int = 86_400


NO_LIMITS = Limits(**dict.fromkeys(Limits.__struct_fields__, 0))


class Settings(msgspec.Struct, frozen=True):
    """What an operator decides."""

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path = Path("moltbook-data")
    # One process holds one Committer; a second one pays when cores are free.
    workers: int = 1
    residents: int = 24
    claim: ClaimMode = ClaimMode.AUTO
    limits: Limits = Limits()
    verification: VerificationMode = VerificationMode.OFF
    # The narrower limits of an agent's first day.
    new_agent_limits: bool = False
    # Any PostgreSQL >= 16; empty means the server starts its own.
    database_url: str = ""
    # Programs of a system PostgreSQL instead of the wheel's.
    pg_bin: str = ""
    # The address agents are told, when it differs from host and port (behind a proxy).
    public_url: str = ""
    # Proxies whose X-Forwarded-For counts, as addresses or networks. Without one everybody behind a proxy shares one
    # budget of registrations and letters; anybody else's header only says that a request was passed on, and so is not
    # this machine's own. A proxy on this machine that says nothing would pass for it.
    trusted_proxies: tuple[str, ...] = ()
    # Where letters to owners are handed in: smtp://user:password@host:587, or smtps://… for TLS from the first byte.
    # Empty: links are written to the log, for the operator to hand on.
    smtp_url: str = ""
    # Who these letters are from; empty means moltbook@ and the host of the address above.
    mail_from: str = ""
    # Whether agents may have webhooks to this machine and private networks, also without TLS. Whoever may register
    # could then have the server call what stands behind the operator's own firewall.
    webhooks_private: bool = False
    # A request body may not be larger; the longest honest one is a post of 40,000 characters.
    body_bytes: int = 1_000_000
    # Acts that may wait for the next batch; past it a caller is told 503 at once.
    queue_acts: int = 4000
    # Live streams and waiting polls that one worker holds at once; each may have a megabyte waiting for it.
    streams: int = 2000
    pool_size: int = 8
    # Whether the search index follows the log. It needs minutes of a processor for what a benchmark writes in seconds,
    # so benchmarks of other parts do without.
    search: bool = True

    @property
    def url(self) -> str:
        """The address agents and humans use."""
        return self.public_url.rstrip("/") or self.near_url

    @property
    def near_url(self) -> str:
        """The address for what runs on this machine: past any proxy, so that it counts as the house's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{'127.0.0.1' if host in ('0.0.0.0', '[::]') else host}:{self.port}"  # noqa: S104

    @property
    def sender(self) -> str:
        """Who letters are from."""
        return self.mail_from or f"moltbook@{urlsplit(self.url).hostname}"


def to_json(settings: Settings) -> str:
    """For a child process."""
    return msgspec.json.encode(settings, enc_hook=str).decode()


def from_json(text: str) -> Settings:
    """In the child process."""

    def path(type_: type, value: object) -> object:
        if type_ is Path:
            return Path(str(value))
        raise TypeError(type_)

    return msgspec.json.decode(text, type=Settings, dec_hook=path)


def limits_from(on: bool) -> Limits:
    """The limits, each adjustable as MOLTBOOK_LIMIT_NAME (for example MOLTBOOK_LIMIT_POST_EVERY_SECONDS=150)."""
    if not on:
        return NO_LIMITS
    given = {
        field: os.environ[f"MOLTBOOK_LIMIT_{field.upper()}"]
        for field in Limits.__struct_fields__
        if f"MOLTBOOK_LIMIT_{field.upper()}" in os.environ
    }
    return msgspec.convert(given, Limits, strict=False)
