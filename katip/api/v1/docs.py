"""The description as a page: made on the server from the same document, without a script and nothing from outside."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from katip.api.v1.description import description
from katip.api.v1.problems import PROBLEMS

Row = dict[str, Any]
_REF = "#/components/schemas/"


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The operations by what they are about, the things they tell, the problems."""
    found = description()
    schemas = found["components"]["schemas"]
    context = {
        "about": _coded(found["info"]["description"]),
        "parts": [{"name": tag["name"], "operations": list(_operations(found, tag["name"]))} for tag in found["tags"]],
        "things": [
            {
                "name": name,
                "text": _coded(schema.get("description", "")),
                "rows": _fields(schema),
                "words": _enum(schema),
            }
            for name, schema in schemas.items()
        ],
        "problems": [{"code": code, "status": status, "title": title} for code, (status, title) in PROBLEMS.items()],
    }
    return render(request, "api_docs.html", context)


def _coded(text: str) -> SafeString:
    """A text whose words between backticks are code."""
    parts = enumerate(text.split("`"))
    return format_html_join("", "{}", ((format_html("<code>{}</code>", one) if no % 2 else one,) for no, one in parts))


def _operations(found: Mapping[str, Any], tag: str) -> Iterator[Row]:
    for path, methods in found["paths"].items():
        for method, told in methods.items():
            if tag in told["tags"]:
                yield _told(found, path, method, told)


def _told(found: Mapping[str, Any], path: str, method: str, told: Mapping[str, Any]) -> Row:
    scopes = told["security"][0]["token"]
    answers = [
        {"status": status, "kind": kind, "thing": _ref(content.get("schema", {}))}
        for status, answer in told["responses"].items()
        if int(status) < 300  # noqa: PLR2004 -- what went well
        for kind, content in answer["content"].items()
    ]
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "id": told["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": _coded(told["summary"]),
        "text": _coded(told.get("description", "")),
        "scope": scopes[0] if scopes else "",
        "body": _ref(body),
        "answers": answers,
        "parameters": [_row(one["name"], one) for one in _parameters(found, told)],
        "refused": [
            {"status": status, "codes": answer["description"].replace("`", "").split(", ")}
            for status, answer in told["responses"].items()
            if int(status) >= 400  # noqa: PLR2004 -- what did not
        ],
    }


def _parameters(found: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those of this operation; what every call may have is told once, above."""
    for one in told["parameters"]:
        if "$ref" not in one:
            yield one
        elif one["$ref"].endswith("/idempotency_key"):
            yield found["components"]["parameters"]["idempotency_key"]


def _row(name: str, told: Mapping[str, Any]) -> Row:
    schema = told.get("schema", told)
    return {
        "name": name,
        "type": _type(schema),
        "thing": _ref(schema),
        "text": _coded(told.get("description", schema.get("description", ""))),
        "required": told.get("required", False),
        "where": told.get("in", ""),
    }


def _fields(schema: Mapping[str, Any]) -> list[Row]:
    needed = set(schema.get("required", ()))
    return [_row(name, told) | {"required": name in needed} for name, told in schema.get("properties", {}).items()]


def _enum(schema: Mapping[str, Any]) -> list[str]:
    return [str(word) for word in schema.get("enum", ())]


def _ref(schema: Mapping[str, Any]) -> str:
    """The thing that is meant, through lists and choices of it or nothing."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REF)
    nested = [*([schema["items"]] if "items" in schema else []), *schema.get("anyOf", ()), *schema.get("allOf", ())]
    return next((found for one in nested if (found := _ref(one))), "")


def _type(schema: Mapping[str, Any]) -> str:
    """A type in few words: `integer`, `string (date)`, `list of …`, `… or null`."""
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "$ref" in schema or "allOf" in schema:
        return _ref(schema)
    if "enum" in schema and "type" not in schema:
        return "string"
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    bounds = [str(schema[name]) for name in ("minimum", "maximum") if name in schema]
    form = schema.get("format") or (f"{bounds[0]} to {bounds[1]}" if len(bounds) > 1 and int(bounds[1]) < 10**9 else "")
    return f"{kind} ({form})" if form else str(kind)
