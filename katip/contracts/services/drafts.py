"""Opening many drafts at once: what somebody's file says becomes the beginning of offers, and nothing more."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.models import AssignmentType, OfferDraft
from katip.contracts.offering import Written
from katip.contracts.services.offer import require_manager
from katip.core.actor import Actor
from katip.core.clock import day_of
from katip.core.usecase import use_case
from katip.registry.models import Provider, StaffContract, Workplace
from katip.registry.permissions import valid_on
from katip.rules import Profession, RuleViolation

TOGETHER = 200
"""how many drafts are opened in one go"""
_CODES = {kind.profession: kind.code for kind in SERVICE_KINDS}


@dataclass(frozen=True, slots=True)
class Begun:
    """What a row says of an offer. `minutes` are a month's; the SGK number has 26 digits."""

    profession: Profession
    sgk_number: str
    professional_id: int
    minutes: int
    assignment_type: str = AssignmentType.PART_TIME


@use_case
def drafts_open(*, actor: Actor, at: datetime, begun: Sequence[Begun]) -> list[OfferDraft]:
    """Begin an offer for each; whoever sends it still reads and answers every step of it, the information first.

    A professional who is not of the provider's staff today is left out of the draft. Raises `PermissionRefusedError`
    unless the actor manages the provider; `RuleViolation` `provider_suspended`; `ValueError` for more than 200.
    """
    provider_id = require_manager(actor, at)
    if len(begun) > TOGETHER:
        raise ValueError(f"at most {TOGETHER} together")
    provider = Provider.objects.get(pk=provider_id)
    if provider.suspended_on is not None and provider.suspended_on <= day_of(at):
        raise RuleViolation("provider_suspended", facts={"since": provider.suspended_on})
    numbers = {one.sgk_number for one in begun}
    places = dict(Workplace.objects.filter(sgk_number__in=numbers).values_list("sgk_number", "pk"))
    asked = {one.professional_id for one in begun}
    staff = StaffContract.objects.filter(valid_on(at), provider=provider, professional_id__in=asked)
    mine = set(staff.values_list("professional_id", flat=True))
    drafts = OfferDraft.objects.bulk_create(
        OfferDraft(
            provider=provider,
            code=_CODES[one.profession],
            fields=asdict(
                Written(
                    sgk_number=one.sgk_number,
                    workplace_id=places.get(one.sgk_number),
                    professional_id=one.professional_id if one.professional_id in mine else None,
                    assignment_type=AssignmentType(one.assignment_type).value,
                    minutes=one.minutes,
                )
            ),
            created_by_id=actor.person,
            created_at=at,
            updated_at=at,
        )
        for one in begun
    )
    record(
        actor,
        at,
        *(Happening("contract:draft:opened", draft.pk, {"code": draft.code, "from": "sheet"}) for draft in drafts),
    )
    return drafts
