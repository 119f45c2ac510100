"""The guide as a PDF, in the language now: PDF/A-2a and PDF/UA-1 by typst, as the documents are.

It is made when it is asked for and kept nowhere: what waits changes. One is laid out at a time, the compiler being no
thread's own; it takes some tens of milliseconds.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst
from django.utils.translation import gettext as _

from katip.documents.guide.pictures import Shown
from katip.documents.guide.selectors import Guide, Offered
from katip.documents.guide.steps import Step, pieces, steps_approve, steps_card
from katip.documents.guide.words import PROFESSIONS, day_words, language_now, minutes_words, phone_words
from katip.documents.making.render import STANDARDS, qr_svg

TEMPLATE = Path(__file__).parent / "guide.typ"
FONT = "Libertinus Serif"
_one_at_a_time = Lock()

Paper = Mapping[str, Any]


def shown_of(guide: Guide) -> Shown:
    """What the pictures of this guide show: what waits for the customer, else what will."""
    rows = guide.waiting or guide.offers
    return Shown(guide.workplace.title, [(one.code, str(PROFESSIONS[one.profession])) for one in rows])


def shown_sample() -> Shown:
    """What the pictures of the general guide show."""
    names = [(103, "safety_specialist"), (140, "workplace_physician")]
    return Shown(_("Firmanızın unvanı"), [(code, str(PROFESSIONS[key])) for code, key in names])  # type: ignore[index] # a StrEnum's value


def paper_of(guide: Guide, *, origin: str, operator: str, is_ministry: bool, step_url: Callable[[int], str]) -> Paper:
    """A customer's guide, for `pdf_make`."""
    provider = guide.provider
    contact = [provider.contact_name, provider.contact_phone and phone_words(provider.contact_phone)]
    return _frame(origin, operator, is_ministry=is_ministry, shown=shown_of(guide)) | {
        "title": _("%(workplace)s: sözleşmelerinizi onaylama kılavuzu") % {"workplace": guide.workplace.title},
        "lead": (
            _("%(provider)s, onayınıza sözleşme gönderdi.")
            if guide.waiting
            else _("%(provider)s sözleşme hazırladı; profesyonel kabul edince sıra size gelir.")
        )
        % {"provider": provider.title},
        "offers": [_offer(one, step_url) for one in guide.offers],
        "offers_title": _("Onayınızı bekleyenler") if guide.waiting else _("Sözleşmeler"),
        "short": _short_way() if guide.waiting else "",
        "contact": ", ".join(one for one in [*contact, provider.contact_hours] if one),
    }


def _short_way() -> str:
    return _(
        "Kısa yol: karekodu telefonunuzla okutun ve girin; sözleşmenin sayfası doğrudan açılır. "
        "Sonra 7. adımdan sürdürün."
    )


def paper_general(*, origin: str, operator: str, is_ministry: bool) -> Paper:
    """The guide for everybody."""
    return _frame(origin, operator, is_ministry=is_ministry, shown=shown_sample()) | {
        "title": _("İSG-KATİP sözleşme onayı nasıl yapılır?"),
        "lead": _("Girişten işyeri kartına kadar, ekranda göreceğiniz sözlerle."),
        "offers": [],
        "offers_title": "",
        "short": "",
        "contact": "",
    }


def _frame(origin: str, operator: str, *, is_ministry: bool, shown: Shown) -> dict[str, Any]:
    notice = _("Bu kurulum Bakanlığın İSG-KATİP kaydı değildir; buradaki onay oradaki onayın yerine geçmez.")
    return {
        "language": language_now(),
        "author": operator,
        "notice": "" if is_ministry else notice,
        "parts": [
            {"title": _("Sözleşmeyi onaylayın"), "steps": _steps(steps_approve(shown, origin), shown, first=1)},
            {"title": _("İşyeri kartını doldurun"), "steps": _steps(steps_card(), shown, first=9)},
        ],
        "contact_title": _("Sorularınız için"),
        "caution": _("Şifrenizi ve kodunuzu kimseye söylemeyin; bunları sizden kimse istemez."),
        "footer": f"{operator} · {origin}",
    }


def _steps(steps: list[Step], shown: Shown, *, first: int) -> list[dict[str, Any]]:
    return [
        {
            "no": no,
            "title": step.title,
            "lines": [[{"words": words, "firm": firm} for words, firm in pieces(line)] for line in step.lines],
            "picture": step.picture(shown, font=FONT),
            "alt": step.alt,
        }
        for no, step in enumerate(steps, start=first)
    ]


def _offer(one: Offered, step_url: Callable[[int], str]) -> dict[str, Any]:
    url = step_url(one.process_id)
    term = _("Tam süreli") if one.full_time else _("Ayda %(minutes)s") % {"minutes": minutes_words(one.minutes)}
    turn = "" if one.waits_for_employer else _("Önce profesyonel kabul edecek; sonra sıra sizde.")
    due = _("Son gün: %(day)s") % {"day": day_words(one.due_on)} if one.due_on else ""
    return {
        "head": f"{one.code} · {PROFESSIONS[one.profession]}",
        "lines": [line for line in (one.person, term, due, turn) if line],
        "url": url if one.waits_for_employer else "",
        "qr": qr_svg(url) if one.waits_for_employer else "",
        "qr_alt": _("Karekod: %(code)s sözleşmesinin sayfası, %(url)s") % {"code": one.code, "url": url},
    }


def pdf_make(paper: Paper, *, at: datetime) -> bytes:
    """The PDF; `at` is when it says that it was made."""
    given = {"paper": json.dumps(paper, ensure_ascii=False)}
    with _one_at_a_time:
        made = _compiler().compile(
            format="pdf", pdf_standards=[*STANDARDS], sys_inputs=given, timestamp=at.replace(microsecond=0)
        )
    assert isinstance(made, bytes)  # noqa: S101 -- one PDF, by typst's own words
    return made


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    """One for a process: reading the fonts costs more than a guide does."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=fonts, ignore_system_fonts=True)
