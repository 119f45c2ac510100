"""Who may send feeds: a program with a key that the operator made for it. Wrong keys are counted, calls too."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from katip.api.access import bearer
from katip.api.bodies import BodyError
from katip.core.imports import ImportRunningError
from katip.core.usecase import whole_register
from katip.identity.limits import attempt_count
from katip.updates.services.feed_keys import find_feed_key
from katip.updates.services.feed_parts import FeedError

WRONG_KEYS = "20/5m/ip"
"""How many wrong keys a network may try."""
CALLS = "300/m/key"
"""How many calls a sender may make."""

STATUS = {
    "unknown_key": 401,
    "unknown_feed": 404,
    "not_open": 409,
    "other_content": 409,
    "busy": 409,
    "too_large": 413,
    "not_csv": 415,
    "malformed": 422,
    "no_parts": 422,
    "part_number": 422,
    "not_utf8": 422,
    "header": 422,
    "no_lines": 422,
    "line_too_long": 422,
    "too_many_lines": 422,
    "too_many_open": 429,
    "slow_down": 429,
}
MESSAGES: dict[str, Promise] = {
    "unknown_key": lazy("Bu anahtar geçerli değil. Sistemi işleten kurumdan yeni bir anahtar isteyin."),
    "unknown_feed": lazy("Bu numarada bir gönderiniz yok."),
    "not_open": lazy("Bu gönderi kapandı. Yeni bir gönderi açın."),
    "other_content": lazy("Bu numarayla başka içerikte bir parça gönderilmişti. Önceki parça duruyor."),
    "busy": lazy("Şu anda başka bir liste alınıyor. Birkaç dakika sonra yeniden kapatın."),
    "too_large": lazy("Parça izin verilenden büyük. Daha küçük parçalara bölün."),
    "not_csv": lazy("Parça text/csv türünde olmalı."),
    "malformed": lazy("İstek anlaşılamadı."),
    "no_parts": lazy("Gönderide hiç parça yok."),
    "part_number": lazy("Parça numarası 1 ile 9999 arasında olmalı."),
    "not_utf8": lazy("Parça UTF-8 değil."),
    "header": lazy("Başlık satırı anlaşılamadı: sütunlardan biri eksik, fazla ya da iki kez yazılmış."),
    "no_lines": lazy("Parçada başlık satırından başka satır yok."),
    "line_too_long": lazy("Parçada çok uzun bir satır var. Satır sonu eksik olabilir."),
    "too_many_lines": lazy("Bir gönderide en çok on milyon satır olabilir. Ayları ayrı gönderin."),
    "too_many_open": lazy("Çok sayıda açık gönderiniz var. Önce onları kapatın."),
    "slow_down": lazy("Çok sık istek geldi. Birkaç dakika sonra yeniden deneyin."),
}
_HEADER = {"no_header", "unknown_column", "missing_column", "double_column", "quotes"}

View = Callable[..., HttpResponse]


def sender(view: View) -> View:
    """Let in whoever brings a valid key (`request.key`), and turn what is refused into its answer."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        take_back = attempt_count(request, "feed_key", WRONG_KEYS, gets=True)
        if take_back is None:
            return error("slow_down")
        with whole_register("a sender is known by the key that it brings"):
            key = find_feed_key(bearer(request))
        if key is None:
            return error("unknown_key")
        take_back()
        if attempt_count(request, "feed_call", CALLS, key=str(key.pk), gets=True) is None:
            return error("slow_down")
        request.key = key
        try:
            return view(request, *args, **kwargs)
        except FeedError as refused:
            return error("header", refused.column) if refused.code in _HEADER else error(refused.code)
        except BodyError as refused:
            return error(refused.code)
        except ImportRunningError:
            return error("busy")

    return guarded


def error(code: str, column: str = "") -> HttpResponse:
    """`{"error", "message"}` with the status that docs/feed.md gives the code, and the `column` at fault, if any."""
    body = {"error": code, "message": str(MESSAGES[code])} | ({"column": column} if column else {})
    response = JsonResponse(body, status=STATUS[code])
    if code == "slow_down":
        response.headers["Retry-After"] = "60"
    if code == "unknown_key":
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
