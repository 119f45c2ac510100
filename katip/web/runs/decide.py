"""Approving many steps: the terms of every row to be read, and what came of each."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from katip.contracts.texts import TEXTS
from katip.core.clock import day_of
from katip.core.usecase import whole_register
from katip.processes.inbox import inbox_named
from katip.processes.kinds import kind_get
from katip.processes.models import Process, ProcessState
from katip.registry.models import ContactDeclaration
from katip.rules import parse_sgk_number
from katip.runs.kinds import RowAsked
from katip.runs.models import Run, RunRow
from katip.runs.selectors import Share, run_shares, run_workplaces
from katip.web import format as fmt
from katip.web.processes.kinds import RELATED, Row, presenter_of
from katip.web.runs.kinds import RowShown, RunPresenter, Tick
from katip.web.runs.sharing import terms_share
from katip.web.templatetags.katip import current_language
from katip.web.words import PROFESSIONS, kind_words


class DecidePresenter(RunPresenter):
    """*Okudum, onaylıyorum* for all that was chosen."""

    review_template = "components/run_decide.html"

    def title(self, run: Run) -> str:
        del run
        return _("Toplu onay")

    def heading(self, run: Run) -> str:
        words = ngettext("%(n)s süreci onaylayın", "%(n)s süreci onaylayın", run.total)
        return words % {"n": fmt.number_text(run.total, current_language())}

    def consequence(self, run: Run) -> str:
        del run
        return _(
            "Yasanın kabul etmediği ya da siz okurken değişen bir satır onaylanmaz, nedeni yanında yazılır; ötekiler "
            "onaylanır. Reddetmek istediğinizi tek başına açın."
        )

    def ticks(self, run: Run) -> Sequence[Tick]:
        found = []
        shares: dict[str, list[Share]] = {}
        for share in run_shares(run):
            shares.setdefault(kind_get(share.code).text_version, []).append(share)
        for version in run.text_versions:
            label, _dot, rest = TEXTS[version][current_language()].partition(". ")
            mine = shares.get(version, [])
            hint = " ".join([_covered(mine), rest]).strip()
            found.append(Tick(version, label.rstrip("."), hint, _codes(mine)))
        return found

    def review(self, request: Any, run: Run, rows: Sequence[RunRow]) -> dict[str, Any]:
        """The terms, grouped by text and then by company; and what all of it comes to."""
        processes = _processes(rows)
        waiting = inbox_named(run.person_id, request.at, [row.subject_id for row in rows])
        mine = {one.process_id for one in waiting}  # a mandate may have ended since: its terms are read no more
        gone = [row for row in rows if row.subject_id not in mine or not _as_shown(processes.get(row.subject_id), row)]
        lost = {row.no for row in gone}
        texts: dict[str, list[Process]] = {}
        for row in rows:
            if row.no not in lost:
                process = processes[row.subject_id]
                texts.setdefault(kind_get(process.code).text_version, []).append(process)
        consents, shares = _consents(processes.values()), run_shares(run)
        return {
            "figures": _figures(shares, run_workplaces(run)),
            "shares": [_share(share) for share in shares],
            "groups": [_group(group, consents, request) for group in texts.values()],
            "gone": len(gone),
        }

    def rows_shown(self, run: Run, rows: Sequence[RunRow]) -> Mapping[int, RowShown]:
        del run
        with whole_register("what one confirmed in a run is told to one, also once the mandate is over"):
            processes = _processes(rows)
        return {row.no: _shown(row, processes[row.subject_id]) for row in rows if row.subject_id in processes}

    def texts_again(self, run: Run, rows: Sequence[RowAsked]) -> Sequence[str]:
        del run
        codes = Process.objects.filter(pk__in=[row.subject_id for row in rows]).values_list("code", flat=True)
        wanted = {kind_get(code).text_version for code in codes.distinct()}
        return sorted(wanted)  # those of today, be they of a later version of the program

    def done_words(self, run: Run) -> str:
        words = ngettext("%(n)s süreç onaylandı.", "%(n)s süreç onaylandı.", run.done)
        return words % {"n": fmt.number_text(run.done, current_language())}

    def done_label(self, run: Run) -> str:
        del run
        return _("Onaylanan")


def _processes(rows: Sequence[RunRow]) -> dict[int, Process]:
    named = Process.objects.filter(pk__in=[row.subject_id for row in rows])
    return named.select_related(*RELATED, "workplace__province", "provider__province", "created_by").in_bulk()


def _as_shown(process: Process | None, row: RunRow) -> bool:
    if process is None or process.state != ProcessState.OPEN:
        return False
    return (process.version, process.terms_hash) == (row.version, row.digest)


def _consents(processes: Any) -> dict[int, bool | None]:
    newest = ContactDeclaration.objects.filter(workplace__in={process.workplace_id for process in processes})
    with whole_register("whether minutes follow the figures is a term that every side reads"):
        return dict(newest.order_by("no").values_list("workplace_id", "auto_update"))


def _figures(shares: Sequence[Share], workplaces: int) -> list[dict[str, Any]]:
    minutes = sum(share.minutes or 0 for share in shares)
    items = [
        {"label": _("Süreç"), "value": sum(share.rows for share in shares)},
        {"label": _("İşyeri"), "value": workplaces},
        {"label": _("Hizmet veren"), "value": len({share.provider for share in shares if share.provider})},
        {"label": _("Toplam aylık süre"), "value": minutes, "note": _("dakika")},
    ]
    return [item for item in items if item["value"]]


def _covered(shares: Sequence[Share]) -> str:
    """How many rows a text stands for, and of which codes."""
    rows = sum(share.rows for share in shares)
    words = ngettext("%(n)s süreç (%(codes)s).", "%(n)s süreç (%(codes)s).", rows)
    return words % {"n": fmt.number_text(rows, current_language()), "codes": _codes(shares)} if rows else ""


def _codes(shares: Sequence[Share]) -> str:
    return ", ".join(str(code) for code in sorted({share.code for share in shares}))


def _share(share: Share) -> dict[str, Any]:
    return {
        "code": share.code,
        "label": kind_words(kind_get(share.code).short_title),
        "provider": share.provider,
        "rows": share.rows,
        "workplaces": share.workplaces,
        "minutes": share.minutes,
        "due_on": share.due_on,
    }


def _group(processes: Sequence[Process], consents: Mapping[int, bool | None], request: Any) -> dict[str, Any]:
    """All rows of one text: what they share, and a block for each company."""
    first = presenter_of(processes[0])
    companies, people = [_company_key(one) for one in processes], {str(word) for word in PROFESSIONS.values()}
    terms = [_terms(one, consents.get(one.workplace_id or 0), people) for one in processes]
    articles = _articles(processes, terms)
    shared = terms_share(terms, companies, _of_company(), {_("Profesyonel"), _("Hizmet veren")})
    today = day_of(request.at)
    notices = [tuple(presenter_of(one).notices(one, one.waits_for)) for one in processes]
    everywhere = set.intersection(*(set(lines) for lines in notices))
    blocks: dict[Any, dict[str, Any]] = {}
    for one, key, cells, lines in zip(processes, companies, shared.own, notices, strict=True):
        block = blocks.setdefault(key, {**_company(one), "terms": shared.by_company[key], "rows": []})
        own = [line for line in lines if line not in everywhere]
        block["rows"].append({**_row(one), "cells": cells, "notices": own, "is_last_day": one.due_on == today})
    return {
        "title": first.terms_title(processes[0]),
        "rows": len(processes),
        "companies": list(blocks.values()),
        "columns": shared.columns,
        "articles": articles,
        "span": len(shared.columns) + 2,
        "common": shared.common,
        "named": [
            {"label": label, "terms": [{"label": value, "details": lines} for value, lines in entries.items()]}
            for label, entries in shared.named.items()
        ],
        "notices": sorted(everywhere),
        "consequences": list(dict.fromkeys(presenter_of(one).consequence(one, one.waits_for) for one in processes)),
    }


def _terms(process: Process, consent: bool | None, professions: Collection[str]) -> list[Row]:  # noqa: FBT001 -- tri-state
    """The terms in full; whoever is to work there stands under one heading, whatever the profession.

    Where no more is agreed than the law asks for, that is said instead of the same figure: others stand out.
    """
    terms = presenter_of(process).terms(process, in_full=True, auto_update=consent)
    agreed = next((term["value"] for term in terms if term["strong"]), "")
    found = []
    for term in terms:
        if term["label"] in professions:
            found.append({**term, "label": _("Profesyonel")})
        elif term["value"] == agreed and not term["strong"]:
            found.append({**term, "value": _("Aylık süre kadar")})
        else:
            found.append(term)
    return found


def _articles(processes: Sequence[Process], terms: Sequence[list[Row]]) -> str:
    """By which article the legal minimum is reckoned, said once for each code where all its rows agree."""
    label = _("Yasal alt sınır")
    by_code: dict[int, set[tuple[str, ...]]] = {}
    for process, row in zip(processes, terms, strict=True):
        for term in row:
            if term["label"] == label:
                by_code.setdefault(process.code, set()).add(tuple(term["details"]))
    once = {code: next(iter(lines)) for code, lines in by_code.items() if len(lines) == 1}
    for process, row in zip(processes, terms, strict=True):
        for term in row:
            if term["label"] == label and process.code in once:
                term["details"] = []
    told = [f"{code} {', '.join(lines)}" for code, lines in sorted(once.items()) if lines]
    return f"{label}: {' · '.join(told)}" if told else ""


def _row(process: Process) -> dict[str, Any]:
    presenter = presenter_of(process)
    return {
        "code": process.code,
        "label": presenter.label(process),
        "url": reverse("step", args=[process.pk]),
        "above": _above(process),
        "deadline": process.due_on,
    }


def _above(process: Process) -> bool:
    """Whether more is agreed than the law asks for."""
    requirement = process.terms.get("requirement") or {}
    if not requirement.get("required") or "minutes" not in requirement:
        return False
    agreed = int(process.terms.get("minutes") or 0) + int(requirement.get("running") or 0)
    return agreed > int(requirement["minutes"])


def _of_company() -> set[str]:
    """The labels of terms that tell of the company rather than of the row; in the page's language."""
    return {
        _("Hizmet alan işyeri"),
        _("İşyeri"),
        _("Hizmet veren"),
        _("Tehlike sınıfı"),
        _("Çalışan sayısı"),
        _("Otomatik güncelleme"),
    }


def _company_key(process: Process) -> tuple[str, int]:
    return ("workplace", process.workplace_id) if process.workplace_id else ("provider", process.provider_id or 0)


def _company(process: Process) -> dict[str, Any]:
    workplace, provider = process.workplace, process.provider
    if workplace is not None:
        sgk = parse_sgk_number(workplace.sgk_number).grouped()
        return {"title": workplace.title, "sgk": sgk, "place": workplace.province.name}
    return {"title": provider.title if provider else "", "sgk": "", "place": provider.province.name if provider else ""}


def _shown(row: RunRow, process: Process) -> RowShown:
    presenter = presenter_of(process)
    done = row.result is not None and not row.result.code
    return RowShown(
        label=f"{process.code} · {presenter.label(process)}",
        company=_company(process)["title"],
        detail=presenter.detail(process),
        url=reverse("step_result" if done else "step", args=[process.pk]),
    )
