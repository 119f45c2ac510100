"""What services and ninja raise, as problems."""

from typing import Any

from django.http import Http404, HttpResponse
from ninja.errors import HttpError, ValidationError

from katip.api.v1.operations import api
from katip.api.v1.problems import BY_STATUS, Problem, error, problem_response
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.programs.services.answers import KeyReusedError
from katip.rules import RuleViolation

_PARTS = {"body": "", "query": "?", "path": ":", "header": ""}


def refused(violation: RuleViolation) -> Problem:
    """A refusal by the statute or the register: `refusal` is its stable code, `facts` the figures."""
    citation = violation.citation.short if violation.citation else None
    return Problem("refused", refusal=violation.code, facts=violation.facts, citation=citation)


def register() -> None:
    """Tell ninja how each is answered; what is not named here is a fault, and nobody's business outside."""
    api.add_exception_handler(Problem, lambda _request, found: problem_response(found))  # type: ignore[arg-type] # an instance
    api.add_exception_handler(ValidationError, _invalid)  # type: ignore[arg-type] # as above
    api.add_exception_handler(Http404, _said("not_found"))
    api.add_exception_handler(HttpError, _http)  # type: ignore[arg-type] # as above
    api.add_exception_handler(RuleViolation, lambda _request, found: problem_response(refused(found)))  # type: ignore[arg-type] # as above
    api.add_exception_handler(StaleStateError, _said("stale"))
    api.add_exception_handler(KeyReusedError, _said("key_reused"))
    api.add_exception_handler(PermissionRefusedError, _said("forbidden"))


def _said(code: str) -> Any:
    return lambda _request, _found: problem_response(Problem(code))


def _http(_request: Any, found: HttpError) -> HttpResponse:
    code = BY_STATUS.get(found.status_code, "bad_request")
    return problem_response(Problem("malformed_json" if code == "bad_request" else code))


def _invalid(_request: Any, found: ValidationError) -> HttpResponse:
    """Where and what; never the value itself, which may be somebody's number."""
    errors = []
    for one in found.errors:
        part, *names = one["loc"]
        if part == "body":
            names = names[1:]  # the argument's name in the view
            pointer = "".join(f"/{name}" for name in names)
        else:
            pointer = f"{_PARTS.get(part, '')}{'/'.join(str(name) for name in names)}"
        errors.append(error(pointer, str(one["type"]), detail=str(one["msg"])))
    return problem_response(Problem("invalid", errors=errors))
