"""The words for values of the domain, in the page's language."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from katip.core.turkish import lower
from katip.registry.models import MandateCapacity, OfficialRole
from katip.rules import Compliance, HazardClass, Profession
from katip.web import format as fmt
from katip.web.templatetags.words import current_language

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
    OfficialRole.SUPERVISOR.value: gettext_lazy("gişe denetmeni"),
    OfficialRole.OPERATOR.value: gettext_lazy("işletmeci"),
}
KINDS = frozenset(
    (
        gettext_noop("OSGB ile özel işyeri arasında iş güvenliği uzmanı hizmet alımı sözleşmesi"),
        gettext_noop("OSGB ile özel işyeri arasında işyeri hekimliği hizmet alımı sözleşmesi"),
        gettext_noop("OSGB ile özel işyeri arasında diğer sağlık personeli hizmet alımı sözleşmesi"),
        gettext_noop("Süre güncelleme"),
        gettext_noop("Görevlendirme ihtiyacı"),
        gettext_noop("Kendi personeli"),
        gettext_noop("Şahsen üstlenme"),
        gettext_noop("Personel sözleşmesi"),
        gettext_noop("Sorumlu müdür görevlendirme"),
    )
)
"""the names of kinds that stand on pages: the kinds have them in Turkish only, `kind_words` in the page's language"""
ASSIGNMENT_TYPES = {"full_time": gettext_lazy("Tam süreli"), "part_time": gettext_lazy("Kısmi süreli")}
CERTIFICATE_REACH = {
    "A": gettext_lazy("bütün sınıflarda görev alabilir"),
    "B": gettext_lazy("tehlikeli ve az tehlikeli sınıfta görev alabilir"),
    "C": gettext_lazy("az tehlikeli sınıfta görev alabilir"),
}


def certificate_words(certificate_class: str) -> str:
    """`B sınıfı` for a specialist, nothing for the professions without classes."""
    return "" if certificate_class == "none" else _("%(letter)s sınıfı") % {"letter": certificate_class}


def kind_words(name: str) -> str:
    """A kind's title or short title, in the page's language."""
    return _(name)


def in_sentence(words: str) -> str:
    """`words` as they stand inside a sentence: small letters, the Turkish way in Turkish."""
    return lower(words) if current_language() == "tr" else words.lower()


def fit_words(judged: Compliance | None, *, undertaken: bool = False) -> str:
    """Why a workplace's contracts of one profession are fit, above or short, in a sentence with the article."""
    if judged is None:
        return _("Çalışan sayısı ya da tehlike sınıfı bu kayıtta henüz yok.")
    if undertaken:
        return _("İşveren bu hizmeti kendisi üstlenmiş.")
    requirement, language = judged.requirement, current_language()
    figures = {
        "required": fmt.number_text(requirement.minutes, language),
        "missing": fmt.number_text(judged.missing_minutes, language),
        "surplus": fmt.number_text(judged.surplus_minutes, language),
        "persons": judged.missing_persons,
        "article": judged.citation.short,
    }
    if judged.missing_persons and judged.missing_minutes:
        words = _(
            "%(persons)s tam süreli kişi ve gereken %(required)s dakikanın %(missing)s dakikası eksik (%(article)s)."
        )
    elif judged.missing_persons:
        words = _("%(persons)s tam süreli kişi eksik; kısmi süre onun yerine geçmez (%(article)s).")
    elif judged.missing_minutes:
        words = _("Ayda gereken %(required)s dakikanın %(missing)s dakikası eksik (%(article)s).")
    elif not requirement.required:
        words = _("Bu görev bu işyerinde zorunlu değil (%(article)s).")
    elif judged.surplus_minutes:
        words = _("Ayda gereken %(required)s dakikanın %(surplus)s dakika üzerinde (%(article)s).")
    elif judged.surplus_persons:
        words = _("Gerekenden çok tam süreli kişi çalışıyor (%(article)s).")
    else:
        words = _("Ayda gereken %(required)s dakikanın tamamı sürüyor (%(article)s).")
    return words % figures
