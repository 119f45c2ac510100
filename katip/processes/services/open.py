"""Opening a process: its first step waits from now."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from katip.core.actor import Actor
from katip.processes.deadlines import due_on
from katip.processes.kinds import ProcessKind
from katip.processes.models import PartyKind, Process, Step
from katip.processes.services.terms import terms_hash


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
    """Insert the process and its steps; a part of the calling use case, not one of its own.

    `person_id` is who answers the steps of a professional or a person; `parties` replaces the kind's own order where
    it depends on who proposes; `proposed_by` is the side that may take the process back.
    """
    parties = parties or kind.parties
    people = {PartyKind.PROFESSIONAL: person_id, PartyKind.PERSON: person_id}
    first = parties[0]
    process = Process.objects.create(
        code=kind.code,
        workplace_id=workplace_id,
        provider_id=provider_id,
        waits_for=first,
        waits_for_person_id=people.get(first),
        waiting_since=at,
        due_on=due_on(at),
        terms=dict(terms),
        terms_hash=terms_hash(terms),
        proposed_by=proposed_by,
        created_by_id=actor.person,
        created_at=at,
    )
    Step.objects.bulk_create(
        Step(process=process, no=no, party=party, person_id=people.get(party))
        for no, party in enumerate(parties, start=1)
    )
    return process
