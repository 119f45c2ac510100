"""One's own second steps: a list, and a page for every change."""

from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.core.clock import day_of
from katip.core.codes import code_shown
from katip.core.errors import PermissionRefusedError
from katip.identity.factors import PASSKEY, RECOVERY_CODES, SECOND_STEPS, Factor, factor_of, factors_of
from katip.identity.services.factors import (
    LastFactorError,
    factor_remove,
    passkey_rename,
    proof_changes_factors,
    recovery_codes_renew,
)
from katip.web.access import Access, access
from katip.web.factors.forms import KeptForm, NameForm
from katip.web.factors.shown import codes_forget, codes_keep, codes_shown


@access(Access.TWO_STEP)
@require_GET
def factors(request: Any) -> HttpResponse:
    """Everything that guards this person's sign-in."""
    found = factors_of(request.user.pk)
    context = {
        "second_steps": [factor for factor in found if factor.kind in SECOND_STEPS],
        "passkeys": sum(factor.kind == PASSKEY for factor in found),
        "codes": next((factor for factor in found if factor.kind == RECOVERY_CODES), None),
    }
    return render(request, "factors.html", context)


@access(Access.TWO_STEP)
def rename(request: Any, no: int) -> HttpResponse:
    """Another name for a passkey."""
    factor = _factor(request, no)
    if factor.kind != PASSKEY:
        raise Http404
    _require_young_proof(request)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"name": factor.name})
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "factor_rename.html", {"form": form, "factor": factor}, status=status)
    try:
        passkey_rename(actor=request.actor, at=request.at, factor_id=no, name=form.cleaned_data["name"])
    except PermissionRefusedError as error:
        raise Http404 from error
    messages.success(request, _("Anahtarın adı değişti: %(name)s.") % {"name": form.cleaned_data["name"]})
    return redirect("factors")


@access(Access.TWO_STEP)
def remove(request: Any, no: int) -> HttpResponse:
    """Remove a passkey or the code app, after asking; the last one stays."""
    factor = _factor(request, no)
    if factor.kind not in SECOND_STEPS:
        raise Http404
    _require_young_proof(request)
    last = sum(one.kind in SECOND_STEPS for one in factors_of(request.user.pk)) == 1
    if request.method != "POST" or last:
        status = 409 if request.method == "POST" else 200
        return render(request, "factor_remove.html", {"factor": factor, "last": last}, status=status)
    try:
        factor_remove(actor=request.actor, at=request.at, factor_id=no, session_key=request.session.session_key)
    except LastFactorError:
        return render(request, "factor_remove.html", {"factor": factor, "last": True}, status=409)
    except PermissionRefusedError as error:
        raise Http404 from error
    messages.success(request, _("İkinci adım kaldırıldı. Öteki oturumlarınız kapatıldı."))
    return redirect("factors")


@access(Access.TWO_STEP)
def codes_new(request: Any) -> HttpResponse:
    """New recovery codes, after asking: the earlier ones end."""
    _require_young_proof(request)
    if request.method == "POST":
        codes = recovery_codes_renew(actor=request.actor, at=request.at)
        codes_keep(request, codes, first=False)
        return redirect("factor_codes")
    found = next((one for one in factors_of(request.user.pk) if one.kind == RECOVERY_CODES), None)
    return render(request, "factor_codes_new.html", {"left": found.left if found else 0})


@access(Access.TWO_STEP)
def codes(request: Any) -> HttpResponse:
    """The new recovery codes, until the person says that they are kept; never again afterwards."""
    shown = codes_shown(request)
    if not shown:
        return redirect("factors")
    form = KeptForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect(codes_forget(request))
    context = {
        "form": form,
        "codes": [code_shown(code) for code in shown],
        "signed_by": request.user.name,
        "made": day_of(request.at),
    }
    return render(request, "factor_codes.html", context, status=422 if form.is_bound else 200)


@access(Access.TWO_STEP)
@require_GET
def codes_download(request: Any) -> HttpResponse:
    """The same as a text file."""
    shown = codes_shown(request)
    if not shown:
        return redirect("factors")
    lines = [
        _("Katip kurtarma kodları: %(name)s") % {"name": request.user.name},
        _("Her kod bir kez geçer. Bu dosyayı şifrenizle aynı yerde saklamayın."),
        "",
        *(code_shown(code) for code in shown),
        "",
    ]
    response = HttpResponse("\r\n".join(lines), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="katip-kurtarma-kodlari.txt"'
    return response


def _factor(request: Any, no: int) -> Factor:
    factor = factor_of(request.user.pk, no)
    if factor is None:
        raise Http404
    return factor


def _require_young_proof(request: Any) -> None:
    """Ask for a second step again where the last one is too old, or was a recovery code."""
    if not proof_changes_factors(request.actor.proof, request.at):
        raise ReauthenticationRequired
