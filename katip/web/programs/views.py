"""The list of tokens; making one, rotating it, taking it back. The secret is shown until somebody says it is kept."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.programs.models import ApiToken
from katip.programs.selectors import CALLS_A_MINUTE, Standing, standing_of, tokens_of
from katip.programs.services.tokens import MOST_TOKENS, Made, TokenError, token_make, token_revoke, token_rotate
from katip.web.access import Access, access
from katip.web.once import SAID, once
from katip.web.processes.at_once import require_fresh_step
from katip.web.programs.forms import RotateForm, TokenForm
from katip.web.programs.words import SCOPES, STANDINGS

_SHOWN = 50
_SECRET = "program_secret"  # noqa: S105 -- the name of a place in the session
_SCOPE_WORDS = {str(scope): words for scope, words in SCOPES.items()}


def _token_made(request: Any, at: datetime) -> str | None:
    """Where the secret of the token stands that this person made at that moment."""
    found = tokens_of(request.actor.organisation, at).filter(made_by_id=request.user.pk, made_at=at).first()
    return reverse("program_secret", args=[found.pk]) if found is not None else None


@access(Access.PROVIDER)
@require_GET
def programs(request: Any) -> HttpResponse:
    """The provider's tokens: valid ones first, then those that are over."""
    rows = [_row(one, request.at) for one in tokens_of(request.actor.organisation, request.at)[:_SHOWN]]
    valid = [one for one in rows if one["valid"]]
    context = {
        "valid": valid,
        "over": [one for one in rows if not one["valid"]],
        "full": len(valid) >= MOST_TOKENS,
        "calls": CALLS_A_MINUTE,
    }
    return render(request, "programs.html", context)


@access(Access.PROVIDER)
@once("programs", made=_token_made)
@require_http_methods(["GET", "POST"])
def program_new(request: Any) -> HttpResponse:
    """A new token; then its secret."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        require_fresh_step(request)
        made = _made(form, lambda: token_make(actor=request.actor, at=request.at, **form.cleaned_data))
        if made is not None:
            return _kept(request, made)
    context = {"form": form, "scopes": _SCOPE_WORDS}
    return render(request, "program_form.html", context, status=422 if form.is_bound else 200)


@access(Access.PROVIDER)
@once("programs", made=_token_made)
@require_http_methods(["GET", "POST"])
def program_rotate(request: Any, no: int) -> HttpResponse:
    """Another token of the same name and scopes; both are valid for as long as is chosen."""
    token = _asked(request, no)
    if standing_of(token, request.at) not in {Standing.VALID, Standing.MAKER_GONE}:
        return redirect("programs")
    form = RotateForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        require_fresh_step(request)
        typed = form.cleaned_data
        made = _made(form, lambda: token_rotate(actor=request.actor, at=request.at, token_id=no, **typed))
        if made is not None:
            return _kept(request, made)
    context = {"form": form, "row": _row(token, request.at)}
    return render(request, "program_rotate.html", context, status=422 if form.is_bound else 200)


@access(Access.PROVIDER)
@require_http_methods(["GET", "POST"])
def program_revoke(request: Any, no: int) -> HttpResponse:
    """Take a token back, at once."""
    token = _asked(request, no)
    if request.method == "POST":
        try:
            token_revoke(actor=request.actor, at=request.at, token_id=no)
        except TokenError:
            messages.info(request, _("Bu anahtar zaten geçerli değildi."))
        except PermissionRefusedError as refused:
            raise Http404 from refused
        else:
            messages.success(request, _("Anahtar geri alındı; onunla yapılan çağrılar artık yanıt almaz."))
        return redirect("programs")
    return render(request, "program_revoke.html", {"row": _row(token, request.at)})


@access(Access.PROVIDER)
@require_http_methods(["GET", "POST"])
def program_secret(request: Any, no: int) -> HttpResponse:
    """The secret until somebody says that it is kept, and never again."""
    token = _asked(request, no)
    if request.method == "POST":
        request.session.pop(_SECRET, None)
        return redirect("programs")
    held = request.session.get(_SECRET)
    if held is None or (held["person"], held["token"]) != (request.user.pk, no):
        said = f"?{SAID}=1" if SAID in request.GET else ""
        return redirect(f"{reverse('programs')}{said}")
    context = {"row": _row(token, request.at), "secret": held["secret"], "origin": request.build_absolute_uri("/")[:-1]}
    return render(request, "program_secret.html", context)


def _made(form: TokenForm | RotateForm, make: Callable[[], Made]) -> Made | None:
    try:
        return make()
    except TokenError as error:
        form.refuse(error)
    except PermissionRefusedError as refused:
        raise Http404 from refused
    return None


def _kept(request: Any, made: Made) -> HttpResponse:
    """Hold the secret for the page that shows it; sessions rest sealed."""
    request.session[_SECRET] = {"person": request.user.pk, "token": made.token.pk, "secret": made.secret}
    return redirect("program_secret", no=made.token.pk)


def _asked(request: Any, no: int) -> ApiToken:
    """The token, which is the provider's. Raises `Http404` for any other."""
    with acting_as(request.actor):
        found = tokens_of(request.actor.organisation, request.at).filter(pk=no).first()
    if found is None:
        raise Http404
    return found


def _row(token: ApiToken, at: datetime) -> dict[str, Any]:
    standing = standing_of(token, at)
    tag, word = STANDINGS[standing]
    used = token.calls.minute if hasattr(token, "calls") else None
    return {
        "no": token.pk,
        "name": token.name,
        "prefix": token.prefix,
        "valid": standing == Standing.VALID,
        "maker_gone": standing == Standing.MAKER_GONE,
        "tag": tag,
        "word": word,
        "scopes": [words[0] for scope, words in SCOPES.items() if scope in token.scopes],
        "made_at": token.made_at,
        "made_by": token.made_by.name,
        "ends_at": token.revoked_at or token.expires_at,
        "used": used.replace(minute=0) if used else None,
        "rotated": hasattr(token, "followed_by"),
    }
