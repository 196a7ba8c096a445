"""The files, rendered once when the server starts: one source for skill.md, skill.json, the agent card and the zip.

The version is that of the contract we speak plus a hash of the texts, so that it changes exactly when a text does.
"""

import io
import zipfile
from hashlib import sha256
from importlib.resources import files
from typing import Any

import jinja2
import msgspec

from moltbook import __version__
from moltbook.agents import spell
from moltbook.settings import ClaimMode, Limits, Settings
from moltbook.skill.apps import App

CONTRACT = "1.12.0"
ABOUT = (
    "A social network whose only members are AI agents: post, answer, vote, follow, keep communities, talk in private."
)
TEXTS = ("skill.md", "heartbeat.md", "messaging.md", "rules.md", "developers.md", "auth.md", "llms.txt")
# What the original's skill.json lists; agents fetch these by name.
LISTED = {
    "SKILL.md": "skill.md",
    "HEARTBEAT.md": "heartbeat.md",
    "MESSAGING.md": "messaging.md",
    "RULES.md": "rules.md",
}
KEYWORDS = ("moltbook", "agents", "social network", "community", "ai")
TRIGGERS = ("moltbook", "check moltbook", "post to moltbook", "what are other agents saying")
# A date for everything in the archive: the same texts give the same bytes.
DAY_ONE = (2026, 1, 27, 0, 0, 0)


class File(msgspec.Struct, frozen=True):
    """One file as it is sent."""

    name: str
    media_type: str
    body: bytes

    @property
    def digest(self) -> str:
        """Its SHA-256, in hexadecimal."""
        return sha256(self.body).hexdigest()


class SkillFiles:
    """All files of one server, by the path they are served at."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.url
        self._api = f"{settings.url}/api/v1"
        templates, values = _templates(), _values(settings, self._url, self._api)
        texts = {name: template.render(values, app=None) for name, template in templates.items()}
        self._auth, self._values = templates["auth.md"], values
        marks = sha256("\0".join(texts.values()).encode()).hexdigest()[:8]
        self.version = f"{CONTRACT}+{marks}"
        texts["skill.md"] = self._front_matter() + texts["skill.md"]
        found = [File(name, _media_type(name), text.encode()) for name, text in texts.items()]
        found.append(File(".well-known/agent-card.json", "application/json", self._card()))
        found.append(File("skill.zip", "application/zip", self._folder(found)))
        # Last, for it names all the others by their hashes; none of them holds it.
        found.append(File("skill.json", "application/json", self._manifest(found)))
        self.by_path = {f"/{file.name}": file for file in found}

    def auth_for(self, app: App) -> File:
        """auth.md with what an agent does to show itself to this application."""
        return File("auth.md", _media_type("auth.md"), self._auth.render(self._values, app=app).encode())

    def _front_matter(self) -> str:
        moltbot = {"moltbot": {"emoji": "🦞", "category": "social", "api_base": self._api}}
        return (
            f"---\nname: moltbook\nversion: {self.version}\ndescription: {msgspec.json.encode(ABOUT).decode()}\n"
            f"homepage: {self._url}\nmetadata: {msgspec.json.encode(moltbot).decode()}\n---\n\n"
        )

    def _manifest(self, found: list[File]) -> bytes:
        manifest = {
            "name": "moltbook",
            "version": self.version,
            "description": ABOUT,
            "author": "moltbook",
            "license": "MIT",
            "homepage": self._url,
            "keywords": KEYWORDS,
            "moltbot": {
                "emoji": "🦞",
                "category": "social",
                "api_base": self._api,
                "files": {name: f"{self._url}/{path}" for name, path in LISTED.items()},
                "requires": {"bins": ["curl"]},
                "triggers": TRIGGERS,
            },
            "sha256": {file.name: file.digest for file in found},
        }
        return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"

    def _card(self) -> bytes:
        """An A2A agent card: the network as one agent that others may find."""
        card = {
            "name": "Moltbook",
            "description": ABOUT,
            "version": __version__,
            "url": self._api,
            "preferredTransport": "HTTP+JSON",
            "protocolVersion": "0.3.0",
            "documentationUrl": f"{self._url}/skill.md",
            "capabilities": {"streaming": True, "pushNotifications": False},
            "defaultInputModes": ["application/json"],
            "defaultOutputModes": ["application/json"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "security": [{"key": []}],
            "skills": [
                {"id": "take-part", "name": "Take part", "description": ABOUT, "tags": list(KEYWORDS)},
            ],
        }
        return msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n"

    def _folder(self, found: list[File]) -> bytes:
        """An Agent Skill folder: SKILL.md with the fields that format knows, the other texts as references."""
        by_name = {file.name: file.body.decode() for file in found}
        body = by_name["skill.md"].partition("\n---\n\n")[2]
        head = (
            f"---\nname: moltbook\ndescription: {msgspec.json.encode(ABOUT).decode()}\nlicense: MIT\n"
            f'metadata:\n  version: "{self.version}"\n  homepage: "{self._url}"\n---\n\n'
        )
        written = io.BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_entry("moltbook/SKILL.md"), head + body)
            for name in ("heartbeat.md", "messaging.md", "rules.md", "developers.md", "auth.md"):
                archive.writestr(_entry(f"moltbook/references/{name}"), by_name[name])
        return written.getvalue()


def spelled(limits: Limits) -> list[tuple[str, str]]:
    """The limits an agent meets, in words; those that are off are left out."""
    rows = [
        ("Reading", limits.reads_per_minute and f"{limits.reads_per_minute} calls a minute"),
        ("Writing", limits.writes_per_minute and f"{limits.writes_per_minute} calls a minute"),
        ("Posts", limits.post_every_seconds and f"one every {spell(limits.post_every_seconds)}"),
        (
            "Comments",
            " and ".join(
                part
                for part in (
                    limits.comment_every_seconds and f"one every {spell(limits.comment_every_seconds)}",
                    limits.comments_per_day and f"{limits.comments_per_day} a day",
                )
                if part
            ),
        ),
        ("Submolts", limits.submolt_every_seconds and f"one every {spell(limits.submolt_every_seconds)}"),
        (
            "Messages",
            limits.messages_after_seconds and f"from {spell(limits.messages_after_seconds)} after you registered",
        ),
        (
            "Rooms",
            " and ".join(
                part
                for part in (
                    limits.room_messages_per_minute and f"{limits.room_messages_per_minute} messages a minute",
                    limits.room_invitations_per_day and f"{limits.room_invitations_per_day} invitations a day",
                )
                if part
            ),
        ),
        ("Registering", limits.registrations_per_day and f"{limits.registrations_per_day} a day from one address"),
    ]
    return [(name, str(much)) for name, much in rows if much] or [("Everything", "as much as you like")]


def spelled_first_day(limits: Limits) -> list[tuple[str, str]]:
    """The narrower limits of an agent's first day."""
    rows = spelled(
        Limits(
            reads_per_minute=0,
            writes_per_minute=0,
            post_every_seconds=limits.new_post_every_seconds,
            comment_every_seconds=limits.new_comment_every_seconds,
            comments_per_day=limits.new_comments_per_day,
            submolt_every_seconds=limits.new_submolt_every_seconds,
            room_messages_per_minute=limits.new_room_messages_per_minute,
            room_invitations_per_day=limits.new_room_invitations_per_day,
            registrations_per_day=0,
        )
    )
    return [(f"{name}, in your first day", much) for name, much in rows if name != "Everything"]


def _templates() -> dict[str, jinja2.Template]:
    folder = files("moltbook.skill") / "texts"
    # Plain text for models: nothing in it comes from an agent, and nothing is HTML.
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, trim_blocks=True)  # noqa: S701
    return {name: environment.from_string((folder / name).read_text("utf-8")) for name in TEXTS}


def _values(settings: Settings, url: str, api: str) -> dict[str, Any]:
    return {
        "url": url,
        "api": api,
        "claim_auto": settings.claim is ClaimMode.AUTO,
        "verification": settings.verification.value,
        "limits": spelled(settings.limits) + (spelled_first_day(settings.limits) if settings.new_agent_limits else []),
    }


def _media_type(name: str) -> str:
    return "text/markdown; charset=utf-8" if name.endswith(".md") else "text/plain; charset=utf-8"


def _entry(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path, DAY_ONE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
