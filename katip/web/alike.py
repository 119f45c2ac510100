"""Pages that are alike for everybody who has their address: the session is not looked at, and no cookie is set.

The language is the one chosen elsewhere, or the one in the address (`?dil=en`): so that such a page needs no cookie.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation

from katip.core.shown import unshown
from katip.web.access import Access, access

View = Callable[..., HttpResponse]
ROBOTS = "noindex, nofollow, noarchive"


def alike(view: View) -> View:
    """A view of everybody, in the language of its address, that no search engine keeps.

    It may count what it was asked, so it is no plain read for `access`.
    """

    @wraps(view)
    def answered(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.GET.get("dil", "")
        request.dil = wanted if wanted in dict(settings.LANGUAGES) else ""
        with translation.override(request.dil or request.LANGUAGE_CODE):
            request.LANGUAGE_CODE = request.dil or request.LANGUAGE_CODE
            with unshown():  # nobody is known to be there who could have looked
                response = view(request, *args, **kwargs)
        response.headers["Content-Language"] = request.LANGUAGE_CODE
        response.headers["X-Robots-Tag"] = ROBOTS
        return response

    guarded = access(Access.PUBLIC, writes=True)(answered)
    guarded.sessionless = True  # type: ignore[attr-defined] # read by AccessMiddleware
    return guarded


def alike_context(request: Any) -> dict[str, Any]:
    """The frame as somebody without a session has it; without a token in it, no cookie is set."""
    return {"signed_in": False, "idle": None, "csrf_token": "", "dil": request.dil, "dil_query": dil_query(request)}


def dil_query(request: Any) -> str:
    """What carries the address's language on to the next one."""
    return f"?dil={request.dil}" if request.dil else ""
