"""Where a provider makes the guide for one customer: the link, the text to send, the paper; and closes it again."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from katip.contracts.models import Contract
from katip.contracts.selectors import contracts_of
from katip.core.codes import code_shown
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.documents.guide.message import message_text
from katip.documents.guide.models import GuideLink
from katip.documents.guide.selectors import Guide, guide_of, links_working, offers_waiting, token_of
from katip.documents.guide.services.link import LINK_LASTS, guide_link_close, guide_link_make
from katip.web.access import Access, access
from katip.web.guide.show import guide_url, step_url

ALL, ALONE = "hepsi", "bu"


class ScopeForm(forms.Form):
    """About which offers the guide is."""

    kapsam = forms.ChoiceField(
        label=gettext_lazy("Kılavuz hangi teklifleri anlatsın?"),
        choices=[
            (ALL, gettext_lazy("Bu işyerinde bekleyen bütün tekliflerimi")),
            (ALONE, gettext_lazy("Yalnız bu teklifi")),
        ],
        initial=ALL,
        widget=forms.RadioSelect,
    )


@access(Access.PROVIDER)
@require_http_methods(["GET", "HEAD", "POST"])
def guide_make(request: Any, no: int) -> HttpResponse:
    """*Müşteri için kılavuz* of the offer whose process this is."""
    if request.method == "POST":
        form = ScopeForm(request.POST)
        alone = form.is_valid() and form.cleaned_data["kapsam"] == ALONE
        try:
            guide_link_make(actor=request.actor, at=request.at, process_id=no, alone=alone)
        except PermissionRefusedError as refused:
            raise Http404 from refused
        messages.success(request, _("Kılavuz hazır. Bağlantıyı ya da metni müşterinize gönderin."))
        return redirect("guide_make", no=no)
    contract = _contract(request, no)
    offers = offers_waiting(request.actor.organisation, contract.workplace_id, request.at)
    working = links_working(request.actor.organisation, contract.workplace_id, request.at)
    links = [link for link in working if link.process_id in {None, no}]
    context = {
        "process_no": no,
        "contract": contract,
        "workplace": contract.workplace.title,
        "is_waiting": any(one.process_id == no for one in offers),
        "form": ScopeForm() if len(offers) > 1 else None,
        "days": LINK_LASTS.days,
        "links": [_link(link, contract, request) for link in links],
    }
    return render(request, "guide_make.html", context)


@access(Access.PROVIDER)
@require_POST
def guide_close(request: Any, no: int) -> HttpResponse:
    """End the link with this number."""
    with acting_as(request.actor):
        link = GuideLink.objects.filter(pk=no, provider_id=request.actor.organisation).first()
    try:
        guide_link_close(actor=request.actor, at=request.at, link_id=no)
    except PermissionRefusedError as refused:
        raise Http404 from refused
    messages.success(request, _("Bağlantı kapatıldı; artık kimseye bir şey göstermez."))
    back = request.POST.get("surec", "")
    if link is not None and back.isascii() and back.isdigit() and len(back) < len("9223372036854775807"):
        return redirect("guide_make", no=int(back))
    return redirect("contracts")


def _contract(request: Any, process_id: int) -> Contract:
    found = contracts_of(request.actor).filter(process_id=process_id).first()
    if found is None:
        raise Http404
    return found


def _link(link: GuideLink, contract: Contract, request: Any) -> dict[str, Any]:
    link.provider, link.workplace = contract.provider, contract.workplace  # type: ignore[assignment] # an offer has one
    guide, token = guide_of(link, request.at), token_of(link)
    return {
        "no": link.pk,
        "alone": link.process_id is not None,
        "code": code_shown(token),
        "url": guide_url(token),
        "expires_at": link.expires_at,
        "made_at": link.made_at,
        "text": _text(guide, token, "tr"),
        "text_en": _text(guide, token, "en"),
    }


def _text(guide: Guide, token: str, language: str) -> str:
    with translation.override(language):
        url = guide_url(token, "?dil=en" if language == "en" else "")
        return message_text(guide, link_url=url, step_url=step_url, is_ministry=settings.KATIP.operator_is_ministry)
