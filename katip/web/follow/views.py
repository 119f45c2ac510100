"""*Takip*: every offer of the provider by where it stands; *Hatırlat*, singly or for a filter."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from katip.contracts.selectors import COUNTED, state_counts
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import acting_as
from katip.notices import kinds
from katip.notices.follow import (
    FALLEN,
    WAITING,
    Stage,
    last_told,
    mandates_taken_at,
    offers_page,
    process_ids,
    reject_reasons,
)
from katip.notices.remind import MOST, Reminded, processes_remind
from katip.web import format as fmt
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.follow.asking import STAGE_WORDS, STAGES, Wanted, place_write, wanted_read
from katip.web.follow.show import offers_shown
from katip.web.templatetags.words import current_language

PAGE = 50
ALL = "tumu"


@access(Access.PROVIDER)
@require_safe
def follow(request: Any) -> HttpResponse:
    """The board: a stage of the offers, those that wait the longest first."""
    counts = state_counts(request.actor)
    wanted = wanted_read(request.GET, otherwise=_first(counts))
    stage = wanted.stage
    found = offers_page(request.actor, request.at, stage, wanted.asked, after=wanted.after, limit=PAGE)
    offers, more = found[:PAGE], len(found) > PAGE
    processes = [one.process_id for one in offers]
    told = last_told(processes, kinds.ABOUT_A_STEP) if stage in WAITING and offers else {}
    rejected = reject_reasons(processes) if stage == Stage.REJECTED and offers else {}
    rows = offers_shown(offers, told, rejected, stage=stage, at=request.at)
    url = reverse("follow")
    context = {
        "tabs": [
            {
                "label": STAGE_WORDS[one],
                "url": f"{url}?asama={key}",
                "current": key == wanted.key,
                "count": _count(counts.get(str(one), 0)),
            }
            for key, one in STAGES.items()
        ],
        "stage": stage.value,
        "is_waiting": stage in WAITING,
        "fallen": stage in FALLEN,
        "form": wanted.form,
        "narrowed": bool(wanted.form.named),
        "is_long": counts.get(str(stage), 0) > PAGE // 5 or bool(wanted.form.named),
        "clear_url": f"{url}?asama={wanted.key}",
        "list_url": url,
        "hidden": wanted.named.items(),
        "rows": rows,
        "remind_all_url": wanted.address(reverse("follow_remind")) if len(rows) > 1 else "",
        "sgk_at": mandates_taken_at() if stage == Stage.EMPLOYER and any(row["obstacles"] for row in rows) else None,
        "reoffer_all_url": _reoffer_all(wanted) if stage in FALLEN else "",
        "shown": _("%(n)s satır gösteriliyor") % {"n": len(rows)} if more or wanted.after else "",
        "first_url": wanted.address(url) if wanted.after else "",
        "next_url": wanted.address(url, sonra=place_write(offers[-1])) if more else "",
    }
    return render(request, "follow.html", context)


@access(Access.PROVIDER)
@require_http_methods(["GET", "HEAD", "POST"])
def follow_remind(request: Any) -> HttpResponse:
    """*Hatırlat*: the ticked rows at once; all of a filter after the page that says how many they are."""
    given = request.POST if request.method == "POST" else request.GET
    wanted = wanted_read(given, otherwise="isverende")
    back = wanted.address(reverse("follow"))
    if wanted.stage not in WAITING:
        return redirect(back)
    if request.method == "POST" and given.get("kapsam") != ALL:
        ids = [no for text in given.getlist("surec") if (no := number_read(text)) is not None][:MOST]
        if not ids:
            messages.error(request, _("Önce listeden bir kutuyu işaretleyin, sonra Hatırlat’a basın."))
            return redirect(back)
        return _remind(request, ids, back)
    with acting_as(request.actor):
        ids = process_ids(request.actor, request.at, wanted.stage, wanted.asked, most=MOST)
    if request.method == "POST" and 0 < len(ids) <= MOST:
        return _remind(request, ids, back)
    return render(request, "follow_remind.html", _all(wanted, ids, back))


def _all(wanted: Wanted, ids: list[int], back: str) -> dict[str, Any]:
    return {
        "count": min(len(ids), MOST),
        "beyond": len(ids) > MOST,
        "most": MOST,
        "stage": wanted.stage.value,
        "hidden": wanted.named.items(),
        "back_url": back,
    }


def _remind(request: Any, ids: list[int], back: str) -> HttpResponse:
    try:
        done = processes_remind(actor=request.actor, at=request.at, process_ids=ids)
    except PermissionRefusedError:
        return render(request, "403.html", status=403)
    level = messages.success if done.told else messages.warning
    level(request, " ".join(_said(done)))
    return redirect(back)


def _said(done: Reminded) -> list[str]:
    """What came of it, in sentences: each count that is not nothing."""
    given = [
        (done.told, ngettext("%(n)s süreç hatırlatıldı.", "%(n)s süreç hatırlatıldı.", done.told)),
        (
            done.again,
            ngettext(
                "%(n)s süreç için bugün zaten haber verilmişti; günde bir kez hatırlatılır.",
                "%(n)s süreç için bugün zaten haber verilmişti; günde bir kez hatırlatılır.",
                done.again,
            ),
        ),
        (
            done.nobody,
            ngettext(
                "%(n)s süreçte haber verilecek kimse yok.", "%(n)s süreçte haber verilecek kimse yok.", done.nobody
            ),
        ),
        (done.gone, ngettext("%(n)s süreç artık beklemiyor.", "%(n)s süreç artık beklemiyor.", done.gone)),
    ]
    return [words % {"n": fmt.number_text(count, current_language())} for count, words in given if count]


def _reoffer_all(wanted: Wanted) -> str:
    """Where everything of this list that can be is offered anew: the run's own page, narrowed alike."""
    named = {name: value for name, value in wanted.form.named.items() if name in {"ara", "gorev", "il"}}
    return f"{reverse('run_reoffer')}?{urlencode({**named, 'durum': wanted.stage.value})}"


def _first(counts: dict[str, int]) -> str:
    """The stage on which the board opens: where something waits, the employer's turn first."""
    for key in ("isverende", "profesyonelde", "dusen"):
        if counts.get(str(STAGES[key])):
            return key
    return "isverende"


def _count(count: int) -> str:
    words = fmt.number_text(count, current_language())
    return f"{words}+" if count >= COUNTED else words
