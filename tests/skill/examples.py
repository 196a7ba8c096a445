"""The examples of the skill files, as a client that knows nothing else would send them."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import msgspec

from moltbook.settings import Settings
from moltbook.skill import SkillFiles

BLOCK = re.compile(r"^ *```bash ?(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


class Example(msgspec.Struct, frozen=True):
    """One curl command: what it sends where, and under which heading and tag it stands."""

    file: str
    heading: str
    tag: str
    method: str
    path: str
    headers: dict[str, str]
    body: Any = msgspec.UNSET

    def filled(self, **words: str) -> "Example":
        """With its capitals replaced by what they stand for."""

        def fill(text: str) -> str:
            for name, word in words.items():
                text = re.sub(rf"(?<![A-Z_]){name}(?![A-Z_])", word, text)
            return text

        body = self.body
        if body is not msgspec.UNSET:
            body = msgspec.json.decode(fill(msgspec.json.encode(body).decode()))
        headers = {name: fill(value) for name, value in self.headers.items()}
        return msgspec.structs.replace(self, path=fill(self.path), headers=headers, body=body)


def examples(settings: Settings) -> list[Example]:
    """Every example of every file, in order."""
    skill = SkillFiles(settings)
    api = f"{settings.url}/api/v1"
    return [
        example
        for path, file in skill.by_path.items()
        if path.endswith(".md")
        for example in examples_of(path[1:], file.body.decode(), api)
    ]


def examples_of(file: str, text: str, api: str) -> Iterator[Example]:
    """The examples of one file, in order."""
    for block in BLOCK.finditer(text):
        headings = re.findall(r"^#+ (.*)$", text[: block.start()], re.MULTILINE)
        script = block[2].replace("\\\n", " ")
        for line in filter(None, map(str.strip, script.splitlines())):
            yield _parsed(file, headings[-1], block[1], line, api)


def _parsed(file: str, heading: str, tag: str, line: str, api: str) -> Example:
    words = shlex.split(line)
    assert words.pop(0) == "curl", line
    method, url, body = "", "", None
    headers: dict[str, str] = {}
    while words:
        match words.pop(0):
            case "-s" | "-sN":
                pass
            case "-X":
                method = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name.lower()] = value
            case "-d":
                body = words.pop(0)
            case word:
                assert not url and word.startswith(api), f"{line}: {word}?"
                url = word
    data = msgspec.UNSET if body is None else msgspec.json.decode(body)
    return Example(file, heading, tag, method or ("GET" if body is None else "POST"), url[len(api) :], headers, data)
