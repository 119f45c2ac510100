"""What is typed to narrow a list goes into the list's address by way of this page, which keeps people's numbers out.

A form that asks by GET writes whatever somebody types into the address, and so into histories, into the log of every
proxy and into what the next page is told of the last. These are posted here instead, looked at, and led on: the list
keeps an address that can be bookmarked and passed on.
"""

import re
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from katip.identity.adapters import url_is_ours
from katip.rules import parse_national_id
from katip.web.access import Access, access
from katip.web.once import DRAWN, REPEATED

PAGE: Final = "_sayfa"
"""the field with the path of the list"""
_NOT_ASKED: Final = {PAGE, "csrfmiddlewaretoken", DRAWN, REPEATED}
_RUN: Final = re.compile(r"(?<!\d)[1-9]\d{10}(?!\d)")
_WRITTEN_APART: Final = re.compile(r"(?<!\d)\d(?:[ .-]?\d){10}(?![ .-]?\d)")


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def search(request: Any) -> HttpResponse:
    """Lead to the list with what was asked in its address, but for what looks like somebody's T.C. kimlik no."""
    if request.method == "GET":  # back from a sign-in
        return redirect("home")
    page = request.POST.get(PAGE, "").partition("?")[0]
    if not (page.startswith("/") and url_is_ours(request, page)):
        page = reverse("home")
    asked = [(name, value) for name, values in request.POST.lists() if name not in _NOT_ASKED for value in values]
    query = QueryDict(mutable=True)
    for name, value in asked:
        if not names_somebody(value):
            query.appendlist(name, value)
    if any(names_somebody(value) for _name, value in asked):
        messages.error(
            request,
            _(
                "T.C. kimlik numarasıyla arama yapılmaz: numara adres çubuğunda ve kayıtlarda kalırdı. Adla, unvanla "
                "ya da SGK numarasıyla arayın."
            ),
        )
    return redirect(f"{page}?{query.urlencode()}" if query else page)


def names_somebody(text: str) -> bool:
    """Whether a T.C. kimlik no stands in `text`: eleven figures in a row, or a number that holds, written apart."""
    return bool(_RUN.search(text)) or any(_holds(found[0]) for found in _WRITTEN_APART.finditer(text))


def _holds(written: str) -> bool:
    try:
        parse_national_id(re.sub(r"\D", "", written))
    except ValueError:
        return False
    return True
