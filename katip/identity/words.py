"""The words for what people are told about their sign-in: alike in the register and in e-mails."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from katip.identity.models import NoticeKind, ProofingWay

NOTICES: dict[str, tuple[Any, Any]] = {
    NoticeKind.CODE_ISSUED: (
        lazy("Size bir etkinleştirme kodu verildi"),
        lazy("Kod size elden verilmiştir; bir kez, son gününe kadar çalışır."),
    ),
    NoticeKind.PASSWORD_SET: (
        lazy("Şifreniz belirlendi ya da değiştirildi"),
        lazy("Öteki oturumlarınız bu yüzden kapatıldı."),
    ),
    NoticeKind.PROOFED: (
        lazy("Kimliğiniz doğrulandı"),
        lazy("Bu doğrulamayla iki aşamalı giriş açılabilir."),
    ),
    NoticeKind.CHIP_REFUSED: (
        lazy("Bir kimlik kartı okuması kabul edilmedi"),
        lazy("Hesabınız için bir kimlik kartı okutuldu; kart doğrulanamadı ve hiçbir şey açılmadı."),
    ),
    NoticeKind.FACTOR_ADDED: (
        lazy("Girişinize bir ikinci adım eklendi"),
        lazy("Bundan sonra bu yolla da girilebilir."),
    ),
    NoticeKind.FACTOR_REMOVED: (
        lazy("Girişinizden bir ikinci adım kaldırıldı"),
        lazy("Bu yolla artık girilemez."),
    ),
    NoticeKind.RECOVERY_CODES_MADE: (
        lazy("Yeni kurtarma kodları oluşturuldu"),
        lazy("Daha önceki kurtarma kodları varsa artık çalışmaz."),
    ),
    NoticeKind.RECOVERY_CODE_USED: (
        lazy("Bir kurtarma kodu kullanıldı"),
        lazy("Her kod bir kez çalışır; kodlarınız azalıyorsa yenilerini oluşturun."),
    ),
    NoticeKind.NEW_DEVICE: (
        lazy("Hesabınıza yeni bir tarayıcıdan girildi"),
        lazy("Giriş şifreniz ve ikinci adımınızla yapıldı."),
    ),
    NoticeKind.DEVICE_FORGOTTEN: (
        lazy("Bilinen bir tarayıcı unutuldu"),
        lazy("O tarayıcıdan giriş bir daha ilk kez giriliyormuş gibi haber verilir."),
    ),
    NoticeKind.SESSION_ENDED: (
        lazy("Açık bir oturumunuz kapatıldı"),
        lazy("Hesabım sayfasından ya da işletmeci tarafından kapatıldı."),
    ),
    NoticeKind.PROVIDER_LINKED: (
        lazy("Hesabınıza başka bir kimlik sağlayıcıyla girildi"),
        lazy("Bundan sonra o sağlayıcıyla da girilebilir."),
    ),
    NoticeKind.EMAIL_SET: (
        lazy("Güvenlik bildirimlerinin e-posta adresi değişti"),
        lazy("Bundan sonraki bildirimler yeni adrese gider; bu haber eski adrese de gönderildi."),
    ),
    NoticeKind.APPLICATION_MADE: (
        lazy("Kimlik doğrulama başvurunuz alındı"),
        lazy("Başvuru belgenizle ve kimlik kartınızla bir şubeye gidin."),
    ),
    NoticeKind.APPLICATION_REMINDER: (
        lazy("Kimlik doğrulama başvurunuz sizi bekliyor"),
        lazy("Son günü geçmeden kimlik kartınızla bir şubeye gidin."),
    ),
    NoticeKind.APPLICATION_CONFIRMED: (
        lazy("Başvurunuzda kimliğiniz doğrulandı"),
        lazy("Şubede size verilen kodla hesabınızı açabilirsiniz."),
    ),
    NoticeKind.APPLICATION_REFUSED: (
        lazy("Başvurunuzda kimliğiniz doğrulanamadı"),
        lazy("Nedenini şubedeki görevli size söylemiştir; yeniden başvurabilirsiniz."),
    ),
    NoticeKind.APPLICATION_CANCELLED: (
        lazy("Kimlik doğrulama başvurunuz iptal edildi"),
        lazy("Gerekirse yeniden başvurabilirsiniz."),
    ),
    NoticeKind.APPLICATION_EXPIRED: (
        lazy("Kimlik doğrulama başvurunuzun süresi doldu"),
        lazy("Gerekirse yeniden başvurabilirsiniz."),
    ),
    NoticeKind.REVIEW_OBJECTED: (
        lazy("Kimlik doğrulamanıza denetimde itiraz edildi"),
        lazy("Bir denetmen, şubede yapılan doğrulamayı uygun bulmadı. Yardım numarasını arayın."),
    ),
    NoticeKind.MONTH_DIGEST: (
        lazy("Ayın özeti hazır"),
        lazy("SGK’nın bildirdiği çalışan sayısı ve tehlike sınıfı değişiklikleri işlendi; sizi ilgilendirenler var."),
    ),
    NoticeKind.DATA_REQUEST_MADE: (
        lazy("Kişisel veri başvurunuz alındı"),
        lazy("Yanıt, Kişisel verilerim sayfanızda belirir."),
    ),
    NoticeKind.DATA_REQUEST_ANSWERED: (
        lazy("Kişisel veri başvurunuz yanıtlandı"),
        lazy("Yanıtı Kişisel verilerim sayfanızda okuyun."),
    ),
    NoticeKind.DATA_REQUEST_DUE: (
        lazy("Yanıt bekleyen bir kişisel veri başvurusunun son günü yaklaşıyor"),
        lazy("İşletmeci olarak girip Kişisel veri başvuruları sayfasından yanıtlayın."),
    ),
    NoticeKind.DATA_REQUEST_OVERDUE: (
        lazy("Bir kişisel veri başvurusu süresinde yanıtlanmadı"),
        lazy("Başvuran, Kişisel Verileri Koruma Kuruluna şikâyette bulunabilir (6698 m.14)."),
    ),
}
"""kind → what happened, and what it means"""

WAYS = {
    ProofingWay.CHIP.value: lazy("kimlik kartının çipiyle"),
    ProofingWay.COUNTER.value: lazy("şubede, görevlinin önünde"),
    ProofingWay.OPERATOR.value: lazy("işletmecinin önünde"),
}
METHODS = {
    "totp": lazy("kod uygulaması"),
    "webauthn": lazy("geçiş anahtarı"),
    "recovery_codes": lazy("kurtarma kodları"),
}
"""second steps, as django-allauth names them"""


def notice_title(kind: str) -> str:
    """What happened, in the active language."""
    return str(NOTICES[kind][0])


def notice_text(kind: str, detail: Mapping[str, Any]) -> str:
    """What it means, with what is known of it: way, second step, browser, what is left, the last day."""
    known = [
        str(WAYS[detail["way"]]) if detail.get("way") in WAYS else "",
        str(METHODS[detail["method"]]) if detail.get("method") in METHODS else "",
        str(detail.get("browser") or detail.get("provider") or ""),
        _("kalan kod: %(n)s") % {"n": detail["left"]} if "left" in detail else "",
        _("son gün %(day)s") % {"day": _day(str(detail["until"]))} if "until" in detail else "",
        *_digest(detail),
    ]
    of = ", ".join(part for part in known if part)
    meaning = str(NOTICES[kind][1])
    return _("%(meaning)s (%(of)s)") % {"meaning": meaning, "of": of} if of else meaning


CAPACITIES = {
    "as_employer": lazy("işveren olarak %(n)s sözleşme"),
    "as_provider": lazy("hizmet veren olarak %(n)s sözleşme"),
    "as_professional": lazy("profesyonel olarak %(n)s sözleşme"),
    "missing": lazy("karşılanmayan yeni yükümlülük: %(n)s"),
}
"""what a month's digest counts"""


def _digest(detail: Mapping[str, Any]) -> list[str]:
    """The month (10.2026, alike in both languages) and how many contracts it touched, by capacity."""
    if "month" not in detail:
        return []
    counted = [str(words) % {"n": detail[name]} for name, words in CAPACITIES.items() if detail.get(name)]
    return [f"{date.fromisoformat(str(detail['month'])):%m.%Y}", *counted]


def _day(iso: str) -> str:
    """`2026-12-05` as people write it, 05.12.2026: alike in both languages."""
    return f"{date.fromisoformat(iso):%d.%m.%Y}"
