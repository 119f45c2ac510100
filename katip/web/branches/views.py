"""Branches: the list, one of them, and every change to it on a page of its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.core.clock import day_of
from katip.core.usecase import acting_as
from katip.counter.branches_kept import KeptBranch, branch_kept, branches_kept, closure_kept, posting_kept
from katip.counter.models import Branch, BranchClosure, Posting
from katip.counter.services.branch_care import (
    branch_change,
    branch_reopen,
    branch_shut,
    closure_add,
    closure_drop,
    week_set,
)
from katip.counter.services.branches import branch_open, posting_set
from katip.counter.services.officers import officer_appoint, officer_dismiss
from katip.registry.models import OfficialRole
from katip.web.access import View
from katip.web.addresses import number_read
from katip.web.branches.forms import (
    BranchForm,
    ClosedDayForm,
    ConfirmForm,
    MoveForm,
    OfficerForm,
    ShutForm,
    WeekForm,
    branch_fields,
)
from katip.web.context import contact
from katip.web.format import WEEKDAYS, date_text
from katip.web.officials.guard import for_offices
from katip.web.once import once
from katip.web.people.forms import PeopleForm
from katip.web.people.serve import FormPage, form_serve
from katip.web.templatetags.words import current_language
from katip.web.words import OFFICES

PAGE = 50
BRANCHES_OFFERED = 500
_NUMBERS = 2**31


@for_offices(OfficialRole.OPERATOR)
@require_GET
def branches(request: Any) -> HttpResponse:
    """Every branch, in the order of entering."""
    after = number_read(request.GET.get("sonra", ""))
    found = branches_kept(request.actor, after=after, limit=PAGE)
    here, more = reverse("branches"), len(found) > PAGE
    context = {
        "rows": [
            {
                "url": reverse("branch", args=[one.pk]),
                "name": one.name,
                "place": f"{one.province.name}, {one.district.name}",
                "closed_on": one.closed_on,
                "shut": one.closed_on is not None and one.closed_on <= day_of(request.at),
                "officers": len(one.held),  # type: ignore[attr-defined] # prefetched
                "narrowed": bool(one.networks),
            }
            for one in found[:PAGE]
        ],
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(found[:PAGE])} if more or after else "",
        "first_url": here if after else "",
        "next_url": f"{here}?{urlencode({'sonra': found[PAGE - 1].pk})}" if more else "",
    }
    return render(request, "branches.html", context)


def _of(find: Callable[[Any, int], Any]) -> Callable[[Callable[..., HttpResponse]], View]:
    """Open a page about what `find` finds by its number to whoever runs the installation."""

    def declare(view: Callable[..., HttpResponse]) -> View:
        @for_offices(OfficialRole.OPERATOR)
        @wraps(view)
        def opened(request: Any, no: int) -> HttpResponse:
            with acting_as(request.actor):
                found = find(request, no) if no < _NUMBERS else None
            if found is None:
                raise Http404
            return view(request, found)

        return opened

    return declare


_of_branch = _of(lambda request, no: branch_kept(request.actor, no, day_of(request.at)))
_of_closure = _of(lambda request, no: closure_kept(request.actor, no, day_of(request.at)))
_of_officer = _of(lambda request, no: posting_kept(request.actor, no))


@_of_branch
@require_GET
def branch(request: Any, kept: KeptBranch) -> HttpResponse:
    """One branch: what applicants see of it, who works there, and the ways to change it."""
    days = WEEKDAYS[current_language()]
    context = {
        "branch": kept.branch,
        "place": f"{kept.branch.province.name}, {kept.branch.district.name}",
        "phone": contact("", kept.branch.phone, "")["phone"],
        "networks": kept.branch.networks.splitlines(),
        "shut": kept.branch.closed_on is not None and kept.branch.closed_on <= day_of(request.at),
        "week": [
            (name, [f"{one.opens:%H:%M}–{one.closes:%H:%M}" for one in kept.hours if one.weekday == number])
            for number, name in enumerate(days, start=1)
        ],
        "closures": kept.closures,
        "officers": [
            {"no": one.pk, "name": one.person.name, "role": OFFICES[one.role], "id": one.person.national_id_masked}
            for one in kept.officers
        ],
    }
    return render(request, "branch.html", context)


@for_offices(OfficialRole.OPERATOR)
@once("branches")
@require_http_methods(["GET", "POST"])
def branch_new(request: Any) -> HttpResponse:
    """Enter a branch."""
    page = FormPage(
        title=_("Yeni şube"),
        lead=_("Kaydettiğiniz şube, çalışma saatlerini girince başvuranlara gösterilir."),
        button=_("Kaydet"),
        back_label=_("Şubeler"),
        back_url=reverse("branches"),
    )

    def act(typed: dict[str, Any]) -> object:
        return branch_open(actor=request.actor, at=request.at, fields=branch_fields(typed))

    return form_serve(request, BranchForm, page, act, done=_("Şube kaydedildi. Çalışma saatlerini de girin."))


@_of_branch
@require_http_methods(["GET", "POST"])
def change(request: Any, kept: KeptBranch) -> HttpResponse:
    """Correct what is known of it."""
    page = _page(
        kept.branch,
        title=_("Şube bilgileri"),
        lead=_("Adres ve telefonu başvuranlar görür; ağlar görevlilerin nereden işlem yapabileceğini belirler."),
        button=_("Kaydet"),
        initial=BranchForm.beginning(kept.branch),
    )
    return _serve(
        request, kept.branch, BranchForm, page, lambda typed: {"service": branch_change, "fields": branch_fields(typed)}
    )


@_of_branch
@require_http_methods(["GET", "POST"])
def week(request: Any, kept: KeptBranch) -> HttpResponse:
    """When it is open."""
    page = _page(
        kept.branch,
        title=_("Çalışma saatleri"),
        lead=_("Her güne açık olunan saatleri yazın: 09:00-12:30, 13:30-17:00. Boş gün kapalıdır."),
        notes=(_("Resmî tatillerde kapalı olduğunuzu yazmanız gerekmez."),),
        button=_("Kaydet"),
        initial=WeekForm.beginning(kept.hours),
    )

    def asked(typed: dict[str, Any]) -> dict[str, Any]:
        return {"service": week_set, "week": {number: typed[f"day{number}"] for number in range(1, 8)}}

    return _serve(request, kept.branch, WeekForm, page, asked)


@_of_branch
@once("branch", "no")
@require_http_methods(["GET", "POST"])
def closed_day(request: Any, kept: KeptBranch) -> HttpResponse:
    """Close it for a day."""
    page = _page(
        kept.branch,
        title=_("Kapalı gün ekleyin"),
        lead=_("O gün başvuranlar bu şubeye yönlendirilmez."),
        button=_("Ekle"),
    )
    return _serve(request, kept.branch, ClosedDayForm, page, lambda typed: {"service": closure_add, **_said(typed)})


@_of_closure
@require_http_methods(["GET", "POST"])
def closed_day_drop(request: Any, closure: BranchClosure) -> HttpResponse:
    """Take a closed day back."""
    page = _page(
        closure.branch,
        title=_("Kapalı günü kaldırın"),
        lead=_("%(day)s günü şube yeniden açık görünür (%(reason)s).")
        % {"day": date_text(closure.day), "reason": closure.reason},
        button=_("Kaldır"),
    )

    def asked(_typed: dict[str, Any]) -> dict[str, Any]:
        return {"service": closure_drop, "closure_id": closure.pk}

    return _serve(request, closure.branch, ConfirmForm, page, asked)


@_of_branch
@once("branch", "no")
@require_http_methods(["GET", "POST"])
def shut(request: Any, kept: KeptBranch) -> HttpResponse:
    """Close it for good, or take that back: the same page, by what it is now."""
    if kept.branch.closed_on is not None:
        page = _page(
            kept.branch,
            title=_("Şubeyi yeniden açın"),
            lead=_("Başvuranlar yeniden bu şubeye yönlendirilir, görevlileri yeniden işlem yapar."),
            button=_("Yeniden aç"),
        )
        return _serve(request, kept.branch, ConfirmForm, page, lambda _typed: {"service": branch_reopen})
    page = _page(
        kept.branch,
        title=_("Şubeyi kapatın"),
        lead=_("O günden başlayarak kimse bu şubeye yönlendirilmez, görevlileri işlem yapamaz. Geri alınabilir."),
        button=_("Kapat"),
        danger=True,
    )
    return _serve(request, kept.branch, ShutForm, page, lambda typed: {"service": branch_shut, "day": typed["day"]})


@_of_branch
@once("branch", "no")
@require_http_methods(["GET", "POST"])
def officer_new(request: Any, kept: KeptBranch) -> HttpResponse:
    """Appoint somebody."""
    page = _page(
        kept.branch,
        title=_("Görevli ekleyin"),
        lead=_("Kişi bugünden başlayarak bu şubede işlem yapar. İki aşamalı girişi açık olmalı."),
        button=_("Görevlendir"),
    )

    def asked(typed: dict[str, Any]) -> dict[str, Any]:
        return {
            "service": officer_appoint,
            "national_id": typed["national_id"],
            "role": OfficialRole(typed["role"]),
        }

    return _serve(request, kept.branch, OfficerForm, page, asked)


@_of_officer
@require_http_methods(["GET", "POST"])
def officer_move(request: Any, posting: Posting) -> HttpResponse:
    """Send an officer to another branch."""
    with acting_as(request.actor):
        others = branches_kept(request.actor, limit=BRANCHES_OFFERED)
    offered = [(one.pk, one.name) for one in others if one.pk != posting.branch_id and one.closed_on is None]
    page = _page(
        posting.branch,
        title=_("%(name)s başka şubeye geçsin") % {"name": posting.official.person.name},
        lead=_("Bugünden başlayarak yalnız yeni şubesinde işlem yapar."),
        button=_("Geçir"),
    )

    def act(typed: dict[str, Any]) -> object:
        official_id, branch_id = posting.official_id, typed["branch"]
        return posting_set(actor=request.actor, at=request.at, official_id=official_id, branch_id=branch_id)

    form_class = type("OtherBranchForm", (MoveForm,), {"offered": offered})
    return form_serve(request, form_class, page, act, done=_("Kaydedildi."))


@_of_officer
@require_http_methods(["GET", "POST"])
def officer_end(request: Any, posting: Posting) -> HttpResponse:
    """End an officer's office."""
    page = _page(
        posting.branch,
        title=_("%(name)s görevden alınsın") % {"name": posting.official.person.name},
        lead=_("Görevi hemen biter; gişe sayfalarını artık açamaz. Yaptığı işlemler kayıtta kalır."),
        button=_("Görevden al"),
        danger=True,
    )

    def act(_typed: dict[str, Any]) -> object:
        return officer_dismiss(actor=request.actor, at=request.at, official_id=posting.official_id)

    return form_serve(request, ConfirmForm, page, act, done=_("Görevi bitti."))


def _page(where: Branch, **words: Any) -> FormPage:
    return FormPage(back_label=where.name, back_url=reverse("branch", args=[where.pk]), **words)


def _serve(
    request: Any,
    where: Branch,
    form_class: type[PeopleForm],
    page: FormPage,
    asked: Callable[[dict[str, Any]], dict[str, Any]],
) -> HttpResponse:
    """Serve a form whose service takes the branch's id and what `asked` makes of the form."""

    def act(typed: dict[str, Any]) -> object:
        arguments = asked(typed)
        service = arguments.pop("service")
        return service(actor=request.actor, at=request.at, branch_id=where.pk, **arguments)

    return form_serve(request, form_class, page, act, done=_("Kaydedildi."))


def _said(typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, without the form's own field."""
    return {name: value for name, value in typed.items() if name != "organisation"}
