"""*Şahsen üstlenme*: the employer, a partner, deputy or manager serves a small az tehlikeli workplace personally."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.contracts.fitness import fitness_of
from katip.contracts.kinds.undertaking import Asked, asked_of, undertakings_judge
from katip.contracts.models import Undertaking, UndertakingState
from katip.contracts.people import undertaking_seen, undertakings_of
from katip.contracts.services.undertaking import undertaking_end as end
from katip.contracts.services.undertaking import undertaking_register as register
from katip.core.actor import Capacity
from katip.core.usecase import acting_as
from katip.rules import UndertakerQuality
from katip.rules.own_undertaking import UNDERTAKING
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.once import once
from katip.web.people.forms import ReasonForm, UndertakingForm
from katip.web.people.serve import FormPage, form_serve
from katip.web.people.words import QUALITIES, UNDERTAKING_TAGS
from katip.web.processes.kinds import Row, row
from katip.web.refusals import refusal_words
from katip.web.templatetags.words import current_language
from katip.web.words import HAZARDS

OPEN = (UndertakingState.AWAITING, UndertakingState.ACTIVE)
OF_THE_PLACE = {"undertaking_hazard_class", "undertaking_too_large", "workplace_closed", "workplace_unknown_figures"}
"""refusals that no other person would cure"""
FAR = 1_000_000
"""minutes that are never too few: asked where only the workplace is judged"""


@access(Access.WORKPLACE)
@require_GET
def undertaking(request: Any) -> HttpResponse:
    """The undertaking that waits or runs, whether it still fits, and earlier ones."""
    workplace_id = request.actor.organisation
    rows = shown_rows(undertakings_of(workplace_id=workplace_id), request)
    least, obstacle = _least(request)
    figures = fitness_of([workplace_id], request.at)[workplace_id]
    current = next((one for one in rows if one["open"]), None)
    context = {
        "current": current,
        "earlier": [one for one in rows if one is not current],
        "hazard_label": HAZARDS[figures.hazard] if figures.hazard else "",
        "employees": figures.employees,
        "least": least,
        "obstacle": "" if current else obstacle,
        "source": UNDERTAKING.full,
    }
    return render(request, "people_undertaking.html", context)


@access(Access.WORKPLACE)
@once("undertaking")
@require_http_methods(["GET", "POST"])
def undertaking_register(request: Any) -> HttpResponse:
    """Register who undertakes; the person then accepts in their own name."""
    with acting_as(request.actor):
        least, obstacle = _least(request)
    words = fmt.minutes_text(least, current_language()) if least else ""
    page = FormPage(
        title=_("Hizmeti şahsen üstlenmeyi kaydedin"),
        lead=_("İşveren, ortak, işveren vekili ya da müdür, uzman ve hekim yerine hizmeti kendisi yürütür."),
        button=_("Kaydet ve kişiye gönder"),
        back_label=_("Şahsen Üstlenme"),
        back_url=reverse("undertaking"),
        notes=(
            _("Sağlık muayeneleri ve tetkikler üstlenmenin dışındadır: bunlar için hekim gerekir."),
            _("Kişi, Bireysel girişte kabul ettiği an bu kayıtta yürürlüğe girer."),
            *((_("Bu işyeri için ayda en az %(minutes)s.") % {"minutes": words},) if words else ()),
            *((obstacle,) if obstacle else ()),
        ),
        aside=(
            (
                _("Kimler üstlenebilir"),
                _("Az tehlikeli ve 50’den az çalışanlı işyerlerinde, eğitimi tamamlayıp sınavda başarılı olan kişi."),
            ),
            (_("Dayanak"), UNDERTAKING.full),
        ),
    )

    def act(typed: dict[str, Any]) -> object:
        names = ("national_id", "quality", "training_no", "training_on", "minutes")
        return register(actor=request.actor, at=request.at, **{name: typed[name] for name in names})

    return form_serve(request, UndertakingForm, page, act, done=_("Kaydedildi; kişinin kabulü bekleniyor."))


@access(Access.ACTING)
@require_http_methods(["GET", "POST"])
def undertaking_end(request: Any, no: int) -> HttpResponse:
    """End it from now, with a reason: the workplace's side, or the person in their own name."""
    workplace_id = request.actor.organisation_id if request.actor.capacity == Capacity.WORKPLACE else None
    if workplace_id is None and request.actor.capacity != Capacity.INDIVIDUAL:
        raise Http404
    with acting_as(request.actor):
        found = undertaking_seen(no, workplace_id=workplace_id, person_id=request.user.pk)
    if found is None:
        raise Http404
    mine = workplace_id is None
    page = FormPage(
        title=_("Şahsen üstlenmeyi sonlandırın"),
        lead=_("Bugünden itibaren işyerinin uzman ve hekim yükümlülüğü yeniden doğar; sonlandırma geri alınamaz."),
        button=_("Sonlandır"),
        back_label=_("Kendi Kayıtlarım") if mine else _("Şahsen Üstlenme"),
        back_url=reverse("own_records") if mine else reverse("undertaking"),
        summary=tuple(summary(found)),
        danger=True,
    )

    def act(typed: dict[str, Any]) -> object:
        return end(actor=request.actor, at=request.at, undertaking_id=no, reason=typed["reason"])

    return form_serve(request, ReasonForm, page, act, done=_("Şahsen üstlenme sonlandırıldı."))


def _least(request: Any) -> tuple[int | None, str]:
    """The least minutes for this workplace, and why nobody at all may undertake it, if so."""
    employer = UndertakerQuality.EMPLOYER
    [judged] = undertakings_judge([Asked(request.chosen.workplace, request.user.pk, employer, FAR)], request.at)
    if judged.allowed is not None:
        return judged.allowed.minimum, ""
    refused = judged.violation
    of_the_place = refused is not None and refused.code in OF_THE_PLACE
    return None, refusal_words(refused) if refused is not None and of_the_place else ""


def summary(one: Undertaking) -> list[Row]:
    """What tells an undertaking from others."""
    minutes = fmt.minutes_text(one.minutes, current_language())
    return [
        row(_("İşyeri"), one.workplace.title),
        row(_("Üstlenen"), one.person.name, str(QUALITIES[UndertakerQuality(one.quality)])),
        row(_("Aylık süre"), minutes, strong=True),
    ]


def shown_rows(found: list[Undertaking], request: Any) -> list[Row]:
    """Undertakings as pages show them; those in force are judged by the figures of today."""
    running = [one for one in found if one.state == UndertakingState.ACTIVE]
    judged = undertakings_judge([asked_of(one) for one in running], request.at) if running else []
    violations = {one.pk: verdict.violation for one, verdict in zip(running, judged, strict=True)}
    rows = []
    for one in found:
        violation = violations.get(one.pk)
        tag, label = UNDERTAKING_TAGS[UndertakingState(one.state)]
        rows.append(
            {
                "no": one.pk,
                "open": one.state in OPEN,
                "running": one.state == UndertakingState.ACTIVE,
                "tag": tag,
                "tag_label": label,
                "person": one.person.name,
                "workplace": one.workplace.title,
                "quality": QUALITIES[UndertakerQuality(one.quality)],
                "minutes": one.minutes,
                "training_no": one.training_no,
                "training_on": one.training_on,
                "since": one.active_from,
                "created_at": one.created_at,
                "ended_at": one.ended_at,
                "ended_by": one.ended_by.name if one.ended_by else "",
                "reason": one.end_reason,
                "unfit": refusal_words(violation) if violation else "",
                "step_url": reverse("step", args=[one.process_id]),
            }
        )
    return rows
