"""Who may call the API: programs without a cookie. Every call brings its own proof, a code or a token, or gets nothing.

Declared here and not with the pages' levels, because an API call has no session: what cookies come with it is not
looked at, and therefore no cross-site request can do anything in anybody's name.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from katip.audit.looks import Occasion

View = Callable[..., HttpResponse]

_LANGUAGES = ("tr", "en")
_PUBLIC = 0
"""open to everyone, as `katip.web` counts; what the call brings decides"""


def call(view: View) -> View:
    """Make `view` a call of the API: POST only, no cookie, `request.at`, answers in the caller's language."""
    return calls(POST=view)


def calls(**views: View) -> View:
    """The same for an address with a view for each method."""
    view = next(iter(views.values()))

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        request.at = datetime.now(UTC)
        language = language_of(request.headers.get("Accept-Language", ""))
        with translation.override(language):
            chosen = views.get(request.method)
            response = chosen(request, *args, **kwargs) if chosen else _other_method(views)
        response.headers["Content-Language"] = language
        patch_vary_headers(response, ["Accept-Language"])
        add_never_cache_headers(response)
        return response

    guarded.access = _PUBLIC  # type: ignore[attr-defined] # no route without declared access
    return csrf_exempt(guarded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What stands beside an operation of a described API: who may call it, and what its call may write.

    `scope` is what the caller's token must be for (None: any valid one); `occasion` on what occasion it shows people;
    `problems` the codes that it answers beyond those of every call; `needs_key` asks for an `Idempotency-Key`.
    """

    scope: str | None
    occasion: Occasion
    problems: tuple[str, ...] = ()
    needs_key: bool = False
    own_transaction: bool = False
    media_type: str = "application/json"
    location: bool = False
    """an answer names where what was made is found"""


Guard = Callable[[Mapping[str, Any], View], View]
"""takes the operations of an address by method, each with `declared`, and ninja's view; lets in who may call"""


def ninja_paths(api: NinjaAPI, prefix: str, guard: Guard) -> list[URLPattern]:
    """The addresses of a ninja API, each behind `guard`.

    Raises `ImproperlyConfigured` for an operation without a declaration: there is no address that nobody guards.
    """
    patterns, _, _ = api.urls
    views = {str(pattern.pattern): pattern.callback for pattern in patterns if isinstance(pattern, URLPattern)}
    made = []
    for route, operations in _operations(api).items():
        for method, operation in operations.items():
            if not isinstance(getattr(operation.view_func, "declared", None), Declared):
                raise ImproperlyConfigured(f"{method} {prefix}{route}: an operation without declared access")
        guarded = guard(operations, views[route])
        guarded.access = _PUBLIC  # type: ignore[attr-defined] # what the call brings decides
        guarded.sessionless = True  # type: ignore[attr-defined] # cookies are not looked at
        first = next(iter(operations.values()))
        made.append(path(prefix + route, csrf_exempt(guarded), name=first.url_name))
    return made


def _operations(api: NinjaAPI) -> dict[str, dict[str, Any]]:
    """Route as Django writes it → method → operation."""
    found: dict[str, dict[str, Any]] = {}
    for _, router in api._routers:  # noqa: SLF001 -- ninja tells its operations nowhere else
        for route, view in router.path_operations.items():
            plain = route.lstrip("/").replace("{", "<").replace("}", ">")
            for operation in view.operations:
                found.setdefault(plain, {}).update(dict.fromkeys(operation.methods, operation))
    return found


def open_to_all(view: View) -> View:
    """Declare that `view` is the same for everybody, and open: it describes, and tells of nobody."""
    view.access = _PUBLIC  # type: ignore[attr-defined] # as above
    return view


def language_of(accepted: str) -> str:
    """Turkish, unless the caller prefers English. Django reads no more of the header than 500 characters."""
    for language, _ in parse_accept_lang_header(accepted):
        if language.partition("-")[0] in _LANGUAGES:
            return language.partition("-")[0]
    return _LANGUAGES[0]


def bearer(request: HttpRequest) -> str:
    """The bearer token (RFC 6750, 2.1); empty where there is none, which nothing is open to."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _other_method(views: Collection[str]) -> HttpResponse:
    return HttpResponse(status=405, headers={"Allow": ", ".join(views)})
