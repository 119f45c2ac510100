"""The applicant's pages: apply, see and print the sheet, take the application back.

Who is not signed in is known by the browser's session, or by the code on the sheet: whoever has it may see and cancel.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.codes import code_shown
from katip.core.crypto import lookup_key, unseal
from katip.core.errors import StaleStateError
from katip.counter.codes import application_code
from katip.counter.models import OPEN_STATES, Application, Purpose
from katip.counter.selectors import application_by_key, application_of, branch_provinces, branches_open
from katip.counter.services.applications import application_cancel, application_make, application_make_own
from katip.identity.devices import network_of
from katip.identity.limits import attempt_count
from katip.identity.second_step import second_step_of
from katip.rules import mask_national_id
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.counter.barcode import barcode_svg
from katip.web.counter.forms import ApplicationForm, CodeForm, EmailForm
from katip.web.counter.show import PURPOSES, branch_rows, is_foreign, last_day, state_shown
from katip.web.once import once

KEPT = "application"
"""in the session: the keyed hash of the application's code"""
_LIMIT = "30/h/ip,200/d/ip"
_LIMIT_OF_NUMBER = "3/d/key"
"""of a number from one network: others cannot be kept from applying by somebody far away"""
_LIMIT_OF_EMAIL = "3/d/key"
_LIMIT_OF_PERSON = "10/d/user"
_LIMIT_OF_CODES = "10/5m/ip"
_FEW = 8
"""So many branches are listed without asking for a province."""


def _made(request: Any, at: datetime) -> str | None:
    """The application that this browser's form made at that moment: shown from now on, though its answer was lost."""
    if not request.user.is_authenticated:
        form = ApplicationForm(request.POST)
        key = lookup_key(form.cleaned_data["national_id"]) if form.is_valid() else ""
        found = Application.objects.filter(national_id_key=key, made_at=at).first()
        if found is not None:
            request.session[KEPT] = found.code_key
    return reverse("application")


@access(Access.PUBLIC)
@never_cache
@once("application", made=_made)
@require_http_methods(["GET", "HEAD", "POST"])
def application_new(request: Any) -> HttpResponse:
    """*Başvuru*: what is asked for, who asks. The answer is alike for numbers that anybody has and that nobody has."""
    person = request.user if request.user.is_authenticated else None
    if person is not None and second_step_of(request, person) is not None:
        return render(request, "application_needless.html")
    known = _known(request)
    mine = known if known is not None and _is_open(known, request) else None
    if request.method != "POST":
        form = EmailForm(initial={"email": person.email}) if person else ApplicationForm()
        return _form_page(request, form, mine)
    form = EmailForm(request.POST) if person else ApplicationForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, mine, status=422)
    if isinstance(form, ApplicationForm):
        if mine is not None and _is_same(mine, form):
            return redirect("application")
        return _apply(request, form)
    if attempt_count(request, "application_own", _LIMIT_OF_PERSON) is None:
        return _too_many(request, form, mine)
    email = _address(request, form)
    application_make_own(actor=Actor(request.user.pk), at=request.at, purpose=Purpose.SECOND_STEP, email=email)
    request.session.pop(KEPT, None)
    return redirect("application")


def _apply(request: Any, form: ApplicationForm) -> HttpResponse:
    who = form.applicant()
    number = f"{lookup_key(who.national_id)}|{network_of(request)}"
    for action, limits, key in (
        ("application", _LIMIT, None),
        ("application_number", _LIMIT_OF_NUMBER, number),
    ):
        if attempt_count(request, action, limits, key=key) is None:
            return _too_many(request, form, None)
    purpose, email = form.cleaned_data["purpose"], _address(request, form)
    made = application_make(actor=Actor(None), at=request.at, purpose=purpose, who=who, email=email)
    request.session[KEPT] = made.code_key
    return redirect("application")


def _address(request: Any, form: EmailForm) -> str:
    """Where to write to about the application; nowhere where too many named this address today.

    Each application writes several times, when it is made, reminds, ends, so the address itself is left out.
    """
    email: str = form.cleaned_data["email"]
    counted = email and attempt_count(request, "application_email", _LIMIT_OF_EMAIL, key=email.lower())
    return email if counted else ""


def _too_many(request: Any, form: EmailForm, mine: Application | None) -> HttpResponse:
    form.add_error(None, _("Kısa sürede çok başvuru yapıldı. Yazdıklarınız duruyor; bir süre sonra yeniden gönderin."))
    return _form_page(request, form, mine, status=429)


def _form_page(request: Any, form: EmailForm, mine: Application | None, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "own": not isinstance(form, ApplicationForm),
        "open": mine,
        "purpose_hints": {
            Purpose.ACCOUNT: _("İlk kez giriyorsanız ya da şifrenizi bilmiyorsanız."),
            Purpose.SECOND_STEP: _("Şifreniz var, ikinci adımınız hiç kurulmadı."),
            Purpose.LOST_FACTOR: _("Telefonunuz kayboldu, değişti ya da kod uygulaması silindi. Eskisi kapatılır."),
            Purpose.BOTH_LOST: _("İkisi de elinizde değilse. Eskileri kapatılır."),
        },
    }
    return render(request, "application_new.html", context, status=status)


@access(Access.PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: Any) -> HttpResponse:
    """*Başvurum*: the sheet to print, where to go, and what has become of it; without one, a field for the code."""
    if request.method == "POST":
        return _post(request)
    found = _known(request)
    if found is None:
        return render(request, "application_code.html", {"form": CodeForm()})
    return render(request, "application.html", _sheet(request, found))


def _post(request: Any) -> HttpResponse:
    """Open an application by its code, or forget the one that this browser shows."""
    if "unut" in request.POST:
        request.session.pop(KEPT, None)
        messages.info(request, _("Başvuru bu tarayıcıda artık görünmüyor; belgenizdeki kodla yeniden açabilirsiniz."))
        return redirect("start")
    form = CodeForm(request.POST)
    if attempt_count(request, "application_code", _LIMIT_OF_CODES) is None:
        form.add_error(None, _("Kısa sürede çok kod denendi. Birkaç dakika sonra yeniden deneyin."))
        return render(request, "application_code.html", {"form": form}, status=429)
    if form.is_valid():
        key = form.cleaned_data["code"]
        if application_by_key(key) is not None:
            request.session[KEPT] = key
            return redirect("application")
        form.add_error("code", _("Bu kodla bir başvuru yok; belgedeki 12 haneyi denetleyin."))
    return render(request, "application_code.html", {"form": form}, status=422)


@access(Access.PUBLIC)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application_cancel_page(request: Any) -> HttpResponse:
    """*Başvuruyu iptal et*: asked once more, on a page of its own."""
    found = _known(request)
    if found is None or not _is_open(found, request):
        return redirect("application")
    if request.method != "POST":
        return render(request, "application_cancel.html", _frame(request, found))
    person = request.user.pk if request.user.is_authenticated else None
    try:
        application_cancel(actor=Actor(person), at=request.at, key=found.code_key)
        messages.success(request, _("Başvurunuz iptal edildi."))
    except StaleStateError:
        messages.info(request, _("Başvuru bu arada sonuçlandı; iptal edilmedi."))
    return redirect("application")


def _known(request: Any) -> Application | None:
    """The application that this browser shows: by the session, else the signed-in person's own."""
    key = request.session.get(KEPT)
    found = application_by_key(key) if key else None
    if found is None and request.user.is_authenticated:
        found = application_of(request.user.pk)
    return found


def _is_open(found: Application, request: Any) -> bool:
    return found.state in OPEN_STATES and found.expires_at > request.at


def _is_same(mine: Application, form: ApplicationForm) -> bool:
    """Whether the same is asked for the same number again: then the old one is shown."""
    typed = form.cleaned_data
    return mine.purpose == typed["purpose"] and mine.national_id_key == lookup_key(typed["national_id"])


def _frame(request: Any, found: Application) -> dict[str, Any]:
    number = unseal(found.national_id_sealed)
    return {
        "application": found,
        "name": f"{found.given_name} {found.family_name}",
        "national_id": mask_national_id(number),
        "foreign": is_foreign(number),
        "purpose": PURPOSES[found.purpose],
        "last_day": last_day(found),
        "state": state_shown(found, request.at, at_desk=False),
        "is_open": _is_open(found, request),
    }


def _sheet(request: Any, found: Application) -> dict[str, Any]:
    context = _frame(request, found)
    code = application_code(found) if context["is_open"] else ""
    return {
        **context,
        **_branches(request),
        "code": code_shown(code),
        "barcode": barcode_svg(code) if code else "",
        "kept_here": KEPT in request.session,
        "site_address": f"{settings.KATIP.origin}{reverse('application')}",
        "next_url": reverse("activation"),
    }


def _branches(request: Any) -> dict[str, Any]:
    """Where to go: all branches where they are few, else those of the province that was chosen."""
    day = day_of(request.at)
    provinces = branch_provinces(day)
    chosen = number_read(request.GET.get("il", ""))
    chosen = chosen if chosen in {code for code, _name, _count in provinces} else None
    few = sum(count for _code, _name, count in provinces) <= _FEW
    shown = branches_open(day, chosen) if few or chosen is not None else []
    return {
        "branches": branch_rows(shown),
        "provinces": [] if few else [(code, name, code == chosen) for code, name, _count in provinces],
        "any_branch": bool(provinces),
    }
