"""Whatever is sent, the document foretold the answer; `make proof` sends thousands more (promises)."""

import pytest

from tests.contracts.generated import groups, hold

CASES = 50


@pytest.mark.parametrize("group", groups())
async def test_every_answer_is_one_the_document_foretells(network, group):
    await hold(network, group, CASES)
