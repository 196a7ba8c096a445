"""In CI a test that skips itself has failed; anywhere else it may."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

SKIPS = """
import pytest

@pytest.mark.skip(reason="no browser")
def test_marked(): pass

def test_at_run_time(): pytest.skip("no model")

@pytest.mark.xfail(strict=True)
def test_expected(): assert False
"""
SKIPS_WHOLE = "import pytest\npytest.skip('no system at all', allow_module_level=True)\n"


@pytest.mark.parametrize(("ci", "outcome"), [("true", "1 failed, 1 xfailed, 2 errors"), ("", "2 skipped, 1 xfailed")])
def test_a_skip_fails_only_in_ci(tmp_path: Path, ci: str, outcome: str) -> None:
    (tmp_path / "test_parts.py").write_text(SKIPS)
    if ci:
        (tmp_path / "test_whole.py").write_text(SKIPS_WHOLE)
    command = [sys.executable, "-m", "pytest", "-p", "tests.house.strict", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", tmp_path, "--continue-on-collection-errors", tmp_path],
        cwd=ROOT,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome in ran.stdout.splitlines()[-1], ran.stdout
    assert bool(ran.returncode) == bool(ci)
