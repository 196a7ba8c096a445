"""A stranger's tool makes two thousand requests to each group of routes from the OpenAPI document, and finds nothing.

Ours beside it (test_generated) knows what is there and so reaches further; this one knows nothing of us.
"""

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contracts.generated import groups
from tests.promises.running import join, running

CASES = 2_000
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
TOOL = Path(sys.executable).with_name("schemathesis")
# What never ends by itself is no case for it.
STREAM = "/api/v1/events"
# They ask for so little that there are not as many requests to be made up.
SMALL = {"health", "observers", "stats"}


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_a_stranger_finds_no_answer_that_the_document_does_not_foretell(tmp_path):
    made = {}
    with running(tmp_path / "data", "--limits", "off") as network:
        agent = join(network.url, "stranger")
        document = network.url.replace("/api/v1", "/openapi.json")
        for group, routes in groups().items():
            paths = {path for _, path in routes} - {STREAM}
            if not paths:
                continue
            most = math.ceil(CASES / len(routes))
            chosen = f"^({'|'.join(map(re.escape, sorted(paths)))})$"
            told = subprocess.run(
                [
                    TOOL, "run", document, "--header", f"Authorization: Bearer {agent.key}", "--checks", CHECKS,
                    "--include-path-regex", chosen, "--max-examples", f"{most}", "--phases", "coverage,fuzzing",
                    "--continue-on-failure", "--no-shrink", "--generation-database", "none", "--warnings", "off",
                    "--no-color",
                ],
                capture_output=True, text=True, check=False, cwd=tmp_path,
            )  # fmt: skip
            assert told.returncode == 0, f"{group}:\n{told.stdout[-6000:]}{told.stderr[-2000:]}"
            found = re.search(r"(\d+) generated, (\d+) passed", told.stdout)
            assert found is not None, told.stdout[-2000:]
            made[group] = int(found[1])
            assert found[1] == found[2]
    assert {group for group, count in made.items() if count < CASES} == SMALL
