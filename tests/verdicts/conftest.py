"""A network where everybody is challenged."""

import pytest

from tests.verdicts.steps import ALL


@pytest.fixture
async def asked(found):
    """A network where everybody is challenged."""
    async with found(**ALL) as network:
        yield network
