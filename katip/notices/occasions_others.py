"""Events that are told and are not about a process: contracts that end, mandates, offices, reports, runs, webhooks."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from katip.audit.log.stream import Streamed
from katip.contracts.models import Contract, Undertaking
from katip.core.actor import Capacity
from katip.notices import kinds
from katip.notices.making import Telling, To
from katip.notices.models import HookSubscription, Objection
from katip.registry.models import Mandate, Official, StaffContract
from katip.runs.models import Run

_ENDS = {
    "contract:end:made": kinds.ENDED,
    "contract:end:came": kinds.ENDED,
    "contract:end:announced": kinds.END_ANNOUNCED,
    "contract:end:revoked": kinds.END_REVOKED,
}
_UNDERTAKING_ENDED, _STAFF_ENDED = "contract:undertaking:ended", "registry:staff:ended"
_MANDATE_ENDED, DISOWNED, _HOOK_PAUSED = "registry:mandate:ended", "notices:objection:made", "notices:hook:paused"
_OFFICES = {"counter:officer:appointed": kinds.OFFICE_GIVEN, "counter:officer:dismissed": kinds.OFFICE_ENDED}
_RUN_DONE, _LINK_ENDED = "runs:run:done", "identity:provider:unlinked"
OTHERS = frozenset(
    {
        *_ENDS,
        *_OFFICES,
        _UNDERTAKING_ENDED,
        _STAFF_ENDED,
        _MANDATE_ENDED,
        DISOWNED,
        _HOOK_PAUSED,
        _RUN_DONE,
        _LINK_ENDED,
    }
)
"""tags"""
WATCHED = timedelta(minutes=1)
"""who waits so long for a run has gone elsewhere"""


def actor_of(entry: Streamed) -> frozenset[int]:
    """Who did it, and need not be told."""
    return frozenset() if entry.actor_id is None else frozenset({entry.actor_id})


_About = Callable[[Mapping[int, Streamed]], list[Telling]]


def others_told(entries: Sequence[Streamed]) -> list[Telling]:
    """What is to be told of these entries, by tag."""
    by_tag: dict[str, dict[int, Streamed]] = defaultdict(dict)
    for entry in entries:
        if entry.subject_id is not None:
            by_tag[entry.tag][entry.event_id] = entry
    tellings: list[Telling] = []
    for tag, found in by_tag.items():
        if tag in _ENDS:
            tellings += _contracts_ended(found, _ENDS[tag])
        elif tag in _OFFICES:
            tellings += _offices(found, _OFFICES[tag])
        elif tag in _ABOUT:
            tellings += _ABOUT[tag](found)
    return tellings


def _subjects(found: Mapping[int, Streamed]) -> set[int]:
    return {entry.subject_id for entry in found.values() if entry.subject_id is not None}


def _contracts_ended(found: Mapping[int, Streamed], kind: str) -> list[Telling]:
    related = Contract.objects.select_related("workplace", "provider", "professional")
    contracts = related.in_bulk(_subjects(found))
    tellings = []
    for entry in found.values():
        contract = contracts.get(entry.subject_id or 0)
        if contract is None:
            continue
        to = [
            To(Capacity.WORKPLACE, contract.workplace_id),
            To(Capacity.PROVIDER, contract.provider_id),
            To(Capacity.INDIVIDUAL, contract.professional.person_id),
        ]
        detail = {
            "code": contract.code,
            "workplace": contract.workplace.title,
            "provider": contract.provider.short_title or contract.provider.title if contract.provider else "",
            "last_day": (entry.detail or {}).get("last_day"),
            "reason": (entry.detail or {}).get("note", ""),
            "contract": contract.pk,
        }
        once = f"{kind}:{entry.event_id}"
        tellings.append(Telling(kind, entry.at, to, once, detail, contract_id=contract.pk, but=actor_of(entry)))
    return tellings


def _undertakings_ended(found: Mapping[int, Streamed]) -> list[Telling]:
    rows = Undertaking.objects.select_related("workplace").in_bulk(_subjects(found))
    return [
        Telling(
            kinds.UNDERTAKING_ENDED,
            entry.at,
            [To(Capacity.WORKPLACE, row.workplace_id), To(Capacity.INDIVIDUAL, row.person_id)],
            f"{kinds.UNDERTAKING_ENDED}:{entry.event_id}",
            {"workplace": row.workplace.title, "reason": (entry.detail or {}).get("reason", "")},
            but=actor_of(entry),
        )
        for entry in found.values()
        if (row := rows.get(entry.subject_id or 0)) is not None
    ]


def _staff_ended(found: Mapping[int, Streamed]) -> list[Telling]:
    rows = StaffContract.objects.select_related("provider", "professional").in_bulk(_subjects(found))
    return [
        Telling(
            kinds.STAFF_ENDED,
            entry.at,
            [To(Capacity.INDIVIDUAL, row.professional.person_id), To(Capacity.PROVIDER, row.provider_id)],
            f"{kinds.STAFF_ENDED}:{entry.event_id}",
            {"provider": row.provider.title, "last_day": (entry.detail or {}).get("after")},
            but=actor_of(entry),
        )
        for entry in found.values()
        if (row := rows.get(entry.subject_id or 0)) is not None
    ]


def _mandates_ended(found: Mapping[int, Streamed]) -> list[Telling]:
    rows = Mandate.objects.select_related("provider").in_bulk(_subjects(found))
    return [
        Telling(
            kinds.MANDATE_ENDED,
            entry.at,
            [To(Capacity.INDIVIDUAL, row.person_id)],
            f"{kinds.MANDATE_ENDED}:{entry.event_id}",
            {
                "provider": row.provider.title if row.provider else "",
                "reason": (entry.detail or {}).get("reason", ""),
            },
            but=actor_of(entry),
        )
        for entry in found.values()
        if (row := rows.get(entry.subject_id or 0)) is not None
    ]


def _offices(found: Mapping[int, Streamed], kind: str) -> list[Telling]:
    rows = Official.objects.in_bulk(_subjects(found))
    return [
        Telling(kind, entry.at, [To(Capacity.INDIVIDUAL, row.person_id)], f"{kind}:{entry.event_id}", {})
        for entry in found.values()
        if (row := rows.get(entry.subject_id or 0)) is not None
    ]


def _disowned(found: Mapping[int, Streamed]) -> list[Telling]:
    rows = Objection.objects.select_related("workplace", "provider").in_bulk(_subjects(found))
    return [
        Telling(
            kinds.DISOWNED,
            entry.at,
            [To(Capacity.OFFICIAL, row.workplace.province_id)],
            f"{kinds.DISOWNED}:{row.pk}",
            {"workplace": row.workplace.title, "provider": row.provider.title, "objection": row.pk},
            but=actor_of(entry),
        )
        for entry in found.values()
        if (row := rows.get(entry.subject_id or 0)) is not None
    ]


def _hooks_paused(found: Mapping[int, Streamed]) -> list[Telling]:
    rows = HookSubscription.objects.in_bulk(_subjects(found))
    tellings = []
    for entry in found.values():
        row = rows.get(entry.subject_id or 0)
        if row is None:
            continue
        side = To(Capacity.PROVIDER, row.provider_id) if row.provider_id else To(Capacity.WORKPLACE, row.workplace_id)
        to = [side]
        tellings.append(Telling(kinds.HOOK_PAUSED, entry.at, to, f"{kinds.HOOK_PAUSED}:{entry.event_id}", {}))
    return tellings


def _runs_done(found: Mapping[int, Streamed]) -> list[Telling]:
    """A run that took long, or some of whose rows were refused: whoever waited for it saw the rest."""
    rows = Run.objects.in_bulk(_subjects(found))
    tellings = []
    for entry in found.values():
        row = rows.get(entry.subject_id or 0)
        if row is None or row.done_at is None:
            continue
        if row.refused or row.done_at - (row.begun_at or row.made_at) > WATCHED:
            detail = {"run": row.pk, "total": row.total, "refused": row.refused}
            to = [To(Capacity.INDIVIDUAL, row.person_id)]
            tellings.append(Telling(kinds.RUN_DONE, entry.at, to, f"{kinds.RUN_DONE}:{row.pk}", detail))
    return tellings


def _links_ended(found: Mapping[int, Streamed]) -> list[Telling]:
    return [
        Telling(
            kinds.LINK_ENDED,
            entry.at,
            [To(Capacity.INDIVIDUAL, entry.subject_id)],
            f"{kinds.LINK_ENDED}:{entry.event_id}",
        )
        for entry in found.values()
    ]


_ABOUT: dict[str, _About] = {
    _UNDERTAKING_ENDED: _undertakings_ended,
    _STAFF_ENDED: _staff_ended,
    _MANDATE_ENDED: _mandates_ended,
    DISOWNED: _disowned,
    _HOOK_PAUSED: _hooks_paused,
    _RUN_DONE: _runs_done,
    _LINK_ENDED: _links_ended,
}
