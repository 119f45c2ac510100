"""What each side may do to a contract, each act on a page of its own: end, take the end back, update, offer anew."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import resolve, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.contracts.models import Contract, DurationUpdate
from katip.contracts.seen import UpdateFigures, reoffer_figures, update_figures
from katip.contracts.services.end import contract_end, contract_end_revoke
from katip.contracts.services.reoffer import contract_reoffer, last_minutes
from katip.contracts.services.update import update_open_of, update_propose
from katip.core.clock import day_of
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.rules import (
    SHORT_CONTRACT_DAYS,
    ContractAction,
    ContractForm,
    ContractRole,
    ContractState,
    Profession,
    RuleViolation,
    blocked_until,
    judge_compliance,
)
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.contracts.acts.forms import EndForm, UpdateForm
from katip.web.contracts.acts.page import contract_frame, provider_words
from katip.web.contracts.acts.seen import actions_open, contract_get, role_here
from katip.web.entrance.kept import form_keep, form_kept
from katip.web.once import once
from katip.web.processes.at_once import require_fresh_step
from katip.web.processes.kinds import Row, row
from katip.web.processes.refused import refusal_take, refuse
from katip.web.refusals import refusal_words
from katip.web.templatetags.katip import current_language
from katip.web.words import PROFESSIONS, fit_words, in_sentence


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def end(request: Any, no: int) -> HttpResponse:
    """*Sözleşmeyi sonlandır*, today or from a later day; for the professional, *Görevden ayrıl*."""

    def form(data: Any) -> forms.Form:
        return EndForm(data, today=day_of(request.at))

    def run(form: forms.Form) -> Contract:
        return contract_end(
            actor=request.actor,
            at=request.at,
            contract_id=no,
            last_day=form.cleaned_data["last_day"],
            note=form.cleaned_data["note"],
        )

    def done(ended: Contract) -> str:
        if ended.state == ContractState.ENDED:
            return _("Sözleşme sonlandı. Öteki taraflar nedenini görür.")
        assert ended.ends_on is not None  # noqa: S101 -- the service announced it
        day = fmt.deadline_text(ended.ends_on, current_language())
        return _("Sözleşmenin son günü %(day)s olarak bildirildi. O güne kadar geri alabilirsiniz.") % {"day": day}

    page = _Page(ContractAction.END, "contract_end.html", form, _end_context, run, done)
    return _act(request, no, page)


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def end_revoke(request: Any, no: int) -> HttpResponse:
    """*Sonlandırmayı geri al*: the side that announced the end takes it back, and the contract goes on."""

    def run(form: forms.Form) -> Contract:
        del form
        return contract_end_revoke(actor=request.actor, at=request.at, contract_id=no)

    def done(contract: Contract) -> str:
        del contract
        return _("Sonlandırma geri alındı; sözleşme süresiz devam ediyor.")

    page = _Page(ContractAction.REVOKE_END, "contract_revoke.html", forms.Form, _revoke_context, run, done)
    return _act(request, no, page)


@access(Access.TWO_STEP)
@once("contract", "no")
@require_http_methods(["GET", "POST"])
def update(request: Any, no: int) -> HttpResponse:
    """*Süreyi güncelle*: one side proposes new minutes, with the figures that the law and the calendar give."""

    def run(form: forms.Form) -> DurationUpdate:
        minutes = form.cleaned_data["minutes"]
        return update_propose(actor=request.actor, at=request.at, contract_id=no, minutes=minutes)

    def done(proposed: DurationUpdate) -> str:
        what = {"minutes": fmt.number_text(proposed.minutes, current_language())}
        if role_here(request) == ContractRole.MANAGER:
            return _("%(minutes)s dakika önerildi; işverenin onayını bekliyor.") % what
        return _("%(minutes)s dakika önerildi; hizmet veren kurumun onayını bekliyor.") % what

    page = _Page(ContractAction.UPDATE, "contract_update.html", UpdateForm, _update_context, run, done)
    return _act(request, no, page)


def _reoffered(request: Any, at: datetime) -> str | None:
    """The offer that was made at that moment in the place of this contract."""
    found = Contract.objects.filter(predecessor_id=resolve(request.path_info).kwargs["no"], created_at=at).first()
    return reverse("contract", args=[found.pk]) if found is not None else None


@access(Access.TWO_STEP)
@once("contract", "no", made=_reoffered)
@require_http_methods(["GET", "POST"])
def reoffer(request: Any, no: int) -> HttpResponse:
    """*Yeniden teklif et*: the same offer anew, in one click."""

    def run(form: forms.Form) -> Contract:
        del form
        return contract_reoffer(actor=request.actor, at=request.at, contract_id=no)

    def done(made: Contract) -> str:
        return _("Teklif yeniden gönderildi; %(name)s yanıtlayacak.") % {"name": made.professional.person.name}

    page = _Page(ContractAction.REOFFER, "contract_reoffer.html", forms.Form, _reoffer_context, run, done)
    return _act(request, no, page)


@dataclass(frozen=True, slots=True)
class _Page:
    """An act's page: what it does by `run`, and the words of what was `done`."""

    action: ContractAction
    template: str
    form_of: Callable[[Any], forms.Form]
    context: Callable[[Any, Contract, forms.Form], Row]
    run: Callable[[forms.Form], Any]
    done: Callable[[Any], str]


def _act(request: Any, no: int, page: _Page) -> HttpResponse:
    """Show the page, or do the act by its one service; a refusal comes back on the page, and what was typed stays."""
    action = page.action
    with acting_as(request.actor):
        contract = contract_get(request, no, action, request.POST.get("acting", ""))
        waits = update_open_of(contract) is not None if action == ContractAction.UPDATE else False
        if action not in actions_open(contract, request, update_open=waits):
            return _closed(request, no)
        form = page.form_of(request.POST if request.method == "POST" else None)
        if not form.is_bound:
            kept = form_kept(request) or {}
            form.initial.update({name: values[-1] for name, values in kept.items() if values and name in form.fields})
        if not form.is_bound or not form.is_valid():
            shown = {**contract_frame(contract, request), "form": form, "refused": refusal_take(request)}
            shown |= page.context(request, contract, form)
            return render(request, page.template, shown, status=422 if form.is_bound else 200)
    require_fresh_step(request)
    try:
        result = page.run(form)
    except PermissionRefusedError:
        return _closed(request, no)
    except RuleViolation as violation:
        form_keep(request, request.user.pk, request.path, request.POST)
        return refuse(request, request.path, refusal_words(violation))
    messages.success(request, page.done(result))
    return redirect("contract", no=result.pk if action == ContractAction.REOFFER else no)


def _closed(request: Any, no: int) -> HttpResponse:
    """Not this side's to do, or not now: the contract's page says what is."""
    messages.warning(request, _("Bunu şu an yapamazsınız. Yapabilecekleriniz bu sayfada yazılıdır; bir şey değişmedi."))
    return redirect("contract", no=no)


def summary_rows(contract: Contract) -> list[Row]:
    """The few rows that tell which contract it is."""
    minutes: int = contract.minutes_now  # type: ignore[attr-defined] # annotated by the selector
    return [
        row(_("Hizmet alan işyeri"), contract.workplace.title, contract.workplace.province.name),
        row(_("Hizmet veren"), provider_words(contract)),
        row(str(PROFESSIONS[Profession(contract.profession)]), contract.professional.person.name),
        row(_("Aylık süre"), fmt.minutes_text(minutes, current_language()), strong=True),
    ]


def _end_context(request: Any, contract: Contract, form: forms.Form) -> Row:
    del form
    role = role_here(request)
    return {
        "role": role,
        "summary": summary_rows(contract),
        "announced": contract.ends_on,
        "warn_employer": role == ContractRole.EMPLOYER,
        "consequences": _consequences(contract, request),
    }


def _consequences(contract: Contract, request: Any) -> list[str]:
    """What an end brings with it: blocked minutes, what the workplace lacks then."""
    language, today = current_language(), day_of(request.at)
    minutes: int = contract.minutes_now  # type: ignore[attr-defined] # annotated by the selector
    lines = []
    if contract.provider_id is not None and contract.active_from is not None:
        started = day_of(contract.active_from)
        lasted = (today - started).days + 1
        what = {
            "days": fmt.number_text(lasted, language),
            "short": SHORT_CONTRACT_DAYS,
            "minutes": fmt.number_text(minutes, language),
            "until": fmt.date_text(blocked_until(today), language),
            "free": fmt.date_text(started + timedelta(days=SHORT_CONTRACT_DAYS), language),
        }
        if lasted <= SHORT_CONTRACT_DAYS:
            words = _(
                "Bugün sonlanırsa sözleşme %(days)s gün sürmüş olur. %(short)s günü aşmadığı için %(minutes)s dakika, "
                "%(until)s gününün sonuna kadar profesyonelin kapasitesinde bloke kalır. Son gün %(free)s ya da "
                "sonrası olursa bloke kalmaz."
            )
        else:
            words = _("Sözleşme %(days)s gündür sürüyor; %(minutes)s dakika son günden sonra hemen boşalır.")
        lines.append(words % what)
    figures = update_figures(contract, request.at)
    if figures.requirement is not None and figures.requirement.required:
        left = judge_compliance(
            figures.requirement,
            part_time=figures.facts.part_time,
            full_time_persons=figures.facts.full_time_persons,
        )
        profession = in_sentence(str(PROFESSIONS[Profession(contract.profession)]))
        words = _("Sonlanınca işyerinde kalan durum, %(profession)s: %(verdict)s")
        lines.append(words % {"profession": profession, "verdict": fit_words(left)})
    if update_open_of(contract) is not None:
        lines.append(_("Karar bekleyen süre güncellemesi, sözleşme sonlanınca geri çekilmiş olur."))
    return lines


def _revoke_context(request: Any, contract: Contract, form: forms.Form) -> Row:
    del request, form
    return {"summary": summary_rows(contract), "ends_on": contract.ends_on, "note": contract.end_note}


def _update_context(request: Any, contract: Contract, form: forms.Form) -> Row:
    figures = update_figures(contract, request.at)
    minutes: int = contract.minutes_now  # type: ignore[attr-defined] # annotated by the selector
    if not form.is_bound and "minutes" not in form.initial and figures.minimum is not None:
        form.initial["minutes"] = figures.minimum
    return {
        "summary": summary_rows(contract),
        "role": role_here(request),
        "figures": _figures(figures, minutes),
        "minimum": figures.minimum,
        "at_minimum": figures.minimum == minutes,
        "citation": figures.requirement.citation.full if figures.requirement else "",
        "blocked": figures.facts.blocked,
        "blocked_until": figures.facts.blocked_until,
    }


def _figures(figures: UpdateFigures, minutes: int) -> list[Row]:
    """The reckoning in a row of large figures, minutes a month."""
    shown: list[Row] = []
    if figures.requirement is not None:
        facts = figures.facts
        note = _("%(employees)s çalışan") % {"employees": fmt.number_text(facts.employees or 0, current_language())}
        shown.append({"label": _("Gereken"), "value": figures.requirement.minutes, "note": note})
        shown.append({"label": _("Öteki sözleşmelerde"), "value": facts.running})
        shown.append({"label": _("Bu sözleşmede en az"), "value": figures.minimum})
    shown.append({"label": _("Bu sözleşmede şimdi"), "value": minutes})
    if figures.free is not None:
        note = _("şimdiki süre içinde")
        shown.append({"label": _("Profesyonelin verebileceği"), "value": max(0, figures.free), "note": note})
    return shown


def _reoffer_context(request: Any, contract: Contract, form: forms.Form) -> Row:
    del form
    own = contract.form == ContractForm.OWN_STAFF
    minutes = last_minutes([contract])[contract.pk]
    violation = reoffer_figures(contract, minutes, request.at).violation
    rows = summary_rows(contract)
    rows[-1] = row(_("Aylık süre"), fmt.minutes_text(minutes, current_language()), strong=True)
    name = contract.professional.person.name
    answers = _("Yalnız %(name)s onaylar.") if own else _("Önce %(name)s, sonra işveren onaylar.")
    return {
        "summary": [*rows, row(_("Kim onaylar"), answers % {"name": name})],
        "hindrance": refusal_words(violation) if violation is not None else "",
    }
