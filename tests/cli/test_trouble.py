"""What is wrong with a command is told in two lines, without a traceback and without a password."""

import asyncio
import json
import subprocess
import sys

SERIES = """
import json, sys
from moltbook.cli.main import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["moltbook", *words]
    try:
        main()
    except SystemExit as end:
        print(f"exit {end.code}")
    print(end="\\0", flush=True)
"""


async def told(*commands):
    """What each of these commands says."""
    command = [sys.executable, "-c", SERIES, json.dumps(commands)]
    to = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = await asyncio.to_thread(subprocess.run, command, timeout=60, check=True, **to)
    return [" ".join(text.split()) for text in done.stdout.split("\0")[:-1]]


async def test_arguments_that_are_no_text_are_refused():
    for said in await told(("moderate", "agent", "\udcff"), ("keys", "list", "ada", "--data", "\udcff")):
        assert said == "✗ '\\udcff' is not UTF-8. Write names, texts and paths in UTF-8. exit 1"


async def test_a_place_that_cannot_be_written_is_told_in_words_by_any_command(tmp_path):
    (tmp_path / "file").touch()
    below = str(tmp_path / "file" / "below")
    small = ("--agents", "10", "--acts", "10")
    for said in await told(("world", *small, "--data", below), ("populate", "status", "--state", str(tmp_path))):
        assert said.startswith("✗ ")
        assert said.endswith("exit 1")


async def test_absurd_bounds_of_a_run_are_refused_before_it_begins():
    bounds = (("--for", "0"), ("--for", "1e309"), ("--for", "0m"), ("--price-in", "nan"), ("--price-out", "-1"))
    for said in await told(*(("populate", *bound) for bound in bounds)):
        assert "Invalid value for" in said
        assert said.endswith("exit 2")


async def test_a_database_or_folder_that_cannot_be_used_is_told_as_trouble(network, empty_dsn, tmp_path):
    data, typo = str(tmp_path / "data"), tmp_path / "typo"
    urls = ("postgresql://u:sekret@127.0.0.1:1/x", "postgresql://u:sek/ret@127.0.0.1/x", "nonsense", empty_dsn)
    *unusable, empty, lost = await told(
        *(("moderate", "agent", "ada", "--data", data, "--database-url", url) for url in urls),
        ("keys", "issue", "ada", "--data", str(typo), "--database-url", network.dsn),
    )
    for said in unusable:
        assert said.startswith("✗ ")
        assert said.endswith("exit 1")
        assert "--database-url" in said
        assert "sek" not in said
    assert empty.startswith("✗ The database holds no world, or one of an older Moltbook.")
    assert "There are no secrets in" in lost
    assert lost.endswith("exit 2")
    assert not typo.exists()
