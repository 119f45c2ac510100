"""What goes wrong, told as `application/problem+json` (RFC 9457). One code for one thing; a code never changes."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

CONTENT_TYPE = "application/problem+json"

PROBLEMS: Mapping[str, tuple[int, Promise]] = {
    "bad_request": (400, lazy("İstek anlaşılamadı.")),
    "malformed_json": (400, lazy("İsteğin gövdesi geçerli bir JSON nesnesi değil.")),
    "no_token": (401, lazy("İstekte anahtar yok.")),
    "unknown_token": (401, lazy("Bu anahtar geçerli değil.")),
    "token_expired": (401, lazy("Anahtarın süresi doldu.")),
    "token_revoked": (401, lazy("Anahtar geri alındı.")),
    "maker_gone": (401, lazy("Anahtarı yapan kişi artık kurumun sorumlu müdürü değil.")),
    "forbidden": (403, lazy("Buna izin yok.")),
    "scope_missing": (403, lazy("Anahtar bu işe açık değil.")),
    "person_required": (403, lazy("Kararı programlar değil kişiler verir: sayfayı açıp ikinci adımla karar verin.")),
    "not_found": (404, lazy("Böyle bir kayıt yok ya da sizin kurumunuzun değil.")),
    "method_not_allowed": (405, lazy("Bu adres bu yöntemle çağrılmaz.")),
    "stale": (409, lazy("Bu arada başkası işlem yaptı. Yeniden okuyup yeniden deneyin.")),
    "not_ready": (409, lazy("Belge henüz yapılmadı. Birkaç saniye sonra yeniden deneyin.")),
    "too_large": (413, lazy("Gönderilen gövde izin verilenden büyük.")),
    "not_json": (415, lazy("Gövde application/json türünde olmalı.")),
    "invalid": (422, lazy("İstekte yanlış bir değer var.")),
    "unknown_parameter": (422, lazy("Adreste bilinmeyen bir parametre var.")),
    "bad_cursor": (422, lazy("Bu imleç bu listenin değil ya da eskimiş. Listeye baştan başlayın.")),
    "no_rule": (404, lazy("Bu gün için kayıtlı bir kural yok.")),
    "key_missing": (400, lazy("Idempotency-Key başlığı gerekli: her yeni iş için yeni bir anahtar yazın.")),
    "key_reused": (422, lazy("Bu Idempotency-Key başka bir istekte kullanıldı.")),
    "refused": (409, lazy("Mevzuat ya da kayıt bu teklifi kabul etmiyor.")),
    "batch_refused": (409, lazy("Tekliflerden en az biri kabul edilmiyor; hiçbiri gönderilmedi.")),
    "slow_down": (429, lazy("Çok sık istek geldi. Biraz bekleyip yeniden deneyin.")),
    "internal": (500, lazy("Beklenmeyen bir hata oldu; hiçbir şey değişmedi.")),
    "away": (503, lazy("Kayıt şu an yanıt vermiyor. Aynı isteği aynı Idempotency-Key ile yeniden gönderin.")),
}
BY_STATUS = {
    400: "bad_request",
    401: "unknown_token",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "stale",
    413: "too_large",
    415: "not_json",
    422: "invalid",
    429: "slow_down",
    503: "away",
}
"""what stands for a status that something outside of the API answered with"""


class Problem(Exception):  # noqa: N818 -- an expected answer
    """Ends a call with this answer. `more` are further members: `errors`, `facts`, `page`, `citation`, `scope`."""

    def __init__(self, code: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.headers = dict(headers or {})
        self.more = more


def problem_response(problem: Problem) -> HttpResponse:
    """The answer that a problem is."""
    status, title = PROBLEMS[problem.code]
    body: dict[str, Any] = {
        "type": f"{settings.KATIP.origin}/api/v1/docs#problem-{problem.code}",
        "title": str(title),
        "status": status,
        "code": problem.code,
    }
    body |= {name: _plain(value) for name, value in problem.more.items()}
    content = json.dumps(body, ensure_ascii=False)
    return HttpResponse(content, status=status, content_type=CONTENT_TYPE, headers=problem.headers)


def error(pointer: str, code: str, **more: Any) -> dict[str, Any]:
    """One entry of `errors`: where (`/offers/3/minutes` in the body, `?limit` in the address), and what."""
    return {"pointer": pointer, "code": code} | more


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
