"""A month's changes made by plain rows, as a month leaves them: runs, changes, updates and needs that wait."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from katip.contracts.facts import facts_read
from katip.contracts.kinds.update import DURATION_UPDATE, asked_of
from katip.contracts.models import Contract, ContractVersion, DurationUpdate, MonthChange, Shortage
from katip.contracts.terms import parties_terms, requirement_terms
from katip.processes.kinds import kind_get
from katip.processes.models import PartyKind, Process, Step
from katip.processes.services.terms import terms_hash
from katip.registry.models import Certificate, ContactDeclaration, Headcount
from katip.rules import MonthOutcome, MonthReason, Profession
from katip.updates.models import MonthRun, RunState
from tests.cast import EMPLOYEES

PERIOD = date(2025, 6, 1)
SHORTAGE = 9006


def month_run(period: date = PERIOD, *, at: datetime, state: str = RunState.DONE) -> MonthRun:
    """A run that was carried out at `at`."""
    return MonthRun.objects.create(period=period, state=state, planned_at=at, mark=at, at=at, chunks=1)


@dataclass
class Month:
    """A run and what it does to contracts, one by one. Figures before are those of the contract's newest version."""

    run: MonthRun
    at: datetime

    def change(
        self, contract: Contract, outcome: str, *, employees: int = EMPLOYEES, minutes: int = 0, **more: Any
    ) -> MonthChange:
        """One row: what the feed told and what came of it; `minutes` 0 leaves them."""
        version = ContractVersion.objects.filter(contract=contract).order_by("-no")[0]
        fields = {
            "required_before": version.required_minutes,
            "required_after": minutes or version.required_minutes,
            "hazard_before": version.hazard_class,
            "hazard_after": version.hazard_class,
        } | more
        return MonthChange.objects.create(
            run=self.run.pk,
            chunk=1,
            place=MonthChange.objects.count(),
            leaf=b"\0" * 32,
            at=self.at,
            outcome=outcome,
            contract=contract,
            workplace_id=contract.workplace_id,
            provider_id=contract.provider_id,
            professional_id=contract.professional_id,
            profession=contract.profession,
            minutes_before=version.minutes,
            minutes_after=minutes or version.minutes,
            employees_before=version.employees,
            employees_after=employees,
            **fields,
        )

    def amended(self, contract: Contract, employees: int, minutes: int) -> MonthChange:
        """New minutes by themselves."""
        version = ContractVersion.objects.filter(contract=contract).order_by("-no")[0]
        change = self.change(
            contract, MonthOutcome.AMENDED, employees=employees, minutes=minutes, version_no=version.no + 1
        )
        version.pk, version.no, version.basis = None, version.no + 1, "automatic"
        version.valid_from = version.recorded_at = self.at
        version.minutes = version.required_minutes = minutes
        version.employees, version.process = employees, None
        version.save()
        return change

    def waits(
        self,
        contract: Contract,
        employees: int,
        minutes: int,
        *,
        party: PartyKind = PartyKind.PROVIDER,
        then_employer: bool = False,
    ) -> MonthChange:
        """New minutes that wait: for the provider because somebody has too few, or for the employer's consent."""
        Headcount.objects.update_or_create(
            workplace_id=contract.workplace_id, period=self.run.period, defaults={"employees": employees}
        )
        version = ContractVersion.objects.filter(contract=contract).order_by("-no")[0]
        reason = MonthReason.CAPACITY_SHORT if party == PartyKind.PROVIDER else ""
        if party == PartyKind.PROVIDER and not then_employer:
            _consent(contract)
        parties = [party, *([PartyKind.EMPLOYER] if then_employer else [])]
        process = self._process(contract, kind_get(DURATION_UPDATE), parties, minutes=minutes, reason=reason)
        DurationUpdate.objects.create(
            contract=contract,
            process=process,
            minutes_before=version.minutes,
            minutes=minutes,
            run=self.run.pk,
            reason=reason,
        )
        outcome = MonthOutcome.PROVIDER if party == PartyKind.PROVIDER else MonthOutcome.ASKED
        return self.change(contract, outcome, employees=employees, minutes=minutes, process=process, reason=reason)

    def person(self, *contracts: Contract, reason: str = MonthReason.CERTIFICATE_UNFIT, **figures: Any) -> Process:
        """A person must be found for the workplace and profession of these contracts."""
        first = contracts[0]
        process = self._process(
            first, kind_get(SHORTAGE), [PartyKind.PROVIDER], minutes=0, reason=reason, shortage=contracts, **figures
        )
        Shortage.objects.create(
            workplace_id=first.workplace_id,
            provider_id=first.provider_id,
            profession=first.profession,
            reason=reason,
            process=process,
            run=self.run.pk,
        )
        for contract in contracts:
            self.change(contract, MonthOutcome.PERSON, process=process, reason=reason, **figures)
        return process

    def _process(
        self,
        contract: Contract,
        kind: Any,
        parties: list[PartyKind],
        *,
        minutes: int,
        reason: str,
        shortage: tuple[Contract, ...] = (),
        **figures: Any,
    ) -> Process:
        [facts] = facts_read([asked_of(contract)], self.at)
        version = ContractVersion.objects.filter(contract=contract).order_by("-no")[0]
        certificate = Certificate.objects.select_related("professional__person").get(pk=contract.certificate_id)
        profession = Profession(contract.profession)
        parts = parties_terms(contract.workplace, contract.provider, certificate)
        month = {
            "run": self.run.pk,
            "period": self.run.period.isoformat(),
            "reason": reason,
            "employees_before": version.employees,
            "employees_after": figures.get("employees", facts.employees),
            "hazard_before": version.hazard_class,
            "hazard_after": figures.get("hazard_after", str(facts.hazard)),
            "required_before": version.required_minutes,
            "required_after": minutes or version.required_minutes,
        }
        requirement = requirement_terms(profession, contract.workplace, facts)
        terms: dict[str, Any] = {
            "code": kind.code,
            "title": kind.title,
            "profession": contract.profession,
            "month": month,
        }
        if shortage:
            terms |= {
                "workplace": parts["workplace"],
                "provider": parts["provider"],
                "contracts": [
                    {
                        "id": one.pk,
                        "code": one.code,
                        "minutes": one.minutes,
                        "professional": {"id": one.professional_id, "name": one.professional.person.name},
                        "assignment_type": one.assignment_type,
                    }
                    for one in shortage
                ],
                "requirement": requirement,
            }
        else:
            terms |= {
                "contract": {"id": contract.pk, "code": contract.code},
                **parts,
                "minutes_before": version.minutes,
                "minutes": minutes,
                "assignment_type": version.assignment_type,
                "start": "on_approval",
                "requirement": requirement,
            }
        process = Process.objects.create(
            code=kind.code,
            workplace_id=contract.workplace_id,
            provider_id=contract.provider_id,
            waits_for=parties[0],
            waiting_since=self.at,
            terms=terms,
            terms_hash=terms_hash(terms),
            proposed_by=PartyKind.PROVIDER,
            created_at=self.at,
        )
        for no, party in enumerate(parties, start=1):
            Step.objects.create(process=process, no=no, party=party)
        return process


def _consent(contract: Contract) -> None:
    """The employer consents in advance: without it the provider alone decides nothing."""
    place = contract.workplace
    ContactDeclaration.objects.create(
        workplace=place,
        no=place.declarations.count() + 1,
        declared_by=place.mandates.filter(capacity="e_bildirge")[0].person,
        declared_at=contract.created_at,
        phone="2240000000",
        email="iletisim@ornek.com.tr",
        province_id=place.province_id,
        district_id=place.district_id,
        auto_update=True,
        consent_text="otomatik-guncelleme/2",
    )


def month_make(at: datetime | None = None, period: date = PERIOD, *, state: str = RunState.DONE) -> Month:
    """A month carried out now, unless told otherwise."""
    moment = at or datetime.now(UTC)
    return Month(month_run(period, at=moment, state=state), moment)
