"""What was sent to a webhook address: its log, one delivery in full, and sending again."""

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.notices.hooks.selectors import deliveries_counted, deliveries_of, find_delivery
from katip.notices.hooks.sending import body_of
from katip.notices.hooks.services.replay import delivery_replay
from katip.notices.hooks.services.replay import hook_replay as hook_send_again
from katip.notices.hooks.services.subscribe import HELD_MOST, HookError
from katip.notices.models import HookDelivery, HookState, HookSubscription, Sending
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.hooks.asked import hook_asked
from katip.web.hooks.forms import ReplayForm
from katip.web.hooks.views import hook_shown
from katip.web.hooks.words import ERRORS, KINDS, sending_shown, to_the_second

PAGE = 25
_COUNTED = 1000
_LISTS = {
    "": "",
    "sirada": Sending.WAITING,
    "alinmadi": Sending.FAILED,
    "bekletilen": Sending.HELD,
}


@access(Access.ACTING)
@require_GET
def hook(request: Any, no: int) -> HttpResponse:
    """One address: how it stands, and its log, the newest first."""
    found = hook_asked(request, no)
    current = request.GET.get("liste", "")
    current = current if current in _LISTS else ""
    before = number_read(request.GET.get("sonra", ""))
    rows = deliveries_of(found, before=before, limit=PAGE + 1, state=_LISTS[current])
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    context = {
        **hook_shown(found),
        "is_active": found.state == HookState.ACTIVE,
        "held": _counted(found, Sending.HELD),
        "tabs": _tabs(found, current),
        "rows": [_row(one) for one in rows],
        "first_url": _address(no, current) if before is not None else "",
        "next_url": _address(no, current, sonra=rows[-1].pk) if more else "",
        "shown": _shown(len(rows)),
    }
    return render(request, "hook.html", context)


@access(Access.ACTING)
@require_http_methods(["GET", "POST"])
def hook_delivery(request: Any, no: int, part: int) -> HttpResponse:
    """One delivery: what is sent, and how the last try ended; *Yeniden gönder*."""
    found = hook_asked(request, no)
    with acting_as(request.actor):
        one = find_delivery(found, part)
    if one is None:
        raise Http404
    if request.method == "POST":
        try:
            delivery_replay(actor=request.actor, at=request.at, number=no, delivery=part)
        except PermissionRefusedError as error:
            raise Http404 from error
        except HookError as error:
            messages.error(request, ERRORS[error.code])
        return redirect("hook_delivery", no=no, part=part)
    context = {
        "hook": found,
        "row": _row(one),
        "body": json.dumps(json.loads(body_of(one)), indent=2),
        "is_active": found.state == HookState.ACTIVE,
        "in_hand": one.state == Sending.WAITING and one.tried_at is None,
        "again": one.state != Sending.WAITING,
    }
    return render(request, "hook_delivery.html", context)


@access(Access.ACTING)
@require_http_methods(["GET", "POST"])
def hook_replay(request: Any, no: int) -> HttpResponse:
    """Everything since a moment once more."""
    found = hook_asked(request, no)
    form = ReplayForm(request.POST if request.method == "POST" else None, at=request.at)
    if form.is_valid():
        try:
            count = hook_send_again(actor=request.actor, at=request.at, number=no, since=form.cleaned_data["since"])
        except PermissionRefusedError as error:
            raise Http404 from error
        except HookError as error:
            form.add_error(None, str(ERRORS[error.code]))
        else:
            words = ngettext("%(n)s gönderim yeniden sırada.", "%(n)s gönderim yeniden sırada.", count) % {"n": count}
            messages.success(request, words)
            return redirect("hook", no=no)
    context = {"form": form, "hook": found, "most": HELD_MOST}
    return render(request, "hook_replay.html", context, status=422 if form.is_bound else 200)


def _row(one: HookDelivery) -> dict[str, Any]:
    moments = {"at": one.at, "tried": one.tried_at, "next": one.due_at if one.tried_at else None}
    said = {name: to_the_second(moment) for name, moment in moments.items() if moment is not None}
    return {"one": one, "kind": KINDS.get(one.kind, one.kind), **said, **sending_shown(one)}


def _tabs(found: HookSubscription, current: str) -> list[dict[str, Any]]:
    labels = {
        "": _("Hepsi"),
        "sirada": _("Sırada"),
        "alinmadi": _("Alınmayanlar"),
        "bekletilen": _("Bekletilenler"),
    }
    counts = {name: _counted(found, state) for name, state in _LISTS.items() if state}
    return [
        {"label": label, "url": _address(found.pk, name), "current": name == current, "count": counts.get(name)}
        for name, label in labels.items()
    ]


def _counted(found: HookSubscription, state: str) -> int:
    return deliveries_counted(found, state, most=_COUNTED)


def _address(no: int, current: str, **more: int) -> str:
    query = ({"liste": current} if current else {}) | {name: str(value) for name, value in more.items()}
    return reverse("hook", args=[no]) + (f"?{urlencode(query)}" if query else "")


def _shown(count: int) -> str:
    return ngettext("%(n)s satır", "%(n)s satır", count) % {"n": count}
