"""The description, the addresses and docs/api.md say the same; and the page shows all of it."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import URLPattern
from ninja import NinjaAPI

from katip.api.access import ninja_paths
from katip.api.v1.description import TAGS, declared_of, description
from katip.api.v1.guard import guarded
from katip.api.v1.problems import PROBLEMS
from katip.programs.scopes import Scope
from tests.routes import routes

DOCS = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
NAMES = r"`(GET|POST) (/[a-z0-9{}./-]*)`"


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return json.loads(json.dumps(description()))  # type: ignore[no-any-return] # an object


def operations(found: dict[str, Any]) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, methods in found["paths"].items() for method in methods}


def test_every_address_is_described_and_every_description_has_an_address(found: dict[str, Any]) -> None:
    addresses = {
        address.replace("<int:no>", "{id}")
        for address, pattern in routes()
        if address.startswith("/api/v1/") and pattern.name not in {"v1_openapi", "v1_docs"}
    }
    assert addresses == set(found["paths"])
    assert operations(found) == set(declared_of())


def test_docs_name_every_operation_scope_and_problem(found: dict[str, Any]) -> None:
    told = {(method, f"/api/v1{path}") for method, path in re.findall(NAMES, DOCS)}
    assert told == operations(found)
    for word in (*PROBLEMS, *(str(scope) for scope in Scope)):
        assert f"`{word}`" in DOCS, word


def test_it_is_open_api_3_1_and_names_are_english_snake_case(found: dict[str, Any]) -> None:
    assert found["openapi"].startswith("3.1")
    for name, schema in found["components"]["schemas"].items():
        for field in schema.get("properties", {}):
            assert re.fullmatch(r"[a-z][a-z0-9_]*", field), (name, field)
    told = {one["name"] for one in found["tags"]}
    assert told == set(TAGS) == {op["tags"][0] for path in found["paths"].values() for op in path.values()}


def test_every_operation_asks_for_a_token_and_tells_its_problems(found: dict[str, Any]) -> None:
    for path, methods in found["paths"].items():
        for method, told in methods.items():
            assert list(told["security"][0]) == ["token"], path
            assert {"400", "401", "422", "429", "500"} <= set(told["responses"])
            posts = method == "post" and "201" in told["responses"]
            named = {one.get("$ref", "").rpartition("/")[2] for one in told["parameters"]}
            assert ("idempotency_key" in named) == posts, path


def test_no_field_is_a_national_id_but_the_sheets(found: dict[str, Any]) -> None:
    holding = {name for name, schema in found["components"]["schemas"].items() if "national_id" in json.dumps(schema)}
    assert holding == {"SheetPage"}


def test_the_document_is_served_with_a_tag() -> None:
    client = Client()
    first = client.get("/api/v1/openapi.json")
    assert first.json() == json.loads(json.dumps(description()))
    assert client.get("/api/v1/openapi.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.post("/api/v1/openapi.json").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["tr", "en"])
def test_the_page_shows_all_of_it_without_scripts_of_others(found: dict[str, Any], language: str) -> None:
    client = Client()
    client.cookies["django_language"] = language
    page = client.get("/api/v1/docs")
    assert f'<html lang="{language}"' in page.text
    for method, path in operations(found):
        assert f"{method} {path}" in page.text
    for name in found["components"]["schemas"]:
        assert f'id="thing-{name}"' in page.text
    for code in PROBLEMS:
        assert f'id="problem-{code}"' in page.text
    assert set(re.findall(r'(?:src|href)="(https?://[^"]+)"', page.text)) == set()
    targets = set(re.findall(r'href="#([^"]+)"', page.text))
    assert targets <= set(re.findall(r'id="([^"]+)"', page.text))


def test_an_operation_without_a_declaration_has_no_address() -> None:
    bare = NinjaAPI(openapi_url=None, docs_url=None, urls_namespace="bare")

    @bare.get("/open", url_name="open")
    def _open(request: Any) -> dict[str, str]:
        return {}

    with pytest.raises(ImproperlyConfigured, match="GET v1/open: an operation without declared access"):
        ninja_paths(bare, "v1/", guarded)


def test_every_pattern_is_guarded() -> None:
    patterns: list[URLPattern] = [one for address, one in routes() if address.startswith("/api/v1/")]
    for pattern in patterns:
        assert hasattr(pattern.callback, "access"), pattern.name
    request: Any = SimpleNamespace(method="GET", headers={}, META={}, GET={}, path="/")
    guardless = [one for one in patterns if one.name not in {"v1_openapi", "v1_docs"}]
    for pattern in guardless:
        assert pattern.callback(request, no=1).status_code in {401, 405}, pattern.name
