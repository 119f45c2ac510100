"""Proposing new minutes for a running contract (süre güncelleme)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from katip.audit.services.record import Happening, record
from katip.contracts.facts import facts_read
from katip.contracts.kinds.update import DURATION_UPDATE, asked_of, require_update_lawful
from katip.contracts.models import AssignmentType, Contract, ContractVersion, DurationUpdate
from katip.contracts.permissions import require_proof, role_in
from katip.contracts.services.end import contract_lock
from katip.contracts.terms import parties_terms, requirement_terms
from katip.core.actor import Actor
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case, whole_from_here
from katip.processes.kinds import kind_get
from katip.processes.models import PartyKind
from katip.processes.services.open import process_open
from katip.registry.models import Certificate, Provider
from katip.rules import ContractForm, ContractRole, Profession, RuleViolation

_SIDES = {
    ContractRole.MANAGER: (PartyKind.PROVIDER, PartyKind.EMPLOYER),
    ContractRole.EMPLOYER: (PartyKind.EMPLOYER, PartyKind.PROVIDER),
}


@use_case
def update_propose(*, actor: Actor, at: datetime, contract_id: int, minutes: int) -> DurationUpdate:
    """Propose that a running part-time contract has `minutes` a month from now on; the other side then decides.

    Raises `PermissionRefusedError` unless the actor speaks for the provider or the employer with a second step;
    `RuleViolation` where the law refuses the new minutes, and `minutes_same`, `full_time_fixed`, `update_open`,
    `contract_not_running`, `own_staff_fixed`.
    """
    require_proof(actor)
    contract = contract_lock(contract_id)
    role = role_in(actor, contract, at)
    if role not in _SIDES:
        raise PermissionRefusedError("not_yours")
    whole_from_here("minutes are judged by what others agreed on")
    if contract.form == ContractForm.OWN_STAFF:
        raise RuleViolation("own_staff_fixed")
    current = ContractVersion.objects.filter(contract=contract).order_by("-no").first()
    if current is None:
        raise RuleViolation("contract_not_running")
    if current.assignment_type != AssignmentType.PART_TIME:
        raise RuleViolation("full_time_fixed")
    if minutes == current.minutes:
        raise RuleViolation("minutes_same", facts={"minutes": minutes})
    [facts] = facts_read([asked_of(contract)], at)
    require_update_lawful(contract, facts, current.minutes, minutes)
    proposed_by, decides = _SIDES[role]
    kind = kind_get(DURATION_UPDATE)
    provider = Provider.objects.select_related("province").get(contracts=contract)
    certificate = Certificate.objects.select_related("professional__person").get(pk=contract.certificate_id)
    process = process_open(
        actor=actor,
        at=at,
        kind=kind,
        workplace_id=contract.workplace_id,
        provider_id=contract.provider_id,
        proposed_by=proposed_by,
        parties=(decides,),
        terms={
            "code": kind.code,
            "title": kind.title,
            "contract": {"id": contract.pk, "code": contract.code},
            "profession": contract.profession,
            **parties_terms(contract.workplace, provider, certificate),
            "minutes_before": current.minutes,
            "minutes": minutes,
            "assignment_type": current.assignment_type,
            "start": "on_approval",
            "requirement": requirement_terms(Profession(contract.profession), contract.workplace, facts),
        },
    )
    try:
        with transaction.atomic():
            update = DurationUpdate.objects.create(
                contract=contract, process=process, minutes_before=current.minutes, minutes=minutes
            )
    except IntegrityError as error:
        raise RuleViolation("update_open") from error
    detail = {"contract": contract.pk, "before": current.minutes, "minutes": minutes, "hash": process.terms_hash}
    record(actor, at, Happening("contract:update:proposed", process.pk, detail))
    return update


def update_open_of(contract: Contract) -> DurationUpdate | None:
    """The update that waits for a decision, if there is one."""
    return DurationUpdate.objects.filter(contract=contract, is_open=True).select_related("process").first()
