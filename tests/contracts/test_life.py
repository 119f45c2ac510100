"""Withdrawing, ending, updating and offering anew, through the services, by the right side and by nobody else."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from katip.audit.models import Event
from katip.contracts.acts import fold
from katip.contracts.models import Contract, ContractAct, ContractVersion, DurationUpdate
from katip.contracts.services.end import contract_end, contract_end_revoke
from katip.contracts.services.offer import Offer, offer_figures
from katip.contracts.services.reoffer import contract_reoffer, contracts_remake
from katip.contracts.services.sweep import fitness_sweep, fitness_sweep_recent, sweep
from katip.contracts.services.update import update_propose
from katip.core.actor import OPERATOR
from katip.core.errors import PermissionRefusedError
from katip.processes.errors import AlreadyDecidedError, LapsedError
from katip.processes.models import Process
from katip.processes.services.cancel import process_withdraw, processes_lapse
from katip.registry.models import AdministrativeLeave, Headcount, StaffContract, Workplace
from katip.rules import ContractForm, RuleViolation
from tests.cast import AT, World, e_bildirge, professional, workplace

DAY = AT.date()
NOTE = "Hizmet başka bir birimden alınacak."
LATER = AT + timedelta(days=1)
SIDES = ("manager", "owner", "specialist")


def end(world: World, role: str, contract: Contract, last_day: date = DAY, **given: Any) -> Contract:
    at = given.pop("at", AT)
    asked: dict[str, Any] = {"contract_id": contract.pk, "last_day": last_day, "note": NOTE} | given
    ended: Contract = contract_end(actor=world.actor(role, at=at), at=at, **asked)
    return ended


def told(contract: Contract) -> list[tuple[str, str]]:
    acts = list(ContractAct.objects.filter(contract=contract).order_by("pk"))
    now = Contract.objects.get(pk=contract.pk)
    assert fold(acts, ContractForm(now.form)) == now.state
    return [(act.action, act.role) for act in acts]


def propose(world: World, contract: Contract, minutes: int, role: str = "manager", **given: Any) -> DurationUpdate:
    at = given.get("at", AT)
    update: DurationUpdate = update_propose(
        actor=world.actor(role, at=at), at=at, contract_id=contract.pk, minutes=minutes
    )
    return update


def withdraw(world: World, role: str, contract: Contract, **given: Any) -> Process:
    process = Process.objects.get(pk=contract.process_id)
    asked = {"process_id": process.pk, "version": process.version} | given
    taken: Process = process_withdraw(actor=world.actor(role), at=AT, **asked)
    return taken


class TestWithdrawing:
    @pytest.mark.parametrize("made", ["offer", "accepted"])
    def test_the_provider_takes_back_what_still_waits(self, world: World, made: str) -> None:
        contract = getattr(world, made)()
        withdraw(world, "manager", contract, reason="Yanlış işyeri seçilmiş.")
        contract.refresh_from_db()
        assert contract.state == "withdrawn"
        assert Process.objects.get().state == "withdrawn"
        assert told(contract)[-1] == ("withdraw", "manager")
        assert Event.objects.filter(tag="process:process:withdrawn").count() == 1

    @pytest.mark.parametrize("role", ["owner", "colleague", "specialist", "stranger", "accountant"])
    def test_nobody_else_may(self, world: World, role: str) -> None:
        contract = world.accepted()
        with pytest.raises(PermissionRefusedError):
            withdraw(world, role, contract)
        assert Process.objects.get().state == "open"

    def test_not_after_the_last_approval_nor_as_seen_before(self, world: World) -> None:
        contract = world.accepted()
        with pytest.raises(AlreadyDecidedError):
            withdraw(world, "manager", contract, version=1)
        world.decide("owner", contract)
        with pytest.raises(AlreadyDecidedError):
            withdraw(world, "manager", contract)
        contract.refresh_from_db()
        assert contract.state == "active"

    def test_what_was_withdrawn_frees_the_minutes(self, world: World) -> None:
        StaffContract.objects.update(minutes=300)
        contract = world.offer()
        other: dict[str, Any] = {"workplace_id": world.elsewhere.pk}
        with pytest.raises(RuleViolation, match="capacity_short"):
            world.offer(**other)
        withdraw(world, "manager", contract)
        assert world.offer(**other).state == "awaiting_professional"


class TestEnding:
    @pytest.mark.parametrize(
        ("role", "reason"),
        [
            ("manager", "by_provider"),
            ("owner", "by_employer"),
            ("specialist", "by_professional"),
        ],
    )
    def test_each_side_ends_from_today(self, world: World, role: str, reason: str) -> None:
        contract = world.active()
        end(world, role, contract)
        contract.refresh_from_db()
        assert (contract.state, contract.ends_on, contract.end_reason) == ("ended", DAY, reason)
        assert (contract.end_note, contract.ended_by_id, contract.ended_at) == (
            NOTE, getattr(world, role).pk, AT,
        )  # fmt: skip
        assert told(contract)[-1][0] == "end"
        assert Event.objects.filter(tag="contract:end:made", subject_id=contract.pk).count() == 1

    @pytest.mark.parametrize("role", ["stranger", "accountant", "physician", "newcomer"])
    def test_nobody_else_may(self, world: World, role: str) -> None:
        contract = world.active()
        with pytest.raises(PermissionRefusedError):
            end(world, role, contract)
        contract.refresh_from_db()
        assert contract.state == "active"

    def test_a_second_step_is_asked_for(self, world: World) -> None:
        contract = world.active()
        with pytest.raises(PermissionRefusedError, match="no_second_step"):
            contract_end(
                actor=world.actor("owner", proof=False), at=AT, contract_id=contract.pk, last_day=DAY, note=NOTE
            )

    @pytest.mark.parametrize(("days", "code"), [(-1, "end_in_past"), (367, "end_too_far")])
    def test_days_that_cannot_be(self, world: World, days: int, code: str) -> None:
        with pytest.raises(RuleViolation, match=code):
            end(world, "owner", world.active(), DAY + timedelta(days=days))

    @pytest.mark.parametrize("note", ["", "kısa", "x" * 201])
    def test_a_reason_is_asked_for(self, world: World, note: str) -> None:
        with pytest.raises(ValueError, match="reason"):
            end(world, "owner", world.active(), note=note)

    @pytest.mark.parametrize("made", ["offer", "accepted"])
    def test_what_does_not_run_cannot_be_ended(self, world: World, made: str) -> None:
        with pytest.raises(RuleViolation, match="action_not_allowed"):
            end(world, "owner", getattr(world, made)())

    def test_an_announced_end_comes_with_the_day_after_its_last(self, world: World) -> None:
        contract = world.active()
        last = DAY + timedelta(days=3)
        end(world, "manager", contract, last)
        contract.refresh_from_db()
        assert (contract.state, contract.ends_on) == ("active", last)
        assert sweep(at=AT + timedelta(days=3)).ended == 0
        assert sweep(at=AT + timedelta(days=4)).ended == 1
        assert not sweep(at=AT + timedelta(days=4))
        contract.refresh_from_db()
        assert (contract.state, contract.ends_on, contract.end_reason) == ("ended", last, "by_provider")
        assert told(contract)[-2:] == [("announce_end", "manager"), ("end", "register")]

    def test_it_can_be_brought_forward_and_not_put_off(self, world: World) -> None:
        contract = world.active()
        end(world, "manager", contract, DAY + timedelta(days=9))
        for days in (9, 10):
            with pytest.raises(RuleViolation, match="end_announced"):
                end(world, "owner", contract, DAY + timedelta(days=days))
        end(world, "owner", contract, DAY + timedelta(days=2))
        contract.refresh_from_db()
        assert (contract.ends_on, contract.end_reason) == (DAY + timedelta(days=2), "by_employer")

    def test_only_who_announced_takes_it_back(self, world: World) -> None:
        contract = world.active()
        end(world, "manager", contract, DAY + timedelta(days=9))
        for role in ("owner", "specialist"):
            with pytest.raises(PermissionRefusedError):
                contract_end_revoke(actor=world.actor(role), at=AT, contract_id=contract.pk)
        contract_end_revoke(actor=world.actor("manager"), at=AT, contract_id=contract.pk)
        contract.refresh_from_db()
        assert (contract.ends_on, contract.end_reason, contract.end_note, contract.ended_by) == (None, "", "", None)
        with pytest.raises(RuleViolation, match="no_end_announced"):
            contract_end_revoke(actor=world.actor("manager"), at=AT, contract_id=contract.pk)
        assert not sweep(at=AT + timedelta(days=30))
        assert told(contract)[-1] == ("revoke_end", "manager")

    def test_taking_back_an_end_leaves_the_later_one_of_another_side(self, world: World) -> None:
        contract = world.active()
        end(world, "manager", contract, DAY + timedelta(days=9))
        end(world, "owner", contract, DAY + timedelta(days=2), note="Daha erken bitsin istiyoruz.")
        contract_end_revoke(actor=world.actor("owner"), at=AT, contract_id=contract.pk)
        contract.refresh_from_db()
        assert (contract.ends_on, contract.end_reason) == (DAY + timedelta(days=9), "by_provider")
        assert (contract.end_note, contract.ended_by_id) == (NOTE, world.manager.pk)
        contract_end_revoke(actor=world.actor("manager"), at=AT, contract_id=contract.pk)
        contract.refresh_from_db()
        assert (contract.ends_on, contract.ended_by) == (None, None)

    def test_a_short_contract_blocks_its_minutes_until_the_month_ends(self, world: World) -> None:
        StaffContract.objects.update(minutes=300)
        end(world, "owner", world.active())
        other: dict[str, Any] = {"workplace_id": world.elsewhere.pk}
        with pytest.raises(RuleViolation, match="capacity_short") as refused:
            world.offer(**other)
        assert refused.value.facts["blocked"] == 240
        assert refused.value.facts["blocked_until"] == date(2025, 6, 30)
        assert world.offer(at=AT + timedelta(days=29), **other).state == "awaiting_professional"

    def test_a_long_one_does_not(self, world: World) -> None:
        StaffContract.objects.update(minutes=300)
        end(world, "owner", world.active(at=AT - timedelta(days=30)))
        assert world.offer(workplace_id=world.elsewhere.pk).state == "awaiting_professional"

    def test_what_remains_is_judged_anew(self, world: World) -> None:
        StaffContract.objects.create(
            provider=world.provider, professional=world.professionals[140], minutes=1, valid_from=DAY
        )
        first = world.active()
        assert Contract.objects.get(pk=first.pk).fit == "fit"
        Headcount.objects.create(workplace=world.workplace, period=date(2025, 6, 1), employees=15)
        assert fitness_sweep(at=AT) == 1
        assert Contract.objects.get(pk=first.pk).fit == "short"


class TestUpdating:
    def test_the_provider_proposes_and_the_employer_decides(self, world: World) -> None:
        contract = world.active()
        update = propose(world, contract, 300)
        assert Contract.objects.get(pk=contract.pk).state == "active"
        world.decide("owner", update, at=LATER)
        first, second = ContractVersion.objects.filter(contract=contract).order_by("no")
        assert (first.minutes, second.minutes, second.no, second.basis) == (240, 300, 2, "updated")
        assert (second.valid_from, second.process_id) == (LATER, update.process_id)
        assert told(contract)[-1] == ("update", "employer")
        assert not DurationUpdate.objects.get().is_open
        assert Contract.objects.get(pk=contract.pk).fit == "above"

    def test_the_employer_proposes_and_the_provider_decides(self, world: World) -> None:
        contract = world.active(minutes=300)
        update = propose(world, contract, 240, "owner")
        with pytest.raises(PermissionRefusedError):
            world.decide("owner", update)
        world.decide("manager", update)
        assert told(contract)[-1] == ("update", "manager")
        assert Contract.objects.get(pk=contract.pk).fit == "fit"

    @pytest.mark.parametrize("role", ["specialist", "stranger", "accountant"])
    def test_nobody_else_proposes(self, world: World, role: str) -> None:
        with pytest.raises(PermissionRefusedError):
            propose(world, world.active(), 300, role)

    @pytest.mark.parametrize(
        ("minutes", "code"),
        [
            (240, "minutes_same"),
            (239, "minutes_below_minimum"),
            (11_701, "capacity_short"),
        ],
    )
    def test_minutes_that_cannot_be(self, world: World, minutes: int, code: str) -> None:
        contract = world.active()
        with pytest.raises(RuleViolation, match=code):
            propose(world, contract, minutes)
        assert not DurationUpdate.objects.exists()

    def test_one_at_a_time(self, world: World) -> None:
        contract = world.active()
        propose(world, contract, 300)
        with pytest.raises(RuleViolation, match="update_open"):
            propose(world, contract, 310, "owner")
        assert Process.objects.count() == 2

    def test_capacity_is_asked_again_at_the_approval(self, world: World) -> None:
        contract = world.active()
        update = propose(world, contract, 300)
        StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=299)
        with pytest.raises(RuleViolation, match="capacity_short"):
            world.decide("owner", update)
        assert ContractVersion.objects.count() == 1

    def test_fewer_minutes_need_no_capacity(self, world: World) -> None:
        contract = world.active(minutes=300)
        StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=100)
        world.decide("owner", propose(world, contract, 250))
        assert ContractVersion.objects.order_by("-no")[0].minutes == 250

    def test_an_end_takes_the_open_update_with_it(self, world: World) -> None:
        contract = world.active()
        update = propose(world, contract, 300)
        end(world, "owner", contract)
        assert Process.objects.get(pk=update.process_id).state == "withdrawn"
        assert not DurationUpdate.objects.get().is_open

    def test_a_rejected_or_withdrawn_one_changes_nothing(self, world: World) -> None:
        contract = world.active()
        update = propose(world, contract, 300)
        world.decide("owner", update, outcome="rejected", reason="Bu süre bize fazla.")
        again = propose(world, contract, 310)
        process_withdraw(actor=world.actor("manager"), at=AT, process_id=again.process_id, version=1)
        assert ContractVersion.objects.count() == 1
        assert not DurationUpdate.objects.filter(is_open=True).exists()
        assert [action for action, _ in told(contract)] == ["offer", "accept", "approve"]

    def test_after_the_last_day_nothing_is_updated_though_nobody_swept_yet(self, world: World) -> None:
        contract = world.active()
        update = propose(world, contract, 300)
        end(world, "manager", contract, DAY + timedelta(days=1))
        late = AT + timedelta(days=2)
        with pytest.raises(RuleViolation, match="contract_not_running"):
            world.decide("owner", update, at=late)
        assert not ContractVersion.objects.filter(contract=contract, no=2).exists()


class TestOfferingAnew:
    def test_the_same_offer_with_a_link(self, world: World) -> None:
        contract = world.accepted(minutes=260)
        world.decide("owner", contract, outcome="rejected", reason="Bu süre bize fazla.")
        again = contract_reoffer(actor=world.actor("manager"), at=LATER, contract_id=contract.pk)
        assert (again.predecessor_id, again.minutes, again.state) == (contract.pk, 260, "awaiting_professional")
        assert told(contract)[-1] == ("reoffer", "manager")
        assert told(again) == [("offer", "manager")]

    @pytest.mark.parametrize("role", ["owner", "specialist", "stranger"])
    def test_nobody_else_may(self, world: World, role: str) -> None:
        contract = world.offer()
        withdraw(world, "manager", contract)
        with pytest.raises((PermissionRefusedError, RuleViolation)):
            contract_reoffer(actor=world.actor(role), at=AT, contract_id=contract.pk)
        assert Contract.objects.count() == 1

    def test_not_while_it_waits_or_runs_and_not_twice(self, world: World) -> None:
        waiting, running, manager = world.offer(), world.active(140), world.actor("manager")
        for contract in (waiting, running):
            with pytest.raises(RuleViolation, match="action_not_allowed"):
                contract_reoffer(actor=manager, at=AT, contract_id=contract.pk)
        withdraw(world, "manager", waiting)
        contract_reoffer(actor=manager, at=AT, contract_id=waiting.pk)
        with pytest.raises(RuleViolation, match="already_offered"):
            contract_reoffer(actor=manager, at=AT, contract_id=waiting.pk)
        assert Contract.objects.count() == 3

    def test_at_a_new_sgk_number_all_or_none(self, world: World) -> None:
        both = [world.active(103), world.active(140)]
        Workplace.objects.filter(pk=world.workplace.pk).update(closed_on=DAY)
        assert sweep(at=AT).closed == 2
        new = workplace(3)
        actor = world.actor("manager")
        with pytest.raises(RuleViolation, match="not_renumbered"):
            contracts_remake(actor=actor, at=AT, contract_ids=[one.pk for one in both])
        Workplace.objects.filter(pk=new.pk).update(predecessor=world.workplace)
        Headcount.objects.filter(workplace=new).update(employees=20)
        made = contracts_remake(actor=actor, at=AT, contract_ids=[one.pk for one in both])
        assert sorted((one.workplace_id, one.code, one.minutes) for one in made) == [
            (new.pk, 103, 400), (new.pk, 140, 200),
        ]  # fmt: skip
        assert {one.predecessor_id for one in made} == {one.pk for one in both}
        with pytest.raises(PermissionRefusedError):
            contracts_remake(actor=world.actor("owner"), at=AT, contract_ids=[both[0].pk])


class TestDays:
    def test_a_headcount_of_0_is_left_to_the_month(self, world: World) -> None:
        contract = world.active()
        Headcount.objects.create(workplace=world.workplace, period=date(2025, 6, 1), employees=0)
        assert not sweep(at=AT)
        contract.refresh_from_db()
        assert contract.state == "active"

    def test_offers_lapse_only_where_the_operator_says_so(self, world: World, settings: Any) -> None:
        settings.KATIP = settings.KATIP.model_copy(update={"approval_deadline_days": 2})
        contract = world.offer()
        assert Process.objects.get().due_on == date(2025, 6, 4)
        in_time, late = AT + timedelta(days=2), AT + timedelta(days=3)
        assert processes_lapse(actor=OPERATOR, at=in_time) == 0
        with pytest.raises(LapsedError):
            world.decide("specialist", contract, at=late)
        settings.KATIP = settings.KATIP.model_copy(update={"approval_deadline_days": 0})
        assert processes_lapse(actor=OPERATOR, at=late) == 0
        settings.KATIP = settings.KATIP.model_copy(update={"approval_deadline_days": 2})
        assert sweep(at=late).lapsed == 1
        contract.refresh_from_db()
        assert contract.state == "lapsed"
        assert told(contract)[-1] == ("lapse", "register")
        again = contract_reoffer(actor=world.actor("manager", at=late), at=late, contract_id=contract.pk)
        assert again.state == "awaiting_professional"

    def test_days_of_administrative_leave_do_not_count(self, world: World, settings: Any) -> None:
        settings.KATIP = settings.KATIP.model_copy(update={"approval_deadline_days": 2})
        AdministrativeLeave.objects.create(day=date(2025, 6, 3), name="İdari izin")
        world.offer()
        # 6 June 2025 begins the feast of sacrifice; its eve, the 5th, counts
        assert Process.objects.get().due_on == date(2025, 6, 5)

    def test_a_shortage_elsewhere_closes_offers_until_an_update_is_proposed(self, world: World) -> None:
        contract = world.active()
        Headcount.objects.create(workplace=world.workplace, period=date(2025, 6, 1), employees=15)
        fitness_sweep(at=AT)
        with pytest.raises(RuleViolation, match="updates_wait"):
            world.offer(workplace_id=world.elsewhere.pk)
        propose(world, contract, 300)
        assert world.offer(workplace_id=world.elsewhere.pk).state == "awaiting_professional"

    def test_missing_persons_and_what_others_owe_close_no_offers(self, world: World) -> None:
        large = workplace(9, employees=600)  # a person and 2 000 minutes of a specialist; and nobody is physician
        e_bildirge(world.owner, large)
        contract = world.active(workplace_id=large.pk, minutes=2_000)
        contract.refresh_from_db()
        assert contract.fit == "short"
        assert world.offer(workplace_id=world.elsewhere.pk).state == "awaiting_professional"

    def test_one_update_opens_offers_where_two_contracts_fall_short_together(self, world: World) -> None:
        second = professional(world.accountant, "safety_specialist", provider=world.provider)
        first, beside = world.active(), world.offer(professional_id=second.pk, minutes=1)
        world.decide("accountant", beside)
        world.decide("owner", beside)
        Headcount.objects.create(workplace=world.workplace, period=date(2025, 6, 1), employees=15)
        assert fitness_sweep(at=AT) == 2
        with pytest.raises(RuleViolation, match="updates_wait"):
            world.offer(workplace_id=world.elsewhere.pk)
        propose(world, first, 299)
        assert world.offer(workplace_id=world.elsewhere.pk).state == "awaiting_professional"

    def test_a_closing_told_late_ends_nothing_before_it_began(self, world: World) -> None:
        contract = world.active()
        Workplace.objects.filter(pk=world.workplace.pk).update(closed_on=DAY - timedelta(days=10))
        assert sweep(at=AT + timedelta(days=3)).closed == 1
        contract.refresh_from_db()
        assert (contract.state, contract.ends_on) == ("ended", DAY)


def test_two_approvals_at_once_are_judged_together_within_the_minute(world: World) -> None:
    contract = world.active()
    Contract.objects.update(fit="short")  # what the later of two, that did not see each other, may leave
    assert fitness_sweep_recent(at=AT + timedelta(hours=1)) == 0
    assert fitness_sweep_recent(at=AT + timedelta(minutes=1)) == 1
    contract.refresh_from_db()
    assert contract.fit == "fit"


def test_two_of_one_profession_share_what_the_law_asks(world: World) -> None:
    second = professional(world.accountant, "safety_specialist", provider=world.provider)
    first = world.active()
    asked: dict[str, Any] = {
        "workplace_id": world.workplace.pk,
        "professional_id": second.pk,
        "provider_id": world.provider.pk,
    }
    offer = Offer(code=103, minutes=0, **asked)
    assert (offer_figures(AT, offer).minimum, offer_figures(AT, replace(offer, minutes=1)).violation) == (1, None)
    beside = world.offer(professional_id=second.pk, minutes=60)
    world.decide("accountant", beside)
    world.decide("owner", beside)
    assert set(Contract.objects.values_list("fit", flat=True)) == {"above"}
    end(world, "owner", first)
    assert Contract.objects.get(pk=beside.pk).fit == "short"
    assert offer_figures(AT, offer).minimum == 180
