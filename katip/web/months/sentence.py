"""Why a month changed a contract, in one sentence of the page's language.

`12 → 15 çalışan, tehlikeli: 240 → 300 dk/ay, İGU Yön. m.12`. The article is the one by which `rules` counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.contracts.models import MonthChange
from katip.core.clock import day_of
from katip.rules import HazardClass, MonthOutcome, MonthReason, Profession, Requirement, required_minutes
from katip.web import format as fmt
from katip.web.templatetags.words import current_language
from katip.web.words import HAZARDS, in_sentence

OUTCOMES = {
    MonthOutcome.KEPT: gettext_lazy("Değişmedi"),
    MonthOutcome.AMENDED: gettext_lazy("Kendiliğinden güncellendi"),
    MonthOutcome.ASKED: gettext_lazy("İşverene soruldu"),
    MonthOutcome.PROVIDER: gettext_lazy("Hizmet verene soruldu"),
    MonthOutcome.PERSON: gettext_lazy("Görevlendirme gerekiyor"),
    MonthOutcome.ENDED: gettext_lazy("Sona erdi"),
}
"""what the month did with a contract"""
REASONS = {
    MonthReason.CAPACITY_SHORT: gettext_lazy("profesyonelin boş süresi yetmiyor"),
    MonthReason.CERTIFICATE_UNFIT: gettext_lazy("profesyonelin sertifikası bu tehlike sınıfına yetmiyor"),
    MonthReason.CERTIFICATE_EXPIRED: gettext_lazy("profesyonelin sertifikasının süresi dolmuş"),
    MonthReason.FULL_TIME_THRESHOLD: gettext_lazy("gereken tam süreli kişi sayısı değişti"),
    MonthReason.NO_PART_TIME: gettext_lazy("ek süreyi alacak kısmi süreli sözleşme yok"),
    MonthReason.HEADCOUNT_ZERO: gettext_lazy("çalışan kalmadığı için sözleşme sona erdi"),
}
"""why it went to the provider, or ended: half a sentence"""


@dataclass(frozen=True, slots=True)
class ChangeFacts:
    """The figures of a change as plain values; see `MonthChange`. `on` is the day by whose law it was counted."""

    outcome: MonthOutcome
    profession: Profession
    employees: tuple[int, int]
    hazard: tuple[HazardClass, HazardClass]
    minutes: tuple[int, int]
    required: tuple[int, int]
    on: date
    reason: MonthReason | None = None


@dataclass(frozen=True, slots=True)
class ChangeParts:
    """The sentence in its parts, each ready to show; a part that has nothing to say is empty."""

    employees: str
    """`12 → 15 çalışan`, or `12 çalışan` where it stayed"""
    hazard: str
    """`tehlikeli`, or `tehlikeli → çok tehlikeli`"""
    minutes: str
    """the contract's: `240 → 300 dk/ay`"""
    required: str = ""
    """what the law asks of workplace and profession, where the contract's minutes are others"""
    reason: str = ""
    citation: str = ""
    figures: str = field(init=False, default="")
    """the first two together"""

    def __post_init__(self) -> None:
        """Join what changed in the feed."""
        object.__setattr__(self, "figures", f"{self.employees}, {self.hazard}")


def facts_of(change: MonthChange) -> ChangeFacts:
    """The figures of a change that the register keeps."""
    return ChangeFacts(
        outcome=MonthOutcome(change.outcome),
        profession=Profession(change.profession),
        employees=(change.employees_before, change.employees_after),
        hazard=(HazardClass(change.hazard_before), HazardClass(change.hazard_after)),
        minutes=(change.minutes_before, change.minutes_after),
        required=(change.required_before, change.required_after),
        on=day_of(change.at),
        reason=MonthReason(change.reason) if change.reason else None,
    )


def facts_of_terms(month: Mapping[str, Any], profession: Profession, minutes: tuple[int, int], on: date) -> ChangeFacts:
    """The figures that a month wrote into the terms of a duration update (its key `month`)."""
    return ChangeFacts(
        outcome=MonthOutcome.PROVIDER if month.get("reason") else MonthOutcome.ASKED,
        profession=profession,
        employees=(int(month["employees_before"]), int(month["employees_after"])),
        hazard=(HazardClass(month["hazard_before"]), HazardClass(month["hazard_after"])),
        minutes=minutes,
        required=(int(month["required_before"]), int(month["required_after"])),
        on=on,
        reason=MonthReason(month["reason"]) if month.get("reason") else None,
    )


def change_parts(change: MonthChange | ChangeFacts) -> ChangeParts:
    """What changed, what came of it, why, and by which article."""
    facts = facts_of(change) if isinstance(change, MonthChange) else change
    employees, hazard = _employees(facts), _hazard(facts)
    if facts.outcome == MonthOutcome.ENDED:
        return ChangeParts(employees, hazard, "", reason=str(REASONS[MonthReason.HEADCOUNT_ZERO]))
    same = facts.minutes == facts.required
    return ChangeParts(
        employees,
        hazard,
        _minutes(facts.minutes),
        required="" if same else _("işyerinde gereken %(minutes)s") % {"minutes": _minutes(facts.required)},
        reason=_reason(facts),
        citation=_citation(facts),
    )


def change_sentence(change: MonthChange | ChangeFacts) -> str:
    """One sentence: `12 → 15 çalışan, tehlikeli: 240 → 300 dk/ay, İGU Yön. m.12`; no full stop at its end."""
    parts = change_parts(change)
    middle = [parts.minutes, parts.required, parts.citation] if parts.minutes else [parts.reason]
    told = f"{parts.figures}: {', '.join(part for part in middle if part)}"
    return f"{told}; {parts.reason}" if parts.minutes and parts.reason else told


def _employees(facts: ChangeFacts) -> str:
    before, after = facts.employees
    return _("%(n)s çalışan") % {"n": _moved(before, after)}


def _hazard(facts: ChangeFacts) -> str:
    before, after = (in_sentence(str(HAZARDS[one])) for one in facts.hazard)
    return before if before == after else f"{before} → {after}"


def _minutes(minutes: tuple[int, int]) -> str:
    return _("%(n)s dk/ay") % {"n": _moved(*minutes)}


def _reason(facts: ChangeFacts) -> str:
    if facts.reason is None:
        return ""
    if facts.reason == MonthReason.FULL_TIME_THRESHOLD:
        persons = [_requirement(facts, at).full_time_persons for at in (0, 1)]
        return _("gereken tam süreli kişi %(persons)s") % {"persons": _moved(*persons)}
    return str(REASONS[facts.reason])


def _citation(facts: ChangeFacts) -> str:
    return _requirement(facts, 1).citation.short


def _requirement(facts: ChangeFacts, at: int) -> Requirement:
    """What the law asks by the figures before (0) or after (1)."""
    return required_minutes(facts.profession, hazard=facts.hazard[at], employees=facts.employees[at], as_of=facts.on)


def _moved(before: int, after: int) -> str:
    language = current_language()
    texts = fmt.number_text(before, language), fmt.number_text(after, language)
    return texts[0] if before == after else " → ".join(texts)
