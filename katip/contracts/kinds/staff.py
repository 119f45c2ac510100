"""9004, personel sözleşmesi: a provider and a professional agree on the professional's own minutes a month.

What was accepted becomes a staff contract of the registry, the source of capacity. Until then only the process knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from katip.audit.services.record import Happening, record
from katip.contracts.texts import STAFF_ACCEPTANCE
from katip.core.clock import day_of
from katip.processes.kinds import Cancelled, Moved, ProcessKind
from katip.processes.models import PartyKind, Process
from katip.registry.models import Certificate, Professional, Provider, StaffContract
from katip.registry.permissions import valid_on
from katip.rules import RuleViolation

STAFF_CONTRACT = 9004
MOST_MINUTES = 31 * 24 * 60
"""a month has no more"""


@dataclass(frozen=True, slots=True)
class StaffTerms:
    """What is agreed on: `minutes` a month, from `first_day` to `last_day` (None: open), both included."""

    provider: Provider
    professional: Professional
    minutes: int
    first_day: date
    last_day: date | None


def require_staff_lawful(terms: StaffTerms, at: datetime) -> None:
    """Raise `RuleViolation` when a staff contract may not come into force.

    Codes: `provider_suspended`, `professional_suspended` (fact: since), `not_certified`, `staff_minutes` (most),
    `staff_period_over` (last_day), `staff_overlaps` (minutes, valid_from, valid_to of the one that stands there).
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


def _require_apart(terms: StaffTerms, day: date) -> None:
    """One staff contract of a professional with a provider at a time."""
    first_day = max(day, terms.first_day)
    rows = StaffContract.objects.filter(provider=terms.provider, professional=terms.professional)
    for row in rows.order_by("valid_from"):
        begins_after = terms.last_day is not None and row.valid_from > terms.last_day
        ended_before = row.valid_to is not None and row.valid_to < first_day
        if not (begins_after or ended_before):
            raise RuleViolation(
                "staff_overlaps", facts={"minutes": row.minutes, "from": row.valid_from, "to": row.valid_to}
            )


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
            made = StaffContract.objects.create(
                provider=terms.provider,
                professional=terms.professional,
                minutes=terms.minutes,
                valid_from=max(terms.first_day, day_of(move.at)),
                valid_to=terms.last_day,
            )
            detail = {"process": move.process.pk, "provider": terms.provider.pk, "minutes": terms.minutes}
            record(move.actor, move.at, Happening("registry:staff:agreed", made.pk, detail))

    def cancel(self, cancelled: Sequence[Cancelled], subjects: Mapping[int, StaffTerms]) -> None:
        """Nothing stood in the registry yet."""


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
    )
