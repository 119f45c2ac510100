"""What is said of webhooks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from katip.notices.models import TEST, HookDelivery, HookKind, HookState, HookSubscription, Pause, Sending
from katip.web import format as fmt
from katip.web.templatetags.words import current_language

KINDS: Mapping[str, Any] = {
    HookKind.OFFER_MADE: lazy("Teklif verildi"),
    HookKind.OFFER_ACCEPTED: lazy("Profesyonel kabul etti, sıra işverende"),
    HookKind.OFFER_APPROVED: lazy("Onaylandı, sözleşme yürürlükte"),
    HookKind.OFFER_REJECTED: lazy("Teklif reddedildi"),
    HookKind.OFFER_WITHDRAWN: lazy("Teklif geri çekildi"),
    HookKind.OFFER_LAPSED: lazy("Teklifin süresi doldu"),
    HookKind.UPDATE_PROPOSED: lazy("Süre güncellemesi önerildi"),
    HookKind.UPDATE_CLOSED: lazy("Süre güncellemesi sonuçsuz kapandı"),
    HookKind.CONTRACT_CHANGED: lazy("Sözleşme değişti: süresi ya da son günü"),
    HookKind.CONTRACT_ENDED: lazy("Sözleşme sona erdi"),
    HookKind.MONTH_APPLIED: lazy("Ayın güncellemesi uygulandı"),
    HookKind.DOCUMENT_MADE: lazy("Belge hazırlandı"),
    TEST: lazy("Deneme"),
}

PAUSES: Mapping[str, Any] = {
    Pause.OWN: lazy("Kurumunuzdan biri durdurdu."),
    Pause.FAILING: lazy("Alıcı üç gün boyunca hiçbir gönderimi almadı; bu yüzden durduruldu."),
    Pause.GONE: lazy("Alıcı bu adresin kalktığını bildirdi (HTTP 410); bu yüzden durduruldu."),
    Pause.MANDATE: lazy("Sorumlusunun kurum adına yetkisi sona erdi; başka bir yetkili yeniden başlatabilir."),
}

FAULTS: Mapping[str, Any] = {
    "unreachable": lazy("Bağlanılamadı"),
    "slow": lazy("10 saniyede yanıt gelmedi"),
    "redirected": lazy("Başka bir adrese yönlendirdi; izlenmez"),
    "forbidden": lazy("Adres herkese açık olmayan bir ağa çıkıyor"),
    "too_large": lazy("Yanıt 64 kB’den uzun ya da sıkıştırılmış"),
}

ERRORS: Mapping[str, Any] = {
    "address_form": lazy("Adresi https:// ile başlayarak, kullanıcı adı ve şifre olmadan yazın."),
    "address_scheme": lazy("Adres https:// ile başlamalıdır."),
    "address_port": lazy("Bu porta gönderilmez. Adreste 443 numaralı portu kullanın ya da işletene sorun."),
    "address_private": lazy("Bu adres herkese açık bir ağda değil; oraya gönderilmez."),
    "address_ours": lazy("Bu, kaydın kendi adresi; kendi programınızın adresini yazın."),
    "kinds_none": lazy("En az bir olay seçin."),
    "kinds_unknown": lazy("En az bir olay seçin."),
    "too_many": lazy("En çok 10 webhook adresiniz olabilir. Kullanmadığınız birini sonlandırın."),
    "not_active": lazy("Önce yeniden başlatın; durdurulmuş adrese gönderilmez."),
}


def state_shown(hook: HookSubscription) -> dict[str, Any]:
    """A subscription's state as a tag, and a sentence about it where there is one."""
    if hook.state == HookState.PAUSED:
        return {"tag": "blocked", "word": _("Durduruldu"), "text": PAUSES.get(hook.pause, "")}
    if hook.failures:
        return {"tag": "short", "word": _("Alıcı almıyor"), "text": _("Gittikçe seyrelen aralıklarla yeniden denenir.")}
    return {"tag": "active", "word": _("Gönderiliyor"), "text": ""}


def sending_shown(one: HookDelivery) -> dict[str, Any]:
    """What became of a delivery, as a tag, and how the last try ended."""
    words = {
        Sending.WAITING: ("waiting", _("Yeniden denenecek") if one.tries else _("Sırada")),
        Sending.TAKEN: ("done", _("Alındı")),
        Sending.FAILED: ("rejected", _("Alınmadı, vazgeçildi")),
        Sending.HELD: ("blocked", _("Bekletiliyor")),
    }
    tag, word = words[Sending(one.state)]
    return {"tag": tag, "word": word, "outcome": outcome_shown(one)}


def outcome_shown(one: HookDelivery) -> str:
    """How the last try ended: `HTTP 503, 120 ms`, or why nothing came; empty before the first."""
    if not one.outcome:
        return ""
    said = f"HTTP {one.status}" if one.status is not None else str(FAULTS.get(one.outcome, one.outcome))
    return _("%(said)s, %(ms)s ms") % {"said": said, "ms": one.milliseconds}


def to_the_second(moment: datetime) -> str:
    """A moment in Turkey's time: tries follow each other within seconds."""
    return f"{fmt.moment_text(moment, current_language())}{moment::%S}"
