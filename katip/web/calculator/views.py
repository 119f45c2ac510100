"""The page: a form in the address, and what the law asks of such a workplace."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from katip.core.clock import day_of
from katip.rules import Compliance, Exemption, Profession, Requirement
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.calculator.forms import MOST_EMPLOYEES, CalculatorForm
from katip.web.calculator.reckoning import Answer, Neighbour, answers, neighbours, own_undertaking
from katip.web.templatetags.words import current_language
from katip.web.words import HAZARDS, PROFESSIONS

NO_BREAK: Final = "\N{NO-BREAK SPACE}"
EXEMPTIONS: Final = {
    Exemption.NO_EMPLOYEES: gettext_lazy("Çalışan yoksa gerekmez."),
    Exemption.DUTY_NOT_IN_FORCE: gettext_lazy("Bu büyüklükte ve sınıfta yükümlülük henüz başlamadı."),
    Exemption.HAZARD_CLASS: gettext_lazy("Yalnız çok tehlikeli sınıfta gerekir."),
    Exemption.TOO_FEW_EMPLOYEES: gettext_lazy("10’dan az çalışanda gerekmez."),
    Exemption.FULL_TIME_PHYSICIAN: gettext_lazy("Tam süreli işyeri hekimi olan yerde gerekmez."),
}


@access(Access.PUBLIC)
@require_GET
def calculator(request: Any) -> HttpResponse:
    """Asks nothing of the database, and keeps nothing; the address holds the question."""
    asked = set(request.GET) & set(CalculatorForm.base_fields)
    form = CalculatorForm(request.GET if asked else None, as_of=day_of(request.at))
    if not asked:
        return render(request, "calculator.html", {"form": form})
    if not form.is_valid():
        return render(request, "calculator.html", {"form": form}, status=422)
    return render(request, "calculator.html", {"form": form, "result": _result(form)})


def _result(form: CalculatorForm) -> dict[str, Any]:
    question = form.question()
    found = answers(question)
    return {
        "employees": question.employees,
        "hazard": HAZARDS[question.hazard],
        "nace": form.cleaned_data["nace"],
        "overruled": form.overruled(),
        "as_of": question.as_of,
        "rows": [_row(one, question.employees) for one in found],
        "runs": bool(question.running),
        "physician_frees": any(
            one.profession is Profession.OTHER_HEALTH_PERSONNEL and one.requirement.required for one in found
        ),
        "own_undertaking": own_undertaking(question),
        "neighbours": [_neighbour(one, found) for one in neighbours(question, greatest=MOST_EMPLOYEES)],
        "professions": [PROFESSIONS[one.profession] for one in found],
        "address": f"?{urlencode(form.typed())}",
    }


def _row(answer: Answer, employees: int) -> dict[str, Any]:
    need = answer.requirement
    return {
        "profession": PROFESSIONS[answer.profession],
        "required": need.required,
        "persons": need.full_time_persons,
        "minutes": need.minutes,
        "formula": formula(need, employees),
        "citation": need.citation,
        "fit": answer.compliance.verdict if answer.compliance else None,
        "running": answer.running.minutes if answer.running else 0,
        "remains": remains(answer.compliance) if answer.compliance else "",
    }


def formula(need: Requirement, employees: int) -> str:
    """How the figures come about, in words: ``12 çalışan × 20 dk = 240 dk``; why not, where nothing is required."""
    if need.exemption_reason is not None:
        return str(EXEMPTIONS[need.exemption_reason])
    served = _("%(employees)s çalışan × %(each)s dk = %(minutes)s dk") % {
        "employees": _number(need.remainder_employees),
        "each": _number(need.per_employee),
        "minutes": _number(need.minutes),
    }
    if not need.full_time_persons:
        return served
    whole = {
        "employees": _number(employees),
        "persons": _number(need.full_time_persons),
        "threshold": _number(need.full_time_per or 0),
        "rest": _number(need.remainder_employees),
        "served": served,
    }
    if not need.remainder_employees:
        return _("%(employees)s çalışan = %(persons)s kişi × %(threshold)s; artan çalışan yok") % whole
    return _("%(employees)s çalışan = %(persons)s kişi × %(threshold)s + %(rest)s; artan %(served)s") % whole


def remains(judged: Compliance) -> str:
    """What is missing or too much, in words."""
    parts = []
    if judged.missing_persons:
        parts.append(_("%(count)s tam süreli kişi eksik") % {"count": _number(judged.missing_persons)})
    if judged.missing_minutes:
        parts.append(_("%(count)s dakika daha gerekir") % {"count": _number(judged.missing_minutes)})
    if judged.surplus_persons:
        parts.append(_("%(count)s tam süreli kişi fazla") % {"count": _number(judged.surplus_persons)})
    if judged.surplus_minutes:
        parts.append(_("%(count)s dakika fazla") % {"count": _number(judged.surplus_minutes)})
    return "; ".join(parts) or _("Tam gerektiği kadar")


def _neighbour(one: Neighbour, found: list[Answer]) -> dict[str, Any]:
    cells = [_cell(answer.requirement, need) for answer, need in zip(found, one.requirements, strict=True)]
    return {"employees": one.employees, "now": one.now, "cells": cells}


def _cell(now: Requirement, then: Requirement) -> dict[str, Any]:
    """What is owed at another headcount, and whether anything turned but for the minutes themselves."""
    if not then.required:
        return {"text": _("gerekmez"), "note": "", "turns": now.required}
    other_figure = now.required and now.per_employee != then.per_employee
    note = _("çalışan başına %(each)s dk") % {"each": _number(then.per_employee)} if other_figure else ""
    turns = other_figure or not now.required or now.full_time_persons != then.full_time_persons
    return {"text": _short(then), "note": note, "turns": turns}


def _short(need: Requirement) -> str:
    """Persons and minutes in few letters; a figure never parts from its unit."""
    persons = (_("%(count)s kişi") % {"count": _number(need.full_time_persons)}).replace(" ", NO_BREAK)
    minutes = (_("%(count)s dk") % {"count": _number(need.minutes)}).replace(" ", NO_BREAK)
    if not need.full_time_persons:
        return minutes
    return f"{persons} + {minutes}" if need.minutes else persons


def _number(value: int) -> str:
    return fmt.number_text(value, current_language())
