"""9004, personel sözleşmesi: a provider and a professional agree on the professional's own minutes a month.

What was accepted becomes a staff contract of the registry, the source of capacity. Until then only the process knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, Sum

from katip.audit.services.record import Happening, record
from katip.contracts.models import Contract
from katip.contracts.selectors import minutes_now
from katip.contracts.texts import STAFF_ACCEPTANCE
from katip.core.clock import day_of
from katip.processes.kinds import Cancelled, Moved, ProcessKind
from katip.processes.models import PartyKind, Process
from katip.registry.models import Certificate, Professional, Provider, StaffContract
from katip.registry.permissions import valid_on
from katip.rules import ContractState, RuleViolation

STAFF_CONTRACT = 9004
MOST_MINUTES = 31 * 24 * 60
"""a month has no more"""


@dataclass(frozen=True, slots=True)
class StaffTerms:
    """What is agreed on: `minutes` a month, from `first_day` to `last_day` (None: open), both included.

    `replaces` is the staff contract that ends the day before, or None.
    """

    provider: Provider
    professional: Professional
    minutes: int
    first_day: date
    last_day: date | None
    replaces: int | None = None


def require_staff_lawful(terms: StaffTerms, at: datetime) -> None:
    """Raise `RuleViolation` when a staff contract may not come into force.

    Codes: `provider_suspended`, `professional_suspended` (fact: since), `not_certified`, `staff_minutes` (most),
    `staff_period_over` (last_day), `staff_overlaps` (minutes, from, to of the one that stands there),
    `staff_minutes_needed` (active, remaining, short_by) where fewer minutes replace those that running contracts need.
    """
    day = day_of(at)
    for code, since in (
        ("provider_suspended", terms.provider.suspended_on),
        ("professional_suspended", terms.professional.suspended_on),
    ):
        if since is not None and since <= day:
            raise RuleViolation(code, facts={"since": since})
    if not Certificate.objects.filter(valid_on(at), professional=terms.professional).exists():
        raise RuleViolation("not_certified")
    if not 1 <= terms.minutes <= MOST_MINUTES:
        raise RuleViolation("staff_minutes", facts={"most": MOST_MINUTES})
    if terms.last_day is not None and terms.last_day < max(day, terms.first_day):
        raise RuleViolation("staff_period_over", facts={"last_day": terms.last_day})
    _require_apart(terms, day)
    if terms.replaces is not None:
        _require_enough(terms, terms.replaces, at)


def _require_apart(terms: StaffTerms, day: date) -> None:
    """One staff contract of a professional with a provider at a time."""
    first_day = max(day, terms.first_day)
    rows = StaffContract.objects.filter(provider=terms.provider, professional=terms.professional)
    for row in rows.order_by("valid_from"):
        begins_after = terms.last_day is not None and row.valid_from > terms.last_day
        ended_before = row.valid_to is not None and row.valid_to < first_day
        replaced = row.pk == terms.replaces and row.valid_from < first_day
        if not (begins_after or ended_before or replaced):
            raise RuleViolation(
                "staff_overlaps", facts={"minutes": row.minutes, "from": row.valid_from, "to": row.valid_to}
            )


def _require_enough(terms: StaffTerms, replaces: int, at: datetime) -> None:
    """What takes a staff contract's place must carry the contracts that run on it, for as long as it would have."""
    former = StaffContract.objects.get(pk=replaces)
    ends = [(max(day_of(at), terms.first_day) - timedelta(days=1), terms.minutes)]
    if terms.last_day is not None and (former.valid_to is None or former.valid_to > terms.last_day):
        ends.append((terms.last_day, 0))
    for last_day, instead in ends:
        active, left = minutes_needed(former, last_day, at)
        remaining = left + instead
        if active > remaining:
            facts = {"active": active, "remaining": remaining, "short_by": active - remaining}
            raise RuleViolation("staff_minutes_needed", facts=facts)


def minutes_needed(staff: StaffContract, last_day: date, at: datetime) -> tuple[int, int]:
    """Minutes a month that contracts running past `last_day` need of the provider's, and those left without `staff`."""
    after = last_day + timedelta(days=1)
    same = {"provider_id": staff.provider_id, "professional_id": staff.professional_id}
    running = Contract.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last_day), state=ContractState.ACTIVE)
    active = running.filter(**same).annotate(now=minutes_now(at)).aggregate(total=Sum("now"))["total"]
    others = StaffContract.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=after), valid_from__lte=after)
    left = others.filter(**same).exclude(pk=staff.pk).aggregate(total=Sum("minutes"))["total"]
    return active or 0, left or 0


class StaffContractKind(ProcessKind):
    """The professional accepts what the provider's responsible manager proposed."""

    code = STAFF_CONTRACT
    title = "Hizmet veren kurum ile iş sağlığı ve güvenliği profesyoneli arasında personel sözleşmesi"
    short_title = "Personel sözleşmesi"
    parties: Sequence[PartyKind] = (PartyKind.PERSON,)
    text_version = STAFF_ACCEPTANCE

    def lock(self, processes: Sequence[Process]) -> Mapping[int, StaffTerms]:
        """Read what is agreed on, locking the professionals as an approval of service contracts does."""
        ids = [process.terms["professional"]["id"] for process in processes]
        locked = Professional.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)
        professionals = {one.pk: one for one in locked}
        providers = Provider.objects.in_bulk([process.terms["provider"]["id"] for process in processes])
        return {process.pk: _terms(process, providers, professionals) for process in processes}

    def check(self, subjects: Mapping[int, StaffTerms], at: datetime) -> Mapping[int, RuleViolation]:
        """Both are in good standing, and nothing else stands in these days."""
        refused: dict[int, RuleViolation] = {}
        for process_id, terms in subjects.items():
            try:
                require_staff_lawful(terms, at)
            except RuleViolation as violation:
                refused[process_id] = violation
        return refused

    def apply(self, moved: Sequence[Moved], subjects: Mapping[int, StaffTerms]) -> None:
        """What was accepted gives minutes from its first day on, at the earliest from today."""
        for move in moved:
            if not move.approved:
                continue
            terms = subjects[move.process.pk]
            first_day = max(terms.first_day, day_of(move.at))
            if terms.replaces is not None:
                _replace(move, terms.replaces, first_day - timedelta(days=1))
            made = StaffContract.objects.create(
                provider=terms.provider,
                professional=terms.professional,
                minutes=terms.minutes,
                valid_from=first_day,
                valid_to=terms.last_day,
            )
            detail = {"process": move.process.pk, "provider": terms.provider.pk, "minutes": terms.minutes}
            record(move.actor, move.at, Happening("registry:staff:agreed", made.pk, detail))

    def cancel(self, cancelled: Sequence[Cancelled], subjects: Mapping[int, StaffTerms]) -> None:
        """Nothing stood in the registry yet."""


def _replace(move: Moved, staff_id: int, last_day: date) -> None:
    """Let the former staff contract end, unless it ended earlier."""
    former = StaffContract.objects.get(pk=staff_id)
    if former.valid_to is not None and former.valid_to <= last_day:
        return
    before = former.valid_to.isoformat() if former.valid_to else None
    former.valid_to = last_day
    former.save(update_fields=["valid_to"])
    detail = {"provider": former.provider_id, "before": before, "after": last_day.isoformat(), "replaced": True}
    record(move.actor, move.at, Happening("registry:staff:ended", former.pk, detail))


def _terms(
    process: Process, providers: Mapping[int, Provider], professionals: Mapping[int, Professional]
) -> StaffTerms:
    terms = process.terms
    return StaffTerms(
        providers[terms["provider"]["id"]],
        professionals[terms["professional"]["id"]],
        terms["minutes"],
        date.fromisoformat(terms["first_day"]),
        date.fromisoformat(terms["last_day"]) if terms["last_day"] else None,
        terms["replaces"]["id"] if terms.get("replaces") else None,
    )
