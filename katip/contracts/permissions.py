"""In which role an actor stands to a contract, now."""

from collections.abc import Sequence
from datetime import datetime

from katip.contracts.models import Contract
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.registry.permissions import manages, mandates_held, require_mandates
from katip.rules import ContractRole


def role_in(actor: Actor, contract: Contract, at: datetime) -> ContractRole:
    """The actor's role in the capacity chosen, its mandate asked for. Raises `PermissionRefusedError` for strangers."""
    role = roles_in(actor, [contract], at)[contract.pk]
    if isinstance(role, PermissionRefusedError):
        raise role
    return role


def roles_in(
    actor: Actor, contracts: Sequence[Contract], at: datetime
) -> dict[int, ContractRole | PermissionRefusedError]:
    """The actor's role in each contract, by its id, or why they have none; all mandates are asked for at once.

    An e-Bildirge user who acts for no workplace in particular acts for each whose mandate they hold.
    """
    claimed = {one.pk: _claimed(actor, one) for one in contracts}
    filed = {one.workplace_id for one in contracts if claimed[one.pk] == ContractRole.EMPLOYER}
    held = mandates_held(actor, filed, at) if filed else set()
    managed = ContractRole.MANAGER in claimed.values() and manages(actor, actor.organisation, at)
    roles: dict[int, ContractRole | PermissionRefusedError] = {}
    for one in contracts:
        role = claimed[one.pk]
        if role is None:
            roles[one.pk] = PermissionRefusedError("not_yours")
        elif role == ContractRole.EMPLOYER and one.workplace_id not in held:
            roles[one.pk] = PermissionRefusedError("mandate_ended")
        elif role == ContractRole.MANAGER and not managed:
            roles[one.pk] = PermissionRefusedError("no_mandate")
        else:
            roles[one.pk] = role
    return roles


def _claimed(actor: Actor, contract: Contract) -> ContractRole | None:
    """The role by the capacity chosen, mandates apart."""
    if actor.capacity == Capacity.WORKPLACE and actor.organisation_id in {None, contract.workplace_id}:
        return ContractRole.EMPLOYER
    if actor.capacity == Capacity.PROVIDER and contract.provider_id is not None:
        return ContractRole.MANAGER if actor.organisation_id == contract.provider_id else None
    if actor.capacity == Capacity.INDIVIDUAL and actor.person_id == contract.professional.person_id:
        return ContractRole.PROFESSIONAL
    return None


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
