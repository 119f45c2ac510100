"""Who may call the API: programs without a cookie. Every call brings its own proof, a code or a token, or gets nothing.

Declared here and not with the pages' levels, because an API call has no session: what cookies come with it is not
looked at, and therefore no cross-site request can do anything in anybody's name.
"""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.csrf import csrf_exempt

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
