"""What the law asks of a workplace, beside what this register holds, in words."""

from typing import Any

from django.utils.translation import gettext as _

from katip.contracts.selectors import Duty
from katip.web.words import PROFESSIONS


def obligation(duty: Duty) -> dict[str, Any]:
    """What the law asks of one profession, beside what this register holds."""
    requirement = duty.requirement
    required = requirement.minutes if requirement else 0
    persons = requirement.full_time_persons if requirement else 0
    if requirement is None:
        tag, note = "waiting", _("Çalışan sayısı ya da tehlike sınıfı henüz bilinmiyor.")
    elif not requirement.required:
        tag, note = "not_required", requirement.citation.short
    elif duty.active >= required and duty.full_time_active >= persons:
        tag, note = "fit", ""
    elif duty.active + duty.pending >= required:
        tag, note = "waiting", ""
    else:
        tag, note = "short", ""
    if persons:
        missing = _("Ayrıca %(n)s tam süreli kişi gerekir.") % {"n": persons}
        note = f"{note} {missing}".strip()
    return {
        "profession_label": PROFESSIONS[duty.profession],
        "required": required if requirement and requirement.required else 0,
        "active": duty.active,
        "pending": duty.pending,
        "tag": tag,
        "note": note,
    }
