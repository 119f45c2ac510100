"""The ceremony of a run: what was chosen is read, confirmed once, and watched until it is over."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.usecase import acting_as
from katip.processes.inbox import Waiting, inbox_all, inbox_hash, inbox_named
from katip.processes.kinds import kind_get as process_kind
from katip.rules import RuleViolation
from katip.runs.decide import DECIDE, row_asked
from katip.runs.kinds import kind_get
from katip.runs.models import Run, RunState
from katip.runs.selectors import run_find, run_rows, runs_find
from katip.runs.services.open import run_open
from katip.runs.services.prepare import MOST, run_prepare
from katip.web.access import Access, access
from katip.web.addresses import number_read
from katip.web.context import waiting_counts
from katip.web.inbox.asking import filters_read
from katip.web.once import once
from katip.web.processes.at_once import require_fresh_step
from katip.web.processes.refused import refusal_take, refuse
from katip.web.refusals import refusal_words
from katip.web.runs.kinds import Tick, presenter_of
from katip.web.runs.receipts import receipts_told
from katip.web.runs.show import moving, over, run_row

READ = 1_000
"""rows on one page of the reading; the decision stands on the last"""
_PAGE = 50


def run_made(request: Any, at: datetime) -> str | None:
    """The run that the person prepared at that moment."""
    found = Run.objects.filter(person_id=request.user.pk, made_at=at).first()
    return reverse("run_review", args=[found.pk]) if found is not None else None


@access(Access.TWO_STEP)
@once("runs", made=run_made)
@require_http_methods(["GET", "POST"])
def run_new(request: Any) -> HttpResponse:
    """The rows ticked in the inbox, or all under its filter, are kept as they are now and led to the reading."""
    if request.method == "GET":  # back from a sign-in, or in another language
        return redirect("inbox")
    everything = request.POST.get("kapsam") == "tumu"
    with acting_as(request.actor):
        if everything:
            rows = inbox_all(request.user.pk, request.at, filters_read(request.POST, request.at), most=MOST)
        else:
            numbers = [number for text in request.POST.getlist("surec") if (number := number_read(text)) is not None]
            rows = inbox_named(request.user.pk, request.at, numbers[:MOST])
    if not rows:
        messages.error(
            request,
            _("Önce listeden bir kutuyu işaretleyin; işaretledikleriniz artık sizi beklemiyorsa liste bunu gösterir."),
        )
        return redirect("inbox")
    if everything and inbox_hash(rows) != request.POST.get("ozet", ""):
        messages.warning(request, _("Liste siz bakarken değişti. Bu sayfadakiler şimdi bekleyenlerdir."))
    if len(rows) == 1:
        return redirect("step", no=rows[0].process_id)
    return prepare(request, DECIDE, reverse("inbox"), **_asked(rows))


def _asked(rows: list[Waiting]) -> dict[str, Any]:
    """The rows in the order in which they are read: by text, then by company, then by code."""
    texts = {row.code: process_kind(row.code).text_version for row in rows}
    versions = list(dict.fromkeys(texts[row.code] for row in rows))
    companies = {key: no for no, key in enumerate(dict.fromkeys(_company(row) for row in rows))}
    rows = sorted(
        rows, key=lambda row: (versions.index(texts[row.code]), companies[_company(row)], row.code, row.process_id)
    )
    return {"rows": [row_asked(row) for row in rows], "texts": versions}


def _company(row: Waiting) -> tuple[int | None, int | None]:
    return (row.workplace_id, None) if row.workplace_id else (None, row.provider_id)


def prepare(request: Any, kind: str, back: str, **asked: Any) -> HttpResponse:
    """Keep a run as a draft of this person's and lead to its reading; where it is refused, back with the reason."""
    try:
        run = run_prepare(actor=person_of(request), at=request.at, kind=kind, **asked)
    except RuleViolation as violation:
        messages.error(request, refusal_words(violation))
        return redirect(back)
    except PermissionRefusedError:
        messages.error(request, bulk_off_words())
        return redirect(back)
    return redirect("run_review", no=run.pk)


@access(Access.TWO_STEP)
@require_GET
def run_review(request: Any, no: int) -> HttpResponse:
    """Everything that is asked, to be read; *Tamamla* at its end."""
    run = _run(request, no)
    if run.state != RunState.DRAFT:
        return redirect("run", no=no)
    return _review_page(request, run, ticks_form(run))


@access(Access.TWO_STEP)
@require_http_methods(["GET", "POST"])
def run_confirm(request: Any, no: int) -> HttpResponse:
    """*Tamamla*: with every text ticked and a fresh second step."""
    if request.method == "GET":
        return redirect("run_review", no=no)
    with acting_as(request.actor):
        run = _run(request, no)
        form = ticks_form(run, request.POST)
        if run.state == RunState.DRAFT and not form.is_valid():
            return _review_page(request, run, form, status=422)
    require_fresh_step(request)
    review = reverse("run_review", args=[no])
    shown, texts = request.POST.get("ozet", ""), run.text_versions
    try:
        run_open(actor=person_of(request), at=request.at, run_id=no, shown_hash=shown, texts=texts)
    except StaleStateError:
        words = _("Onayladığınız satırlar bu sayfada gösterilenler değil. Hiçbir şey yapılmadı; seçtikleriniz duruyor.")
        return refuse(request, review, words)
    except PermissionRefusedError:
        return refuse(request, review, bulk_off_words())
    return redirect("run", no=no)


@access(Access.TWO_STEP)
@require_GET
def run(request: Any, no: int) -> HttpResponse:
    """How far the run has come; once it is over, what came of each row."""
    found = _run(request, no)
    if found.state == RunState.DRAFT:
        return redirect("run_review", no=no)
    presenter = presenter_of(found)
    context = {"run": found, "title": presenter.title(found), **moving(found, request.at)}
    if not context["moving"]:
        with acting_as(request.actor):
            context |= over(found, number_read(request.GET.get("sonra", "")) or 0, request.at)
        context |= receipts_told(found)
    return render(request, "run.html", context)


@access(Access.TWO_STEP)
@require_GET
def run_progress(request: Any, no: int) -> HttpResponse:
    """The part of that page which changes while it is carried out."""
    found = _run(request, no)
    return render(request, "components/run_progress.html", {"run": found, **moving(found, request.at)})


@access(Access.TWO_STEP)
@once("runs", made=run_made)
@require_http_methods(["GET", "POST"])
def run_again(request: Any, no: int) -> HttpResponse:
    """*Yeniden ele al*: the refused rows that can be, as they stand now, become a run to be read."""
    with acting_as(request.actor):
        found = _run(request, no)
    if request.method == "GET" or found.state != RunState.DONE:
        return redirect("run", no=no)
    kind = kind_get(found.kind)
    with acting_as(request.actor):
        refused = run_rows(found, limit=MOST, refused=True)
        rows = kind.rows_again(found, refused, request.at)
    if not rows:
        messages.info(request, _("Kabul edilmeyen satırların hiçbiri artık sizi beklemiyor."))
        return redirect("run", no=no)
    asked = {"rows": rows, "texts": presenter_of(found).texts_again(found, rows), "params": found.params}
    return prepare(request, found.kind, reverse("run", args=[no]), **asked, again_of=no)


@access(Access.TWO_STEP)
@require_GET
def runs(request: Any) -> HttpResponse:
    """The person's runs, the newest first."""
    before = number_read(request.GET.get("sonra", ""))
    waiting_counts(request)
    found = runs_find(request.user.pk, before=before, limit=_PAGE)
    rows, more = found[:_PAGE], len(found) > _PAGE
    context = {
        "rows": [run_row(one, presenter_of(one)) for one in rows],
        "first_url": reverse("runs") if before else "",
        "next_url": f"{reverse('runs')}?sonra={rows[-1].pk}" if more else "",
    }
    return render(request, "runs.html", context)


def person_of(request: Any) -> Actor:
    """The person in their own name: each row of a run says for whom they act."""
    return Actor(request.user.pk, proof=request.actor.proof)


def bulk_off_words() -> str:
    """Why several cannot be approved together here."""
    return _("Bu kurulumda toplu onay kapalı: süreçleri tek tek açıp onaylayın.")


def ticks_form(run: Run, posted: Any = None) -> forms.Form:
    """One tick for each distinct text."""
    form = forms.Form(posted)
    for no, tick in enumerate(presenter_of(run).ticks(run)):
        form.fields[f"read_{no}"] = _tick_field(tick)
    return form


def _tick_field(tick: Tick) -> forms.Field:
    named = f"{tick.codes} · {tick.label}" if tick.codes else tick.label  # several texts begin with the same words
    required = _("Koşulları okuduysanız kutuyu işaretleyin: %(tick)s.") % {"tick": named}
    return forms.BooleanField(label=tick.label, help_text=tick.hint, error_messages={"required": required})


def _run(request: Any, no: int) -> Run:
    """The person's own run; anybody else's is not there."""
    found = run_find(request.user.pk, no)
    if found is None:
        raise Http404
    waiting_counts(request)  # no capacity need be chosen: header and column then speak for all of them
    return found


def _review_page(request: Any, run: Run, form: forms.Form, status: int = 200) -> HttpResponse:
    presenter = presenter_of(run)
    after = 0 if form.is_bound else number_read(request.GET.get("sonra", "")) or 0
    found = run_rows(run, after=after, limit=READ)
    rows, more = found[:READ], len(found) > READ
    here = reverse("run_review", args=[run.pk])
    list_label, list_url = presenter.list_of(run)
    context = {
        "run": run,
        "title": presenter.title(run),
        "heading": presenter.heading(run),
        "lead": presenter.lead(run),
        "consequence": presenter.consequence(run),
        "refused": refusal_take(request),
        "bulk_off": "" if settings.KATIP.bulk_approval or not kind_get(run.kind).approves else bulk_off_words(),
        "review_template": presenter.review_template,
        "review": presenter.review(request, run, rows),
        "form": None if more else form,
        "first_url": here if after else "",
        "next_url": f"{here}?sonra={rows[-1].no}" if more else "",
        "page_first": rows[0].no if rows else 0,
        "page_last": rows[-1].no if rows else 0,
        "list_label": list_label,
        "list_url": list_url,
    }
    return render(request, "run_review.html", context, status=status)
