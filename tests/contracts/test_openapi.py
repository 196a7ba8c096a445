"""The OpenAPI document: whole, true to the endpoint table, and enough for a client to be made from it."""

import re

import pytest

from moltbook.api import ENDPOINTS, openapi
from moltbook.api.openapi import docs_page, refusals_of
from moltbook.api.router import Router
from moltbook.house import Audience

URL = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def document():
    return openapi(URL)


def nodes(value):
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(inner)


def operations(document):
    return {
        (method.upper(), path.removeprefix("/api/v1")): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_the_document_names_exactly_the_routes(document):
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": URL}]
    assert set(operations(document)) == {(e.method, e.path) for e in ENDPOINTS}
    assert len({op["operationId"] for op in operations(document).values()}) == len(ENDPOINTS)


def test_every_reference_leads_somewhere(document):
    schemas = document["components"]["schemas"]
    references = {node["$ref"] for node in nodes(document) if isinstance(node, dict) and "$ref" in node}
    assert references
    assert {reference.removeprefix("#/components/schemas/") for reference in references} <= set(schemas)


def test_every_operation_says_what_goes_in_and_what_comes_out(document):
    for (method, path), operation in operations(document).items():
        endpoint = next(e for e in ENDPOINTS if (e.method, e.path) == (method, path))
        assert operation["summary"].endswith("."), path
        assert operation["tags"]
        in_path = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
        assert in_path == re.findall(r"\{(\w+)\}", path)
        assert len({(p["name"], p["in"]) for p in operation["parameters"]}) == len(operation["parameters"])
        assert ("requestBody" in operation) == (endpoint.body is not None or endpoint.upload_bytes > 0)
        assert str(endpoint.status) in operation["responses"]
        for refusal in refusals_of(endpoint):
            assert refusal.code in operation["responses"][str(refusal.status)]["description"]
        for status, response in operation["responses"].items():
            assert response["description"]
            assert status == "304" or response["content"]["application/json"]["schema"]
        needs_key = endpoint.audience is not Audience.ANYONE
        assert ({} not in operation["security"]) == needs_key
        if needs_key:
            assert "401" in operation["responses"]
        if endpoint.audience is Audience.CLAIMED:
            assert "403" in operation["responses"]


def test_the_docs_page_lists_every_row():
    page = docs_page(URL)
    for endpoint in ENDPOINTS:
        assert f"<code>/api/v1{endpoint.path}</code>" in page


def test_two_rows_for_one_place_do_not_start():
    with pytest.raises(ValueError, match="two endpoints"):
        Router([*ENDPOINTS, ENDPOINTS[0]])


def test_a_written_segment_wins_over_a_placeholder():
    router = Router(ENDPOINTS)
    methods, values = router.find("/agents/me")
    assert (methods["GET"].path, values) == ("/agents/me", ())
    methods, values = router.find("/agents/meridian/")
    assert (methods["GET"].path, values) == ("/agents/{name}", ("meridian",))
    # A name that begins like a written path still finds its own places.
    methods, values = router.find("/agents/me/follow")
    assert values == ("me",)
    for path in ("", "/", "/agents", "/agents//follow", "/a" * 500, "/agents/x/y/z"):
        assert router.find(path) is None
