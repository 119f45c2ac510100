"""9006, görevlendirme ihtiyacı: what a month brought that minutes cannot answer; a person must be found."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from katip.contracts.fitness import fitness_of
from katip.contracts.models import Contract, Fitness, Shortage
from katip.contracts.texts import SHORTAGE_ANSWER
from katip.core.clock import day_of
from katip.processes.kinds import Cancelled, Moved, ProcessKind
from katip.processes.models import PartyKind, Process
from katip.rules import CertificateClass, ContractState, HazardClass, Profession, RuleViolation, certificate_serves

SHORTAGE = 9006


class ShortageKind(ProcessKind):
    """The provider answers that the person is found, which the register verifies, or that they cannot find one."""

    code = SHORTAGE
    title = "İSG profesyoneli görevlendirilmesi ihtiyacı"
    short_title = "Görevlendirme ihtiyacı"
    parties: Sequence[PartyKind] = (PartyKind.PROVIDER,)
    text_version = SHORTAGE_ANSWER

    def lock(self, processes: Sequence[Process]) -> Mapping[int, Shortage]:
        """Read the shortages; an answer changes no contract, so nothing else is locked."""
        found = Shortage.objects.filter(process__in=[process.pk for process in processes]).order_by("pk")
        return {shortage.process_id: shortage for shortage in found.select_for_update(no_key=True)}

    def check(self, subjects: Mapping[int, Shortage], at: datetime) -> Mapping[int, RuleViolation]:
        """Refuse `shortage_remains` (fact: reason) while the workplace still lacks what it asked for."""
        open_still = shortages_remaining(list(subjects.values()), at)
        return {
            process_id: RuleViolation("shortage_remains", facts={"reason": shortage.reason})
            for process_id, shortage in subjects.items()
            if shortage.pk in open_still
        }

    def apply(self, moved: Sequence[Moved], subjects: Mapping[int, Shortage]) -> None:
        """Answered, one way or the other: nothing waits any more."""
        self._close([subjects[move.process.pk] for move in moved if move.final])

    def cancel(self, cancelled: Sequence[Cancelled], subjects: Mapping[int, Shortage]) -> None:
        """A later month took it back, or nobody answered in time."""
        self._close([subjects[one.process.pk] for one in cancelled])

    def _close(self, shortages: Sequence[Shortage]) -> None:
        Shortage.objects.filter(pk__in=[one.pk for one in shortages]).update(is_open=False)


def shortages_remaining(shortages: Sequence[Shortage], at: datetime) -> set[int]:
    """Those of the shortages that still are: too little runs there, or somebody serves whose certificate does not."""
    day = day_of(at)
    judged = fitness_of({one.workplace_id for one in shortages}, at)
    running = Contract.objects.filter(
        state=ContractState.ACTIVE, workplace_id__in=[one.workplace_id for one in shortages]
    ).select_related("certificate")
    unfit = {
        (contract.workplace_id, contract.profession)
        for contract in running
        if not _serves(contract, judged[contract.workplace_id].hazard, day)
    }
    return {
        one.pk
        for one in shortages
        if judged[one.workplace_id].fitness(Profession(one.profession)) in {Fitness.SHORT, Fitness.UNKNOWN}
        or (one.workplace_id, one.profession) in unfit
    }


def _serves(contract: Contract, hazard: HazardClass | None, day: date) -> bool:
    certificate = contract.certificate
    if certificate.valid_from > day or (certificate.valid_to is not None and certificate.valid_to < day):
        return False
    letter = CertificateClass(certificate.certificate_class)
    return hazard is None or certificate_serves(Profession(contract.profession), letter, hazard, day).ok
