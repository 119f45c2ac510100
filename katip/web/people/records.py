"""*Kendi kayıtlarım*: what this register holds about the person beside service contracts, and where they end it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from katip.contracts.people import managed_by, staff_contracts_of, undertakings_of, waiting_in_person
from katip.core.actor import Capacity
from katip.core.clock import day_of
from katip.processes.deadlines import working_days_left
from katip.processes.kinds import kind_get
from katip.web.access import Access, access
from katip.web.people.managers import mandate_row
from katip.web.people.staff import days_text
from katip.web.people.undertaking import shown_rows
from katip.web.processes.kinds import presenter_of
from katip.web.words import kind_words


@access(Access.ACTING)
@require_GET
def own_records(request: Any) -> HttpResponse:
    """Staff contracts, undertakings and mandates of the person themselves."""
    if request.chosen.capacity != Capacity.INDIVIDUAL:
        return redirect("home")
    person_id, day = request.user.pk, day_of(request.at)
    context = {
        "waiting": [
            {
                "url": reverse("step", args=[process.pk]),
                "code": process.code,
                "label": kind_words(kind_get(process.code).short_title),
                "detail": presenter_of(process).detail(process),
                "deadline": process.due_on,
                "days_left": working_days_left(process.due_on, request.at) if process.due_on else None,
            }
            for process in waiting_in_person(person_id)
        ],
        "staff": [
            {
                "no": one.pk,
                "provider": one.provider.title,
                "minutes": one.minutes,
                "days": days_text(one),
                "running": one.valid_to is None or one.valid_to >= day,
            }
            for one in staff_contracts_of(person_id)
        ],
        "undertakings": shown_rows(undertakings_of(person_id=person_id), request),
        "mandates": [mandate_row(one, request) for one in managed_by(person_id)],
    }
    return render(request, "people_records.html", context)
