"""The chip API: how a reader program or a phone app hands in what a card showed. Described in docs/chip-api.md."""

import base64
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from katip.api.access import bearer, call
from katip.api.bodies import BodyError, body_read, bytes_of, text_of
from katip.identity.chip.evidence import MAX_DATA_GROUP, MAX_SECURITY_OBJECT, MAX_SIGNATURE, Evidence
from katip.identity.chip_words import verdict_words
from katip.identity.limits import attempt_count
from katip.identity.services.chip_evidence import chip_evidence_take
from katip.identity.services.chip_session import (
    READER,
    ChipSessionError,
    ChipStage,
    GivenUp,
    chip_session_abandon,
    chip_session_claim,
    chip_session_require,
    chip_session_stage,
)

GROUPS = {"1": 1, "14": 14, "15": 15}
"""What is needed; a photo is not taken."""
_SMALL = 1 << 10
_LARGE = 320 << 10
"""Bytes of a body; base64 of the largest security object and three largest groups fits"""
WRONG_CODES = "20/5m/ip"
"""How many wrong pairing codes a network may try."""

_STATUS = {"unknown_code": 404, "expired": 410, "used": 409, "malformed": 422, "too_large": 413, "slow_down": 429}
_MESSAGES: dict[str, Promise] = {
    "unknown_code": lazy("Böyle bir kod yok. Sayfadaki kodu denetleyip yeniden yazın."),
    "expired": lazy("Süre doldu. Sayfadan yeni bir kod alın."),
    "used": lazy("Bu kod kullanıldı. Sayfadan yeni bir kod alın."),
    "malformed": lazy("İstek anlaşılamadı. Okuyucu programı güncel olmayabilir."),
    "too_large": lazy("Gönderilen veri izin verilenden büyük."),
    "slow_down": lazy("Çok sayıda yanlış kod denendi. Birkaç dakika sonra yeniden deneyin."),
}


@call
def claim(request: Any) -> HttpResponse:
    """Exchange a pairing code for a session."""
    take_back = attempt_count(request, "chip_code", WRONG_CODES)
    if take_back is None:
        return _error("slow_down")
    try:
        body = body_read(request, most=_SMALL, fields={"code"})
        claimed = chip_session_claim(actor=READER, at=request.at, code=text_of(body["code"], most=40))
    except (BodyError, ChipSessionError) as error:
        return _error(error.code)
    take_back()
    return JsonResponse(
        {
            "session": claimed.token,
            "challenge": base64.b64encode(claimed.challenge).decode("ascii"),
            "expires_at": claimed.expires_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }
    )


@call
def stage(request: Any) -> HttpResponse:
    """Tell the page what the reader is doing."""
    try:
        body = body_read(request, most=_SMALL, fields={"stage"})
        if body["stage"] not in list(ChipStage):
            return _error("malformed")
        chip_session_stage(actor=READER, at=request.at, token=bearer(request), stage=ChipStage(body["stage"]))
    except (BodyError, ChipSessionError) as error:
        return _error(error.code)
    return HttpResponse(status=204)


@call
def evidence(request: Any) -> HttpResponse:
    """Take what the card showed; it can be handed in once."""
    token = bearer(request)
    try:
        chip_session_require(token, request.at)  # before half a megabyte of anybody's is read
        body = body_read(request, most=_LARGE, fields={"security_object", "data_groups", "signature"})
        shown = chip_evidence_take(at=request.at, token=token, evidence=_evidence(body))
    except (BodyError, ChipSessionError) as error:
        return _error(error.code)
    return JsonResponse(
        {
            "verdict": shown.level,
            "reasons": list(shown.reasons),
            "message": verdict_words(shown.level, shown.reasons),
        }
    )


@call
def abandon(request: Any) -> HttpResponse:
    """Give up, and let the page say why."""
    try:
        body = body_read(request, most=_SMALL, fields={"reason"})
        if body["reason"] not in list(GivenUp):
            return _error("malformed")
        chip_session_abandon(actor=READER, at=request.at, token=bearer(request), why=GivenUp(body["reason"]))
    except (BodyError, ChipSessionError) as error:
        return _error(error.code)
    return HttpResponse(status=204)


def _evidence(body: dict[str, Any]) -> Evidence:
    groups, signature = body["data_groups"], body["signature"]
    if not isinstance(groups, dict) or not set(groups) <= set(GROUPS):
        raise BodyError("malformed")
    return Evidence(
        security_object=bytes_of(body["security_object"], most=MAX_SECURITY_OBJECT),
        data_groups={GROUPS[name]: bytes_of(value, most=MAX_DATA_GROUP) for name, value in groups.items()},
        signature=None if signature is None else bytes_of(signature, most=MAX_SIGNATURE),
    )


def _error(code: str) -> HttpResponse:
    """`{"error", "message"}` with the status that `docs/chip-api.md` gives the code."""
    response = JsonResponse({"error": code, "message": str(_MESSAGES[code])}, status=_STATUS[code])
    if code == "slow_down":
        response.headers["Retry-After"] = "300"
    return response
