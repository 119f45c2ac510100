"""What has happened to contracts of the sample world since they ran: updates, ends, what was taken back.

Acted out by the services, like the story itself. A turn that an interrupted load has taken already is left alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from katip.contracts.models import Contract, DurationUpdate
from katip.contracts.services.end import contract_end
from katip.contracts.services.offer import Offer, offer_figures
from katip.contracts.services.update import update_propose
from katip.core.actor import Actor, Capacity
from katip.core.clock import day_of
from katip.demo import acting
from katip.demo.story import BOTH, MISAL, PHYSICIAN, SPECIALIST, Team
from katip.processes.models import Process
from katip.processes.services.cancel import process_withdraw
from katip.processes.services.complete import StepDecision, steps_complete

_TIME = time(11, 30)


@dataclass(frozen=True, slots=True)
class Turn:
    """`act` on a team's contracts of these codes at a generated workplace (its number), `days` working days ago."""

    team: Team
    workplace: int
    codes: tuple[int, ...]
    days: int
    act: Callable[[Contract, Team, datetime], None]


def proposed(contract: Contract, team: Team, at: datetime) -> None:
    """The provider proposes the legal minimum of today."""
    if not DurationUpdate.objects.filter(contract=contract).exists():
        manager = acting.manager(team, at)
        update_propose(actor=manager, at=at, contract_id=contract.pk, minutes=_minimum(contract, at))


def raised(contract: Contract, team: Team, at: datetime) -> None:
    """The provider proposes 60 minutes more, and the employer agrees."""
    if DurationUpdate.objects.filter(contract=contract).exists():
        return
    manager = acting.manager(team, at)
    update = update_propose(actor=manager, at=at, contract_id=contract.pk, minutes=contract.minutes + 60)
    process = Process.objects.get(pk=update.process_id)
    shown = StepDecision(process.pk, process.version, process.terms_hash)
    later = at + timedelta(hours=3)
    steps_complete(actor=_employer(contract, later), at=later, decisions=[shown])


def ended(contract: Contract, team: Team, at: datetime) -> None:
    """The employer ends it that day."""
    del team
    if contract.state == "active":
        note = "İşyeri hizmeti başka bir birimden alacak."
        last_day = day_of(at)
        contract_end(actor=_employer(contract, at), at=at, contract_id=contract.pk, last_day=last_day, note=note)


def announced(contract: Contract, team: Team, at: datetime) -> None:
    """The provider announces the end, four weeks ahead."""
    if contract.ends_on is None:
        last_day = day_of(at) + timedelta(days=28)
        note = "Profesyonelin görev yeri değişiyor."
        contract_end(actor=acting.manager(team, at), at=at, contract_id=contract.pk, last_day=last_day, note=note)


def withdrawn(contract: Contract, team: Team, at: datetime) -> None:
    """The provider takes its offer back."""
    process = Process.objects.get(pk=contract.process_id)
    if process.state == "open":
        process_withdraw(
            actor=acting.manager(team, at),
            at=at,
            process_id=process.pk,
            version=process.version,
            reason="Yanlış işyeri seçilmiş.",
        )


TURNS = (
    Turn(MISAL, 22, (SPECIALIST,), 19, withdrawn),
    Turn(MISAL, 16, (SPECIALIST,), 12, raised),
    Turn(MISAL, 18, BOTH, 3, ended),
    Turn(MISAL, 21, (PHYSICIAN,), 2, announced),
    Turn(MISAL, 17, BOTH, 1, proposed),
)


def turns_taken() -> bool:
    """Whether the whole story has been acted out: its last turns are updates that wait, none of a month's."""
    return DurationUpdate.objects.filter(run=None).count() > len(BOTH)


def turns_take(at: datetime) -> None:
    """Take every turn that has not been taken."""
    for turn in TURNS:
        moment = acting.moment(at, turn.days, _TIME)
        workplace = acting.workplace(turn.workplace)
        contracts = Contract.objects.filter(
            workplace=workplace, code__in=turn.codes, provider__authorisation_no=turn.team.authorisation_no
        )
        for contract in contracts.order_by("pk"):
            turn.act(contract, turn.team, moment)


def _employer(contract: Contract, at: datetime) -> Actor:
    user = acting.e_bildirge_user(contract.workplace, at)
    return acting.actor(user, Capacity.WORKPLACE, contract.workplace_id, at)


def _minimum(contract: Contract, at: datetime) -> int:
    """The legal minimum, as if this contract did not run yet."""
    offer = Offer(contract.code, contract.workplace_id, contract.professional_id, 1, contract.provider_id)
    requirement = offer_figures(at, offer).requirement
    if requirement is None:
        raise LookupError("a sample workplace without figures")
    return requirement.minutes
