"""*Hesabım*: what guards a person's sign-in, and what happened to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from katip.audit.selectors import Happened, events_about
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.identity.factors import factors_of
from katip.identity.limits import attempt_count
from katip.identity.models import SecurityNotice
from katip.identity.overview import devices_of, notices_of, password_since, proofings_of, sessions_of
from katip.identity.services.email import email_set
from katip.identity.services.notices_seen import notices_seen
from katip.identity.services.password import WrongPasswordError, password_change, password_change_failed
from katip.identity.services.sessions import devices_forget, session_end, sessions_end
from katip.identity.sign_in_ends import session_rebind
from katip.identity.step_up import require_fresh
from katip.identity.words import METHODS, WAYS, notice_text, notice_title
from katip.web.access import Access, access
from katip.web.account.forms import TOO_MANY, EmailForm, PasswordChangeForm
from katip.web.account.words import EVENTS, SIGN_INS, event_item
from katip.web.addresses import number_read
from katip.web.middleware import SEEN
from katip.web.processes.at_once import require_fresh_step
from katip.web.reached import faults_shown

FIRST, PAGE = 5, 30
"""events or notices on *Hesabım* itself, and on a page of their own"""


@access(Access.TWO_STEP)
@require_GET
def account(request: Any) -> HttpResponse:
    """All of it on one page."""
    person, at = request.user, request.at
    sessions = sessions_of(person.pk, at, here=request.session.session_key or "", seen_key=SEEN)
    context = {
        "unseen": request.user.unseen_notices,
        "factors": [
            {
                "name": str(METHODS[factor.kind]),
                "own_name": factor.name,
                "added": factor.added_at,
                "used": factor.last_used_at,
                "left": factor.left if factor.kind == "recovery_codes" else None,
            }
            for factor in factors_of(person.pk)
        ],
        "password_since": password_since(person.pk),
        "email": person.email,
        "email_unproved": person.email_unproved,
        "email_fault": faults_shown([person.email]).get(person.email),
        "sessions": sessions,
        "others": len([one for one in sessions if not one.here]),
        "devices": devices_of(person.pk),
        "events": _events(events_about(person.pk, SIGN_INS, most=FIRST)),
        "proofings": [
            {"at": one.at, "way": str(WAYS[one.way]), "by_officer": one.officer is not None, "number": one.reference}
            for one in proofings_of(person.pk)
        ],
        "notices": [_notice(notice) for notice in notices_of(person.pk, most=FIRST)],
    }
    return render(request, "account.html", context)


@access(Access.TWO_STEP)
@require_POST
def account_sessions(request: Any) -> HttpResponse:
    """End one session, or all but this one."""
    number, here = number_read(request.POST.get("oturum", "")), request.session.session_key or ""
    if number is not None:
        count = session_end(actor=request.actor, at=request.at, session_id=number)
    else:
        count = sessions_end(actor=request.actor, at=request.at, keep=here)
    if count:
        done = ngettext("%(n)s oturum kapatıldı.", "%(n)s oturum kapatıldı.", count) % {"n": count}
        messages.success(request, done)
    else:
        messages.info(request, _("Kapatılacak açık bir oturum yoktu."))
    return redirect("account")


@access(Access.TWO_STEP)
@require_POST
def account_devices(request: Any) -> HttpResponse:
    """Forget one known browser, or all of them."""
    text = request.POST.get("tarayici", "")
    number = number_read(text)
    count = 0
    if text == "hepsi" or number is not None:
        count = devices_forget(actor=request.actor, at=request.at, device_id=number)
    if count:
        done = ngettext("%(n)s tarayıcı unutuldu.", "%(n)s tarayıcı unutuldu.", count) % {"n": count}
        messages.success(request, done)
    else:
        messages.info(request, _("Unutulacak bir tarayıcı yoktu."))
    return redirect("account")


@access(Access.TWO_STEP)
@require_GET
def account_history(request: Any) -> HttpResponse:
    """Everything that happened to this sign-in, page by page."""
    before = number_read(request.GET.get("sonra", ""))
    found = events_about(request.user.pk, list(EVENTS), most=PAGE + 1, before=before)
    rows = found[:PAGE]
    context = {
        "events": _events(rows),
        **_pager("account_history", before, rows[-1].id if len(found) > PAGE else None, len(rows)),
    }
    return render(request, "account_history.html", context)


@access(Access.TWO_STEP, writes=True)
@require_GET
def account_notices(request: Any) -> HttpResponse:
    """What the person was told; what is opened here counts as seen from then on."""
    before = number_read(request.GET.get("sonra", ""))
    with acting_as(request.actor):
        found = notices_of(request.user.pk, most=PAGE + 1, before=before)
        rows = found[:PAGE]
        context = {
            "notices": [_notice(notice) for notice in rows],
            **_pager("account_notices", before, rows[-1].pk if len(found) > PAGE else None, len(rows)),
        }
        response = render(request, "account_notices.html", context)
    unseen = [notice.pk for notice in rows if notice.seen_at is None]
    if unseen and request.method == "GET":
        notices_seen(actor=request.actor, at=request.at, notice_ids=unseen)
    return response


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def account_password(request: Any) -> HttpResponse:
    """Another password. The second step is asked before anything is typed: passwords are not kept for later."""
    if request.method == "GET":
        require_fresh_step(request)
        return render(request, "account_password.html", {"form": PasswordChangeForm(person=request.user)})
    if _too_old(request):
        return redirect("account_password")
    form = PasswordChangeForm(request.POST, person=request.user)
    if form.is_valid() and _password_changed(request, form):
        messages.success(request, _("Şifreniz değiştirildi; öteki oturumlarınız kapatıldı."))
        return redirect("account")
    return render(request, "account_password.html", {"form": form}, status=422)


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def account_email(request: Any) -> HttpResponse:
    """Where the person is told by e-mail; both the old and the new address hear of it."""
    require_fresh_step(request)
    form = EmailForm(request.POST if request.method == "POST" else None, initial={"email": request.user.email})
    if request.method == "POST" and form.is_valid():
        if email_set(actor=request.actor, at=request.at, email=form.cleaned_data["email"]):
            messages.success(request, _("Bildirim adresiniz değiştirildi. Eski ve yeni adrese haber verildi."))
            if form.cleaned_data["email"]:
                messages.info(
                    request,
                    _(
                        "Yeni adrese giden doğrulama bağlantısını açın; o zamana kadar oraya yalnız güvenlik "
                        "bildirimleri gider."
                    ),
                )
        elif request.user.email_unproved:
            messages.info(
                request, _("Doğrulama bağlantısı bu adrese yeniden gönderildi; on dakika içinde bir kez gönderilir.")
            )
        else:
            messages.info(request, _("Bildirim adresiniz zaten böyleydi; bir şey değişmedi."))
        return redirect("account")
    return render(request, "account_email.html", {"form": form}, status=422 if form.is_bound else 200)


def _password_changed(request: Any, form: PasswordChangeForm) -> bool:
    """Change it, or say in the form why not. A wrong present password counts: the session may be stolen."""
    take_back = attempt_count(request, "password", "5/5m/user")
    if take_back is None:
        form.add_error(None, TOO_MANY)
        return False
    typed = form.cleaned_data
    keep = request.session.session_key or ""
    try:
        person = password_change(actor=request.actor, at=request.at, old=typed["old"], new=typed["password"], keep=keep)
    except WrongPasswordError:
        password_change_failed(actor=request.actor, at=request.at)
        form.add_error("old", _("Şimdiki şifre yanlış. Denetleyip yeniden yazın."))
        return False
    take_back()
    session_rebind(request, person)
    return True


def _too_old(request: Any) -> bool:
    try:
        require_fresh(request.actor, request.at)
    except PermissionRefusedError:
        return True
    return False


def _events(events: list[Happened]) -> list[dict[str, Any]]:
    return [{**event_item(event.tag, event.detail), "at": event.at} for event in events]


def _notice(notice: SecurityNotice) -> dict[str, Any]:
    return {
        "title": notice_title(notice.kind),
        "text": notice_text(notice.kind, notice.detail),
        "at": notice.at,
        "new": notice.seen_at is None,
    }


def _pager(name: str, before: int | None, last: int | None, count: int) -> dict[str, str]:
    url = reverse(name)
    return {
        "shown": _("%(n)s satır gösteriliyor") % {"n": count} if last or before else "",
        "first_url": url if before else "",
        "next_url": f"{url}?{urlencode({'sonra': last})}" if last else "",
    }
