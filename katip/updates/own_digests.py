"""One's own digests: nobody reads another's, and of a digest only what the person may see today."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from katip.contracts.models import MonthChange
from katip.core.actor import Actor
from katip.registry.models import Mandate, Provider
from katip.registry.permissions import valid_on
from katip.updates.digests import Told, told_of
from katip.updates.models import Digest


@dataclass(frozen=True, slots=True)
class Part:
    """What a digest says in one capacity, with the examples that may still be seen."""

    told: Told
    changes: list[MonthChange]
    provider: Provider | None = None

    @property
    def hidden(self) -> int:
        """Examples of organisations for which the person does not act any longer."""
        return len(self.told.changes) - len(self.changes)


def digest_newest(actor: Actor) -> Digest | None:
    """The person's newest digest, with its run."""
    return Digest.objects.filter(person_id=actor.person).select_related("run").order_by("-run_id").first()


def digests_own(actor: Actor, *, before: int | None, most: int) -> list[Digest]:
    """The person's digests, newest first; `before` is the run after which to go on."""
    own = Digest.objects.filter(person_id=actor.person).select_related("run").order_by("-run_id")
    return list((own.filter(run_id__lt=before) if before else own)[:most])


def digest_own(actor: Actor, no: int) -> Digest | None:
    """One digest of the person; None for another's."""
    return Digest.objects.filter(person_id=actor.person, pk=no).select_related("run").first()


def digest_parts(actor: Actor, digest: Digest, at: datetime) -> list[Part]:
    """What the digest says, capacity by capacity; examples are read again, as far as a mandate holds at `at`."""
    told = told_of(digest.body)
    related = ("workplace__province", "provider", "process", "professional__person")
    changes = MonthChange.objects.select_related(*related).in_bulk([no for one in told for no in one.changes])
    held = _held(actor, at, changes.values(), {one.provider_id for one in told if one.provider_id})
    providers = Provider.objects.in_bulk(held["provider"])
    return [
        Part(
            one,
            [changes[no] for no in one.changes if no in changes and _may_see(actor, one, changes[no], held)],
            providers.get(one.provider_id) if one.provider_id else None,
        )
        for one in told
    ]


def _held(
    actor: Actor, at: datetime, changes: Collection[MonthChange], provider_ids: Collection[int]
) -> dict[str, set[int]]:
    """The workplaces and providers among these for which the person may act."""
    among = Q(workplace__in={change.workplace_id for change in changes}) | Q(provider__in=provider_ids)
    rows = Mandate.objects.filter(among, valid_on(at), person_id=actor.person).values_list(
        "workplace_id", "provider_id"
    )
    found: dict[str, set[int]] = {"workplace": set(), "provider": set()}
    for workplace_id, provider_id in rows:
        found["workplace"] |= {workplace_id} - {None}
        found["provider"] |= {provider_id} - {None}
    return found


def _may_see(actor: Actor, told: Told, change: MonthChange, held: dict[str, set[int]]) -> bool:
    if told.capacity == "employer":
        return change.workplace_id in held["workplace"]
    if told.capacity == "provider":
        return change.provider_id in held["provider"]
    return change.professional.person_id == actor.person
