"""What everybody may read: the privacy notice, and how long which data are kept."""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from katip.core.actor import Actor
from katip.core.usecase import acting_as
from katip.keeping.notice import CURRENT
from katip.keeping.services.notice import notice_due, notice_show
from katip.rules.retention import Fate, Rule, span_of
from katip.rules.retention_kept import RULES
from katip.web.access import Access, access
from katip.web.keeping.due import DUE
from katip.web.keeping.words import RIGHTS, right_letter
from katip.web.templatetags.words import current_language


@receiver(user_logged_in)
def signed_in(request: Any, user: Any, **_: Any) -> None:
    """Who comes in for the first time, or for the first time since the text changed, is shown the way to it."""
    with acting_as(Actor(user.pk)):
        due = notice_due(user.pk)
    if due:
        request.session[DUE] = True


@access(Access.PUBLIC)
@require_GET
def privacy_notice(request: HttpRequest) -> HttpResponse:
    """*Aydınlatma metni*: information alone, nothing to approve."""
    rights = [{"letter": right_letter(right), "words": words} for right, words in RIGHTS.items()]
    return render(request, "privacy_notice.html", {"version": CURRENT, "rights": rights})


@access(Access.ONE_STEP)
@require_POST
def privacy_notice_open(request: Any) -> HttpResponse:
    """Open it from the line that a first sign-in shows; that it was opened is kept, and the line goes."""
    notice_show(actor=request.actor, at=request.at)
    request.session.pop(DUE, None)
    return redirect("privacy_notice")


@access(Access.PUBLIC)
@require_GET
def retention(request: HttpRequest) -> HttpResponse:
    """How long which data are kept, on what ground."""
    language = current_language()
    context = {
        "ending": [_row(rule, language) for rule in RULES if rule.fate is not Fate.KEEP],
        "kept": [_row(rule, language) for rule in RULES if rule.fate is Fate.KEEP],
    }
    return render(request, "retention.html", context)


def _row(rule: Rule, language: str) -> dict[str, Any]:
    told = settings.KATIP.keep
    span = span_of(rule, told)
    return {
        "kind": rule.kind.of(language),
        "span": span.words(language) if span else "",
        "proposed": rule.span.words(language) if rule.span else "",
        "stopped": span is None and rule.code in told,
        "start": rule.start.of(language),
        "fate": rule.fate.value,
        "ground": rule.ground,
    }
