"""What the page of one duration update adds for a provider: whether the professional has the minutes now."""

from typing import Any

from django.utils.translation import gettext as _

from katip.processes.models import PartyKind, Process
from katip.updates.provider_month import process_room
from katip.web import format as fmt
from katip.web.looks.named import professional_named
from katip.web.templatetags.words import current_language


def room_notices(process: Process, role: str, request: Any) -> list[str]:
    """One sentence with today's figures, where a month's update waits for the provider; else nothing, unasked."""
    month = process.terms.get("month")
    if role != PartyKind.PROVIDER or not month or "minutes" not in process.terms:
        return []
    fit = process_room(request.actor, request.at, process.pk, int(month["run"]))
    if fit is None or fit.more <= 0:
        return []
    language = current_language()
    figures = {
        "person": professional_named(process),
        "free": fmt.number_text(max(0, fit.free), language),
        "more": fmt.number_text(fit.more, language),
        "short": fmt.number_text(fit.short_by, language),
    }
    if fit.fits:
        return [_("%(person)s için şimdi %(free)s dakika boş; bu güncelleme %(more)s dakika ister ve sığar.") % figures]
    return [
        _("%(person)s için şimdi %(free)s dakika boş; bu güncelleme %(more)s dakika ister: %(short)s eksik.") % figures
    ]
