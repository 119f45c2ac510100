"""Why an offer is refused, by which article, and what would cure it: in words, from plain values.

The values may come straight from a `RuleViolation`, or from what a sheet kept of one (dates as ISO text then).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.rules import HazardClass, RuleViolation
from katip.web import format as fmt
from katip.web.templatetags.katip import current_language
from katip.web.words import HAZARDS

STEPS = {
    "updates_wait": "workplace",
    "workplace_unknown": "workplace",
    "workplace_closed": "workplace",
    "workplace_unknown_figures": "workplace",
    "workplace_empty": "workplace",
    "minutes_below_minimum": "minutes",
    "full_time_elsewhere": "minutes",
    "provider_suspended": "",
}
"""the step of the wizard at which a refusal arises; others are about the professional"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What to show: the reason, the article ('' where no text of law stands behind it), the cure, a way to it."""

    text: str
    article: str
    cure: str
    url: str = ""
    url_label: str = ""

    @property
    def in_full(self) -> str:
        """Reason, article and cure in one paragraph."""
        return " ".join(
            part for part in (f"{self.text}{f' ({self.article})' if self.article else ''}", self.cure) if part
        )


def refusal_of(violation: RuleViolation) -> Refusal:
    """The refusal in words."""
    return refusal(violation.code, violation.facts, violation.citation.short if violation.citation else "")


def refusal(code: str, facts: Mapping[str, Any], article: str = "") -> Refusal:
    """The refusal in words, from its code, its facts and the short name of its article."""
    text, cure = _WORDS.get(code, _UNKNOWN)
    shown = {name: _shown(name, value) for name, value in facts.items()}
    extra = _CURES[code](facts) if code in _CURES else ""
    url, label = "", ""
    if code == "updates_wait":
        url = f"{reverse('contracts')}?{urlencode({'liste': 'guncellenmesi-gereken'})}"
        label = _("Güncellenmesi gereken sözleşmeler")
    return Refusal(
        str(text) % shown, article, " ".join(part for part in (extra, str(cure) % shown) if part), url, label
    )


_WORDS: dict[str, tuple[Any, Any]] = {
    "provider_suspended": (
        gettext_lazy("Kurumunuzun yetkisi %(since)s tarihinden beri askıda; askıdayken yeni teklif gönderilmez."),
        gettext_lazy("Devam eden sözleşmeler sürer. Askının nasıl kalkacağını yetkiyi veren müdürlükten öğrenin."),
    ),
    "professional_suspended": (
        gettext_lazy("Bu profesyonel %(since)s tarihinden beri askıda; askıdayken yeni görev alamaz."),
        gettext_lazy("Başka bir profesyonel seçin ya da askının kalkmasını bekleyin."),
    ),
    "updates_wait": (
        gettext_lazy(
            "Süresi yasal alt sınırın altında kalan %(workplaces)s işyeriniz için güncelleme istemediniz; bunlar "
            "beklerken başka bir işyerine teklif gönderilmez."
        ),
        gettext_lazy("Önce o sözleşmelerde süre güncellemesi isteyin. O işyerlerine yeni teklif göndermek açıktır."),
    ),
    "workplace_unknown": (
        gettext_lazy("Bu SGK numarasıyla bu kayıtta bir işyeri yok."),
        gettext_lazy(
            "Numarayı denetleyin. İşyeri yeni açıldıysa SGK bilgisi buraya üç güne kadar gecikmeyle gelir; o zaman "
            "yeniden deneyin."
        ),
    ),
    "workplace_closed": (
        gettext_lazy("Bu işyeri SGK kaydında %(closed_on)s tarihinden beri kapalı."),
        gettext_lazy("İşyeri yeni bir SGK numarasıyla sürüyorsa o numarayı yazın."),
    ),
    "workplace_unknown_figures": (
        gettext_lazy("İşyerinin çalışan sayısı ya da tehlike sınıfı bu kayıtta yok; yasal alt sınır hesaplanamıyor."),
        gettext_lazy("SGK bildirimi gelince yeniden deneyin."),
    ),
    "not_staff": (
        gettext_lazy("Kurumunuzun personelinde bu T.C. kimlik numarasıyla bir profesyonel yok."),
        gettext_lazy("Numarayı denetleyin. Kişi sizinle çalışıyorsa önce personel sözleşmesi kayda girmeli."),
    ),
    "no_certificate": (
        gettext_lazy("Bu kişinin bu görev için belgesi yok."),
        gettext_lazy("Bu görevin belgesi olan bir profesyonel seçin."),
    ),
    "certificate_expired": (
        gettext_lazy("Profesyonelin belgesi bugün geçerli değil."),
        gettext_lazy("Yenilenen belge kayda gelince yeniden deneyin ya da başka bir profesyonel seçin."),
    ),
    "certificate_unfit": (
        gettext_lazy("%(class)s sınıfı belge, %(hazard)s sınıftaki bu işyerine yetmiyor."),
        "",
    ),
    "already_live": (
        gettext_lazy("Bu profesyonelin bu işyerinde aynı görevde devam eden bir sözleşmesi var."),
        gettext_lazy("Süreyi değiştirmek için o sözleşmede süre güncellemesi isteyin ya da başka birini seçin."),
    ),
    "already_offered": (
        gettext_lazy("Bu profesyonel için bu işyerine gönderilmiş bir teklif zaten onay bekliyor."),
        gettext_lazy("Kararı bekleyin ya da bekleyen teklifi geri çekip yenisini gönderin."),
    ),
    "full_time_elsewhere": (
        gettext_lazy("Bu profesyonel başka bir işyerinde tam süreli görevli; ikinci bir tam süreli görev alamaz."),
        gettext_lazy("Kısmi süreli teklif edin ya da başka bir profesyonel seçin."),
    ),
    "minutes_below_minimum": (
        gettext_lazy("%(minutes)s dakika yasal alt sınırın altında: bu sözleşme ayda en az %(minimum)s dakika olmalı."),
        gettext_lazy("Süreyi %(minimum)s dakikaya çıkarın."),
    ),
    "capacity_short": (
        gettext_lazy(
            "Profesyonelin boş süresi yetmiyor: %(requested)s dakika istendi, %(assignable)s dakika boş, "
            "%(short_by)s dakika eksik."
        ),
        gettext_lazy("Başka bir profesyonel seçin ya da bekleyen bir teklifi geri çekin."),
    ),
    "draft_incomplete": (gettext_lazy("Taslakta yanıtlanmamış bir adım var."), gettext_lazy("Eksik adımı tamamlayın.")),
    "sheet_overspent": (
        gettext_lazy(
            "Dosyadaki satırlar birlikte bu profesyonele %(together)s dakika yazıyor, boş süresi "
            "%(assignable)s dakika: %(short_by)s dakika fazla. Satırlar: %(lines)s."
        ),
        gettext_lazy("Bu satırların bir kısmına başka bir profesyonel yazın."),
    ),
    "sheet_duplicate": (
        gettext_lazy("Aynı işyeri, profesyonel ve görev dosyada birden çok kez yazıyor. Satırlar: %(lines)s."),
        gettext_lazy("Birini bırakın, ötekileri silin."),
    ),
    "sheet_full_time_twice": (
        gettext_lazy("Dosya bu profesyoneli birden çok işyerinde tam süreli gösteriyor. Satırlar: %(lines)s."),
        gettext_lazy("Tam süreliyi bir satırda bırakın."),
    ),
    "cell_sgk": (
        gettext_lazy("SGK numarası okunamadı: 26 hane olmalı."),
        gettext_lazy("Hücreyi metin biçiminde yazın; tablo programı uzun sayıların sonunu siler."),
    ),
    "cell_national_id": (
        gettext_lazy("T.C. kimlik no yanlış: 11 haneli, denetim haneleri tutan bir numara olmalı."),
        "",
    ),
    "cell_kind": (
        gettext_lazy("Kod ya da görev anlaşılmadı."),
        gettext_lazy("103, 140, 177 ya da görevin adını yazın."),
    ),
    "cell_minutes": (
        gettext_lazy("Dakika anlaşılmadı."),
        gettext_lazy("Tam sayı yazın; boş bırakırsanız yasal alt sınır alınır."),
    ),
    "cell_assignment": (
        gettext_lazy("Görevlendirme türü anlaşılmadı."),
        gettext_lazy("Kısmi süreli ya da Tam süreli yazın; boş bırakırsanız kısmi sürelidir."),
    ),
    "cell_line": (gettext_lazy("Satır okunamadı: tırnaklar ya da hücre sayısı başlığa uymuyor."), ""),
}
_UNKNOWN = (gettext_lazy("Kayıt bu işlemi kabul etmedi."), "")


def _shown(name: str, value: Any) -> str:
    language = current_language()
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value)
    if name == "hazard" and value:
        words = str(HAZARDS[HazardClass(str(value))])
        return words[0].lower() + words[1:]
    if isinstance(value, int):
        return fmt.number_text(value, language)
    day = _day(value)
    return fmt.date_text(day, language) if day else str(value)


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _blocked(facts: Mapping[str, Any]) -> str:
    """When minutes come free by themselves."""
    until = _day(facts.get("blocked_until"))
    if until is None or not facts.get("blocked"):
        return ""
    language = current_language()
    return _("Bloke %(minutes)s dakika %(day)s günü boşalır.") % {
        "minutes": fmt.number_text(facts["blocked"], language),
        "day": fmt.date_text(until + timedelta(days=1), language),
    }


def _higher_class(facts: Mapping[str, Any]) -> str:
    if str(facts.get("hazard")) == HazardClass.VERY_HAZARDOUS:
        return _("A sınıfı belgeli bir uzman seçin.")
    return _("A ya da B sınıfı belgeli bir uzman seçin.")


def _persons(facts: Mapping[str, Any]) -> str:
    missing = facts.get("missing_persons")
    if not missing:
        return ""
    return _("Bu sürenin yanında %(n)s tam süreli kişi de eksik; onlar ayrıca teklif edilir.") % {"n": missing}


def _expired(facts: Mapping[str, Any]) -> str:
    last = _day(facts.get("valid_to"))
    if last is None:
        return ""
    return _("Belgenin son günü %(day)s.") % {"day": fmt.date_text(last, current_language())}


_CURES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "capacity_short": _blocked,
    "sheet_overspent": _blocked,
    "certificate_unfit": _higher_class,
    "certificate_expired": _expired,
    "minutes_below_minimum": _persons,
}
