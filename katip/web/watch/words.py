"""How what is wrong, and the places where something waits, are put into words."""

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from katip.watch.queues import MOST
from katip.web.format import number_text
from katip.web.templatetags.words import current_language

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400

PLACES: Final[dict[str, Any]] = {
    # queues of jobs
    "documents": gettext_lazy("Belgeler ve makbuzlar"),
    "month": gettext_lazy("Aylık güncelleme"),
    "runs": gettext_lazy("Toplu işlemler"),
    # channels
    "email": gettext_lazy("E-posta"),
    "sms": "SMS",
    "kep": "KEP",
    # readers of the log
    "notices": gettext_lazy("Bildirimler"),
    "hooks": gettext_lazy("Webhook gönderimleri"),
}
WAITING: Final[dict[str, Any]] = {
    "documents": gettext_lazy("Yapılacak belge"),
    "documents_later": gettext_lazy("Ayın toplu belgeleri"),
    "receipts": gettext_lazy("Yapılacak makbuz"),
    "timestamps": gettext_lazy("Zaman damgası bekleyen mühür"),
    "runs": gettext_lazy("Yürüyen toplu işlem"),
    "hooks": gettext_lazy("Gönderimi gelen webhook"),
}
JOBS: Final[dict[str, Any]] = {
    "documents_make": gettext_lazy("Belge yapımı"),
    "documents_make_later": gettext_lazy("Ayın belgelerinin yapımı"),
    "run_receipts": gettext_lazy("Makbuz yapımı"),
    "run_work": gettext_lazy("Toplu işlemin yürütülmesi"),
    "month_work": gettext_lazy("Ayın uygulanması"),
    "month_keep": gettext_lazy("Ayın hazırlığı"),
}
FINDINGS: Final[dict[str, tuple[Any, Any]]] = {
    "no-hands": (
        gettext_lazy("Arka plan işlerini yapan süreç yok"),
        gettext_lazy("Belge, toplu işlem ve aylık güncelleme yapılmıyor. katip worker çalışıyor mu, bakın."),
    ),
    "jobs-old": (
        gettext_lazy("İşler birikiyor"),
        gettext_lazy("Kuyruğu alan süreç var mı, bir iş uzun mu sürüyor, bakın; gerekirse süreç ekleyin."),
    ),
    "jobs-failing": (
        gettext_lazy("Hata veren iş var"),
        gettext_lazy("Yeniden deneniyor. Nedeni sunucunun günlüğündedir; düzelince kendiliğinden biter."),
    ),
    "documents-old": (
        gettext_lazy("Belgeler gecikiyor"),
        gettext_lazy("Önce olay kaydına, sonra mühre bakın: katip seal doctor."),
    ),
    "receipts-old": (
        gettext_lazy("Makbuzlar gecikiyor"),
        gettext_lazy("Önce olay kaydına, sonra mühre bakın: katip seal doctor."),
    ),
    "run-still": (
        gettext_lazy("Bir toplu işlem ilerlemiyor"),
        gettext_lazy("“Toplu işlemler” kuyruğunu alan süreç var mı, bakın. Kaldığı yerden sürer."),
    ),
    "webhooks-old": (
        gettext_lazy("Webhook gönderimleri gecikiyor"),
        gettext_lazy("Gönderen süreç çalışıyor mu ve dışarıya çıkabiliyor mu, bakın."),
    ),
    "timestamps-old": (
        gettext_lazy("Mühürler zaman damgası bekliyor"),
        gettext_lazy("Damga kurumuna ulaşılıyor mu: katip seal doctor. Sonra katip seal repair."),
    ),
    "messages-old": (
        gettext_lazy("İletiler çıkmıyor"),
        gettext_lazy("Gönderen süreç çalışıyor mu, bakın: katip notices try ile deneyin."),
    ),
    "channel-failing": (
        gettext_lazy("Bir ileti yolu çalışmıyor"),
        gettext_lazy("Sunucunun ya da geçidin adresini ve parolasını denetleyin. Bekleyenler kaybolmaz."),
    ),
    "log-waits": (
        gettext_lazy("Olaylar kayda sıralanmıyor"),
        gettext_lazy("Belgeler ve bildirimler de bunu bekler. Önce katip audit verify, sonra günlük."),
    ),
    "log-reader-behind": (
        gettext_lazy("Kaydın bir okuyucusu geride kaldı"),
        gettext_lazy("Takıldığı kayıt sunucunun günlüğünde adıyla yazar."),
    ),
    "sweep-missed": (
        gettext_lazy("Günü gelen işler yapılmadı"),
        gettext_lazy("Süresi dolan teklifler düşmüyor, sonlanacaklar sonlanmıyor. katip worker çalışıyor mu, bakın."),
    ),
    "backup-old": (
        gettext_lazy("Yeni yedek yok"),
        gettext_lazy("Zamanlayıcıya ve diske bakın; elle: katip backup."),
    ),
    "month-still": (
        gettext_lazy("Aylık güncelleme ilerlemiyor"),
        gettext_lazy("“Aylık güncelleme” kuyruğunu alan süreç var mı, bakın. Kaldığı yerden sürer."),
    ),
    "feed-refused": (
        gettext_lazy("Son SGK bildirimi geri çevrildi"),
        gettext_lazy("Ayrılan satırları gönderene bildirin; düzeltilmiş dosya yeniden gönderilir."),
    ),
    "replica-behind": (
        gettext_lazy("Yedek veritabanı sunucusu geride"),
        gettext_lazy("Ağa ve o sunucunun diskine bakın: patronictl list."),
    ),
    "connections-full": (
        gettext_lazy("Veritabanı bağlantıları doluyor"),
        gettext_lazy("Süreç sayısını ve bağlantı havuzunu denetleyin."),
    ),
}
"""code → title and what to look at first; the page docs/runbooks/<code>.md says the rest"""


def place_words(name: str) -> str:
    """A queue, channel or reader; one that we do not know by its own name."""
    return str(PLACES.get(name, name))


def count_words(count: int) -> str:
    """A number that was counted up to a bound."""
    words = number_text(count, current_language())
    return f"{words}+" if count >= MOST else words


def span_words(since: datetime | None, at: datetime) -> str:
    """How long that is: “3 dakika”, “2 gün”; nothing where nothing waits."""
    if since is None:
        return ""
    seconds = max((at - since).total_seconds(), 0)
    if seconds < 2 * _MINUTE:
        return _("iki dakikadan az")
    if seconds < 2 * _HOUR:  # two at the least: no language needs its singular
        return _("%(n)s dakika") % {"n": int(seconds // _MINUTE)}
    if seconds < 2 * _DAY:
        return _("%(n)s saat") % {"n": int(seconds // _HOUR)}
    return _("%(n)s gün") % {"n": number_text(int(seconds // _DAY), current_language())}


def size_words(size: int) -> str:
    """Bytes as people say them: 28 MB, 1,4 GB."""
    language = current_language()
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            value = size / factor
            return f"{number_text(value, language, 1 if value < 10 else 0)} {unit}"  # noqa: PLR2004 -- 1,4 but 28
    return f"{size} B"
