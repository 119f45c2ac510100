"""The API described by itself: OpenAPI 3.1, made from the operations and their declarations.

Ninja tells what is sent and answered; what every call has (security, problems, headers) is added here, from the same
declarations that the guard goes by.
"""

import hashlib
import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from katip.api.access import Declared
from katip.api.v1.known import api
from katip.api.v1.problems import CONTENT_TYPE, PROBLEMS
from katip.api.v1.schemas import LAST_ID
from katip.programs.scopes import Scope

PREFIX = "/api/v1"
TAGS = (
    *("Token", "Workplaces", "Compliance", "Professionals", "Offering"),
    *("Contracts and offers", "Processes", "Documents", "Sheet"),
)
_EVERY_CALL = (
    *("bad_request", "no_token", "unknown_token", "token_expired", "token_revoked", "maker_gone"),
    *("invalid", "unknown_parameter", "slow_down", "internal", "away"),
)
_HEADERS: dict[str, dict[str, Any]] = {
    "RateLimit-Policy": {"description": 'The rate of a token: `"token";q=300;w=60` are 300 calls a minute.'},
    "RateLimit": {"description": '`"token";r=299;t=41`: calls left, seconds until the next minute.'},
    "Content-Language": {"description": "`tr` or `en`: the language of a problem's title."},
    "ETag": {"description": "Send it back as `If-None-Match`: what did not change is answered 304."},
    "Retry-After": {"description": "Seconds to wait."},
    "WWW-Authenticate": {"description": "`Bearer`, with `error` where a token was not taken."},
    "Location": {"description": "The contract that was offered."},
}
_PARAMETERS: dict[str, dict[str, Any]] = {
    "language": {
        "name": "Accept-Language",
        "in": "header",
        "description": "Turkish, unless English is preferred.",
        "schema": {"type": "string"},
    },
    "if_none_match": {
        "name": "If-None-Match",
        "in": "header",
        "description": "An ETag that you hold.",
        "schema": {"type": "string"},
    },
    "idempotency_key": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "A key of your own for this piece of work, such as a UUID. Sent again with the same body within "
        "seven days, it is answered alike and done once; with another body it is refused. What was refused keeps no "
        "key.",
        "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,64}$"},
    },
}


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The whole document, as plain values."""
    found = api.get_openapi_schema(path_prefix=f"{PREFIX}/")
    paths = {
        path.replace("{no}", "{id}"): {
            method: _operation(path, method, _plain(told)) for method, told in methods.items()
        }
        for path, methods in found["paths"].items()
    }
    schemas = _plain(found["components"]["schemas"]) | {"Problem": _problem_schema(), "Error": _error_schema()}
    return {
        "openapi": found["openapi"],
        "info": _plain(found["info"]) | {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": settings.KATIP.origin}],
        "tags": [{"name": name} for name in TAGS],
        "paths": dict(sorted(paths.items(), key=_place)),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "parameters": _PARAMETERS,
            "headers": {name: told | {"schema": {"type": "string"}} for name, told in _HEADERS.items()},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token from /programlar/."}
            },
        },
    }


def document(request: HttpRequest) -> HttpResponse:
    """The description as JSON; open to everyone, and the same for everyone."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
    content = json.dumps(description(), ensure_ascii=False, indent=1).encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
    if request.headers.get("If-None-Match", "") == tag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(content, content_type="application/json", headers=headers)


def declared_of() -> dict[tuple[str, str], Declared]:
    """What is declared of each operation, by method and address as the document writes it."""
    found: dict[tuple[str, str], Declared] = {}
    for _, router in api._routers:  # noqa: SLF001 -- as in katip.api.access
        for route, view in router.path_operations.items():
            for operation in view.operations:
                path = f"{PREFIX}{route}".replace("{int:no}", "{id}")
                declared: Declared = operation.view_func.declared  # type: ignore[attr-defined] # ninja_paths saw to it
                found |= dict.fromkeys(((method, path) for method in operation.methods), declared)
    return found


def codes_of(declared: Declared, method: str) -> list[str]:
    """The problems that an operation answers."""
    codes = [*_EVERY_CALL, *declared.problems]
    if declared.scope is not None:
        codes += ["scope_missing", "forbidden"]
    if method == "POST":
        codes += ["too_large"]
    if declared.needs_key:
        codes += ["malformed_json", "not_json", "key_missing", "stale"]
    return sorted(set(codes), key=lambda code: (PROBLEMS[code][0], list(PROBLEMS).index(code)))


def _operation(path: str, method: str, told: dict[str, Any]) -> dict[str, Any]:
    declared = declared_of()[method.upper(), path.replace("{no}", "{id}")]
    if told.get("description", "").rstrip(".") == told["summary"]:
        del told["description"]
    parameters = [_parameter(one) for one in told.pop("parameters", [])]
    paged = ["bad_cursor"] if any(one["name"] == "cursor" for one in parameters) else []
    codes = [*codes_of(declared, method.upper()), *paged]
    named = [
        "language",
        *(["if_none_match"] if method == "get" else []),
        *(["idempotency_key"] if declared.needs_key else []),
    ]
    told["parameters"] = parameters + [{"$ref": f"#/components/parameters/{name}"} for name in named]
    told["security"] = [{"token": [str(declared.scope)] if declared.scope else []}]
    told["responses"] = _answers(declared, method, told["responses"]) | _problems(codes)
    return told


def _parameter(one: dict[str, Any]) -> dict[str, Any]:
    if one["in"] != "path":
        return one
    schema = {"type": "integer", "minimum": 1, "maximum": LAST_ID}
    return {"name": "id", "in": "path", "required": True, "schema": schema}


def _answers(declared: Declared, method: str, told: dict[str, Any]) -> dict[str, Any]:
    """What went well; nothing does where only a person may act."""
    if "person_required" in declared.problems:
        return {}
    names = ["RateLimit-Policy", "RateLimit", "Content-Language", *(["ETag"] if method == "get" else [])]
    answers = {}
    for status, answer in told.items():
        known = [*names, *(["Location"] if declared.location else [])]
        headers = {name: {"$ref": f"#/components/headers/{name}"} for name in known}
        content = answer.get("content", {declared.media_type: {"schema": {"type": "string", "format": "binary"}}})
        answers[str(status)] = {"description": answer["description"], "headers": headers, "content": content}
    if method == "get":
        tag = {"ETag": {"$ref": "#/components/headers/ETag"}}
        answers["304"] = {"description": "What you hold is what it is.", "headers": tag}
    return answers


def _problems(codes: list[str]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(PROBLEMS[code][0], []).append(code)
    extra = {401: "WWW-Authenticate", 429: "Retry-After"}
    return {
        str(status): {
            "description": ", ".join(f"`{code}`" for code in listed),
            "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        | ({"headers": {extra[status]: {"$ref": f"#/components/headers/{extra[status]}"}}} if status in extra else {})
        for status, listed in sorted(by_status.items())
    }


def _problem_schema() -> dict[str, Any]:
    return {
        "title": "Problem",
        "description": "What went wrong (RFC 9457). Programs go by `code`; `title` is for people.",
        "type": "object",
        "required": ["type", "title", "status", "code"],
        "properties": {
            "type": {"type": "string", "format": "uri", "description": "where the problem is told of"},
            "title": {"type": "string", "description": "in Turkish or English"},
            "status": {"type": "integer", "description": "as the answer's own"},
            "code": {"type": "string", "enum": sorted(PROBLEMS), "description": "never changes"},
            "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Error"}},
            "refusal": {"type": "string", "description": "why the register or the law refuses, a stable code"},
            "facts": {"type": "object", "description": "the figures behind a refusal"},
            "citation": {"type": ["string", "null"], "description": "the article, in Turkish"},
            "scope": {"enum": [str(scope) for scope in Scope], "description": "the scope that is missing"},
            "page": {"type": "string", "format": "uri", "description": "where a person does it"},
            "most_bytes": {"type": "integer", "description": "the largest body"},
        },
    }


def _error_schema() -> dict[str, Any]:
    return {
        "title": "Error",
        "description": "One thing that is wrong.",
        "type": "object",
        "required": ["pointer", "code"],
        "properties": {
            "pointer": {"type": "string", "description": "`/offers/3/minutes` in the body, `?limit` in the address"},
            "code": {"type": "string"},
            "detail": {"type": "string"},
            "facts": {"type": "object"},
            "citation": {"type": ["string", "null"]},
        },
    }


def _place(path: tuple[str, dict[str, Any]]) -> tuple[int, str]:
    """Where an address stands: by what it is about."""
    [tag, *_] = next(iter(path[1].values()))["tags"]
    return TAGS.index(tag), path[0]


def _plain(value: Any) -> Any:
    """Plain values with text keys: the document as it will be read."""
    return json.loads(json.dumps(value, default=str))
