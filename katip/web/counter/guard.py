"""Which officer opens the counter's pages, from where; and the officer's own second step, asked again for an act."""

from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpResponse
from django.http.request import HttpHeaders
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.counter.permissions import AT_COUNTER, require_desk, require_reviewer
from katip.registry.models import OfficialRole
from katip.web.access import Access, View, access

_WHO_MAY = gettext_lazy("Bu sayfayı gişe görevlileri ve gişe denetmenleri açar.")
_REVIEWER = gettext_lazy("Bu sayfayı gişe denetmenleri açar.")
_SAID = {"no_posting", "branch_closed", "network_closed", "own_application", "same_officer"}
"""refusals that have a page of their own"""


def client_address(request: Any) -> str:
    """Where the request comes from, behind as many proxies as the operator trusts; empty where nobody knows.

    Read from what the web server said: a POST that is resumed after a step-up carries the headers of back then.
    """
    seen: Any = SimpleNamespace(META=request.environ, headers=HttpHeaders(request.environ))
    return str(get_client_ip(seen) or "")


def at_desk(view: View) -> View:
    """Open a page to officers in their place; `request.desk` and `request.address` are set."""

    def allow(request: Any) -> None:
        request.desk = require_desk(request.actor, request.at, request.address)

    return _guarded(view, allow, AT_COUNTER, _WHO_MAY)


def for_reviewers(view: View) -> View:
    """Open a page to supervisors; `request.office` and `request.address` are set."""

    def allow(request: Any) -> None:
        request.office = require_reviewer(request.actor, request.at, request.address)

    return _guarded(view, allow, (OfficialRole.SUPERVISOR,), _REVIEWER)


def _guarded(view: View, allow: Callable[[Any], None], roles: tuple[OfficialRole, ...], who_may: Any) -> View:
    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.chosen.office.role not in roles:
            return render(request, "403.html", {"who_may": who_may}, status=403)
        request.address = client_address(request)
        try:
            if request.method in {"GET", "HEAD"}:
                allow(request)
            else:
                with acting_as(request.actor):
                    allow(request)
            return view(request, *args, **kwargs)
        except PermissionRefusedError as refused:
            return refused_page(request, refused.code, who_may)

    return access(Access.OFFICIAL)(guarded)


def refused_page(request: Any, code: str, who_may: Any = _WHO_MAY) -> HttpResponse:
    """Why not, and what the officer can do about it."""
    if code not in _SAID:
        return render(request, "403.html", {"who_may": who_may}, status=403)
    context = {"code": code, "address": request.address}
    return render(request, "counter_refused.html", context, status=403)
