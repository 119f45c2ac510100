"""What happens between a month's plan and the writing of its chunk: the chunk decides by things as they are."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import Mock

import pytest

from katip.contracts.models import Contract, ContractVersion, DurationUpdate, MonthChange
from katip.contracts.month.proof import change_leaf
from katip.contracts.services.end import contract_end
from katip.contracts.services.update import update_propose
from katip.core.actor import OPERATOR, Actor, Capacity, Proof
from katip.processes.models import Process
from katip.processes.services.cancel import process_withdraw
from katip.processes.services.complete import steps_complete
from katip.registry.models import StaffContract, Workplace
from katip.updates.plan import meanwhile as meanwhile_module
from katip.updates.plan.snapshot import free_read
from katip.updates.services.month_apply import chunk_apply, month_begin
from tests.cast import LOW, VERY_HAZARDOUS, World, decision, e_bildirge, workplace
from tests.updates.monthly import (
    DAY,
    NEXT,
    carried,
    colleague_of,
    consents,
    outcomes,
    planned,
    served_by,
    staff,
    tell,
    terms,
    waiting,
    written,
)

pytestmark = pytest.mark.django_db
SOON = NEXT + timedelta(minutes=5)
"""after the month began"""


def ended(world: World, contract: Contract) -> Callable[[], object]:
    return lambda: contract_end(
        actor=world.actor("manager", at=SOON),
        at=SOON,
        contract_id=contract.pk,
        last_day=SOON.date(),
        note="Hizmet başka bir birimden alınacak.",
    )


def proposed(world: World, contract: Contract, minutes: int) -> DurationUpdate:
    update: DurationUpdate = update_propose(
        actor=world.actor("manager", at=SOON), at=SOON, contract_id=contract.pk, minutes=minutes
    )
    return update


def test_what_nothing_happened_to_is_written_as_planned(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.active()
    tell({world.workplace: 15})

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(meanwhile_module, "decide", never)
    assert [outcome for _, outcome, _ in outcomes(carried())] == ["asked"]


def test_consent_withdrawn_meanwhile_asks_instead(world: World) -> None:
    contract = world.active()
    consents(world)
    tell({world.workplace: 15})
    run = carried(meanwhile=lambda: consents(world, yes=False))
    assert run.summary["amended"] == 1
    assert outcomes(run) == [(contract.pk, "asked", "")]
    assert terms(contract) == [(240, "approved")]
    assert waiting(contract).waits_for == "employer"


def test_consent_given_meanwhile_counts(world: World) -> None:
    contract = world.active()
    tell({world.workplace: 15})
    run = carried(meanwhile=lambda: consents(world))
    assert run.summary["asked"] == 1
    assert outcomes(run) == [(contract.pk, "amended", "")]
    assert terms(contract) == [(240, "approved"), (300, "automatic")]


def test_consent_withdrawn_meanwhile_keeps_from_the_provider_too(world: World) -> None:
    contract = world.active()
    staff(world.professionals[103], 250)
    consents(world)
    tell({world.workplace: 15})
    run = carried(meanwhile=lambda: consents(world, yes=False))
    assert outcomes(run) == [(contract.pk, "asked", "")]


def test_a_contract_that_ended_meanwhile_stays_as_it_ended(world: World) -> None:
    contract, other = world.active(103), world.active(140)
    consents(world)
    tell({world.workplace: 15})
    run = carried(meanwhile=ended(world, contract))
    assert outcomes(run) == [(other.pk, "amended", "")]
    assert terms(contract) == [(240, "approved")]


def test_the_contract_beside_one_that_ended_meanwhile_takes_all(world: World) -> None:
    contract = world.active(minutes=240)
    beside = served_by(world, colleague_of(world), minutes=60)
    consents(world)
    tell({world.workplace: 20})
    run = carried(meanwhile=ended(world, contract))
    assert outcomes(run) == [(beside.pk, "amended", "")]
    assert terms(beside)[-1] == (400, "automatic")


def test_an_update_approved_meanwhile_is_not_overtaken_by_an_older_plan(world: World) -> None:
    contract = world.active()
    consents(world)
    update = update_propose(actor=world.actor("manager"), at=NEXT - DAY / 2, contract_id=contract.pk, minutes=310)
    tell({world.workplace: 15})
    run = carried(meanwhile=lambda: world.decide("owner", update, at=SOON))
    assert run.summary["amended"] == 1
    assert outcomes(run) == []
    assert terms(contract) == [(240, "approved"), (310, "updated")]


def test_an_update_approved_by_a_slow_clock_is_not_overtaken_either(world: World) -> None:
    contract = world.active()
    consents(world)
    update = update_propose(actor=world.actor("manager"), at=NEXT - DAY / 2, contract_id=contract.pk, minutes=310)
    tell({world.workplace: 15})
    run = carried(meanwhile=lambda: world.decide("owner", update, at=NEXT - DAY / 4))  # before what is looked at again
    assert run.summary["amended"] == 1
    assert outcomes(run) == []
    assert terms(contract) == [(240, "approved"), (310, "updated")]


def test_what_the_month_adds_to_an_approval_meanwhile_comes_after_it(world: World) -> None:
    contract = world.active(103, minutes=300)
    physician = world.active(140)
    consents(world)
    tell({world.workplace: 10})
    run = planned()
    month_begin(actor=OPERATOR, at=NEXT, run_id=run.pk)
    update = proposed(world, physician, 130)
    world.decide("owner", update, at=SOON)  # measured by 10 employees: 100 owed, 130 run
    tell_again(world.workplace, 14)  # as if a chunk met newer figures: 140 owed
    written(run)
    versions = list(ContractVersion.objects.filter(contract=physician).order_by("no"))
    assert [(version.no, version.minutes, version.basis) for version in versions] == [
        (1, 120, "approved"),
        (2, 130, "updated"),
        (3, 140, "automatic"),
    ]
    assert versions[2].valid_from > versions[1].valid_from == SOON
    assert versions[2].agreed_minutes == 130
    assert terms(contract) == [(300, "approved")]


def tell_again(where: Workplace, employees: int) -> None:
    where.headcounts.filter(period="2025-06-01").update(employees=employees)


def test_a_new_contract_meanwhile_is_counted(world: World) -> None:
    contract = world.active()
    consents(world)
    second = colleague_of(world)
    tell({world.workplace: 15})
    offered: Contract = world.offer(professional_id=second.pk, minutes=60, at=NEXT - timedelta(hours=1))
    proof = Proof("totp", NEXT - timedelta(minutes=1))
    steps_complete(actor=Actor(second.person_id, proof=proof), at=NEXT, decisions=[decision(offered)])
    run = carried(meanwhile=lambda: world.decide("owner", offered, at=SOON))
    assert run.summary["amended"] == 1
    assert outcomes(run) == []  # 240 and 60 are the 300 already
    assert (terms(contract), terms(offered)) == ([(240, "approved")], [(60, "approved")])
    assert set(Contract.objects.values_list("fit", flat=True)) == {"fit"}


def test_a_proposal_opened_meanwhile_is_taken_back(world: World) -> None:
    contract = world.active()
    consents(world)
    tell({world.workplace: 15})
    run = carried(meanwhile=lambda: proposed(world, contract, 330))
    assert outcomes(run) == [(contract.pk, "amended", "")]
    assert terms(contract)[-1] == (300, "automatic")
    update = DurationUpdate.objects.get()
    assert (update.is_open, update.process.state) == (False, "withdrawn")


def test_a_proposal_withdrawn_meanwhile_stays_withdrawn(world: World) -> None:
    contract = world.active()
    update = update_propose(actor=world.actor("manager"), at=NEXT - DAY / 2, contract_id=contract.pk, minutes=330)
    tell({world.workplace: 15})

    def withdraw() -> None:
        process = Process.objects.get(pk=update.process_id)
        process_withdraw(actor=world.actor("manager", at=SOON), at=SOON, process_id=process.pk, version=process.version)

    run = carried(meanwhile=withdraw)
    assert outcomes(run) == [(contract.pk, "asked", "")]
    assert waiting(contract).terms["minutes"] == 300


def test_a_workplace_that_is_touched_twice_has_no_two_questions(world: World) -> None:
    contract = world.active()
    tell({world.workplace: 15})
    carried()
    tell({world.workplace: 16}, period=NEXT.date().replace(month=7, day=1))
    run = carried(at=NEXT + 30 * DAY, period=NEXT.date().replace(month=7, day=1), meanwhile=lambda: consents(world))
    assert outcomes(run) == [(contract.pk, "amended", "")]
    assert not DurationUpdate.objects.filter(is_open=True).exists()


# ------------------------------------------------------------------------------------------- minutes lost


def two_places(world: World) -> tuple[Contract, Contract]:
    """The specialist serves here and elsewhere; both consent, and 60 and 20 minutes more are owed."""
    here, there = world.active(), served_by(world, world.professionals[103], world.elsewhere, minutes=240)
    for place in (world.workplace, world.elsewhere):
        consents(world, place)
    tell({world.workplace: 15, world.elsewhere: 13})
    return here, there


@pytest.mark.parametrize("chunk", [1, 2_000])
def test_staff_minutes_lost_meanwhile_send_every_group_to_the_provider(world: World, chunk: int) -> None:
    here, there = two_places(world)
    run = carried(chunk=chunk, meanwhile=lambda: staff(world.professionals[103], 480 + 79))
    assert run.summary["amended"] == 2
    assert outcomes(run) == [(here.pk, "provider", "capacity_short"), (there.pk, "provider", "capacity_short")]
    assert {process.waits_for for process in Process.objects.filter(code=9001)} == {"provider"}
    assert set(Contract.objects.values_list("fit", flat=True)) == {"short"}


def test_just_enough_left_meanwhile_is_enough(world: World) -> None:
    two_places(world)
    run = carried(chunk=1, meanwhile=lambda: staff(world.professionals[103], 480 + 80))
    assert {outcome for _, outcome, _ in outcomes(run)} == {"amended"}


def test_a_staff_contract_that_ended_meanwhile_leaves_nothing(world: World) -> None:
    two_places(world)
    run = carried(meanwhile=lambda: StaffContract.objects.all().update(valid_to=NEXT.date() - DAY))
    assert {outcome for _, outcome, _ in outcomes(run)} == {"provider"}


def test_a_contract_approved_elsewhere_meanwhile_takes_minutes(world: World) -> None:
    two_places(world)
    third = workplace(77)
    e_bildirge(world.stranger, third)
    staff(world.professionals[103], 480 + 80 + 239)
    run = planned()
    month_begin(actor=OPERATOR, at=NEXT, run_id=run.pk)
    accepted = world.accepted(workplace_id=third.pk, at=SOON, minutes=240)
    proof = Proof("totp", SOON)
    steps_complete(
        actor=Actor(world.stranger.pk, Capacity.WORKPLACE, third.pk, proof), at=SOON, decisions=[decision(accepted)]
    )
    written(run)
    assert {outcome for _, outcome, _ in outcomes(run)} == {"provider"}
    assert terms(accepted) == [(240, "approved")]


def test_what_a_chunk_wrote_is_not_held_against_the_next(world: World) -> None:
    two_places(world)
    staff(world.professionals[103], 480 + 80)
    run = planned(chunk=1)
    month_begin(actor=OPERATOR, at=NEXT, run_id=run.pk)
    assert chunk_apply(actor=OPERATOR, run_id=run.pk)
    staff(world.professionals[103], 480 + 81)  # news, so that the second chunk asks again
    written(run)
    assert {outcome for _, outcome, _ in outcomes(run)} == {"amended"}


def test_a_group_decided_anew_leaves_to_others_what_the_plan_gave_them(world: World) -> None:
    here, there = two_places(world)
    consents(world, yes=False)
    staff(world.professionals[103], 480 + 79)  # enough for 60 or for 20, and not for both
    run = carried(chunk=1, meanwhile=lambda: consents(world))
    assert run.summary["amended"] == run.summary["asked"] == 1
    assert outcomes(run) == [(here.pk, "provider", "capacity_short"), (there.pk, "amended", "")]


def test_a_group_is_diverted_whole(world: World) -> None:
    first = world.active(minutes=240)
    second = served_by(world, colleague_of(world), minutes=240)
    consents(world)
    tell({world.workplace: 25})
    run = carried(meanwhile=lambda: staff(first.professional, 240))
    assert outcomes(run) == [(one.pk, "provider", "capacity_short") for one in (first, second)]


def test_a_contract_of_a_diverted_group_whose_minutes_stay_is_not_asked_about(world: World) -> None:
    large = world.active(minutes=258)
    small = served_by(world, colleague_of(world), minutes=2)
    consents(world)
    tell({world.workplace: (27, LOW)})  # 260 agreed for 240; 270 owed: 268 and 2, each with its floor
    run = carried(meanwhile=lambda: staff(large.professional, 258))
    assert run.summary["amended"] == 2
    assert outcomes(run) == [(large.pk, "provider", "capacity_short")]
    assert terms(small) == [(2, "approved")]


def test_a_class_that_came_with_an_ending_beside_it_asks_for_the_person_still(world: World) -> None:
    contract, other = world.active(103), world.active(140)
    consents(world)
    tell({world.workplace: (12, VERY_HAZARDOUS)})
    run = carried(meanwhile=ended(world, other))
    assert outcomes(run) == [(contract.pk, "person", "certificate_unfit")]


def test_the_leaves_are_of_what_was_written_and_not_of_what_was_planned(world: World) -> None:
    two_places(world)
    carried(meanwhile=lambda: consents(world, yes=False))
    assert sorted(change.outcome for change in MonthChange.objects.all()) == ["amended", "asked"]
    assert [bytes(change.leaf) for change in MonthChange.objects.order_by("pk")] == [
        change_leaf(change) for change in MonthChange.objects.order_by("pk")
    ]


def test_free_minutes_are_read_again_where_a_chunk_is_committed_in_between(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Else its minutes would count as free and as given back, and a group could get what nobody has.
    contract = world.active()
    tell({world.workplace: 15})
    run = month_begin(actor=OPERATOR, at=NEXT, run_id=planned().pk)
    whose = contract.professional_id, contract.provider_id
    committed: list[set[tuple[int, int | None, int]]] = [set(), {(*whose, 60)}, {(*whose, 60)}]
    reads = Mock(side_effect=free_read)
    monkeypatch.setattr(meanwhile_module, "_own", lambda *_: committed.pop(0))
    monkeypatch.setattr(meanwhile_module, "free_read", reads)

    free = meanwhile_module._free_now(run, [contract.professional_id])

    assert reads.call_count == 2
    assert free["free"].to_list() == [free_read(NEXT, [contract.professional_id])["free"].item() + 60]
