"""The officer's acts: confirm, refuse, ask a second officer, decide as the second one, hand the code over once more."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.core.codes import code_shown
from katip.core.errors import StaleStateError
from katip.core.usecase import acting_as
from katip.counter.models import Application, ApplicationState
from katip.counter.opening import Opened
from katip.counter.selectors import application_at_desk
from katip.counter.services.decisions import (
    application_confirm,
    application_override,
    application_refuse,
    application_second,
)
from katip.counter.services.handover import code_again
from katip.rules import RuleViolation
from katip.web.counter.desk import application_open, case_page, case_shown
from katip.web.counter.forms import ConfirmForm, OverrideForm, RefuseForm, SecondForm, SeenForm
from katip.web.counter.guard import at_desk
from katip.web.counter.show import PURPOSES, state_shown
from katip.web.entrance.kept import form_kept
from katip.web.processes.at_once import require_fresh_step
from katip.web.refusals import refusal_words


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: Any, no: int) -> HttpResponse:
    """*Onayla*: the code to hand over stands on the page that answers, and nowhere else."""

    def act(form: ConfirmForm) -> HttpResponse:
        opened = application_confirm(
            actor=request.actor, at=request.at, address=request.address, seen=form.seen(no), checks=form.checks()
        )
        return handover(request, opened)

    return _act(request, no, ConfirmForm, act, case_page)


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: Any, no: int) -> HttpResponse:
    """The second officer confirms."""

    def act(form: SecondForm) -> HttpResponse:
        opened = application_second(actor=request.actor, at=request.at, address=request.address, seen=form.seen(no))
        return handover(request, opened)

    return _act(request, no, SecondForm, act, case_page)


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: Any, no: int) -> HttpResponse:
    """*Reddet*: a page of its own, with the reason."""

    def act(form: RefuseForm) -> HttpResponse:
        application_refuse(
            actor=request.actor,
            at=request.at,
            address=request.address,
            seen=form.seen(no),
            reason=form.cleaned_data["reason"],
        )
        messages.success(request, _("Başvuru reddedildi. Nedenini başvurana da söyleyin; yeniden başvurabilir."))
        return redirect("counter_case", no=no)

    return _act(request, no, RefuseForm, act, _reason_page("counter_refuse.html"), own_page=True)


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def override(request: Any, no: int) -> HttpResponse:
    """*İkinci görevliye sor*: what fits, and why it should be confirmed although not everything does."""

    def act(form: OverrideForm) -> HttpResponse:
        application_override(
            actor=request.actor,
            at=request.at,
            address=request.address,
            seen=form.seen(no),
            checks=form.checks(),
            why=form.cleaned_data["why"],
        )
        messages.success(
            request, _("Başvuru ikinci görevlinin kararını bekliyor. Kişi beklerken bir arkadaşınızı çağırın.")
        )
        return redirect("counter_case", no=no)

    return _act(request, no, OverrideForm, act, _reason_page("counter_override.html"), own_page=True)


@at_desk
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: Any, no: int) -> HttpResponse:
    """*Yeni kod ver*: in place of one that nobody used."""
    with acting_as(request.actor):
        application_open(request, no)
    if request.method != "POST":
        return redirect("counter_case", no=no)
    require_fresh_step(request)
    try:
        opened = code_again(actor=request.actor, at=request.at, address=request.address, application_id=no)
    except StaleStateError:
        messages.info(request, _("Kod bu arada kullanıldı ya da süresi geçti; yenisi verilmedi."))
        return redirect("counter_case", no=no)
    return handover(request, opened)


def handover(request: Any, opened: Opened) -> HttpResponse:
    """The code in clear, once; what the person does next."""
    row = opened.row
    context = {
        "no": opened.application.pk,
        "name": opened.person.name,
        "code": code_shown(opened.code),
        "until": row.expires_at,
        "opens_password": row.opens_password,
        "opens_second_step": row.opens_second_step,
        "resets": row.resets,
        "purpose": PURPOSES[opened.application.purpose],
        "branch": request.desk.branch,
        "next_path": f"{settings.KATIP.origin}{reverse('activation')}",
    }
    return render(request, "counter_handover.html", context)


def _act(
    request: Any,
    no: int,
    form_class: type[Any],
    act: Callable[[Any], HttpResponse],
    page: Callable[..., HttpResponse],
    *,
    own_page: bool = False,
) -> HttpResponse:
    """Show the act's own page, if it has one; or do it, or say clearly why not. What was typed stays."""
    with acting_as(request.actor):
        found = application_open(request, no)
        if request.method != "POST":
            return _asked(request, found, form_class, page) if own_page else redirect("counter_case", no=no)
        form = form_class(request.POST)
        if not form.is_valid():
            return page(request, found, form, status=422)
    require_fresh_step(request)
    try:
        return act(form)
    except StaleStateError:
        return _gone(request, no)
    except RuleViolation as violation:
        form.add_error(None, refusal_words(violation))
        with acting_as(request.actor):
            return page(request, found, form, status=409)


def _asked(
    request: Any, found: Application, form_class: type[SeenForm], page: Callable[..., HttpResponse]
) -> HttpResponse:
    """The act's own page, where it can still be done."""
    waits = {ApplicationState.OPEN} if form_class is OverrideForm else {"open", "awaiting_second"}
    if state_shown(found, request.at)["state"] not in waits:
        return redirect("counter_case", no=found.pk)
    form = form_class.shown(found)
    kept = form_kept(request) or {}
    for name in ("reason", "why"):
        if name in form.fields:
            form.initial[name] = kept.get(name, [""])[-1]
    return page(request, found, form)


def _reason_page(template: str) -> Callable[..., HttpResponse]:
    def page(request: Any, found: Application, form: SeenForm, *, status: int = 200) -> HttpResponse:
        return render(request, template, {**case_shown(found, request), "form": form}, status=status)

    return page


def _gone(request: Any, no: int) -> HttpResponse:
    """Somebody was faster: what is true now."""
    with acting_as(request.actor):
        found = application_at_desk(no, request.desk, request.actor, found=frozenset({no}))
        if found is None:
            return redirect("counter")
        mine = request.actor.person_id in {found.officer_id, found.second_officer_id}
        own = mine and found.state == ApplicationState.CONFIRMED
        context = {**case_shown(found, request), "url": reverse("counter_case", args=[no]), "own": own}
        return render(request, "counter_gone.html", context, status=409)
