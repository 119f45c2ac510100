"""The words for rights, and for how far a request has come."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from katip.core.clock import day_of
from katip.keeping.models import DataRequest, RequestState, Right
from katip.keeping.requests import complaint_until

RIGHTS: dict[str, Any] = {
    Right.KNOW: lazy("Kişisel verilerimin işlenip işlenmediğini öğrenmek"),
    Right.INFORMATION: lazy("İşlenmişse bilgi istemek"),
    Right.PURPOSE: lazy("Hangi amaçla işlendiğini ve amacına uygun kullanılıp kullanılmadığını öğrenmek"),
    Right.RECIPIENTS: lazy("Yurt içinde ya da dışında kimlere aktarıldığını öğrenmek"),
    Right.CORRECT: lazy("Eksik ya da yanlış verinin düzeltilmesini istemek"),
    Right.ERASE: lazy("Silinmesini ya da yok edilmesini istemek"),
    Right.TELL_OTHERS: lazy("Düzeltme ya da silmenin, verinin aktarıldığı kişilere bildirilmesini istemek"),
    Right.AUTOMATED: lazy("Yalnız otomatik sistemlerle çıkan aleyhime bir sonuca itiraz etmek"),
    Right.DAMAGES: lazy("Kanuna aykırı işleme yüzünden uğradığım zararın giderilmesini istemek"),
}
STATES: dict[str, tuple[str, Any]] = {
    RequestState.OPEN: ("waiting", lazy("Yanıt bekliyor")),
    RequestState.MET: ("done", lazy("Kabul edildi")),
    RequestState.PARTLY: ("done", lazy("Kısmen kabul edildi")),
    RequestState.REFUSED: ("rejected", lazy("Reddedildi")),
    RequestState.WITHDRAWN: ("withdrawn", lazy("Geri çekildi")),
}
"""state → the tag's name and its words"""


def right_letter(right: str) -> str:
    """The letter of m.11/1 under which the right stands."""
    return str(Right(right).label)


def request_shown(request: DataRequest, at: datetime) -> dict[str, Any]:
    """One request as the pages show it."""
    is_open = request.state == RequestState.OPEN
    days_left = (request.due_on - day_of(at)).days
    tag, word = STATES[request.state]
    if is_open and days_left < 0:
        tag, word = "short", _("Süresi geçti")
    return {
        "no": request.pk,
        "right": str(RIGHTS[request.right]),
        "letter": right_letter(request.right),
        "text": request.text,
        "made_at": request.made_at,
        "due_on": request.due_on,
        "is_open": is_open,
        "is_late": is_open and days_left < 0,
        "days_left": days_left,
        "tag": tag,
        "word": str(word),
        "answer": request.answer,
        "closed_at": request.closed_at,
        "complaint_until": complaint_until(request),
    }
