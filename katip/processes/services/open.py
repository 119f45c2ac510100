"""Opening processes: the first step of each waits from now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from katip.core.actor import Actor
from katip.processes.deadlines import due_on
from katip.processes.kinds import ProcessKind
from katip.processes.models import PartyKind, Process, Step
from katip.processes.services.terms import terms_hash


@dataclass(frozen=True, slots=True)
class Opening:
    """A process to be opened.

    `person_id` is who answers the steps of a professional or a person; `parties` replaces the kind's own order where
    it depends on who proposes; `proposed_by` is the side that may take the process back.
    """

    kind: ProcessKind
    terms: Mapping[str, Any]
    workplace_id: int | None = None
    provider_id: int | None = None
    person_id: int | None = None
    proposed_by: PartyKind = PartyKind.PROVIDER
    parties: Sequence[PartyKind] = ()

    @property
    def order(self) -> Sequence[PartyKind]:
        """The parties in the order in which they are asked."""
        return self.parties or self.kind.parties

    def answers(self, party: PartyKind) -> int | None:
        """The one person who may answer a party's step, or None where a whole side may."""
        return self.person_id if party in {PartyKind.PROFESSIONAL, PartyKind.PERSON} else None


def process_open(
    *,
    actor: Actor,
    at: datetime,
    kind: ProcessKind,
    workplace_id: int | None = None,
    provider_id: int | None = None,
    person_id: int | None = None,
    proposed_by: PartyKind = PartyKind.PROVIDER,
    parties: Sequence[PartyKind] = (),
    terms: Mapping[str, Any],
) -> Process:
    """Insert one process and its steps; a part of the calling use case, not one of its own. As `Opening` has it."""
    opening = Opening(kind, terms, workplace_id, provider_id, person_id, proposed_by, parties)
    return processes_open(actor, at, [opening])[0]


def processes_open(actor: Actor, at: datetime, openings: Sequence[Opening]) -> list[Process]:
    """Insert processes and their steps, in the same order; as many statements for many as for one."""
    due = due_on(at)
    processes = Process.objects.bulk_create(
        Process(
            code=one.kind.code,
            workplace_id=one.workplace_id,
            provider_id=one.provider_id,
            waits_for=one.order[0],
            waits_for_person_id=one.answers(one.order[0]),
            waiting_since=at,
            due_on=due,
            terms=dict(one.terms),
            terms_hash=terms_hash(one.terms),
            proposed_by=one.proposed_by,
            created_by_id=actor.person,
            created_at=at,
        )
        for one in openings
    )
    Step.objects.bulk_create(
        Step(process=process, no=no, party=party, person_id=one.answers(party))
        for process, one in zip(processes, openings, strict=True)
        for no, party in enumerate(one.order, start=1)
    )
    return processes
