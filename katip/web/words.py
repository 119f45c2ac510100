"""The words for values of the domain, in the page's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.registry.models import MandateCapacity, OfficialRole
from katip.rules import HazardClass, Profession, RuleViolation

PROFESSIONS = {
    Profession.SAFETY_SPECIALIST: gettext_lazy("İş güvenliği uzmanı"),
    Profession.WORKPLACE_PHYSICIAN: gettext_lazy("İşyeri hekimi"),
    Profession.OTHER_HEALTH_PERSONNEL: gettext_lazy("Diğer sağlık personeli"),
}
HAZARDS = {
    HazardClass.LOW: gettext_lazy("Az tehlikeli"),
    HazardClass.HAZARDOUS: gettext_lazy("Tehlikeli"),
    HazardClass.VERY_HAZARDOUS: gettext_lazy("Çok tehlikeli"),
}
CAPACITIES = {
    MandateCapacity.E_BILDIRGE.value: gettext_lazy("e-Bildirge kullanıcısı"),
    MandateCapacity.RESPONSIBLE_MANAGER.value: gettext_lazy("sorumlu müdür"),
}
OFFICES = {
    OfficialRole.INSPECTOR.value: gettext_lazy("müfettiş"),
    OfficialRole.DIRECTORATE.value: gettext_lazy("yetkilendirme görevlisi"),
    OfficialRole.COUNTER.value: gettext_lazy("gişe görevlisi"),
}
ASSIGNMENT_TYPES = {"full_time": gettext_lazy("Tam süreli"), "part_time": gettext_lazy("Kısmi süreli")}
CERTIFICATE_REACH = {
    "A": gettext_lazy("bütün sınıflarda görev alabilir"),
    "B": gettext_lazy("tehlikeli ve az tehlikeli sınıfta görev alabilir"),
    "C": gettext_lazy("az tehlikeli sınıfta görev alabilir"),
}


def certificate_words(certificate_class: str) -> str:
    """`B sınıfı` for a specialist, nothing for the professions without classes."""
    return "" if certificate_class == "none" else _("%(letter)s sınıfı") % {"letter": certificate_class}


_REFUSALS = {
    "workplace_closed": gettext_lazy(
        "İşyeri SGK kaydında kapalı görünüyor; kapalı bir işyeri için sözleşme onaylanamaz."
    ),
    "workplace_unknown_figures": gettext_lazy(
        "İşyerinin çalışan sayısı ya da tehlike sınıfı bu kayıtta yok. SGK bildirimi gelince yeniden deneyin."
    ),
    "already_live": gettext_lazy("Aynı profesyonelin bu işyerinde devam eden bir sözleşmesi zaten var."),
    "already_offered": gettext_lazy("Aynı teklif zaten onay bekliyor."),
    "certificate_expired": gettext_lazy("Profesyonelin belgesi bugün geçerli değil."),
    "certificate_unfit": gettext_lazy("Profesyonelin belge sınıfı bu işyerinin tehlike sınıfına yetmiyor."),
    "minutes_below_minimum": gettext_lazy(
        "Teklif edilen %(minutes)s dakika, bugünkü yasal alt sınırın altında: en az %(minimum)s dakika gerekir."
    ),
    "capacity_short": gettext_lazy("Profesyonelin boş süresi yetmiyor: %(short_by)s dakika eksik."),
}


def refusal_words(violation: RuleViolation) -> str:
    """Why the law or the register refuses, in one or two sentences, with the article where there is one."""
    facts: Mapping[str, Any] = violation.facts
    text = str(_REFUSALS.get(violation.code, _("Kayıt bu işlemi kabul etmedi."))) % dict(facts)
    if violation.citation is not None:
        text = f"{text} ({violation.citation.short})"
    return text
