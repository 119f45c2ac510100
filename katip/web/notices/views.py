"""*Bildirimler*: what a person was told about processes and contracts, newest first."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.core.usecase import acting_as
from katip.notices.kinds import notice_reason, notice_text, notice_title
from katip.notices.links import notice_path
from katip.notices.models import Notice
from katip.notices.services.seen import told_seen
from katip.notices.told import overtaken, told_of
from katip.web.access import Access, access
from katip.web.addresses import number_read

PAGE = 30
COUNTED = 100
"""unread ones are not counted beyond"""


@access(Access.TWO_STEP, writes=True)
@require_http_methods(["GET", "POST"])
def notices(request: Any) -> HttpResponse:
    """Everything that the person was told; what is opened here counts as seen from then on."""
    if request.method == "POST":
        if told_seen(actor=request.actor, at=request.at):
            messages.success(request, _("Bütün bildirimler okundu sayıldı."))
        return redirect("notices")
    before = number_read(request.GET.get("sonra", ""))
    with acting_as(request.actor):
        found = told_of(request.user.pk, most=PAGE + 1, before=before)
        rows = found[:PAGE]
        url, over = reverse("notices"), overtaken(rows)
        unseen = [notice.pk for notice in rows if notice.seen_at is None]
        context = {
            "notices": [notice_row(notice, over=notice.pk in over) for notice in rows],
            "others_unseen": max(0, request.user.unseen_told - len(unseen)),
            "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if before or len(found) > PAGE else "",
            "first_url": url if before else "",
            "next_url": f"{url}?{urlencode({'sonra': rows[-1].pk})}" if len(found) > PAGE else "",
        }
        if request.user.unseen_told < COUNTED:
            request.user.unseen_told -= len(unseen)  # the header says what is left once this page is read
        response = render(request, "notices.html", context)
    if unseen and request.method == "GET":
        told_seen(actor=request.actor, at=request.at, notice_ids=unseen)
    return response


def notice_row(notice: Notice, *, over: bool) -> dict[str, Any]:
    """A notice as lists show it; `over` where it asked for what waits no more."""
    return {
        "title": notice_title(notice.kind, notice.detail),
        "text": notice_text(notice.kind, notice.detail),
        "reason": notice_reason(notice.detail),
        "at": notice.at,
        "new": notice.seen_at is None,
        "over": over,
        "url": notice_path(notice.kind, notice.process_id, notice.detail),
        "about_process": notice.process_id is not None,
    }
