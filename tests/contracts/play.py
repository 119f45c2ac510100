"""The cast acting at random on contracts, rightly and wrongly, and what must hold whatever they do.

A move is tried by any role; whether it may succeed is asked of the table of states, and what the register says
afterwards of the database. Used by the state machine, step by step, and by threads that act at once.
"""

import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery

from katip.contracts.acts import fold
from katip.contracts.facts import Asked, facts_read
from katip.contracts.fitness import fitness_of
from katip.contracts.models import Contract, ContractAct, ContractVersion, DurationUpdate
from katip.contracts.services.end import contract_end, contract_end_revoke
from katip.contracts.services.offer import contract_offer
from katip.contracts.services.reoffer import contract_reoffer
from katip.contracts.services.sweep import fitness_sweep, sweep
from katip.contracts.services.update import update_propose
from katip.core.errors import KatipError
from katip.processes.models import Decision, Outcome, Process, Step
from katip.processes.services.cancel import process_withdraw
from katip.processes.services.complete import StepDecision, steps_complete
from katip.registry.models import Headcount, StaffContract
from katip.rules import (
    ContractAction,
    ContractForm,
    ContractRole,
    ContractState,
    Profession,
    RuleViolation,
    available_actions,
)
from tests.cast import AT, World

REFUSED = (RuleViolation, KatipError)
ROLES = ("manager", "owner", "colleague", "specialist", "physician", "stranger", "accountant")
NOTE = "Başka bir çözüm bulundu."
_STANDS_AS = {
    "manager": ContractRole.MANAGER,
    "owner": ContractRole.EMPLOYER,
    "colleague": ContractRole.EMPLOYER,
}
_ANSWER = {
    (ContractState.AWAITING_PROFESSIONAL, True): ContractAction.ACCEPT,
    (ContractState.AWAITING_EMPLOYER, True): ContractAction.APPROVE,
}


@dataclass
class Play:
    """A world, its clock and what was tried in it."""

    world: World
    at: datetime = AT
    tried: Counter[str] = field(default_factory=Counter)

    def stands_as(self, role: str, contract: Contract) -> ContractRole | None:
        """As what the role stands to the contract; None for whoever is no party to it."""
        if role in {"owner", "colleague"} and contract.workplace_id != self.world.workplace.pk:
            return None
        if role == "stranger" and contract.workplace_id == self.world.elsewhere.pk:
            return ContractRole.EMPLOYER
        if role in {"specialist", "physician"}:
            mine = contract.professional.person_id == getattr(self.world, role).pk
            return ContractRole.PROFESSIONAL if mine else None
        return _STANDS_AS.get(role)

    def attempt(self, role: str, contract: Contract, action: ContractAction, act: Callable[[], object]) -> None:
        """Try an act: where it succeeds the table must have allowed it, and where the table forbids it must fail."""
        before, standing = ContractState(contract.state), self.stands_as(role, contract)
        allowed = standing is not None and action in available_actions(before, standing)
        try:
            act()
        except REFUSED:
            self.tried[f"{action} refused"] += 1
            now = Contract.objects.get(pk=contract.pk).state
            assert now == before, (role, action, before, now)
            return
        assert allowed, (role, action, before)
        self.tried[f"{action} done"] += 1

    def offer(self, role: str, code: int, here: bool, minutes: int) -> None:
        where = self.world.workplace if here else self.world.elsewhere
        try:
            contract_offer(
                actor=self.world.actor(role, at=self.at),
                at=self.at,
                code=code,
                workplace_id=where.pk,
                professional_id=self.world.professionals[code].pk,
                minutes=minutes,
            )
        except REFUSED:
            self.tried["offer refused"] += 1
        else:
            assert role == "manager"
            self.tried["offer done"] += 1

    def answer(self, role: str, contract: Contract, approve: bool) -> None:
        action = _ANSWER.get((ContractState(contract.state), approve), ContractAction.REJECT)
        self.attempt(role, contract, action, lambda: self._decide(role, contract.process_id, approve))

    def _decide(self, role: str, process_id: int, approve: bool) -> None:
        process = Process.objects.get(pk=process_id)
        outcome = Outcome.APPROVED if approve else Outcome.REJECTED
        shown = StepDecision(process.pk, process.version, process.terms_hash, outcome, NOTE)
        steps_complete(actor=self.world.actor(role, at=self.at), at=self.at, decisions=[shown])

    def withdraw(self, role: str, contract: Contract) -> None:
        version = Process.objects.get(pk=contract.process_id).version
        actor = self.world.actor(role, at=self.at)
        self.attempt(
            role,
            contract,
            ContractAction.WITHDRAW,
            lambda: process_withdraw(actor=actor, at=self.at, process_id=contract.process_id, version=version),
        )

    def end(self, role: str, contract: Contract, days: int) -> None:
        last_day = self.at.date() + timedelta(days=days)
        actor = self.world.actor(role, at=self.at)
        self.attempt(
            role,
            contract,
            ContractAction.ANNOUNCE_END if days else ContractAction.END,
            lambda: contract_end(actor=actor, at=self.at, contract_id=contract.pk, last_day=last_day, note=NOTE),
        )

    def revoke(self, role: str, contract: Contract) -> None:
        actor = self.world.actor(role, at=self.at)
        self.attempt(
            role,
            contract,
            ContractAction.REVOKE_END,
            lambda: contract_end_revoke(actor=actor, at=self.at, contract_id=contract.pk),
        )

    def reoffer(self, role: str, contract: Contract) -> None:
        actor = self.world.actor(role, at=self.at)
        self.attempt(
            role,
            contract,
            ContractAction.REOFFER,
            lambda: contract_reoffer(actor=actor, at=self.at, contract_id=contract.pk),
        )

    def propose(self, role: str, contract: Contract, minutes: int) -> None:
        actor = self.world.actor(role, at=self.at)
        self.attempt(
            role,
            contract,
            ContractAction.UPDATE,
            lambda: update_propose(actor=actor, at=self.at, contract_id=contract.pk, minutes=minutes),
        )

    def answer_update(self, role: str, contract: Contract, approve: bool) -> None:
        update = DurationUpdate.objects.filter(contract=contract, is_open=True).first()
        if update is None:
            return
        proposed_by = Process.objects.get(pk=update.process_id).proposed_by
        try:
            self._decide(role, update.process_id, approve)
        except REFUSED:
            self.tried["answer to an update refused"] += 1
            return
        standing = self.stands_as(role, contract)
        assert standing in {ContractRole.MANAGER, ContractRole.EMPLOYER}
        assert (standing == ContractRole.MANAGER) == (proposed_by == "employer")
        self.tried["answer to an update done"] += 1

    def headcount(self, employees: int) -> None:
        Headcount.objects.filter(workplace=self.world.workplace).update(employees=employees)
        fitness_sweep(at=self.at)

    def days_pass(self, days: int) -> None:
        self.at += timedelta(days=days)
        self.sweep()

    def sweep(self) -> None:
        sweep(at=self.at)
        assert not sweep(at=self.at), "what is due is done once"

    def contract(self, draw: Callable[[int], int]) -> Contract | None:
        """One of the contracts; `draw(n)` chooses a number below n."""
        count = Contract.objects.count()
        if not count:
            return None
        place = draw(count)
        return Contract.objects.select_related("professional").order_by("pk")[place]

    def move_at_random(self, dice: random.Random) -> None:
        """One move, mostly of somebody whose turn it is."""
        contract = self.contract(dice.randrange)
        if contract is None or dice.random() < 0.2:
            self.offer("manager", dice.choice((103, 140)), dice.random() < 0.5, dice.choice((120, 240, 300)))
            return
        serves = "specialist" if contract.code == 103 else "physician"
        employs = "owner" if contract.workplace_id == self.world.workplace.pk else "stranger"
        if dice.random() < 0.1:
            serves, employs = dice.choice(ROLES), dice.choice(ROLES)
        moves = self._moves(contract, serves, employs, dice)
        if dice.random() < 0.1:
            moves = [lambda: self.withdraw("manager", contract)]
        dice.choice(moves)()

    def _moves(self, contract: Contract, serves: str, employs: str, dice: random.Random) -> list[Callable[[], None]]:
        answered = dice.random() < 0.85
        if contract.state == ContractState.AWAITING_PROFESSIONAL:
            return [lambda: self.answer(serves, contract, answered)]
        if contract.state == ContractState.AWAITING_EMPLOYER:
            return [lambda: self.answer(employs, contract, answered)]
        if contract.state != ContractState.ACTIVE:
            return [lambda: self.reoffer("manager", contract)]
        return [
            lambda: self.end(dice.choice(("manager", employs, serves)), contract, dice.choice((0, 3))),
            lambda: self.propose("manager", contract, dice.choice((240, 260, 300))),
            lambda: self.propose(employs, contract, dice.choice((240, 260, 300))),
            lambda: self.answer_update(employs, contract, answered),
            lambda: self.answer_update("manager", contract, answered),
        ]

    def holds(self, *, judged: bool = True) -> None:
        """Everything that must hold of the register, whatever was done to it."""
        contracts = list(Contract.objects.select_related("process"))
        self._lives_once(contracts)
        self._story_gives_state(contracts)
        self._decided_once()
        self._capacity_holds()
        self._updates_belong_to_what_runs()
        if judged:
            found = fitness_of({contract.workplace_id for contract in contracts}, self.at)
            for contract in contracts:
                if contract.state == ContractState.ACTIVE:
                    profession = Profession(contract.profession)
                    assert contract.fit == found[contract.workplace_id].fitness(profession)

    def _lives_once(self, contracts: list[Contract]) -> None:
        def keys(states: set[str]) -> list[tuple[int, int, str]]:
            return [(c.workplace_id, c.professional_id, c.profession) for c in contracts if c.state in states]

        for states in ({"active"}, {"awaiting_professional", "awaiting_employer"}):
            found = keys(states)
            assert len(found) == len(set(found))

    def _story_gives_state(self, contracts: list[Contract]) -> None:
        acts: dict[int, list[ContractAct]] = {contract.pk: [] for contract in contracts}
        for act in ContractAct.objects.order_by("pk"):
            acts[act.contract_id].append(act)
        versions = Counter(ContractVersion.objects.values_list("contract_id", flat=True))
        for contract in contracts:
            story = acts[contract.pk]
            assert fold(story, ContractForm(contract.form)) == contract.state
            assert all(one.state_to == two.state_from for one, two in itertools.pairwise(story))
            in_force = sum(act.action in {"approve", "update"} for act in story)
            assert versions[contract.pk] == in_force
            assert (contract.active_from is not None) == (in_force > 0)
            assert (contract.state == ContractState.ENDED) == (contract.ended_at is not None)
            waits = contract.state in {"awaiting_professional", "awaiting_employer"}
            assert (contract.process.state == "open") == waits
            assert waits == bool(contract.process.waits_for)

    def _decided_once(self) -> None:
        decided = Count("steps__decision")
        rejected = Count("steps__decision", filter=Q(steps__decision__outcome="rejected"))
        for process in Process.objects.annotate(decided=decided, rejected=rejected, asked=Count("steps")):
            assert process.rejected == (process.state == "rejected")
            if process.state == "completed":
                assert process.decided == process.asked
            if process.state in {"open", "withdrawn", "lapsed"}:
                assert process.decided == process.current_step - 1
        assert Decision.objects.count() == Step.objects.filter(decision__isnull=False).count()

    def _capacity_holds(self) -> None:
        newest = ContractVersion.objects.filter(contract=OuterRef("pk")).order_by("-no").values("minutes")[:1]
        running = Contract.objects.filter(state="active").annotate(now=Subquery(newest))
        staff = Counter[int]()
        for one in StaffContract.objects.all():
            staff[one.professional_id] += one.minutes
        used = Counter[int]()
        for professional_id, minutes in running.values_list("professional_id", "now"):
            used[professional_id] += minutes
        assert all(minutes <= staff[professional_id] for professional_id, minutes in used.items())
        for contract in running.select_related("certificate")[:1]:
            asked = Asked(
                contract.workplace_id,
                contract.professional_id,
                contract.provider_id,
                contract.certificate_id,
                Profession(contract.profession),
            )
            [facts] = facts_read([asked], self.at)
            assert facts.active == used[contract.professional_id]

    def _updates_belong_to_what_runs(self) -> None:
        open_ones = DurationUpdate.objects.filter(is_open=True)
        assert not open_ones.exclude(contract__state="active").exists()
        assert not open_ones.exclude(process__state="open").exists()
        assert not DurationUpdate.objects.filter(is_open=False, process__state="open").exists()
        assert not Contract.objects.filter(state="active", ends_on__lt=F("active_from__date")).exists()


def clean(world: World) -> None:
    """Tight minutes, so that capacity is often short."""
    StaffContract.objects.filter(professional__in=world.professionals.values()).update(minutes=500)
    Headcount.objects.filter(workplace=world.workplace).update(period=date(2025, 5, 1))
