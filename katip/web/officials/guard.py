"""Which office opens a page, and what is written down when an official reads about somebody."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.audit.services.record import Happening, record
from katip.core.errors import PermissionRefusedError
from katip.registry.models import OfficialRole
from katip.web.access import Access, View, access
from katip.web.looks.reasons import asks_reason, reason_ask, reason_of

WATCHING = (OfficialRole.INSPECTOR, OfficialRole.DIRECTORATE)
_WHO_MAY = {
    (*WATCHING, OfficialRole.OPERATOR): gettext_lazy(
        "Bu sayfayı müfettişler, yetkilendirme görevlileri ve sistemi işletenler açar."
    ),
    WATCHING: gettext_lazy("Bu sayfayı müfettişler ve yetkilendirme görevlileri açar."),
    (OfficialRole.DIRECTORATE,): gettext_lazy("Bu işlemi yetkilendirme görevlileri yapar."),
    (OfficialRole.OPERATOR,): gettext_lazy("Bu sayfayı sistemi işletenler açar."),
}


def for_offices(*roles: OfficialRole, people: bool = False) -> Callable[[View], View]:
    """Open a page to officials of these roles; the services and reads behind it ask again.

    `people` marks a page that looks people up: it opens once the official has said why.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.chosen.office.role not in roles:
                return _refused(request, roles)
            if people and asks_reason(request) and reason_of(request) is None:
                return reason_ask(request)
            try:
                return view(request, *args, **kwargs)
            except PermissionRefusedError:
                return _refused(request, roles)

        return access(Access.OFFICIAL)(guarded)

    return declare


def _refused(request: Any, roles: tuple[OfficialRole, ...]) -> HttpResponse:
    return render(request, "403.html", {"who_may": _WHO_MAY.get(roles, _("Göreviniz bu sayfayı açmaz."))}, status=403)


def read_record(request: Any, thing: str, subject_id: int) -> None:
    """Write down that the official read about somebody, in the transaction of the page."""
    record(request.actor, request.at, Happening(f"official:{thing}:read", subject_id))
