"""Where an official lands."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from katip.counter.permissions import AT_COUNTER
from katip.registry.models import OfficialRole
from katip.web.access import Access, access
from katip.web.officials.guard import WATCHING

_FIRST = {
    **dict.fromkeys(WATCHING, "overview"),
    **dict.fromkeys(AT_COUNTER, "counter"),
    OfficialRole.OPERATOR: "branches",
}


@access(Access.OFFICIAL)
@require_GET
def office(request: Any) -> HttpResponse:
    """The first page of the office."""
    return redirect(_FIRST[OfficialRole(request.chosen.office.role)])
