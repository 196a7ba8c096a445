"""The table of events in the reference, as the code has it. `python -m tests.gateway.document` writes it anew."""

import re
from pathlib import Path

import msgspec

import moltbook.app  # noqa: F401 - every slice's events are known once it is put together
from moltbook.db.world import Event
from moltbook.gateway.audience import KINDS, Audience
from moltbook.gateway.words import WORDS
from moltbook.house import Group

PAGE = Path(__file__).parents[2] / "docs/reference/gateway.md"
BEGIN, END = "<!-- events -->\n", "<!-- end of events -->\n"

EVENTS = {
    str(event.__struct_config__.tag): event
    for event in Event.__subclasses__()
    if event.__module__.startswith("moltbook.")
}


def table() -> str:
    """Every event somebody may hear of, by groups."""
    lines = ["| Group | Event | Who may hear of it | Fields |", "| --- | --- | --- | --- |"]
    for group in Group:
        for kind, how in KINDS.items():
            if how.group is not group or how.audience is Audience.INSIDE or kind not in EVENTS:
                continue
            fields = ", ".join(
                f"`{field.name}`{'' if field.required else '?'}" for field in msgspec.structs.fields(EVENTS[kind])
            )
            words = f"; words: {', '.join(f'`{name}`' for name in WORDS[kind][2])}" if kind in WORDS else ""
            heard = str(how.audience)
            if how.named:
                heard += f": {', '.join(f'`{name}`' for name in how.named)}"
            lines.append(f"| {group} | `{kind}` | {heard} | {fields}{words} |")
    return "\n".join(lines) + "\n"


def written() -> str:
    """The page with the table as it should be."""
    page = PAGE.read_text(encoding="utf-8")
    return re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{table()}\n{END}", page, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
