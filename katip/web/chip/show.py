"""What the pages of a reading show: where it stands, what is left of its time, how it ended and what helps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

import katip
from katip.core.codes import code_shown
from katip.identity.chip_selectors import ChipPhase
from katip.identity.chip_words import REASONS, Words, leads_to_counter
from katip.identity.models import ChipSession

PHASES: Mapping[ChipPhase, Promise] = {
    ChipPhase.WAITING: lazy("Okuyucu bekleniyor."),
    ChipPhase.CLAIMED: lazy("Okuyucu bağlandı."),
    ChipPhase.CONNECTING: lazy("Okuyucu bağlandı; kart bekleniyor."),
    ChipPhase.ACCESS: lazy("Kart açılıyor."),
    ChipPhase.READING: lazy("Kart okunuyor. Kartı okuyucudan ayırmayın."),
    ChipPhase.SIGNING: lazy("Kartın çipi imzalıyor. Kartı okuyucudan ayırmayın."),
    ChipPhase.VERIFYING: lazy("Kartınız doğrulanıyor. Kartı ayırabilirsiniz."),
}
"""What is said, aloud too, while something is waited for."""

_STEPS: tuple[tuple[Promise, tuple[ChipPhase, ...]], ...] = (
    (lazy("Okuyucunun bağlanması"), (ChipPhase.WAITING,)),
    (lazy("Kartın bulunması"), (ChipPhase.CLAIMED, ChipPhase.CONNECTING)),
    (lazy("Kartın açılması"), (ChipPhase.ACCESS,)),
    (lazy("Kartın okunması"), (ChipPhase.READING,)),
    (lazy("Çipin imzası"), (ChipPhase.SIGNING,)),
    (lazy("Doğrulama"), (ChipPhase.VERIFYING,)),
)

GIVEN_UP: Mapping[str, Words] = {
    "no_card": Words(
        lazy("Okuyucu kart bulamadı."),
        lazy("Kartı okuyucunun üzerine düz koyun, okuyucunun bağlı olduğunu denetleyin ve yeniden başlayın."),
    ),
    "wrong_data": Words(
        lazy("Yazılan bilgiler kartı açmadı."),
        lazy("Seri numarasını, doğum tarihini ve son geçerlilik tarihini karttan bakarak yeniden yazın."),
    ),
    "read_error": Words(
        lazy("Okuma yarıda kesildi."),
        lazy("Kartı okuma bitene kadar kımıldatmadan okuyucuda tutup yeniden başlayın."),
    ),
}
"""Why the reader gave up."""

_ENDS: Mapping[ChipPhase, tuple[Promise, Promise]] = {
    ChipPhase.CHIP_ONLY: (
        lazy("Kartınız okundu, ama tek başına yetmiyor"),
        lazy("Kimliğiniz henüz doğrulanmadı; iki aşamalı giriş açılmadı."),
    ),
    ChipPhase.REFUSED: (
        lazy("Kart kabul edilmedi"),
        lazy("Kimliğiniz doğrulanmadı. Hesabınızda bir şey değişmedi; bu deneme size bildirildi."),
    ),
    ChipPhase.ABANDONED: (lazy("Kart okunamadı"), lazy("Okuyucu vazgeçti. Hesabınızda bir şey değişmedi.")),
    ChipPhase.EXPIRED: (
        lazy("Süre doldu"),
        lazy("Okuma üç dakika içinde bitmedi ya da başka bir pencerede yeniden başlatıldı. Kaybolan bir şey yok."),
    ),
}


@dataclass(frozen=True, slots=True)
class End:
    """How a reading ended: heading, what it means, in which tone, why, and whether only a counter helps."""

    title: Promise
    text: Promise
    tone: str
    whys: tuple[Words, ...]
    counter: bool


def end_of(phase: ChipPhase, session: ChipSession) -> End:
    """What is said of a reading that ended without proving anything."""
    title, text = _ENDS[phase]
    known = GIVEN_UP if phase == ChipPhase.ABANDONED else REASONS
    whys = tuple(known[code] for code in session.reasons if code in known)
    tone = "bad" if phase == ChipPhase.REFUSED else "warn"
    return End(title, text, tone, whys, counter=phase == ChipPhase.CHIP_ONLY or leads_to_counter(session.reasons))


def waiting_of(session: ChipSession, phase: ChipPhase, code: str, at: datetime) -> dict[str, Any]:
    """What the waiting page shows; `code` is empty where it was drawn in another browser."""
    return {
        "phase": phase,
        "said": PHASES[phase],
        "steps": _steps(phase),
        "left": _left(session.expires_at, at),
        "code": code_shown(code) if code and phase == ChipPhase.WAITING else "",
        "elsewhere": not code and phase == ChipPhase.WAITING,
        "command": f"katip-reader --server {settings.KATIP.origin} --code {code_shown(code)}",
        "sample": _sample(code) if settings.KATIP.demo else None,
    }


def _sample(code: str) -> dict[str, str]:
    """The two commands that do without a reader in the sample installation."""
    data, checkout = settings.KATIP.data.resolve(), Path(katip.__file__).resolve().parents[1]
    shown = data.relative_to(checkout) if data.is_relative_to(checkout) else data
    server = f"--server {settings.KATIP.origin} --card-socket {shown}/reader.sock"
    return {
        "card": f"script/katip card newcomer --data {shown}",
        "reader": f"script/katip-reader {server} --code {code_shown(code)}",
    }


def _steps(phase: ChipPhase) -> list[dict[str, Any]]:
    """The parts of a reading as a time line; what a shape says is said in a word too."""
    now = next(index for index, step in enumerate(_STEPS) if phase in step[1])
    words = {"done": [_("tamam")], "current": [_("şimdi")], "todo": []}
    marks = ["done" if index < now else "current" if index == now else "todo" for index in range(len(_STEPS))]
    return [{"title": step[0], "mark": mark, "lines": words[mark]} for step, mark in zip(_STEPS, marks, strict=True)]


def _left(until: datetime, at: datetime) -> str:
    minutes, seconds = divmod(max(0, int((until - at).total_seconds())), 60)
    if minutes:
        return _("%(minutes)s dakika %(seconds)s saniye kaldı") % {"minutes": minutes, "seconds": seconds}
    return _("%(seconds)s saniye kaldı") % {"seconds": seconds}
