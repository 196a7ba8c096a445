"""Networks in processes of their own keep their data where those of all tests are."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world.place import own_folder


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder of the test's own, in memory if there is room."""
    with own_folder() as folder:
        yield folder
