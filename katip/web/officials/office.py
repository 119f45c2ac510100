"""Where an official lands: what the office opens, and what it does not."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.registry.models import OfficialRole
from katip.web.access import Access, access
from katip.web.officials.guard import WATCHING
from katip.web.words import OFFICES


@access(Access.OFFICIAL)
@require_GET
def office(request: Any) -> HttpResponse:
    """The official's first page: the overview, where the office opens it."""
    held = request.chosen.office
    if held.role in WATCHING:
        return redirect("overview")
    if held.role == OfficialRole.OPERATOR:
        return redirect("branches")
    context = {
        "role": OFFICES[held.role],
        "place": held.province.name if held.province else _("Bütün iller"),
    }
    return render(request, "office.html", context)
