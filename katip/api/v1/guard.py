"""What stands before every operation: method, token, rate, scope, body; and after it: looks, ETag, headers.

In this order, so that whoever may not call learns nothing more. A call is never made in anybody's session.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from katip.api.access import Declared, View, bearer, language_of
from katip.api.v1.parsing import MOST_BYTES
from katip.api.v1.problems import Problem, error, problem_response
from katip.audit.looks import looks_record
from katip.core.actor import Actor
from katip.core.shown import Shown, showing
from katip.core.usecase import acting_as, whole_register
from katip.identity.limits import attempt_count
from katip.programs.models import ApiToken
from katip.programs.selectors import CALLS_A_MINUTE, Rate, Standing, call_count, standing_of, token_actor, token_find

WRONG_TOKENS = "20/5m/ip"
"""how many wrong tokens a network may try"""
WAIT = 300
"""seconds to wait after too many of them"""
_FAILED = 400
_DIGITS = 12
_KEY = re.compile(r"[\x21-\x7e]{1,64}")
_WORDS: Mapping[Standing, str] = {
    Standing.EXPIRED: "token_expired",
    Standing.REVOKED: "token_revoked",
    Standing.MAKER_GONE: "maker_gone",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the token, who acts by it, where it stands in its minute."""

    token: ApiToken
    actor: Actor
    rate: Rate


def guarded(operations: Mapping[str, Any], view: View) -> View:
    """Let in who may call; see `katip.api.access.ninja_paths`."""
    known = {method: _query_names(operation) for method, operation in operations.items()}

    @wraps(view)
    def answer(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        request.at = datetime.now(UTC)
        language = language_of(request.headers.get("Accept-Language", ""))
        request.caller = None
        with translation.override(language):
            try:
                response = _answer(request, operations, known, lambda: view(request, *args, **kwargs))
            except Problem as problem:
                response = problem_response(problem)
        _headers(request, response, language)
        return response

    return answer


def _answer(
    request: Any,
    operations: Mapping[str, Any],
    known: Mapping[str, frozenset[str]],
    respond: Callable[[], HttpResponse],
) -> HttpResponse:
    if request.method == "HEAD" and "GET" in operations:
        request.method = "GET"  # the server sends no body back
    operation = operations.get(request.method)
    if operation is None:
        raise Problem("method_not_allowed", headers={"Allow": ", ".join(sorted(operations))})
    declared: Declared = operation.view_func.declared
    request.caller = _caller(request)
    if request.caller.rate.exceeded:
        raise Problem("slow_down", headers={"Retry-After": str(request.caller.rate.reset)})
    if declared.scope is not None and declared.scope not in request.caller.token.scopes:
        raise Problem("scope_missing", scope=declared.scope)
    strangers = sorted(set(request.GET) - known[request.method])
    if strangers:
        raise Problem("unknown_parameter", errors=[error(f"?{name}", "unknown") for name in strangers])
    if request.method == "POST":
        _require_body(request, declared)
    return _looked(request, declared, respond)


def _caller(request: Any) -> Caller:
    secret = bearer(request)
    if not secret:
        raise Problem("no_token", headers=_challenge())
    with whole_register("a program is known by the token that it brings"):
        token = token_find(secret, request.at)
        standing = standing_of(token, request.at) if token is not None else None
        rate = call_count(token.pk, request.at) if token is not None and standing == Standing.VALID else None
    if token is None or rate is None:
        if attempt_count(request, "api_token", WRONG_TOKENS, gets=True) is None:
            raise Problem("slow_down", headers={"Retry-After": str(WAIT)})
        raise Problem(_WORDS[standing] if standing else "unknown_token", headers=_challenge("invalid_token"))
    return Caller(token, token_actor(token), rate)


def _challenge(fault: str = "") -> dict[str, str]:
    """What a refused call is asked for (RFC 6750, 3)."""
    return {"WWW-Authenticate": 'Bearer realm="katip"' + (f', error="{fault}"' if fault else "")}


def _require_body(request: Any, declared: Declared) -> None:
    """What comes with a POST, before any of it is read."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if not (size.isascii() and size.isdecimal()) or len(size) > _DIGITS or int(size) > MOST_BYTES:
        raise Problem("too_large", most_bytes=MOST_BYTES)
    if not declared.needs_key:
        return
    if request.content_type != "application/json":
        raise Problem("not_json")
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise Problem("key_missing", errors=[error("Idempotency-Key", "missing" if not key else "malformed")])
    request.idempotency_key = key
    request.body_hash = hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()


def _looked(request: Any, declared: Declared, respond: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer, and record whose data the answer holds before it is sent; a look that is not recorded is not taken."""
    actor = request.caller.actor
    with showing() as seen:
        with nullcontext() if declared.own_transaction else acting_as(actor):
            response = respond()
            if not declared.own_transaction:
                _record(request, declared, seen, response)
        if declared.own_transaction and (seen.persons or seen.standing):
            with acting_as(actor):
                _record(request, declared, seen, response)
    return response


def _record(request: Any, declared: Declared, seen: Shown, response: HttpResponse) -> None:
    if response.status_code >= _FAILED or not (seen.persons or seen.standing):
        return
    persons = seen.resolved() - {request.caller.actor.person_id}
    if persons:
        looks_record(request.caller.actor, request.at, persons, declared.occasion)


def _headers(request: Any, response: HttpResponse, language: str) -> None:
    response.headers["Content-Language"] = language
    patch_vary_headers(response, ["Authorization", "Accept-Language"])
    caller: Caller | None = request.caller
    if caller is not None:  # draft-ietf-httpapi-ratelimit-headers
        response.headers["RateLimit-Policy"] = f'"token";q={CALLS_A_MINUTE};w=60'
        response.headers["RateLimit"] = f'"token";r={caller.rate.remaining};t={caller.rate.reset}'
    if request.method != "GET" or response.status_code >= _FAILED or response.streaming:
        response.headers["Cache-Control"] = "no-store"
        return
    _tagged(request, response)


def _tagged(request: HttpRequest, response: HttpResponse) -> None:
    """An ETag over the body; 304 where the caller has it already (RFC 9110, 13.1.2)."""
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    wanted = request.headers.get("If-None-Match", "")
    held = {one.strip().removeprefix("W/") for one in wanted.split(",")}
    if wanted.strip() == "*" or tag in held:
        response.status_code = 304
        response.content = b""
        for name in ("Content-Type", "Content-Disposition", "Link"):
            response.headers.pop(name, None)


def _query_names(operation: Any) -> frozenset[str]:
    """The parameters that an operation takes in the address."""
    names: set[str] = set()
    for model in operation.models:
        if model.__ninja_param_source__ == "query":
            names |= set(model.__ninja_flatten_map__)
    return frozenset(names)
