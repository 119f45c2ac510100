"""A guide in the shape in which its pages show it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from katip.core.codes import code_shown
from katip.documents.guide.paper import shown_of
from katip.documents.guide.pictures import Shown
from katip.documents.guide.selectors import Guide, Offered
from katip.documents.guide.steps import Step, pieces, steps_approve, steps_card
from katip.documents.guide.words import PROFESSIONS
from katip.processes.deadlines import working_days_left
from katip.web.factors.qr import qr_svg

Row = dict[str, Any]


def step_url(process_id: int) -> str:
    """The whole address of the step: whoever follows it signs in and lands there."""
    return f"{settings.KATIP.origin}{reverse('step', args=[process_id])}"


def guide_url(token: str, query: str = "") -> str:
    """The whole address of a customer's guide."""
    return f"{settings.KATIP.origin}{reverse('guide_customer', args=[code_shown(token)])}{query}"


def parts_shown(shown: Shown) -> list[Row]:
    """The two parts of the way, each with its steps and their pictures."""
    approve, card = steps_approve(shown, settings.KATIP.origin), steps_card()
    return [
        {"title": _("Sözleşmeyi onaylayın"), "key": "onay", "steps": _steps(approve, shown, first=1)},
        {
            "title": _("İşyeri kartını doldurun"),
            "key": "kart",
            "steps": _steps(card, shown, first=len(approve) + 1),
        },
    ]


def _steps(steps: Sequence[Step], shown: Shown, *, first: int) -> list[Row]:
    return [
        {
            "no": no,
            "title": step.title,
            "lines": [list(pieces(line)) for line in step.lines],
            "picture": mark_safe(step.picture(shown)),  # noqa: S308 -- drawn by us, every word in it is escaped
        }
        for no, step in enumerate(steps, start=first)
    ]


def guide_shown(guide: Guide, at: Any) -> Row:
    """What the page of a customer's guide shows, while something waits."""
    return {
        "workplace": guide.workplace.title,
        "provider": guide.provider.title,
        "offers": [_offer(one, at) for one in guide.offers],
        "waiting": len(guide.waiting),
        "parts": parts_shown(shown_of(guide)),
        "expires_at": guide.link.expires_at if guide.link else None,
    }


def _offer(one: Offered, at: Any) -> Row:
    url = step_url(one.process_id)
    return {
        "no": one.process_id,
        "code": one.code,
        "profession": PROFESSIONS[one.profession],
        "person": one.person,
        "minutes": one.minutes,
        "full_time": one.full_time,
        "due_on": one.due_on,
        "days_left": working_days_left(one.due_on, at) if one.due_on else None,
        "yours": one.waits_for_employer,
        "url": url,
        "qr": qr_svg(url, _("Karekod: %(code)s sözleşmesinin sayfası, %(url)s") % {"code": one.code, "url": url})
        if one.waits_for_employer
        else "",
    }
