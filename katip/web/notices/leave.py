"""Leaving by the link of an e-mail: one press, without signing in (RFC 8058)."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from katip.core.actor import Actor
from katip.notices.kinds import GROUPS
from katip.notices.leaving import leave_read
from katip.notices.services.preferences import told_leave
from katip.web.access import Access, access


@csrf_exempt  # a mail program posts it, without a page before; the sealed words in the address are what allows it
@access(Access.PUBLIC)
@require_http_methods(["GET", "POST"])
def leave(request: Any) -> HttpResponse:
    """Say what would be left; pressing the button, or a mail program's own, leaves it. Opening it does nothing."""
    token = request.GET.get("k", "")
    read = leave_read(token)
    if read is None:
        return render(request, "notices_leave.html", {"groups": []}, status=404)
    owner, codes = read
    if request.method == "POST":
        told_leave(actor=Actor(owner.person_id), at=request.at, token=token)
    context = {
        "groups": [GROUPS[code] for code in codes],
        "done": request.method == "POST",
        "token": token,
        "of_person": owner.person_id is not None,
        "always": [group for group in GROUPS.values() if not group.optional],
    }
    return render(request, "notices_leave.html", context)
