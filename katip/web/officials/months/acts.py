"""Planning a month, carrying the plan out, dropping it: pages that ask first, for whoever runs the installation."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.core.errors import StaleStateError
from katip.core.usecase import acting_as
from katip.registry.models import OfficialRole
from katip.rules import RuleViolation
from katip.updates import official as reads
from katip.updates.models import MonthRun, RunState
from katip.updates.official import RunRow, Sums
from katip.updates.services.month_drop import month_drop
from katip.web import format as fmt
from katip.web.officials.guard import for_offices
from katip.web.officials.months import show
from katip.web.officials.months.pages import run_get
from katip.web.once import once
from katip.web.people.forms import PeopleForm
from katip.web.people.serve import FormPage, form_serve
from katip.web.templatetags.words import current_language


class PlanForm(PeopleForm):
    """The month that the page named: a feed that came meanwhile plans no other."""

    period = forms.DateField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}))


class RunForm(PeopleForm):
    """Nothing to type: the page asks whether it is meant."""


@for_offices(OfficialRole.OPERATOR)
@once("official_months")
@require_http_methods(["GET", "POST"])
def plan(request: Any) -> HttpResponse:
    """*Ayı planla*: a dry run, which changes no contract."""
    with acting_as(request.actor):
        told, unsettled = reads.month_told(request.actor), reads.runs_unsettled(request.actor)
    if unsettled and unsettled[0].state != RunState.PLANNED:
        messages.warning(request, _("Şu anda bir ay uygulanıyor; bitince yenisini planlayabilirsiniz."))
        return redirect("official_month", no=unsettled[0].pk)
    if told is None:
        messages.warning(request, _("Önce SGK bildirimi alınmalı; planlanacak ay yok."))
        return redirect("official_months")
    page = FormPage(
        title=_("%(month)s ayını planlayın") % {"month": fmt.month_text(told, current_language())},
        lead=_("Plan, gelen bildirimle hangi sözleşmenin ne olacağını hesaplar. Hiçbir sözleşme değişmez."),
        notes=(
            _("Hesap, ülkenin büyüklüğüne göre birkaç saniyeden bir dakikaya dek sürer; sayfa o sırada bekler."),
            *([_("Bekleyen plandan vazgeçilir; yenisi onun yerine geçer.")] if unsettled else []),
        ),
        button=_("Ayı planla"),
        back_label=_("Aylık güncelleme"),
        back_url=reverse("official_months"),
        initial={"period": told},
    )
    made: list[MonthRun] = []

    def act(typed: dict[str, Any]) -> None:
        # The data frames take time and memory: loaded by who plans, not by every process that shows a page.
        from katip.updates.services.month_plan import month_plan  # noqa: PLC0415

        made.append(month_plan(actor=request.actor, at=request.at, period=typed["period"]))
        for older in unsettled:
            with suppress(StaleStateError):  # somebody else dropped it, or began to carry it out
                month_drop(actor=request.actor, at=request.at, run_id=older.pk)

    answer = form_serve(
        request, PlanForm, page, act, done=_("Plan hazır. Sayılara bakın; uygulamadan hiçbir şey değişmez.")
    )
    return redirect("official_month", no=made[0].pk) if made else answer


@for_offices(OfficialRole.OPERATOR)
@require_http_methods(["GET", "POST"])
def begin(request: Any, no: int) -> HttpResponse:
    """*Uygula*: from here on contracts change."""
    with acting_as(request.actor):
        row = run_get(request, no)
    if row.run.state != RunState.PLANNED:
        return _moved(request, no)
    page = _page(
        row,
        title=_("%(month)s ayını uygulayın") % {"month": fmt.month_text(row.run.period, current_language())},
        lead=_("Plandaki değişiklikler hemen yürürlüğe girmeye başlar ve geri alınmaz."),
        notes=(
            _("Yanlış bir bildirim ancak yeni bir bildirim ve yeni bir planla düzeltilir."),
            _("Onaylar ve öbür sayfalar çalışmayı sürdürür; ilerleme ayın sayfasında görünür."),
        ),
        button=_("Uygula"),
    )

    def act(_typed: dict[str, Any]) -> object:
        from katip.updates.services.month_apply import month_begin  # noqa: PLC0415 -- as above

        return month_begin(actor=request.actor, at=request.at, run_id=no)

    return form_serve(request, RunForm, page, _once(act), done=_("Ay uygulanıyor."))


@for_offices(OfficialRole.OPERATOR)
@require_http_methods(["GET", "POST"])
def drop(request: Any, no: int) -> HttpResponse:
    """*Vazgeç*: the plan is kept, and cannot be carried out any more."""
    with acting_as(request.actor):
        row = run_get(request, no)
    if row.run.state != RunState.PLANNED:
        return _moved(request, no)
    page = _page(
        row,
        title=_("Plandan vazgeçin"),
        lead=_("Plan listede kalır ama artık uygulanamaz. Ay yeniden planlanabilir."),
        button=_("Plandan vazgeç"),
        danger=True,
    )

    def act(_typed: dict[str, Any]) -> object:
        return month_drop(actor=request.actor, at=request.at, run_id=no)

    return form_serve(request, RunForm, page, _once(act), done=_("Plandan vazgeçildi."))


def _page(row: RunRow, **words: Any) -> FormPage:
    sums = row.sums or Sums()
    summary = [
        {"label": one["word"], "value": _("%(n)s sözleşme") % {"n": show.number(one["value"])}}
        for one in show.measured(sums)
        if one["key"] != "eksik"
    ]
    summary.append({"label": show.MEASURES["eksik"][1], "value": _("%(n)s görev") % {"n": show.number(sums.missing)}})
    return FormPage(
        summary=tuple(summary),
        back_label=fmt.month_text(row.run.period, current_language()),
        back_url=reverse("official_month", args=[row.run.pk]),
        **words,
    )


def _moved(request: Any, no: int) -> HttpResponse:
    messages.warning(request, _("Bu plan artık uygulanmayı beklemiyor."))
    return redirect("official_month", no=no)


def _once(act: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    """Who comes second is told on the form."""

    def acted(typed: dict[str, Any]) -> object:
        try:
            return act(typed)
        except StaleStateError as error:
            raise RuleViolation("month_moved") from error

    return acted
