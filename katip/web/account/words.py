"""The words for what happened to a sign-in. A test holds that every tag of the audit record has some."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from katip.identity.words import METHODS, WAYS

EVENTS: dict[str, tuple[Any, str]] = {
    "identity:sign_in:completed": (lazy("Giriş yapıldı"), "done"),
    "identity:sign_in:failed": (lazy("Şifre yanlış olduğu için girilemedi"), "warn"),
    "identity:sign_in:refused": (lazy("Çok deneme yapıldığı için giriş reddedildi"), "bad"),
    "identity:sign_out:done": (lazy("Çıkış yapıldı"), "event"),
    "identity:password:accepted": (lazy("Şifre doğru yazıldı, ikinci adım istendi"), "event"),
    "identity:password:set": (lazy("Şifre belirlendi"), "event"),
    "identity:password:changed": (lazy("Şifre değiştirildi"), "event"),
    "identity:password:taken_back": (lazy("Şifre, denetimdeki itiraz üzerine geçersiz kılındı"), "bad"),
    "identity:password:failed": (lazy("Şifre değiştirilirken eski şifre yanlış yazıldı"), "warn"),
    "identity:second_step:repeated": (lazy("İkinci adım yinelendi"), "event"),
    "identity:second_step:failed": (lazy("İkinci adım yanlış olduğu için girilemedi"), "warn"),
    "identity:second_step:refused": (lazy("Çok deneme yapıldığı için ikinci adım reddedildi"), "bad"),
    "identity:second_step:opened": (lazy("İkinci adım eklendi"), "event"),
    "identity:second_step:removed": (lazy("İkinci adım kaldırıldı"), "event"),
    "identity:passkey:used": (lazy("Geçiş anahtarı kullanıldı"), "event"),
    "identity:passkey:renamed": (lazy("Geçiş anahtarının adı değiştirildi"), "event"),
    "identity:passkey:refused": (lazy("Bir geçiş anahtarı kabul edilmedi"), "warn"),
    "identity:recovery_codes:made": (lazy("Kurtarma kodları oluşturuldu"), "event"),
    "identity:recovery_code:used": (lazy("Bir kurtarma kodu kullanıldı"), "warn"),
    "identity:activation_code:issued": (lazy("Etkinleştirme kodu verildi"), "event"),
    "identity:activation_code:used": (lazy("Etkinleştirme kodu kullanıldı"), "event"),
    "identity:activation_code:failed": (lazy("Etkinleştirme kodu yanlış yazıldı"), "warn"),
    "identity:activation_code:refused": (lazy("Çok deneme yapıldığı için etkinleştirme reddedildi"), "bad"),
    "identity:activation_code:revoked": (lazy("Etkinleştirme kodu geri alındı"), "event"),
    "identity:person:made": (lazy("Hesap, şubedeki başvuruyla oluşturuldu"), "event"),
    "identity:enrolment:opened": (lazy("İkinci adımı kurma hakkı verildi"), "event"),
    "identity:enrolment:used": (lazy("İkinci adımı kurma hakkı kullanıldı"), "event"),
    "identity:proofing:done": (lazy("Kimlik doğrulandı"), "event"),
    "identity:chip_session:opened": (lazy("Kimlik kartının okunması başlatıldı"), "event"),
    "identity:chip_session:claimed": (lazy("Kart okuyucu bağlandı"), "event"),
    "identity:chip_session:abandoned": (lazy("Kart okunamadı"), "event"),
    "identity:chip_session:verified": (lazy("Okunan kart denetlendi"), "event"),
    "identity:provider:accepted": (lazy("Kimlik sağlayıcıyla gelindi"), "event"),
    "identity:provider:refused": (lazy("Kimlik sağlayıcıyla giriş kabul edilmedi"), "warn"),
    "identity:provider:linked": (lazy("Kimlik sağlayıcı hesaba bağlandı"), "event"),
    "identity:provider:unlinked": (lazy("Kimlik sağlayıcının bağı kaldırıldı"), "event"),
    "identity:session:ended": (lazy("Oturum kapatıldı"), "event"),
    "identity:session:expired": (lazy("Oturum kullanılmadığı için kapandı"), "event"),
    "identity:session:foreign": (lazy("Oturum başka bir tarayıcıda görüldüğü için kapatıldı"), "bad"),
    "identity:device:forgotten": (lazy("Bilinen tarayıcı unutuldu"), "event"),
    "identity:email:set": (lazy("Bildirim adresi değiştirildi"), "event"),
    "identity:email:proved": (lazy("Bildirim adresi doğrulandı"), "event"),
    "identity:message:given_up": (lazy("Bir bildirim e-postası gönderilemedi"), "warn"),
    "notices:delivery:given_up": (lazy("Bir ileti günlerce denendi, gönderilemedi"), "warn"),
    "notices:delivery:refused": (lazy("Bir iletiyi adresiniz kabul etmedi"), "warn"),
    "notices:delivery:bounced": (lazy("Bir ileti adresinize ulaşmadan geri döndü"), "warn"),
}
"""tag → what happened, and its mark on a time line"""

SIGN_INS = (
    "identity:sign_in:completed",
    "identity:sign_in:failed",
    "identity:sign_in:refused",
    "identity:second_step:failed",
    "identity:second_step:refused",
    "identity:passkey:refused",
    "identity:provider:refused",
    "identity:session:foreign",
    "identity:activation_code:failed",
    "identity:activation_code:refused",
)
"""what *Hesabım* shows first: who came in, and who tried"""


def event_item(tag: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """One event as a time line shows it, without its moment."""
    words, mark = EVENTS[tag]
    return {"title": str(words), "lines": _lines(detail), "mark": mark}


def _lines(detail: Mapping[str, Any]) -> list[str]:
    """What is known of it, in words; nothing of what a machine keeps for itself."""
    method = str(detail.get("second_step") or detail.get("method") or "").removesuffix("_alone")
    lines = [
        _("İkinci adım: %(method)s") % {"method": METHODS[method]} if method in METHODS else "",
        _("Yol: %(way)s") % {"way": WAYS[detail["way"]]} if detail.get("way") in WAYS else "",
        _("Ad: %(name)s") % {"name": detail["name"]} if detail.get("name") else "",
    ]
    return [line for line in lines if line]
