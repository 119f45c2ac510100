"""Webhook addresses: the list, a new one, its secret shown once, and what can be done with it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from katip.core.errors import PermissionRefusedError
from katip.notices.hooks.addresses import HookAddressError
from katip.notices.hooks.selectors import MOST, hooks_of
from katip.notices.hooks.services.replay import hook_test
from katip.notices.hooks.services.subscribe import (
    HookError,
    hook_pause,
    hook_resume,
    hook_rotate,
    hook_subscribe,
)
from katip.notices.hooks.services.subscribe import hook_change as hook_alter
from katip.notices.hooks.services.subscribe import (
    hook_end as hook_finish,
)
from katip.notices.models import HookKind, HookSubscription
from katip.web.access import Access, access
from katip.web.hooks.asked import hook_asked, organised, secret_forget, secret_held, secret_keep
from katip.web.hooks.forms import HookForm
from katip.web.hooks.words import ERRORS, KINDS, state_shown
from katip.web.once import once
from katip.web.processes.at_once import require_fresh_step


@access(Access.ACTING)
@require_GET
def hooks(request: Any) -> HttpResponse:
    """The organisation's addresses, and what each is told of."""
    if not organised(request):
        return render(request, "403.html", status=403)
    rows = [hook_shown(one) for one in hooks_of(request.actor, request.at)]
    return render(request, "hooks.html", {"rows": rows, "full": len(rows) >= MOST, "most": MOST})


def _hook_made(request: Any, at: datetime) -> str | None:
    """Where the secret of the subscription stands that was made at that moment."""
    found = next((one for one in hooks_of(request.actor, request.at) if one.made_at == at), None)
    return reverse("hook_secret", kwargs={"no": found.pk}) if found is not None else None


@access(Access.ACTING)
@once("hooks", made=_hook_made)
@require_http_methods(["GET", "POST"])
def hook_new(request: Any) -> HttpResponse:
    """A new address; then its secret."""
    if not organised(request):
        return render(request, "403.html", status=403)
    everything = {"kinds": HookKind.values}
    form = HookForm(request.POST) if request.method == "POST" else HookForm(initial=everything)
    if form.is_valid():
        require_fresh_step(request)
        try:
            made, secret = hook_subscribe(actor=request.actor, at=request.at, **form.cleaned_data)
        except (HookError, HookAddressError) as error:
            form.refuse(error)
        else:
            secret_keep(request, made.pk, secret)
            return redirect("hook_secret", no=made.pk)
    return render(request, "hook_form.html", {"form": form, "hook": None}, status=422 if form.is_bound else 200)


@access(Access.ACTING)
@require_http_methods(["GET", "POST"])
def hook_change(request: Any, no: int) -> HttpResponse:
    """Another address, or other kinds."""
    found = hook_asked(request, no)
    kept = {"url": found.url, "kinds": found.kinds}
    form = HookForm(request.POST) if request.method == "POST" else HookForm(initial=kept)
    if form.is_valid():
        require_fresh_step(request)
        try:
            hook_alter(actor=request.actor, at=request.at, number=no, **form.cleaned_data)
        except (HookError, HookAddressError) as error:
            form.refuse(error)
        except PermissionRefusedError as error:
            raise Http404 from error
        else:
            messages.success(request, _("Webhook adresi değişti."))
            return redirect("hook", no=no)
    return render(request, "hook_form.html", {"form": form, "hook": found}, status=422 if form.is_bound else 200)


@access(Access.ACTING)
@once("hook_secret", "no")
@require_http_methods(["GET", "POST"])
def hook_secret(request: Any, no: int) -> HttpResponse:
    """The secret until somebody says that it is kept, and never again; or a new one."""
    found = hook_asked(request, no)
    if request.method == "POST" and "sakladim" in request.POST:
        secret_forget(request)
        return redirect("hook", no=no)
    if request.method == "POST":
        require_fresh_step(request)
        try:
            secret_keep(request, no, hook_rotate(actor=request.actor, at=request.at, number=no))
        except PermissionRefusedError as error:
            raise Http404 from error
        return redirect("hook_secret", no=no)
    until = found.former_until if found.former_until is not None and found.former_until > request.at else None
    return render(request, "hook_secret.html", {"hook": found, "secret": secret_held(request, no), "until": until})


@access(Access.ACTING)
@once("hook", "no")
@require_POST
def hook_act(request: Any, no: int) -> HttpResponse:
    """Pause, start again with or without what was held, or send a test."""
    hook_asked(request, no)
    acts: Mapping[str, Callable[[], HttpResponse]] = {
        "dene": lambda: _test(request, no),
        "durdur": lambda: _paused(request, no),
        "baslat": lambda: _resumed(request, no, held=False),
        "baslat-hepsi": lambda: _resumed(request, no, held=True),
    }
    act = acts.get(request.POST.get("is", ""))
    if act is None:
        raise Http404
    try:
        return act()
    except PermissionRefusedError as error:
        raise Http404 from error
    except HookError as error:
        messages.error(request, ERRORS[error.code])
        return redirect("hook", no=no)


@access(Access.ACTING)
@require_http_methods(["GET", "POST"])
def hook_end(request: Any, no: int) -> HttpResponse:
    """End it for good, after asking."""
    found = hook_asked(request, no)
    if request.method == "GET":
        return render(request, "hook_end.html", {"hook": found})
    try:
        hook_finish(actor=request.actor, at=request.at, number=no)
    except PermissionRefusedError as error:
        raise Http404 from error
    messages.success(request, _("Webhook adresi sonlandırıldı; oraya artık hiçbir şey gönderilmez."))
    return redirect("hooks")


def hook_shown(one: HookSubscription) -> dict[str, Any]:
    """A subscription as pages show it."""
    return {"hook": one, "kinds": [KINDS[kind] for kind in one.kinds], "state": state_shown(one)}


def _test(request: Any, no: int) -> HttpResponse:
    made = hook_test(actor=request.actor, at=request.at, number=no)
    return redirect("hook_delivery", no=no, part=made.pk)


def _paused(request: Any, no: int) -> HttpResponse:
    hook_pause(actor=request.actor, at=request.at, number=no)
    messages.success(request, _("Gönderim durduruldu. Bu arada olanlar 30 güne kadar bekletilir."))
    return redirect("hook", no=no)


def _resumed(request: Any, no: int, *, held: bool) -> HttpResponse:
    hook_resume(actor=request.actor, at=request.at, number=no, held=held)
    messages.success(request, _("Gönderim yeniden başladı; sorumlusu artık sizsiniz."))
    return redirect("hook", no=no)
