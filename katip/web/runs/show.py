"""How far a run has come, and what came of it, for its page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from katip.runs.kinds import kind_get
from katip.runs.models import UNFINISHED, Run, RunRow, RunState
from katip.runs.selectors import run_rows
from katip.web import drawing
from katip.web import format as fmt
from katip.web.runs.kinds import RunPresenter, presenter_of
from katip.web.templatetags.katip import current_language

REFUSED = 200
"""refused rows on one page; they come first"""
DONE = 200
_SLOW_SECONDS = 60


def moving(run: Run, at: datetime) -> dict[str, Any]:
    """How far it is, while it is carried out; `moving` is False once there is nothing to wait for."""
    if run.state not in UNFINISHED:
        return {"moving": False}
    language = current_language()
    numbers = {"done": fmt.number_text(run.reached, language), "total": fmt.number_text(run.total, language)}
    share = fmt.percent_text(100 * run.reached // run.total, language)
    still = run.moved_at is not None and (at - run.moved_at).total_seconds() > _SLOW_SECONDS
    waiting = _("Sırada bekliyor: birazdan başlar.")
    return {
        "moving": True,
        "said": waiting if run.state == RunState.WAITING else _("İşleniyor: %(done)s / %(total)s satır") % numbers,
        "bar": _bar(run.reached, run.total, _("İlerleme: %(share)s") % {"share": share}),
        "slow": still,
    }


def over(run: Run, after: int, at: datetime) -> dict[str, Any]:
    """What came of each row: the refused ones first, then those that were carried out, a page of them."""
    presenter = presenter_of(run)
    refused = run_rows(run, limit=REFUSED, refused=True) if run.refused and not after else []
    done = run_rows(run, after=after, limit=DONE, refused=False) if run.done else []
    here = reverse("run", args=[run.pk])
    shown = presenter.rows_shown(run, [*refused[:REFUSED], *done[:DONE]])
    language = current_language()
    return {
        "done_words": presenter.done_words(run) if run.done else "",
        "figures": [
            {"label": presenter.done_label(run), "value": run.done},
            {"label": _("Kabul edilmeyen"), "value": run.refused},
            {"label": _("Süre"), "value": _took(run, language)},
        ],
        "refused": [{"row": shown.get(row.no), **_why(presenter, row)} for row in refused[:REFUSED]],
        "refused_more": max(0, run.refused - REFUSED) if refused else 0,
        "done": [{"row": shown.get(row.no), "no": row.no} for row in done[:DONE]],
        "can_again": presenter.again and _again(run, refused, at),
        "first_url": here if after else "",
        "next_url": f"{here}?sonra={done[DONE - 1].no}" if len(done) > DONE else "",
        "shown": _("%(total)s satırdan %(first)s–%(last)s")
        % {
            "total": fmt.number_text(run.done, language),
            "first": done[0].no if done else 0,
            "last": done[:DONE][-1].no if done else 0,
        },
    }


def run_row(run: Run, presenter: RunPresenter) -> dict[str, Any]:
    """One line of the list of runs."""
    return {
        "no": run.pk,
        "title": presenter.title(run),
        "at": run.begun_at,
        "total": run.total,
        "done": run.done,
        "refused": run.refused,
        "moving": run.state in UNFINISHED,
        "url": reverse("run", args=[run.pk]),
    }


def _again(run: Run, refused: Sequence[RunRow], at: datetime) -> bool:
    """Whether some of the refused rows can be taken up; not looked at where there are more than are shown."""
    return len(refused) > REFUSED or bool(refused and kind_get(run.kind).rows_again(run, refused, at))


def _why(presenter: RunPresenter, row: RunRow) -> dict[str, str]:
    assert row.result is not None  # noqa: S101 -- a refused row has an outcome
    wrong, cure = presenter.refusal(row.result)
    return {"wrong": wrong, "cure": cure}


def _took(run: Run, language: fmt.Language) -> str:
    assert run.begun_at is not None and run.done_at is not None  # noqa: S101, PT018 -- of a run that is over
    seconds = max(1, round((run.done_at - run.begun_at).total_seconds()))
    return ngettext("%(n)s saniye", "%(n)s saniye", seconds) % {"n": fmt.number_text(seconds, language)}


def _bar(part: int, whole: int, title: str) -> SafeString:
    return SafeString(drawing.meter_svg(active=part, free=whole - part, title=title))
