"""A month from end to end, with real rows: what comes into force, what waits for whom, what is told and recorded."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from katip.audit.models import Event
from katip.contracts.fitness import updates_due
from katip.contracts.models import (
    Contract,
    ContractAct,
    ContractVersion,
    DurationUpdate,
    MonthChange,
    Shortage,
    Undertaking,
)
from katip.contracts.month.proof import change_leaf, path_of, root_by, root_of
from katip.contracts.services.sweep import fitness_sweep, fitness_sweep_recent
from katip.contracts.services.update import update_propose
from katip.core.actor import OPERATOR, Actor, Capacity, Proof
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.processes.models import Outcome, Process
from katip.processes.services.cancel import process_withdraw
from katip.processes.services.terms import terms_hash
from katip.registry.models import Certificate, Headcount, Official, OfficialRole
from katip.rules import RuleViolation
from katip.updates.models import Digest, Missing, MonthChunk, MonthFigure, MonthProvider, MonthRun, RunState
from katip.updates.plan.lines import PlanDamagedError
from katip.updates.services import month_apply as month_apply_module
from katip.updates.services.month_apply import chunk_apply, month_apply, month_begin
from katip.updates.services.month_close import month_close
from katip.updates.services.month_plan import month_plan
from tests.cast import AT, HAZARDOUS, LOW, VERY_HAZARDOUS, World, e_bildirge, workplace
from tests.updates.monthly import (
    AUGUST,
    DAY,
    JULY,
    JUNE,
    NEXT,
    carried,
    colleague_of,
    consents,
    needed,
    outcomes,
    places_made,
    planned,
    served_by,
    staff,
    tell,
    terms,
    waiting,
    written,
)

pytestmark = pytest.mark.django_db


# ------------------------------------------------------------------------------------------- by themselves


def test_with_consent_the_minutes_follow_by_themselves(world: World) -> None:
    specialist, physician = world.active(103), world.active(140)
    consents(world)
    tell({world.workplace: 15})
    before = {row.pk: row for row in ContractVersion.objects.all()}
    run = carried()
    assert terms(specialist) == [(240, "approved"), (300, "automatic")]
    assert terms(physician) == [(120, "approved"), (150, "automatic")]
    new = ContractVersion.objects.get(contract=specialist, no=2)
    assert (new.valid_from, new.employees, new.hazard_class, new.required_minutes) == (run.at, 15, "hazardous", 300)
    assert (new.process_id, new.agreed_minutes, new.assignment_type) == (None, 0, "part_time")
    for pk, row in before.items():  # nothing that was agreed is written over
        now = ContractVersion.objects.get(pk=pk)
        assert {name: getattr(row, name) for name in _fields(row)} == {
            name: getattr(now, name) for name in _fields(row)
        }
    assert {fit for (fit,) in Contract.objects.values_list("fit")} == {"fit"}
    assert outcomes(run) == [(specialist.pk, "amended", ""), (physician.pk, "amended", "")]
    assert not DurationUpdate.objects.exists()
    assert run.state == RunState.DONE
    assert (run.totals["amended"], run.totals["minutes_before"], run.totals["minutes_after"]) == (2, 360, 450)


def _fields(row: ContractVersion) -> list[str]:
    return [field.attname for field in row._meta.concrete_fields]


def test_the_change_of_a_contract_says_what_was_and_what_is(world: World) -> None:
    contract = world.active()
    consents(world)
    tell({world.workplace: (15, VERY_HAZARDOUS)})
    Certificate.objects.update(certificate_class="A")
    run = carried()
    [change] = MonthChange.objects.all()
    assert (change.run, change.chunk, change.place, change.at) == (run.pk, 1, 0, run.at)
    assert (change.contract_id, change.workplace_id, change.provider_id, change.professional_id) == (
        contract.pk,
        world.workplace.pk,
        world.provider.pk,
        world.professionals[103].pk,
    )
    assert (change.employees_before, change.employees_after) == (12, 15)
    assert (change.hazard_before, change.hazard_after) == ("hazardous", "very_hazardous")
    assert (change.required_before, change.required_after) == (240, 600)  # 15 × 40
    assert (change.minutes_before, change.minutes_after, change.version_no) == (240, 600, 2)


@pytest.mark.parametrize(("employees", "minutes"), [(15, 300), (9, 180), (12, 240)])
def test_a_contract_at_the_minimum_goes_up_and_down(world: World, employees: int, minutes: int) -> None:
    contract = world.active()
    consents(world)
    tell({world.workplace: employees})
    carried()
    assert terms(contract)[-1][0] == minutes
    assert len(terms(contract)) == (1 if employees == 12 else 2)


def test_what_was_agreed_above_is_a_floor_for_months(world: World) -> None:
    contract = world.active(minutes=300)
    consents(world)
    for months, (period, employees) in enumerate(((JUNE, 20), (JULY, 10)), start=1):
        tell({world.workplace: employees}, period)
        carried(at=AT + months * 30 * DAY, period=period)
    assert terms(contract) == [(300, "approved"), (400, "automatic"), (300, "automatic")]
    assert list(ContractVersion.objects.order_by("no").values_list("agreed_minutes", flat=True)) == [0, 300, 300]


def test_the_floor_of_a_contract_whose_own_minutes_stay_is_kept_too(world: World) -> None:
    large = world.active(minutes=258)
    small = served_by(world, colleague_of(world), minutes=2)
    consents(world)
    tell({world.workplace: (27, LOW)})  # 260 agreed for 240; 270 owed: 267 and 2, and 1 left over
    carried()
    assert (terms(large)[-1], terms(small)) == ((268, "automatic"), [(2, "approved"), (2, "automatic")])
    tell({world.workplace: (20, LOW)}, JULY)  # 200 owed: never under the 260
    carried(at=AT + 30 * DAY, period=JULY)
    assert terms(large)[-1][0] + terms(small)[-1][0] == 260


def test_two_share_and_the_oldest_of_equals_takes_what_is_left(world: World) -> None:
    first = world.active(minutes=240)
    second = served_by(world, colleague_of(world), minutes=240)
    consents(world)
    tell({world.workplace: 25})  # 500 of 480 agreed: 250 each
    carried()
    assert (terms(first)[-1][0], terms(second)[-1][0]) == (250, 250)


# -------------------------------------------------------------------------------------------- the employer


def test_without_consent_the_employer_is_asked_and_the_approval_is_the_version(world: World) -> None:
    contract = world.active()
    tell({world.workplace: 15})
    run = carried()
    assert terms(contract) == [(240, "approved")]
    contract.refresh_from_db()
    assert contract.fit == "short"
    process = waiting(contract)
    update = DurationUpdate.objects.get()
    assert (process.code, process.waits_for, process.proposed_by, process.created_by_id) == (
        9001,
        "employer",
        "provider",
        None,
    )
    assert (update.minutes_before, update.minutes, update.run, update.reason) == (240, 300, run.pk, "")
    world.decide("owner", update, at=NEXT + DAY)
    assert terms(contract) == [(240, "approved"), (300, "updated")]
    contract.refresh_from_db()
    assert contract.fit == "fit"
    assert MonthChange.objects.get().process_id == process.pk


def test_both_halves_of_a_minimum_are_approved_one_after_the_other(world: World) -> None:
    contracts = [world.active(minutes=240), served_by(world, colleague_of(world), minutes=1)]
    tell({world.workplace: 20})  # 400: 240 × 400 // 241 = 398, 1 and 1 left over
    carried()
    shares = [399, 1]
    assert [update.minutes for update in DurationUpdate.objects.order_by("contract_id")] == shares[:1]
    tell({world.workplace: 500 - 1}, JULY)  # 9980
    carried(at=AT + 30 * DAY, period=JULY)
    updates = list(DurationUpdate.objects.filter(is_open=True).order_by("contract_id"))
    assert sum(update.minutes for update in updates) == 9980
    assert len(updates) == 2
    staff(contracts[1].professional, 11_700)
    world.decide("owner", updates[0], at=AT + 31 * DAY)
    world.decide("owner", updates[1], at=AT + 31 * DAY)
    assert [terms(one)[-1] for one in contracts] == [(update.minutes, "updated") for update in updates]
    assert set(Contract.objects.values_list("fit", flat=True)) == {"fit"}


def test_an_approval_that_does_not_fit_is_refused_with_its_reason(world: World) -> None:
    contract = world.active()
    tell({world.workplace: 15})
    carried()
    staff(world.professionals[103], 299)
    update = DurationUpdate.objects.get()
    with pytest.raises(RuleViolation, match="capacity_short"):
        world.decide("owner", update, at=NEXT + DAY)
    assert terms(contract) == [(240, "approved")]


def test_the_terms_are_what_is_hashed_and_have_the_keys_of_any_update(world: World) -> None:
    contract, other = world.active(), world.active(140)
    tell({world.workplace: 15})
    run = carried()
    process = waiting(contract)
    assert terms_hash(process.terms) == process.terms_hash
    proposed = update_propose(actor=world.actor("manager", at=NEXT), at=NEXT, contract_id=_anew(world), minutes=260)
    plain = proposed.process.terms
    of_month = dict(process.terms)
    month = of_month.pop("month")
    assert of_month.pop("agreed") == 0
    assert of_month.keys() == plain.keys()
    for name in ("workplace", "provider", "professional", "certificate", "contract", "requirement"):
        assert of_month[name].keys() == plain[name].keys(), name
    for name in ("code", "title", "provider", "assignment_type", "start"):
        assert of_month[name] == plain[name], name
    assert month == {
        "run": run.pk,
        "period": "2025-06-01",
        "reason": "",
        "employees_before": 12,
        "employees_after": 15,
        "hazard_before": "hazardous",
        "hazard_after": "hazardous",
        "required_before": 240,
        "required_after": 300,
    }
    assert of_month["requirement"] | {"nace": 0, "period": 0} == plain["requirement"] | {
        "nace": 0,
        "period": 0,
        "employees": 15,
        "minutes": 300,
        "remainder_employees": 15,
    }
    for one in Process.objects.filter(duration_update__run=run.pk):
        assert terms_hash(one.terms) == one.terms_hash
    assert waiting(other).terms["profession"] == "workplace_physician"


def _anew(world: World) -> int:
    """A contract elsewhere, at the minimum."""
    return int(served_by(world, colleague_of(world, 950), world.elsewhere, minutes=240).pk)


def test_names_with_quotes_and_backslashes_stay_what_they_are(world: World) -> None:
    world.workplace.title = 'Örnek "İşyeri" \\ Şti.\x1f ğ'
    world.workplace.save(update_fields=["title"])
    contract = world.active()
    tell({world.workplace: 15})
    carried()
    process = waiting(contract)
    assert process.terms["workplace"]["title"] == world.workplace.title
    assert terms_hash(process.terms) == process.terms_hash


# -------------------------------------------------------------------------------------------- the provider


def test_where_minutes_are_short_the_provider_is_asked_and_approves_once_there_are_more(world: World) -> None:
    contract = world.active()
    staff(world.professionals[103], 299)
    consents(world)
    tell({world.workplace: 15})
    run = carried()
    assert outcomes(run) == [(contract.pk, "provider", "capacity_short")]
    process, update = waiting(contract), DurationUpdate.objects.get()
    assert (process.waits_for, update.reason, process.terms["month"]["reason"]) == (
        "provider",
        "capacity_short",
        "capacity_short",
    )
    with pytest.raises(RuleViolation, match="capacity_short"):
        world.decide("manager", update, at=NEXT + DAY)
    staff(world.professionals[103], 300)
    world.decide("manager", update, at=NEXT + DAY)
    assert terms(contract) == [(240, "approved"), (300, "updated")]


def test_without_the_consent_it_was_opened_by_the_provider_decides_nothing(world: World) -> None:
    contract = world.active()
    staff(world.professionals[103], 299)
    consents(world)
    tell({world.workplace: 15})
    carried()
    staff(world.professionals[103], 300)
    consents(world, yes=False)
    with pytest.raises(RuleViolation, match="consent_withdrawn"):
        world.decide("manager", DurationUpdate.objects.get(), at=NEXT + DAY)
    tell({world.elsewhere: 13}, JULY)
    carried(at=AT + 30 * DAY, period=JULY)
    update = DurationUpdate.objects.get(is_open=True)
    assert (update.process.waits_for, terms(contract)) == ("employer", [(240, "approved")])


def test_what_was_agreed_above_is_a_floor_where_every_change_is_asked_for(world: World) -> None:
    contract = world.active(minutes=300)
    for months, (period, employees) in enumerate(((JUNE, 20), (JULY, 10)), start=1):
        tell({world.workplace: employees}, period)
        carried(at=AT + months * 30 * DAY, period=period)
        update = DurationUpdate.objects.get(is_open=True)
        world.decide("owner", update, at=AT + (months * 30 + 1) * DAY)
    assert terms(contract) == [(300, "approved"), (400, "updated"), (300, "updated")]


def test_one_minute_too_many_sends_every_group_of_that_professional(world: World) -> None:
    here = world.active()
    there = served_by(world, world.professionals[103], world.elsewhere, minutes=240)
    for place in (world.workplace, world.elsewhere):
        consents(world, place)
    tell({world.workplace: 15, world.elsewhere: 13})  # 60 and 20 more
    staff(world.professionals[103], 480 + 79)
    run = planned()
    assert run.summary["provider"] == 2
    assert run.summary["reasons"] == {"capacity_short": 2}
    staff(world.professionals[103], 480 + 80)
    done = carried()
    assert outcomes(done) == [(here.pk, "amended", ""), (there.pk, "amended", "")]


# ----------------------------------------------------------------------------------------------- a person


def test_a_need_for_a_person_is_answered_when_the_person_is_there(world: World) -> None:
    contract = world.active()
    tell({world.workplace: (12, VERY_HAZARDOUS)})  # a B certificate
    consents(world)
    run = carried()
    assert outcomes(run) == [(contract.pk, "person", "certificate_unfit")]
    assert terms(contract) == [(240, "approved")]
    process = needed(world.workplace)
    assert (process.code, process.waits_for, process.terms["month"]["reason"]) == (
        9006,
        "provider",
        "certificate_unfit",
    )
    assert terms_hash(process.terms) == process.terms_hash
    assert [one["id"] for one in process.terms["contracts"]] == [contract.pk]
    shortage = Shortage.objects.get()
    assert updates_due(contract.provider_id or 0, NEXT + DAY) == set()  # offers elsewhere stay open
    with pytest.raises(RuleViolation, match="shortage_remains"):
        world.decide("manager", shortage, at=NEXT + DAY)
    Certificate.objects.filter(professional=world.professionals[103]).update(certificate_class="A")
    update = update_propose(
        actor=world.actor("manager", at=NEXT + DAY), at=NEXT + DAY, contract_id=contract.pk, minutes=480
    )
    world.decide("owner", update, at=NEXT + DAY)
    world.decide("manager", shortage, at=NEXT + DAY)
    shortage.refresh_from_db()
    assert not shortage.is_open


def test_a_need_for_a_person_closes_by_itself_once_it_is_met(world: World) -> None:
    contract = world.active()
    tell({world.workplace: (12, VERY_HAZARDOUS)})
    carried()
    process, later = needed(world.workplace), NEXT + DAY
    fitness_sweep_recent(at=NEXT + timedelta(minutes=1))
    fitness_sweep(at=later)
    assert Shortage.objects.get().is_open  # nothing was done about it
    Certificate.objects.filter(professional=world.professionals[103]).update(certificate_class="A")
    update = update_propose(actor=world.actor("manager", at=later), at=later, contract_id=contract.pk, minutes=480)
    world.decide("owner", update, at=later)
    fitness_sweep_recent(at=later + timedelta(minutes=1))
    process.refresh_from_db()
    assert (process.state, Shortage.objects.get().is_open) == ("withdrawn", False)


def test_a_provider_may_answer_that_nobody_is_found(world: World) -> None:
    world.active()
    tell({world.workplace: (12, VERY_HAZARDOUS)})
    carried()
    shortage = Shortage.objects.get()
    world.decide("manager", shortage, at=NEXT + DAY, outcome=Outcome.REJECTED, reason="A sınıfı uzmanımız yok.")
    shortage.refresh_from_db()
    assert not shortage.is_open


@pytest.mark.parametrize(("employees", "code"), [(15, 9001), (500, 9006)])
def test_what_a_month_asks_is_answered_and_not_taken_back(world: World, employees: int, code: int) -> None:
    world.active()
    tell({world.workplace: employees})
    carried()
    process = Process.objects.get(code=code)
    for role in ("manager", "owner"):
        with pytest.raises(PermissionRefusedError, match="not_yours"):
            process_withdraw(actor=world.actor(role, at=NEXT), at=NEXT, process_id=process.pk, version=process.version)
    assert Process.objects.get(pk=process.pk).state == "open"


@pytest.mark.parametrize(
    ("figures", "reason"),
    [((500, HAZARDOUS), "full_time_threshold"), ((12, VERY_HAZARDOUS), "certificate_unfit")],
)
def test_a_need_that_goes_on_is_not_asked_twice_and_is_taken_back_when_over(
    world: World, figures: tuple[int, str], reason: str
) -> None:
    world.active()
    tell({world.workplace: figures})
    carried()
    first = needed(world.workplace)
    tell({world.workplace: (figures[0] + 1, figures[1])}, JULY)
    run = carried(at=AT + 30 * DAY, period=JULY)
    assert outcomes(run) == []
    assert needed(world.workplace).pk == first.pk
    assert Shortage.objects.get().reason == reason
    tell({world.workplace: (12, HAZARDOUS)}, AUGUST)
    carried(at=AT + 60 * DAY, period=AUGUST)
    first.refresh_from_db()
    assert (first.state, Shortage.objects.get().is_open) == ("withdrawn", False)


def test_a_certificate_that_ran_out_asks_for_a_person(world: World) -> None:
    contract = world.active()
    consents(world)
    Certificate.objects.update(valid_to=NEXT.date() - DAY)
    tell({world.workplace: 15})
    assert outcomes(carried()) == [(contract.pk, "person", "certificate_expired")]


# ------------------------------------------------------------------------------------------------- ended


def test_nobody_employed_ends_the_contracts(world: World) -> None:
    contract, other = world.active(103), world.active(140)
    proposed = update_propose(actor=world.actor("manager"), at=AT, contract_id=contract.pk, minutes=300)
    tell({world.workplace: 0})
    run = carried()
    contract.refresh_from_db()
    assert (contract.state, contract.end_reason, contract.ends_on, contract.ended_at) == (
        "ended",
        "headcount_zero",
        date(2025, 6, 3),
        run.at,
    )
    act = ContractAct.objects.filter(contract=contract).latest("pk")
    assert (act.action, act.role, act.person_id, act.at) == ("end", "register", None, run.at)
    assert act.detail == {"reason": "headcount_zero", "last_day": "2025-06-03"}
    assert outcomes(run) == [(one.pk, "ended", "headcount_zero") for one in (contract, other)]
    proposed.process.refresh_from_db()
    proposed.refresh_from_db()
    assert (proposed.process.state, proposed.is_open) == ("withdrawn", False)
    assert (run.totals["ended"], run.totals["minutes_after"]) == (2, 0)


# ------------------------------------------------------------------------------- what waits, month by month


def test_the_next_month_takes_back_what_it_replaces_and_leaves_what_asks_the_same(world: World) -> None:
    contract, physician = world.active(103), world.active(140)
    tell({world.workplace: 15})
    carried()
    first, kept = waiting(contract), waiting(physician)
    tell({world.workplace: 15}, JULY)
    run = carried(at=AT + 30 * DAY, period=JULY)
    assert outcomes(run) == []
    assert (waiting(contract).pk, waiting(physician).pk) == (first.pk, kept.pk)
    tell({world.workplace: 16}, AUGUST)
    carried(at=AT + 60 * DAY, period=AUGUST)
    first.refresh_from_db()
    assert (first.state, first.waits_for, first.due_on) == ("withdrawn", "", None)
    assert DurationUpdate.objects.get(process=first).is_open is False
    assert waiting(contract).terms["minutes"] == 320
    assert Event.objects.filter(tag="process:process:withdrawn", subject_id=first.pk).count() == 1


def test_figures_that_go_back_take_the_question_back(world: World) -> None:
    contract = world.active()
    tell({world.workplace: 15})
    carried()
    tell({world.workplace: 12}, JULY)
    carried(at=AT + 30 * DAY, period=JULY)
    assert not DurationUpdate.objects.filter(is_open=True).exists()
    contract.refresh_from_db()
    assert (contract.fit, terms(contract)) == ("fit", [(240, "approved")])


def test_what_a_side_proposed_waits_on_where_nothing_moves(world: World) -> None:
    contract = world.active(minutes=400)
    proposed = update_propose(actor=world.actor("manager"), at=AT, contract_id=contract.pk, minutes=380)
    tell({world.workplace: 15})
    carried()
    proposed.refresh_from_db()
    assert proposed.is_open


def test_consent_given_after_the_feed_counts_and_ends_what_still_waits(world: World) -> None:
    contract = world.active()
    tell({world.workplace: 15})
    consents(world, yes=False)
    carried()
    first = waiting(contract)
    consents(world)
    tell({world.elsewhere: 13}, JULY)
    carried(at=AT + 30 * DAY, period=JULY)
    assert terms(contract) == [(240, "approved"), (300, "automatic")]
    first.refresh_from_db()
    assert first.state == "withdrawn"


def test_consent_that_came_after_the_feed_counts_in_its_month(world: World) -> None:
    contract = world.active()
    tell({world.workplace: 15})
    consents(world)
    carried()
    assert terms(contract)[-1] == (300, "automatic")


# ------------------------------------------------------------------------------------------ own staff, both


def test_where_the_employer_serves_in_person_nothing_moves(world: World) -> None:
    place = workplace(7, employees=12, activity=LOW)
    e_bildirge(world.stranger, place)
    contract = served_by(world, world.professionals[103], place, minutes=120)
    Undertaking.objects.create(
        workplace=place,
        person=world.stranger,
        quality="employer",
        training_on=AT.date(),
        minutes=500,
        state="active",
        active_from=AT,
        process=Process.objects.create(
            code=9003, terms={}, terms_hash="", state="completed", created_at=AT, waits_for="", waiting_since=AT
        ),
        created_at=AT,
    )
    consents(world, place)
    tell({place: 20})
    carried()
    assert terms(contract) == [(120, "approved")]
    tell({place: 60}, JULY)  # 50 and more: nobody may any longer
    carried(at=AT + 30 * DAY, period=JULY)
    assert terms(contract)[-1] == (600, "automatic")


def test_a_profession_that_is_newly_owed_is_told_as_missing(world: World) -> None:
    place = workplace(7, employees=9, activity=VERY_HAZARDOUS)
    tell({place: 10, world.workplace: 13})
    run = carried()
    assert [(row.workplace_id, row.profession) for row in Missing.objects.all()] == [
        (place.pk, "other_health_personnel")
    ]
    assert run.summary["missing"] == 1


def test_a_profession_is_newly_missing_in_its_month_only(world: World) -> None:
    place = workplace(7, employees=9, activity=VERY_HAZARDOUS)
    e_bildirge(world.stranger, place)
    served_by(world, colleague_of(world, letter="A"), place, minutes=360)
    tell({place: 10})
    assert carried().summary["missing"] == 1
    tell({world.workplace: 13}, JULY)
    july = carried(at=AT + 30 * DAY, period=JULY)  # looked at again, since its update still waits
    assert (july.summary["workplaces_changed"], july.summary["missing"]) == (1, 0)
    whole = month_plan(actor=OPERATOR, at=AT + 31 * DAY, period=JULY, whole=True)
    assert (whole.summary["workplaces_changed"], whole.summary["missing"]) == (0, 0)


# ----------------------------------------------------------------------------------------- runs and refusals


def test_a_plan_is_not_in_force(world: World) -> None:
    contract = world.active()
    world.active(140)
    consents(world)
    tell({world.workplace: 15})
    counted = [model.objects.count() for model in (ContractVersion, Process, MonthChange, ContractAct, Digest)]
    run = planned()
    assert (run.state, run.at, run.chunks, run.summary["amended"]) == (RunState.PLANNED, None, 1, 2)
    assert {name: run.summary[name] for name in ("minutes_before", "minutes_after", "workplaces_changed")} == {
        "minutes_before": 360,
        "minutes_after": 450,
        "workplaces_changed": 1,
    }
    assert counted == [model.objects.count() for model in (ContractVersion, Process, MonthChange, ContractAct, Digest)]
    assert not chunk_apply(actor=OPERATOR, run_id=run.pk)
    assert terms(contract) == [(240, "approved")]


def test_the_same_month_once_more_changes_nothing(world: World) -> None:
    world.active(103)
    consents(world)
    asked = served_by(world, colleague_of(world), world.elsewhere, minutes=240)
    tell({world.workplace: 15, world.elsewhere: 20})
    carried()
    first = waiting(asked)
    versions = list(ContractVersion.objects.order_by("pk").values())
    again = carried(at=NEXT + DAY)
    assert outcomes(again) == []
    assert list(ContractVersion.objects.order_by("pk").values()) == versions
    assert waiting(asked).pk == first.pk
    whole = month_apply(actor=OPERATOR, at=NEXT + 2 * DAY, period=JUNE, whole=True)
    assert outcomes(whole) == []


def test_a_month_that_is_over_or_not_told_is_refused(world: World) -> None:
    with pytest.raises(RuleViolation, match="month_not_told"):
        planned()
    tell({world.workplace: 15}, JULY)
    with pytest.raises(RuleViolation, match="month_past"):
        planned(period=JUNE)
    with pytest.raises(RuleViolation, match="month_not_told"):
        planned(period=AUGUST)
    Headcount.objects.create(workplace=world.workplace, period=JUNE, employees=99)
    contract = world.active(minutes=300)
    tell({world.elsewhere: 3}, date(2025, 5, 1))  # a file for an older month corrects history only
    carried(period=JULY)
    assert terms(contract) == [(300, "approved")]


def test_who_may_plan_and_begin(world: World) -> None:
    tell({world.workplace: 15})
    inspector = Official.objects.create(person=world.accountant, role=OfficialRole.INSPECTOR)
    operator = Official.objects.create(person=world.manager, role=OfficialRole.OPERATOR)
    proof = Proof("totp", NEXT)
    refused_ = [
        world.actor("owner", at=NEXT),
        world.actor("manager", at=NEXT),
        Actor(world.accountant.pk, Capacity.OFFICIAL, inspector.pk, proof),
        Actor(world.manager.pk, Capacity.OFFICIAL, operator.pk, None),
    ]
    run = planned()
    for actor in refused_:
        with pytest.raises(PermissionRefusedError):
            month_plan(actor=actor, at=NEXT, period=JUNE)
        with pytest.raises(PermissionRefusedError):
            month_begin(actor=actor, at=NEXT, run_id=run.pk)
        with pytest.raises(PermissionRefusedError):
            chunk_apply(actor=actor, run_id=run.pk)
        with pytest.raises(PermissionRefusedError):
            month_close(actor=actor, at=NEXT, run_id=run.pk)
    allowed = Actor(world.manager.pk, Capacity.OFFICIAL, operator.pk, proof)
    mine = month_plan(actor=allowed, at=NEXT, period=JUNE)
    assert mine.begun_by_id == world.manager.pk
    assert month_begin(actor=allowed, at=NEXT, run_id=mine.pk).state == RunState.APPLYING


def test_one_month_at_a_time(world: World) -> None:
    world.active()
    tell({world.workplace: 15})
    first, second = planned(), planned()
    month_begin(actor=OPERATOR, at=NEXT, run_id=first.pk)
    with pytest.raises(RuleViolation, match="month_under_way"):
        month_begin(actor=OPERATOR, at=NEXT, run_id=second.pk)
    with pytest.raises(StaleStateError):
        month_begin(actor=OPERATOR, at=NEXT, run_id=first.pk)
    with pytest.raises(StaleStateError):
        month_close(actor=OPERATOR, at=NEXT, run_id=first.pk)
    tell({world.workplace: 16}, JULY)
    with pytest.raises(RuleViolation, match="month_under_way"):
        month_apply(actor=OPERATOR, at=NEXT, period=JULY)
    assert month_apply(actor=OPERATOR, at=NEXT, period=JUNE).pk == first.pk  # goes on where it stood
    with pytest.raises(StaleStateError):
        month_close(actor=OPERATOR, at=NEXT, run_id=first.pk)


def test_of_two_plans_begun_at_the_same_moment_one_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.active()
    tell({world.workplace: 15})
    first, second = planned(), planned()

    def began_meanwhile() -> int:
        MonthRun.objects.filter(pk=first.pk).update(state=RunState.APPLYING, at=NEXT)
        return 0

    monkeypatch.setattr(month_apply_module, "months_done", began_meanwhile)
    with pytest.raises(RuleViolation, match="month_under_way"):
        month_begin(actor=OPERATOR, at=NEXT, run_id=second.pk)


def test_a_plan_is_of_its_day_and_of_its_feeds(world: World) -> None:
    world.active()
    tell({world.workplace: 15})
    run = planned()
    with pytest.raises(StaleStateError, match="plan anew"):
        month_begin(actor=OPERATOR, at=NEXT + DAY, run_id=run.pk)
    tell({world.workplace: 16})
    with pytest.raises(StaleStateError, match="feed"):
        month_begin(actor=OPERATOR, at=NEXT, run_id=run.pk)
    tell({world.workplace: 17}, JULY)
    run = planned(period=JULY)
    assert run.summary["amended"] + run.summary["asked"] == 1


def test_a_plan_from_before_another_run_is_not_carried_out(world: World) -> None:
    contract = world.active()
    consents(world)
    tell({world.workplace: 15})
    older = planned()
    carried()
    with pytest.raises(StaleStateError, match="another run"):  # its lines speak of terms that are over
        month_begin(actor=OPERATOR, at=NEXT, run_id=older.pk)
    assert terms(contract) == [(240, "approved"), (300, "automatic")]


def test_a_damaged_plan_is_not_carried_out(world: World) -> None:
    contract = world.active()
    tell({world.workplace: 15})
    run = planned()
    month_begin(actor=OPERATOR, at=NEXT, run_id=run.pk)
    chunk = MonthChunk.objects.get()
    chunk.plan = bytes(chunk.plan)[:-1] + b"?"
    chunk.save(update_fields=["plan"])
    with pytest.raises(PlanDamagedError):
        chunk_apply(actor=OPERATOR, run_id=run.pk)
    assert not DurationUpdate.objects.filter(contract=contract).exists()


# ----------------------------------------------------------------------------------- recorded, counted, told


def test_every_change_can_be_proved_by_the_event_of_its_chunk(world: World) -> None:
    places_made(world, 6)
    run = carried(chunk=2)
    assert run.chunks == 3
    for no in range(1, 4):
        changes = list(MonthChange.objects.filter(run=run.pk, chunk=no).order_by("place"))
        assert [change.place for change in changes] == list(range(len(changes)))
        leaves = [bytes(change.leaf) for change in changes]
        assert leaves == [change_leaf(change) for change in changes]
        root = root_of(leaves)
        [event] = [
            event
            for event in Event.objects.filter(tag="month:chunk:written", subject_id=run.pk).select_related("detail")
            if event.detail.body["chunk"] == no
        ]
        assert event.detail.body["root"] == root.hex() == MonthChunk.objects.get(run=run, no=no).totals["root"]
        for change in changes:
            path = path_of(leaves, change.place)
            assert root_by(change_leaf(change), path) == root
            change.minutes_after += 1
            assert root_by(change_leaf(change), path) != root


@pytest.mark.parametrize("count", range(1, 12))
def test_every_leaf_leads_to_the_root_and_no_other(count: int) -> None:
    leaves = [bytes([number + 1]) * 32 for number in range(count)]
    root = root_of(leaves)
    for place, leaf in enumerate(leaves):
        path = path_of(leaves, place)
        assert root_by(leaf, path) == root
        assert root_by(bytes(32), path) != root
    assert len({root_of(leaves[:size]) for size in range(count + 1)}) == count + 1


@pytest.mark.parametrize(
    "name",
    [
        *("run", "chunk", "place", "outcome", "reason", "contract_id", "workplace_id", "provider_id"),
        *("professional_id", "profession", "minutes_before", "minutes_after", "employees_before", "employees_after"),
        *("hazard_before", "hazard_after", "required_before", "required_after", "version_no", "process_id", "at"),
    ],
)
def test_no_field_of_a_change_can_be_another(world: World, name: str) -> None:
    change = MonthChange(
        run=1, chunk=1, place=0, at=AT, outcome="amended", reason="", contract_id=1, workplace_id=2, provider_id=None
    )
    change.professional_id, change.profession = 3, "safety_specialist"
    for field in ("minutes_before", "minutes_after", "employees_before", "employees_after"):
        setattr(change, field, 10)
    change.hazard_before = change.hazard_after = "low"
    change.required_before = change.required_after = 10
    before = change_leaf(change)
    value = getattr(change, name)
    changed = AT + timedelta(microseconds=1) if name == "at" else (f"{value}x" if isinstance(value, str) else 77)
    setattr(change, name, changed)
    assert change_leaf(change) != before


def test_the_close_counts_and_tells(world: World) -> None:
    places_made(world, 6)
    run = carried(chunk=2)
    figures = MonthFigure.objects.filter(run=run)
    for name in ("amended", "asked", "ended"):
        by_outcome = MonthChange.objects.filter(run=run.pk, outcome=name).count()
        assert sum(getattr(row, name) for row in figures) == by_outcome == run.totals[name] > 0
    [provider] = MonthProvider.objects.filter(run=run)
    changes = MonthChange.objects.filter(run=run.pk)
    assert provider.conflicts == changes.filter(outcome__in=("person", "provider")).count() == 1
    assert sum(row.workplaces for row in figures) == len({change.workplace_id for change in changes})
    assert provider.minutes_before == sum(change.minutes_before for change in changes)
    amended, lasting = changes.filter(outcome="amended"), changes.exclude(outcome__in=("amended", "ended"))
    after = sum(one.minutes_after for one in amended) + sum(one.minutes_before for one in lasting)
    assert provider.minutes_after == after == run.totals["minutes_after"]
    assert Digest.objects.filter(run=run, person=world.manager).count() == 1
    assert run.totals["digests"] == Digest.objects.filter(run=run).count()
    assert [
        event.tag for event in Event.objects.filter(tag__startswith="month:run", subject_id=run.pk).order_by("pk")
    ] == [
        "month:run:planned",
        "month:run:begun",
        "month:run:done",
    ]


# --------------------------------------------------------------------------------- in whatever pieces


def came_to(chunk: int) -> list[Any]:
    """Everything that the month leaves, but for numbers that only name rows; afterwards it never was."""
    names = (
        *("contract_id", "outcome", "reason", "minutes_before", "minutes_after", "required_before", "required_after"),
        *("version_no", "employees_after", "hazard_after", "process__waits_for", "process__state"),
    )
    versions = ("contract_id", "no", "minutes", "agreed_minutes", "employees", "required_minutes", "valid_from")
    counts = ("province_id", "hazard_class", "workplaces", "amended", "asked", "conflicts", "ended", "minutes_after")
    undone = transaction.atomic()
    vars(undone)["_from_testcase"] = True  # use cases are durable: let them take it for the test's own
    with undone:
        run = carried(chunk=chunk)
        left = [
            list(MonthChange.objects.order_by("contract_id").values_list(*names)),
            list(ContractVersion.objects.order_by("contract_id", "no").values_list(*versions)),
            list(Contract.objects.order_by("pk").values_list("pk", "state", "fit", "end_reason", "ends_on")),
            list(DurationUpdate.objects.order_by("contract_id").values_list("contract_id", "minutes", "is_open")),
            list(Shortage.objects.order_by("workplace_id").values_list("workplace_id", "profession", "reason")),
            list(MonthFigure.objects.order_by("province_id", "hazard_class").values_list(*counts)),
            [len(body) for body in Digest.objects.order_by("person_id").values_list("body", flat=True)],
            run.totals,
        ]
        transaction.set_rollback(True)
    return left


def test_it_comes_to_the_same_in_whatever_chunks(world: World) -> None:
    places_made(world, 8)
    whole = came_to(2_000)
    assert len(whole[0]) > 7
    assert came_to(1) == whole
    assert came_to(3) == whole


# ------------------------------------------------------------------------------------- statements, by number


PLANNING, WRITING = 28, 34


def statements(world: World, places: int) -> tuple[int, int]:
    """How many statements planning and writing one chunk take for so many workplaces."""
    places_made(world, places)
    with CaptureQueriesContext(connection) as planning:
        run = planned()
    month_begin(actor=OPERATOR, at=NEXT, run_id=run.pk)
    with CaptureQueriesContext(connection) as writing:
        assert chunk_apply(actor=OPERATOR, run_id=run.pk)
    written(run)
    return len(planning), len(writing)


@pytest.mark.parametrize("places", [6, 12])
def test_the_number_of_statements_does_not_grow_with_the_lines(world: World, places: int) -> None:
    assert statements(world, places) == (PLANNING, WRITING)
