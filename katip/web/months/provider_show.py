"""A month's changes of a provider's contracts in words: as lines of the list, and as cells of the file."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.contracts.models import MonthChange
from katip.core.clock import day_of
from katip.processes.deadlines import working_days_left
from katip.processes.models import PartyKind, Process, ProcessState
from katip.rules import ContractState, HazardClass, MonthOutcome, Profession, parse_sgk_number
from katip.updates.provider_month import Fit, Standing
from katip.web import format as fmt
from katip.web.months.sentence import OUTCOMES, ChangeFacts, change_parts, change_sentence
from katip.web.months.standing import standing as standing_of
from katip.web.templatetags.states import TAGS
from katip.web.templatetags.words import current_language
from katip.web.words import HAZARDS, PROFESSIONS

STANDINGS = {
    Standing.FITS: gettext_lazy("Sığan"),
    Standing.SHORT: gettext_lazy("Sığmayan"),
    Standing.PERSON: gettext_lazy("Kişi bulunacak"),
    Standing.EMPLOYER: gettext_lazy("İşverende"),
    Standing.DECIDED: gettext_lazy("Karara bağlanan"),
    Standing.AMENDED: gettext_lazy("Kendiliğinden"),
    Standing.ENDED: gettext_lazy("Sona eren"),
    Standing.KEPT: gettext_lazy("Değişmeyen"),
}
"""the lists that a month falls into"""
_TAGS = {
    Standing.FITS: ("yours", gettext_lazy("Onayınızı bekliyor")),
    Standing.SHORT: ("short", gettext_lazy("Süre yetmiyor")),
    Standing.PERSON: ("unfit", gettext_lazy("Kişi bulunmalı")),
    Standing.EMPLOYER: ("awaiting_employer", ""),
    Standing.AMENDED: ("fit", OUTCOMES[MonthOutcome.AMENDED]),
    Standing.ENDED: ("ended", OUTCOMES[MonthOutcome.ENDED]),
    Standing.KEPT: ("not_required", OUTCOMES[MonthOutcome.KEPT]),
}


def line(change: Any, weighed: Mapping[int, Fit], request: Any) -> dict[str, Any]:
    """One change, as `changes_page` read it."""
    standing = Standing(change.standing)
    process: Process | None = change.process
    waits = process is not None and process.state == ProcessState.OPEN
    name, words = tag_of(standing, change)
    due = process.due_on if process is not None and waits else None
    return {
        "no": change.process_id,
        "tickable": standing in {Standing.FITS, Standing.SHORT},
        "code": change.contract.code,
        "profession_label": PROFESSIONS[Profession(change.profession)],
        "workplace": change.workplace.title,
        "place": change.workplace.province.name,
        "person": change.professional.person.name,
        "before": change.minutes_before,
        "after": change.minutes_after,
        "changed": standing != Standing.PERSON and change.more,
        "more": signed(change.more),
        "why": why(change),
        "tag": name,
        "tag_label": words,
        "notes": _notes(change, standing, weighed),
        "deadline": due,
        "days_left": working_days_left(due, request.at) if due else None,
        "contract_url": reverse("contract", args=[change.contract_id]),
        "step_url": reverse("step", args=[process.pk]) if process is not None else "",
        "process_code": process.code if process is not None else "",
    }


def tag_of(standing: Standing, change: MonthChange) -> tuple[str, Any]:
    """The name and the words of a standing's tag."""
    if standing == Standing.DECIDED:
        answered = standing_of(change, PartyKind.PROVIDER)
        return answered.tag, answered.label
    return _TAGS.get(standing, _TAGS[Standing.KEPT])


def why(change: MonthChange | ChangeFacts) -> str:
    """What the feed told, by which article; the reason where a person is missing. The minutes stand beside it."""
    parts = change_parts(change)
    told = ", ".join(part for part in (parts.figures, parts.required, parts.citation) if part)
    return f"{told}; {parts.reason}" if parts.reason and change.outcome != MonthOutcome.PROVIDER else told


def signed(minutes: int) -> str:
    """`+60`, `−60`, or nothing for none."""
    words = fmt.number_text(abs(minutes), current_language())
    return f"+{words}" if minutes > 0 else f"−{words}" if minutes else ""


def room_words(fit: Fit) -> str:
    """Whether an update fits beside those chosen before it, or how many minutes are missing."""
    if fit.fits and fit.more <= 0:
        return _("Süre azalıyor; kapasite gerekmez.")
    if fit.fits:
        return _("Kapasiteye sığıyor.")
    language = current_language()
    figures = {"short": fmt.number_text(fit.short_by, language), "free": fmt.number_text(max(0, fit.free), language)}
    return _("%(short)s dakika eksik: sığanlardan sonra %(free)s dakika boş kalır.") % figures


def _notes(change: Any, standing: Standing, weighed: Mapping[int, Fit]) -> list[str]:
    notes = []
    fit = weighed.get(change.process_id)
    if standing in {Standing.FITS, Standing.SHORT} and fit is not None:
        notes.append(room_words(fit))
    if standing == Standing.EMPLOYER:
        since = {"day": fmt.date_text(day_of(change.process.waiting_since), current_language())}
        notes.append(_("%(day)s tarihinden beri") % since)
    over = change.contract.state != ContractState.ACTIVE
    if over and standing != Standing.ENDED:
        notes.append(_("Sözleşme artık yürürlükte değil."))
    return notes


def file_header() -> Sequence[str]:
    """The heads of the file's columns."""
    return [
        _("Sözleşme no"),
        _("Görev"),
        _("İşyeri"),
        _("SGK no"),
        _("İl"),
        _("Profesyonel"),
        _("Önceki dakika"),
        _("Yeni dakika"),
        _("Önceki çalışan"),
        _("Yeni çalışan"),
        _("Önceki tehlike sınıfı"),
        _("Yeni tehlike sınıfı"),
        _("Önceki yasal alt sınır"),
        _("Yeni yasal alt sınır"),
        _("Sonuç"),
        _("Neden"),
        _("Süreç no"),
        _("Sürecin durumu"),
    ]


def file_line(change: MonthChange) -> Sequence[str]:
    """One change as cells, in the order of `file_header`; no national id stands in them."""
    process = change.process
    return [
        str(change.contract_id),
        str(PROFESSIONS[Profession(change.profession)]),
        change.workplace.title,
        parse_sgk_number(change.workplace.sgk_number).grouped(),
        change.workplace.province.name,
        change.professional.person.name,
        str(change.minutes_before),
        str(change.minutes_after),
        str(change.employees_before),
        str(change.employees_after),
        str(HAZARDS[HazardClass(change.hazard_before)]),
        str(HAZARDS[HazardClass(change.hazard_after)]),
        str(change.required_before),
        str(change.required_after),
        str(OUTCOMES[MonthOutcome(change.outcome)]),
        change_sentence(change),
        str(process.pk) if process else "",
        str(_process_words(process)) if process else "",
    ]


def _process_words(process: Process) -> Any:
    name = f"awaiting_{process.waits_for}" if process.state == ProcessState.OPEN else process.state
    return TAGS[name][0] if name in TAGS else name
