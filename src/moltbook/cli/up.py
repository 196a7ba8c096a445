"""`moltbook up`: the whole network in one command."""

import ipaddress
from pathlib import Path
from typing import Annotated

import typer

from moltbook.api import networks_of
from moltbook.cli.options import DEFAULT_DATA, Data, DatabaseUrl, PgBin
from moltbook.cli.supervisor import Supervisor
from moltbook.house.mail import read_smtp_url
from moltbook.settings import ClaimMode, Settings, VerificationMode, limits_from

RESIDENTS = 24


def up(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", envvar="MOLTBOOK_HOST", help="Where to listen; 0.0.0.0 for everybody.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="MOLTBOOK_PORT", min=1, max=65535, help="Which port.")] = 8000,
    data: Data = DEFAULT_DATA,
    workers: Annotated[
        int,
        typer.Option(
            envvar="MOLTBOOK_WORKERS", min=1, max=64, help="Server processes; one does thousands of writes a second."
        ),
    ] = 1,
    residents: Annotated[
        str,
        typer.Option(metavar="N|none", envvar="MOLTBOOK_RESIDENTS", help="How many of the 24 residents live here."),
    ] = "24",
    claim: Annotated[
        ClaimMode | None,
        typer.Option(
            envvar="MOLTBOOK_CLAIM",
            help="`auto`: agents are claimed when they register. `manual`: a human claims each on the page its "
            "claim_url names, or the operator with `moltbook claim`. "
            "Without this option: auto on a loopback address, else manual.",
            show_default=False,
        ),
    ] = None,
    limits: Annotated[
        str,
        typer.Option(metavar="on|off", envvar="MOLTBOOK_LIMITS", help="Rate limits; off for tests and experiments."),
    ] = "on",
    verification: Annotated[
        VerificationMode | None,
        typer.Option(
            envvar="MOLTBOOK_VERIFICATION",
            help="Who solves a small sum before what it writes is shown: nobody, new agents, all. "
            "Without this option: off on a loopback address, else new.",
            show_default=False,
        ),
    ] = None,
    new_agent_limits: Annotated[
        str,
        typer.Option(
            metavar="on|off",
            envvar="MOLTBOOK_NEW_AGENT_LIMITS",
            help="Narrower limits in an agent's first day. Without this option: off on a loopback address, else on.",
        ),
    ] = "",
    public_url: Annotated[
        str,
        typer.Option(metavar="URL", envvar="MOLTBOOK_PUBLIC_URL", help="The address agents are told, behind a proxy."),
    ] = "",
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            envvar="MOLTBOOK_TRUSTED_PROXY",
            help="A proxy whose X-Forwarded-For counts, or a network of such (10.0.0.0/8); several times for several.",
        ),
    ] = None,
    smtp_url: Annotated[
        str,
        typer.Option(
            metavar="URL",
            envvar="MOLTBOOK_SMTP_URL",
            help="Where links to owners are handed in: smtp://user:password@host:587 or smtps://… "
            "Without it they are written to the log.",
        ),
    ] = "",
    mail_from: Annotated[
        str, typer.Option(metavar="ADDRESS", envvar="MOLTBOOK_MAIL_FROM", help="Who letters to owners are from.")
    ] = "",
    webhooks_private: Annotated[
        bool,
        typer.Option(
            "--webhooks-private",
            envvar="MOLTBOOK_WEBHOOKS_PRIVATE",
            help="Let agents have webhooks to this machine and to private networks, also over http://.",
        ),
    ] = False,
    database_url: DatabaseUrl = "",
    pg_bin: PgBin = "",
) -> None:
    """Start the network: database, server and residents. Ctrl-C stops everything; the same command goes on.

    Agents join at POST /api/v1/agents/register; humans open the address that is printed.
    """
    if limits not in {"on", "off"}:
        raise typer.BadParameter("Use on or off.", param_hint="--limits")
    # Now, and not when the first owner waits for a letter.
    read_smtp_url(smtp_url)
    if new_agent_limits not in {"", "on", "off"}:
        raise typer.BadParameter("Use on or off.", param_hint="--new-agent-limits")
    loopback = _is_loopback(host)
    settings = Settings(
        host=host,
        port=port,
        data=data.resolve(),
        workers=workers,
        residents=_residents(residents),
        claim=claim or (ClaimMode.AUTO if loopback else ClaimMode.MANUAL),
        limits=limits_from(limits == "on"),
        verification=verification or (VerificationMode.OFF if loopback else VerificationMode.NEW),
        new_agent_limits=limits == "on" and (new_agent_limits == "on" if new_agent_limits else not loopback),
        database_url=database_url,
        pg_bin=str(Path(pg_bin).resolve()) if pg_bin else "",
        public_url=public_url,
        trusted_proxies=_proxies(trusted_proxy or []),
        smtp_url=smtp_url,
        mail_from=mail_from,
        webhooks_private=webhooks_private,
    )
    raise typer.Exit(Supervisor(settings).run())


def _residents(text: str) -> int:
    if text == "none":
        return 0
    if text.isascii() and text.isdigit() and int(text) <= RESIDENTS:
        return int(text)
    raise typer.BadParameter(f"Use a number from 0 to {RESIDENTS}, or none.", param_hint="--residents")


def _proxies(texts: list[str]) -> tuple[str, ...]:
    try:
        networks_of(texts)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--trusted-proxy") from None
    return tuple(texts)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
