"""In which role an actor stands to a contract, now."""

from datetime import datetime

from katip.contracts.models import Contract
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.registry.permissions import require_mandates, require_provider_mandate
from katip.rules import ContractRole


def role_in(actor: Actor, contract: Contract, at: datetime) -> ContractRole:
    """The actor's role in the capacity chosen, its mandate asked for. Raises `PermissionRefusedError` for strangers."""
    if actor.capacity == Capacity.WORKPLACE and actor.organisation_id == contract.workplace_id:
        require_mandates(actor, {contract.workplace_id}, at)
        return ContractRole.EMPLOYER
    if actor.capacity == Capacity.PROVIDER and actor.organisation_id == contract.provider_id:
        require_provider_mandate(actor, actor.organisation, at)
        return ContractRole.MANAGER
    if actor.capacity == Capacity.INDIVIDUAL and actor.person_id == contract.professional.person_id:
        return ContractRole.PROFESSIONAL
    raise PermissionRefusedError("not_yours")


def require_proof(actor: Actor) -> None:
    """Raise `PermissionRefusedError` unless a person with a second step stands behind the act."""
    if actor.proof is None or actor.person_id is None:
        raise PermissionRefusedError("no_second_step")


def require_employer(actor: Actor, at: datetime) -> int:
    """The id of the workplace that the actor files for, a second step behind it; else `PermissionRefusedError`."""
    require_proof(actor)
    if actor.capacity != Capacity.WORKPLACE or actor.organisation_id is None:
        raise PermissionRefusedError("no_mandate")
    require_mandates(actor, {actor.organisation_id}, at)
    return actor.organisation_id
