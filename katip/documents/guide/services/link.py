"""Making the link of a customer's guide, and closing it."""

from datetime import datetime, timedelta

from katip.audit.services.record import Happening, record
from katip.contracts.models import Contract
from katip.contracts.selectors import WAITING
from katip.core.actor import Actor, Capacity
from katip.core.codes import code_draw
from katip.core.crypto import lookup_key, seal
from katip.core.errors import PermissionRefusedError
from katip.core.usecase import use_case
from katip.documents.guide.models import GuideLink
from katip.documents.guide.selectors import TOKEN_LENGTH
from katip.registry.permissions import require_provider_mandate

LINK_LASTS = timedelta(days=30)


@use_case
def guide_link_make(*, actor: Actor, at: datetime, process_id: int, alone: bool = False) -> GuideLink:
    """Make the link for the workplace of this offer, or for the offer `alone`; one that works is given 30 days anew.

    Raises `PermissionRefusedError` unless the actor manages the provider that offered, and while nothing waits.
    """
    provider_id = _require_manager(actor, at)
    contract = Contract.objects.filter(process_id=process_id, provider_id=provider_id, state__in=WAITING).first()
    if contract is None:
        raise PermissionRefusedError("not_yours")
    about: dict[str, int | None] = {
        "provider_id": provider_id,
        "workplace_id": contract.workplace_id,
        "process_id": process_id if alone else None,
    }
    # Two who ask at once get one link each: both work, and the page shows the newer.
    link = GuideLink.objects.select_for_update().filter(**about, closed_at=None, expires_at__gt=at).order_by("-pk")
    found = link.first()
    if found is None:
        token = code_draw(TOKEN_LENGTH)
        found = GuideLink(**about, token_key=lookup_key(f"guide:{token}"), token_sealed=seal(token))
        found.made_by_id, found.made_at = actor.person, at
    found.expires_at = at + LINK_LASTS
    found.save()
    detail = {"workplace": contract.workplace_id, "process": about["process_id"]}
    record(actor, at, Happening("guide:link:made", found.pk, detail | {"until": found.expires_at.isoformat()}))
    return found


@use_case
def guide_link_close(*, actor: Actor, at: datetime, link_id: int) -> None:
    """End the link now. Raises `PermissionRefusedError` unless the actor manages the provider that made it."""
    provider_id = _require_manager(actor, at)
    if not GuideLink.objects.filter(pk=link_id, provider_id=provider_id, closed_at=None).update(closed_at=at):
        raise PermissionRefusedError("not_yours")
    record(actor, at, Happening("guide:link:closed", link_id))


def _require_manager(actor: Actor, at: datetime) -> int:
    if actor.capacity != Capacity.PROVIDER:
        raise PermissionRefusedError("no_mandate")
    require_provider_mandate(actor, actor.organisation, at)
    return actor.organisation
