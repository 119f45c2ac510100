"""From the ticked rows of a list to the page of what the pressed button names. Nothing is written here."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from katip.contracts.lists import contract_of_process
from katip.core.usecase import acting_as
from katip.processes.selectors import processes_named
from katip.web.access import Access, access
from katip.web.contracts.show import ACTS, act_words, acts_open
from katip.web.processes.kinds import RELATED

_MOST_DIGITS, _MOST_ROWS = 18, 50


@access(Access.ACTING)
@require_GET
def contracts_go(request: Any) -> HttpResponse:
    """*Sürece Git* takes one row or several; what is done to a contract is a page of its own, and takes one."""
    ticked = [text for text in request.GET.getlist("surec") if text.isdecimal() and len(text) <= _MOST_DIGITS]
    ticked = ticked[:_MOST_ROWS]
    act = ACTS.get(request.GET.get("is", ""))
    words = dict(act_words(request, ACTS)).get(request.GET.get("is", ""), _("Sürece Git"))
    if not ticked:
        return _back(
            request, _("Önce listeden bir kutuyu işaretleyin, sonra %(button)s düğmesine basın.") % {"button": words}
        )
    if act is None and len(ticked) > 1 and not _any_decidable(request, ticked):
        said = _(
            "Birlikte yalnız sizin kararınızı bekleyenler açılır: yalnız bir kutuyu işaretli bırakıp yeniden basın."
        )
        return _back(request, said)
    if act is None:
        return redirect(f"{reverse('step_go')}?{urlencode({'surec': ticked}, doseq=True)}")
    if len(ticked) > 1:
        said = _("%(button)s bir seferde tek sözleşme içindir: yalnız bir kutuyu işaretli bırakıp yeniden basın.")
        return _back(request, said % {"button": words})
    contract = contract_of_process(request.actor, int(ticked[0]))
    if contract is None:
        return _back(request, _("İşaretlediğiniz satır artık bu listede değil. Sayfayı yenileyip yeniden işaretleyin."))
    updating = contract.process_id != int(ticked[0])
    if request.GET["is"] not in acts_open(contract, request, updating=updating):
        said = _("%(button)s, işaretlediğiniz satır için yapılamaz. Yapılabilecekler sözleşmenin kendi sayfasındadır.")
        return _back(request, said % {"button": words})
    return redirect(act.route, contract.process_id if act.of_process else contract.pk)


def _any_decidable(request: Any, ticked: Sequence[str]) -> bool:
    with acting_as(request.actor):
        return bool(processes_named(request.actor, [int(text) for text in ticked], waiting=True, related=RELATED))


def _back(request: Any, said: str) -> HttpResponse:
    """To the same list, with the same rows ticked, and why."""
    messages.error(request, said)
    kept = request.GET.copy()
    kept.pop("is", None)
    return redirect(f"{reverse('contracts')}?{kept.urlencode()}")
