"""Two thousand requests made from the OpenAPI document to each group of routes: it foretold every answer."""

import pytest

from tests.contracts.generated import groups, hold

CASES = 2_000


@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("group", groups())
async def test_thousands_of_answers_are_as_the_document_foretells(network, group):
    await hold(network, group, CASES)
