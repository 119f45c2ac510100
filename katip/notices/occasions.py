"""Which events are told, to whom: the log's entries turned into tellings (`katip.notices.making`).

Read after the fact, up to days later: what an entry says is held against the register as it is now. A step that was
decided meanwhile is not told as waiting. What a month opened or took back is told by its digest (`katip.updates`).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from katip.audit.log.stream import Streamed
from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.kinds.update import DURATION_UPDATE
from katip.contracts.models import Contract, DurationUpdate, Undertaking
from katip.core.actor import Capacity
from katip.notices import kinds
from katip.notices.making import Telling, To
from katip.notices.models import HookSubscription, Objection
from katip.processes.models import PartyKind, Process, ProcessState, Step
from katip.registry.models import Mandate, Official, StaffContract
from katip.rules import ContractState

OPENED = frozenset(
    {"contract:offer:made", "contract:update:proposed", "contract:staff:proposed", "registry:mandate:proposed"}
)
"""whose subject is the process that was opened"""
_UNDERTAKEN = "contract:undertaking:registered"
APPROVED, REJECTED = "process:step:approved", "process:step:rejected"
_WITHDRAWN, _LAPSED = "process:process:withdrawn", "process:process:lapsed"
_CLOSED = {_WITHDRAWN: kinds.WITHDRAWN, _LAPSED: kinds.LAPSED}
_PROCESS = frozenset({*OPENED, APPROVED, REJECTED, *_CLOSED})
_ENDS = {
    "contract:end:made": kinds.ENDED,
    "contract:end:came": kinds.ENDED,
    "contract:end:announced": kinds.END_ANNOUNCED,
    "contract:end:revoked": kinds.END_REVOKED,
}
_UNDERTAKING_ENDED, _STAFF_ENDED = "contract:undertaking:ended", "registry:staff:ended"
_MANDATE_ENDED, _DISOWNED, _HOOK_PAUSED = "registry:mandate:ended", "notices:objection:made", "notices:hook:paused"
_OFFICES = {"counter:officer:appointed": kinds.OFFICE_GIVEN, "counter:officer:dismissed": kinds.OFFICE_ENDED}
TAGS = frozenset(
    {
        *_PROCESS,
        _UNDERTAKEN,
        *_ENDS,
        _UNDERTAKING_ENDED,
        _STAFF_ENDED,
        _MANDATE_ENDED,
        _DISOWNED,
        _HOOK_PAUSED,
        *_OFFICES,
    }
)
_OFFERS = frozenset(kind.code for kind in SERVICE_KINDS)


@dataclass(frozen=True, slots=True)
class _Read:
    """What the entries are about, read at once."""

    processes: Mapping[int, Process]
    steps: Mapping[int, list[Step]]
    updates: Mapping[int, DurationUpdate]
    served: frozenset[tuple[int, int]]
    """workplace and provider between which a contract runs"""


def tellings_of(entries: Sequence[Streamed]) -> list[Telling]:
    """What is to be told of these entries, in their order."""
    undertakings = _undertakings(entries)
    ids = {entry.subject_id for entry in entries if entry.tag in _PROCESS and entry.subject_id is not None}
    read = _read(ids | {one.process_id for one in undertakings.values()})
    tellings: list[Telling] = []
    for entry in entries:
        if entry.subject_id is None:
            continue
        if entry.tag in _PROCESS:
            process = read.processes.get(entry.subject_id)
        elif entry.tag == _UNDERTAKEN and entry.subject_id in undertakings:
            process = read.processes.get(undertakings[entry.subject_id].process_id)
        else:
            process = None
        taken_back = entry.tag == _WITHDRAWN and process is not None and "month" in process.terms
        if process is not None and not taken_back:
            tellings += _of_process(entry, process, read)
    return tellings + _of_others(entries)


def decided_ids(entries: Iterable[Streamed]) -> list[int]:
    """The processes whose step was decided, or that ended: what was told of that step waits no more."""
    tags = {APPROVED, REJECTED, *_CLOSED}
    return sorted({entry.subject_id for entry in entries if entry.tag in tags and entry.subject_id is not None})


def _undertakings(entries: Sequence[Streamed]) -> dict[int, Undertaking]:
    numbers = {entry.subject_id for entry in entries if entry.tag in {_UNDERTAKEN, _UNDERTAKING_ENDED}}
    if not numbers:
        return {}
    return {one.pk: one for one in Undertaking.objects.filter(pk__in=numbers).select_related("workplace")}


def _read(ids: set[int]) -> _Read:
    if not ids:
        return _Read({}, {}, {}, frozenset())
    related = Process.objects.select_related("workplace", "provider")
    processes = {one.pk: one for one in related.filter(pk__in=ids)}
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(process_id__in=ids).order_by("process_id", "no"):
        steps[step.process_id].append(step)
    updates = {}
    if any(one.code == DURATION_UPDATE for one in processes.values()):
        found = DurationUpdate.objects.filter(process__in=ids).select_related("contract__professional")
        updates = {one.process_id: one for one in found}
    offered = {one.workplace_id for one in processes.values() if one.code in _OFFERS}
    running = Contract.objects.filter(workplace__in=offered, state=ContractState.ACTIVE, provider__isnull=False)
    served = frozenset(running.values_list("workplace_id", "provider_id")) if offered else frozenset()
    return _Read(processes, steps, updates, served)


def _of_process(entry: Streamed, process: Process, read: _Read) -> list[Telling]:
    steps = read.steps.get(process.pk, [])
    if entry.tag in OPENED or entry.tag == _UNDERTAKEN:
        return [*_waits(entry, process, 1), *_named(entry, process, steps, read)]
    decided = int((entry.detail or {}).get("step", 0))
    if entry.tag == REJECTED:
        return [_outcome(kinds.REJECTED, entry, process, _others(process, steps, decided))]
    if entry.tag in _CLOSED:
        to = [_party(process, one) for one in steps if one.no == decided]
        if entry.tag == _LAPSED:
            to += _others(process, steps, decided)
        return [_outcome(_CLOSED[entry.tag], entry, process, to)]
    if decided < len(steps):
        waits = _waits(entry, process, decided + 1)
        accepted = _outcome(kinds.ACCEPTED, entry, process, [_proposer(process)])
        return [*waits, accepted] if waits else waits
    return [_final(entry, process, steps, read)]


def process_detail(process: Process) -> dict[str, Any]:
    """The values for the words of whatever is about a process that was read with workplace and provider."""
    return {
        "code": process.code,
        "workplace": process.workplace.title if process.workplace else "",
        "provider": process.provider.short_title or process.provider.title if process.provider else "",
    }


def waits_detail(process: Process) -> dict[str, Any]:
    """The same of the step that waits now."""
    due = {"due_on": process.due_on.isoformat()} if process.due_on else {}
    return {**process_detail(process), "step": process.current_step, **due}


def asked(process: Process) -> To:
    """Who is asked by the step that waits now."""
    return _to(process, PartyKind(process.waits_for), process.waits_for_person_id)


def _to(process: Process, party: PartyKind, person_id: int | None) -> To:
    if party == PartyKind.EMPLOYER:
        return To(Capacity.WORKPLACE, process.workplace_id)
    if party == PartyKind.PROVIDER:
        return To(Capacity.PROVIDER, process.provider_id)
    return To(Capacity.INDIVIDUAL, person_id)


def _party(process: Process, step: Step) -> To:
    return _to(process, PartyKind(step.party), step.person_id)


def _proposer(process: Process) -> To:
    party = PartyKind(process.proposed_by)
    return _to(process, party, process.created_by_id)


def _others(process: Process, steps: Sequence[Step], decided: int) -> list[To]:
    """Who opened it, and who approved before."""
    return [_proposer(process), *(_party(process, one) for one in steps if one.no < decided)]


def _waits(entry: Streamed, process: Process, step: int) -> list[Telling]:
    """That this step waits, if it still does."""
    if process.state != ProcessState.OPEN or process.current_step != step:
        return []
    return [
        Telling(
            kinds.WAITS,
            entry.at,
            [asked(process)],
            f"waits:{process.pk}:{step}",
            waits_detail(process),
            process_id=process.pk,
        )
    ]


def _named(entry: Streamed, process: Process, steps: Sequence[Step], read: _Read) -> list[Telling]:
    """That a provider who does not serve the workplace names it, before its turn comes; once a day for each."""
    if process.code not in _OFFERS or process.state != ProcessState.OPEN or process.workplace_id is None:
        return []
    known = (process.workplace_id, process.provider_id) in read.served
    if known or not any(one.party == PartyKind.EMPLOYER and one.no > process.current_step for one in steps):
        return []
    once = f"named:{process.workplace_id}:{process.provider_id}:{process.created_at:%Y%m%d}"
    to = [To(Capacity.WORKPLACE, process.workplace_id)]
    return [Telling(kinds.NAMED_YOU, entry.at, to, once, process_detail(process), process_id=process.pk)]


def _outcome(kind: str, entry: Streamed, process: Process, to: Sequence[To], **more: Any) -> Telling:
    """What became of a process, for those who did not do it themselves."""
    detail = {**process_detail(process), **more}
    reason = (entry.detail or {}).get("reason")
    if reason:
        detail["reason"] = reason
    once = f"{kind}:{process.pk}:{entry.event_id}"
    return Telling(kind, entry.at, to, once, detail, process_id=process.pk, but=_actor(entry))


def _final(entry: Streamed, process: Process, steps: Sequence[Step], read: _Read) -> Telling:
    """The last approval: everybody who had a part in it, and whom it concerns."""
    to = [_proposer(process), *(_party(process, one) for one in steps)]
    update = read.updates.get(process.pk)
    if update is None:
        return _outcome(kinds.IN_FORCE, entry, process, to)
    to.append(To(Capacity.INDIVIDUAL, update.contract.professional.person_id))
    figures = {"minutes_before": update.minutes_before, "minutes": update.minutes, "code": update.contract.code}
    told = _outcome(kinds.MINUTES, entry, process, to, **figures)
    return Telling(
        told.kind, told.at, told.to, told.once, told.detail, told.process_id, update.contract_id, but=told.but
    )


def _actor(entry: Streamed) -> frozenset[int]:
    return frozenset() if entry.actor_id is None else frozenset({entry.actor_id})


_About = Callable[[Mapping[int, Streamed]], list[Telling]]


def _of_others(entries: Sequence[Streamed]) -> list[Telling]:
    """What is not about a process, by tag."""
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
        }
        once = f"{kind}:{entry.event_id}"
        tellings.append(Telling(kind, entry.at, to, once, detail, contract_id=contract.pk, but=_actor(entry)))
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
            but=_actor(entry),
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
            but=_actor(entry),
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
            but=_actor(entry),
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
            but=_actor(entry),
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


_ABOUT: dict[str, _About] = {
    _UNDERTAKING_ENDED: _undertakings_ended,
    _STAFF_ENDED: _staff_ended,
    _MANDATE_ENDED: _mandates_ended,
    _DISOWNED: _disowned,
    _HOOK_PAUSED: _hooks_paused,
}
