"""From an event of the log to what programs are told of it: which kind, which organisations, which numbers.

Only numbers and links stand in it: what they are about is read by the API, which knows who asks.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Max

from katip.audit.log.stream import Streamed
from katip.contracts.kinds.update import DURATION_UPDATE
from katip.contracts.models import Contract
from katip.documents.models import Document
from katip.notices.models import HookKind, HookState, HookSubscription
from katip.processes.models import Process, Step
from katip.updates.models import MonthProvider

_OFFER_CODES = frozenset({103, 140, 177, 9002})
"""what ends in a contract of a workplace; the last one is the employer's own staff"""

_OFFER_ENDS = {
    "process:step:rejected": HookKind.OFFER_REJECTED,
    "process:process:withdrawn": HookKind.OFFER_WITHDRAWN,
    "process:process:lapsed": HookKind.OFFER_LAPSED,
}
_APPROVED = "process:step:approved"
_PROPOSED = {"contract:offer:made": HookKind.OFFER_MADE, "contract:update:proposed": HookKind.UPDATE_PROPOSED}
_BY_PROCESS = frozenset({*_OFFER_ENDS, *_PROPOSED, _APPROVED})
_BY_CONTRACT: dict[str, tuple[HookKind, dict[str, str]]] = {
    "contract:end:made": (HookKind.CONTRACT_ENDED, {}),
    "contract:end:came": (HookKind.CONTRACT_ENDED, {}),
    "contract:end:announced": (HookKind.CONTRACT_CHANGED, {"change": "end_announced"}),
    "contract:end:revoked": (HookKind.CONTRACT_CHANGED, {"change": "end_revoked"}),
}
_DOCUMENTS = "document:file:made"
_MONTH = "month:run:done"

PAGES = {"process": "/surecler/{}/", "contract": "/sozlesmeler/{}/"}
"""where a person sees it; written out, because asking Django would load every page into a process that shows none"""

TAGS = _BY_PROCESS | frozenset({*_BY_CONTRACT, _DOCUMENTS, _MONTH})
"""every event that a program may be told of"""


@dataclass(frozen=True, slots=True)
class Told:
    """One kind of event for the organisations that it is about; for all of them where none is named."""

    position: int
    at: datetime
    kind: HookKind
    data: dict[str, Any]
    provider_id: int | None = None
    workplace_id: int | None = None
    everybody: bool = False


def told_of(entries: Sequence[Streamed]) -> list[Told]:
    """What follows from these entries, in their order."""
    found = [*_of_processes(entries), *_of_contracts(entries), *_of_documents(entries), *_of_months(entries)]
    return sorted(found, key=lambda one: one.position)


def _of_processes(entries: Sequence[Streamed]) -> Iterator[Told]:
    wanted = [one for one in entries if one.tag in _BY_PROCESS and one.subject_id is not None]
    ids = {one.subject_id for one in wanted if one.subject_id is not None}
    if not ids:
        return
    columns = ("pk", "code", "workplace_id", "provider_id", "contract__pk", "duration_update__contract_id")
    codes = {*_OFFER_CODES, DURATION_UPDATE}
    rows = {row["pk"]: row for row in Process.objects.filter(pk__in=ids, code__in=codes).values(*columns)}
    last = dict(Step.objects.filter(process_id__in=rows).values_list("process_id").annotate(Max("no")))
    for one in wanted:
        row = rows.get(one.subject_id)
        if row is None:
            continue
        kind, more = _kind_of(one, row["code"] == DURATION_UPDATE, last[row["pk"]])
        contract = row["contract__pk"] or row["duration_update__contract_id"]
        data = _numbers(row["workplace_id"], row["provider_id"], process=row["pk"], contract=contract)
        yield Told(
            one.position, one.at, kind, data | {"code": row["code"], **more}, row["provider_id"], row["workplace_id"]
        )


def _kind_of(one: Streamed, update: bool, last: int) -> tuple[HookKind, dict[str, str]]:  # noqa: FBT001 -- private
    """The kind, and what more is said of it."""
    if one.tag in _PROPOSED:
        return _PROPOSED[one.tag], {}
    if one.tag == _APPROVED:
        if update:  # an update has one step
            return HookKind.CONTRACT_CHANGED, {"change": "minutes"}
        is_last = (one.detail or {}).get("step") == last
        return (HookKind.OFFER_APPROVED if is_last else HookKind.OFFER_ACCEPTED), {}
    if update:
        return HookKind.UPDATE_CLOSED, {"how": one.tag.rpartition(":")[2]}
    return _OFFER_ENDS[one.tag], {}


def _of_contracts(entries: Sequence[Streamed]) -> Iterator[Told]:
    wanted = [one for one in entries if one.tag in _BY_CONTRACT and one.subject_id is not None]
    rows = _contracts({one.subject_id for one in wanted if one.subject_id is not None})
    for one in wanted:
        row = rows.get(one.subject_id)
        if row is not None:
            kind, more = _BY_CONTRACT[one.tag]
            data = _numbers(row["workplace_id"], row["provider_id"], contract=row["pk"])
            yield Told(
                one.position,
                one.at,
                kind,
                data | {"code": row["code"], **more},
                row["provider_id"],
                row["workplace_id"],
            )


def _of_documents(entries: Sequence[Streamed]) -> Iterator[Told]:
    """Documents are made some at a time, of whichever contracts: each organisation is told of its own."""
    made = [(one, int(no)) for one in entries if one.tag == _DOCUMENTS for no in (one.detail or {}).get("files", {})]
    if not made:
        return
    documents = dict(Document.objects.filter(pk__in=[no for _, no in made]).values_list("pk", "contract_id"))
    rows = _contracts(set(documents.values()))
    grouped: dict[tuple[int, str, int], list[dict[str, Any]]] = defaultdict(list)
    moments = {one.position: one.at for one, _ in made}
    for one, no in made:
        row = rows.get(documents.get(no))
        if row is not None:
            about = {"document": no, "contract": row["pk"], "links": _links(document=no, contract=row["pk"])}
            for side in ("provider_id", "workplace_id"):
                if row[side] is not None:
                    grouped[one.position, side, row[side]].append(about)
    for (position, side, organisation), papers in grouped.items():
        sides = {"provider_id": None, "workplace_id": None} | {side: organisation}
        yield Told(
            position,
            moments[position],
            HookKind.DOCUMENT_MADE,
            {"documents": papers},
            sides["provider_id"],
            sides["workplace_id"],
        )


def _of_months(entries: Sequence[Streamed]) -> Iterator[Told]:
    """The figures of a month for each provider that is told; everybody else learns that it was carried out."""
    figures = ("amended", "asked", "conflicts", "ended")
    for one in entries:
        if one.tag != _MONTH:
            continue
        data: dict[str, Any] = {
            "month": one.subject_id,
            "period": str((one.detail or {}).get("period", ""))[:7],
            "links": {"contracts": _api("contracts")},
        }
        asking = HookSubscription.objects.filter(provider__isnull=False).exclude(state=HookState.ENDED)
        counted = MonthProvider.objects.filter(run_id=one.subject_id, provider__in=asking.values("provider_id"))
        for row in counted.values("provider_id", *figures):
            more = {name: row[name] for name in figures}
            yield Told(one.position, one.at, HookKind.MONTH_APPLIED, data | more, row["provider_id"])
        yield Told(one.position, one.at, HookKind.MONTH_APPLIED, data, everybody=True)


def _contracts(ids: Collection[int]) -> Mapping[int | None, dict[str, Any]]:
    if not ids:
        return {}
    found = Contract.objects.filter(pk__in=ids).values("pk", "code", "workplace_id", "provider_id")
    return {row["pk"]: dict(row) for row in found}


def _numbers(workplace_id: int | None, provider_id: int | None, **subjects: int | None) -> dict[str, Any]:
    return {**subjects, "workplace": workplace_id, "provider": provider_id, "links": _links(**subjects)}


def _links(**subjects: int | None) -> dict[str, str]:
    places = {"process": "processes", "contract": "contracts", "document": "documents"}
    links = {name: _api(f"{places[name]}/{no}") for name, no in subjects.items() if no is not None}
    pages = [path.format(subjects[name]) for name, path in PAGES.items() if subjects.get(name) is not None]
    return links | ({"page": settings.KATIP.origin + pages[0]} if pages else {})


def _api(path: str) -> str:
    return f"{settings.KATIP.origin}/api/v1/{path}"
