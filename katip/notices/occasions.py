"""Which events are told, to whom: the log's entries turned into tellings (`katip.notices.making`).

Read after the fact, up to days later: what an entry says is held against the register as it is now. A step that was
decided meanwhile is not told as waiting. What a month opened or took back is told by its digest (`katip.updates`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from katip.audit.log.stream import Streamed
from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.kinds.update import DURATION_UPDATE
from katip.contracts.models import Contract, DurationUpdate, Undertaking
from katip.core.actor import Capacity
from katip.notices import kinds
from katip.notices.making import Telling, To
from katip.notices.occasions_others import OTHERS, actor_of, others_told
from katip.processes.models import PartyKind, Process, ProcessState, Step
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
TAGS = frozenset({*_PROCESS, _UNDERTAKEN, *OTHERS})
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
    return tellings + others_told(entries)


def decided_ids(entries: Iterable[Streamed]) -> list[int]:
    """The processes whose step was decided, or that ended: what was told of that step waits no more."""
    tags = {APPROVED, REJECTED, *_CLOSED}
    return sorted({entry.subject_id for entry in entries if entry.tag in tags and entry.subject_id is not None})


def _undertakings(entries: Sequence[Streamed]) -> dict[int, Undertaking]:
    numbers = {entry.subject_id for entry in entries if entry.tag == _UNDERTAKEN and entry.subject_id is not None}
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
        return [_outcome(kinds.REJECTED, entry, process, _others(process, steps, decided), **_by(steps, decided))]
    if entry.tag in _CLOSED:
        to = [_party(process, one) for one in steps if one.no == decided]
        if entry.tag == _LAPSED:
            to += _others(process, steps, decided)
        return [_outcome(_CLOSED[entry.tag], entry, process, to)]
    if decided < len(steps):
        waits = _waits(entry, process, decided + 1)
        accepted = _outcome(kinds.ACCEPTED, entry, process, [_proposer(process)], **_by(steps, decided))
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


def _by(steps: Sequence[Step], decided: int) -> dict[str, str]:
    """Which party answered a step."""
    return {"party": next((one.party for one in steps if one.no == decided), "")}


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
    return Telling(kind, entry.at, to, once, detail, process_id=process.pk, but=actor_of(entry))


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
