"""A page with one form, one service behind it: shown, filled wrongly, refused, done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.rules import RuleViolation
from katip.web.entrance.kept import form_kept
from katip.web.people.forms import PeopleForm
from katip.web.processes.at_once import require_fresh_step
from katip.web.refusals import refusal_words


@dataclass(frozen=True, slots=True)
class FormPage:
    """The words around a form; `notes` stand above it, `summary` tells what it is about, `aside` stands beside it."""

    title: str
    lead: str
    button: str
    back_label: str
    back_url: str
    notes: tuple[str, ...] = ()
    summary: tuple[Mapping[str, Any], ...] = ()
    aside: tuple[tuple[str, str], ...] = ()
    danger: bool = False
    initial: Mapping[str, Any] = field(default_factory=dict)


def form_serve(
    request: Any,
    form_class: type[PeopleForm],
    page: FormPage,
    act: Callable[[dict[str, Any]], object],
    *,
    done: str,
) -> HttpResponse:
    """Show the form, or do what it asks by `act` and go back with the words `done`; what was typed stays."""
    organisation = request.actor.organisation_id or 0
    if request.method != "POST":
        kept = form_kept(request, organisation=str(organisation)) or {}
        typed = {name: values[-1] for name, values in kept.items() if name in form_class.base_fields and values}
        return _page(request, form_class(initial={**page.initial, **typed, "organisation": organisation}), page)
    with acting_as(request.actor):
        form = form_class(request.POST)
        if form.is_valid() and form.cleaned_data["organisation"] != organisation:
            words = _(
                "Başka bir sekmede firmayı ya da sıfatı değiştirdiniz; kaydedilmedi. Denetleyip yeniden gönderin."
            )
            form = form_class({**request.POST.dict(), "organisation": organisation})
            form.add_error(None, words)
        if not form.is_valid():
            return _page(request, form, page, status=422)
    require_fresh_step(request)
    try:
        act(form.cleaned_data)
    except PermissionRefusedError:
        return redirect("capacity")
    except RuleViolation as violation:
        form.add_error(form.faults.get(violation.code), refusal_words(violation))
        with acting_as(request.actor):
            return _page(request, form, page, status=409)
    messages.success(request, done)
    return redirect(page.back_url)


def _page(request: Any, form: PeopleForm, page: FormPage, *, status: int = 200) -> HttpResponse:
    return render(request, "people_form.html", {"form": form, "page": page}, status=status)
