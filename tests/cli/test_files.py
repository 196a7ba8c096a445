"""Open files: a worker asks for as many as its connections need, and lets in no more than it got."""

import resource
import subprocess
import sys

import pytest

from moltbook.cli.files import RESERVED, fitting
from moltbook.gateway import Bounds
from moltbook.settings import Settings

ASK = """
import resource
from moltbook.cli.files import open_files
resource.setrlimit(resource.RLIMIT_NOFILE, (200, 300))
print(open_files(250), open_files(250), open_files(100_000), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_as_many_files_are_asked_for_as_are_needed_and_may_be_had():
    said = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["250", "250", "300", "300", "300"]


def test_where_there_are_enough_nothing_changes():
    settings, bounds = Settings(), Bounds()
    enough = bounds.connections + settings.streams + RESERVED
    assert fitting(settings, bounds, enough) == (settings, bounds)
    assert fitting(settings, bounds, resource.RLIM_INFINITY) == (settings, bounds)


@pytest.mark.parametrize("files", [256, 1024, 4096, 10_240])
def test_where_there_are_few_all_that_may_connect_have_one_and_some_are_left(files):
    settings, bounds = fitting(Settings(), Bounds(), files)
    live = settings.streams + bounds.connections
    assert files - live >= min(RESERVED, files // 2)
    assert 0 < settings.streams <= Settings().streams
    assert files // 4 <= bounds.connections < Bounds().connections
