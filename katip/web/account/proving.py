"""The page behind the link that confirms an e-mail address."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from katip.core.actor import Actor
from katip.notices.proving import proof_read
from katip.notices.services.email_prove import email_prove
from katip.web.access import Access, access


@access(Access.PUBLIC)
@require_http_methods(["GET", "POST"])
def account_email_prove(request: Any) -> HttpResponse:
    """Ask for one press, without signing in: mail programs open links by themselves, and opening does nothing."""
    token = request.GET.get("k", "")
    read = proof_read(token, request.at)
    done = request.method == "POST" and email_prove(actor=Actor(read[0] if read else None), at=request.at, token=token)
    valid = read is not None and (done or request.method == "GET")
    context = {"valid": valid, "done": done, "token": token}
    return render(request, "account_email_prove.html", context, status=200 if valid else 404)
