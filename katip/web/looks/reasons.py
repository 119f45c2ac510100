"""The reason that an official gives before seeing people's data: kept in the session for one matter, not for long."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from katip.audit.looks import Given, Reason
from katip.core.actor import Capacity
from katip.registry.services.reason import WHO_ASK

_KEY = "look_reason"


def asks_reason(request: Any) -> bool:
    """Whether whoever reads this page must say why: officials who look people up."""
    if request.actor.capacity != Capacity.OFFICIAL or request.chosen is None or request.chosen.office is None:
        return False
    return request.chosen.office.role in WHO_ASK


def reason_of(request: Any) -> Given | None:
    """The reason in force for the office chosen; None where there is none, or it was given too long ago."""
    kept = request.session.get(_KEY)
    if kept is None or not asks_reason(request) or kept["office"] != request.actor.organisation_id:
        return None
    given = Given(Reason(kept["reason"]), kept["matter"], datetime.fromisoformat(kept["at"]))
    lasts = timedelta(minutes=settings.KATIP.reason_minutes)
    return given if given.at <= request.at < given.at + lasts else None


def reason_until(given: Given) -> datetime:
    """When the reason has to be given again."""
    return given.at + timedelta(minutes=settings.KATIP.reason_minutes)


def reason_keep(request: Any, given: Given) -> None:
    """From now on the pages of this session are read for this reason, in this office."""
    request.session[_KEY] = {
        "office": request.actor.organisation_id,
        "reason": str(given.reason),
        "matter": given.matter,
        "at": given.at.isoformat(),
    }


def reason_drop(request: Any) -> None:
    """The matter is closed."""
    request.session.pop(_KEY, None)


def reason_ask(request: Any) -> HttpResponse:
    """To the page that asks, and from there back to this one."""
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
    return HttpResponseRedirect(f"{reverse('look_reason')}?{urlencode({'next': back})}")
