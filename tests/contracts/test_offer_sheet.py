"""Sheets of offers: judged row by row and together, offered all or none, at a fixed price in statements."""

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from katip.audit.models import Event, EventDetail
from katip.contracts import offer_rows
from katip.contracts.facts import facts_read
from katip.contracts.models import Contract, ContractAct, OfferSheet
from katip.contracts.offer_rows import RowResult, SheetLine
from katip.contracts.services.offer_sheet import sheet_check, sheet_drop, sheet_offer, sheet_rows
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.processes.models import Process, Step
from katip.registry.models import Certificate, Mandate, Professional, Provider, StaffContract, Workplace
from katip.rules import RuleViolation
from tests.cast import AT, World, national_id, person, professional, workplace
from tests.processes.test_concurrency import at_once

pytestmark = pytest.mark.django_db


def row(world: World, line: int, **given: Any) -> SheetLine:
    """The specialist for the workplace at the legal minimum, unless told otherwise."""
    values: dict[str, Any] = {
        "sgk_number": world.workplace.sgk_number,
        "national_id": world.specialist.national_id,
        "code": 103,
    } | given
    return SheetLine(line, **values)


def check(world: World, *lines: SheetLine, **given: Any) -> OfferSheet:
    arguments: dict[str, Any] = {
        "actor": world.actor("manager"),
        "at": AT,
        "file_name": "t.xlsx",
        "file_hash": "0" * 64,
    }
    return sheet_check(lines=lines, **(arguments | given))


def offer(world: World, sheet: OfferSheet, **given: Any) -> OfferSheet:
    arguments: dict[str, Any] = {"actor": world.actor("manager"), "at": AT, "sheet_id": sheet.pk}
    return sheet_offer(**(arguments | given))


def codes(sheet: OfferSheet) -> list[str]:
    return [result.code for _, result in sheet_rows(sheet)]


def result(sheet: OfferSheet, line: int) -> RowResult:
    return next(found for kept, found in sheet_rows(sheet) if kept.line == line)


def test_right_rows_are_all_offered_at_the_legal_minimum(world: World) -> None:
    sheet = check(
        world,
        row(world, 2),
        row(world, 3, national_id=world.physician.national_id, code=140),
        row(world, 4, sgk_number=world.elsewhere.sgk_number, minutes=300),
    )
    assert codes(sheet) == ["", "", ""]
    assert not Contract.objects.exists()
    done = offer(world, sheet)
    assert done.state == "offered"
    made = list(Contract.objects.order_by("pk").values_list("code", "minutes", "workplace_id", "state"))
    waits = "awaiting_professional"
    assert made == [
        (103, 240, world.workplace.pk, waits),
        (140, 120, world.workplace.pk, waits),
        (103, 300, world.elsewhere.pk, waits),
    ]
    assert [one.process_id for _, one in sheet_rows(done)] == list(
        Contract.objects.order_by("pk").values_list("process_id", flat=True)
    )


def test_an_offer_of_a_sheet_is_what_a_single_offer_is(world: World) -> None:
    single = world.offer(workplace_id=world.elsewhere.pk)
    offer(world, check(world, row(world, 2)))
    of_sheet = Contract.objects.exclude(pk=single.pk).get()
    ours, theirs = (Process.objects.get(pk=one.process_id) for one in (of_sheet, single))
    assert ours.terms == theirs.terms | {"workplace": ours.terms["workplace"]}
    for name in ("state", "waits_for", "waits_for_person_id", "due_on", "proposed_by", "created_by_id", "version"):
        assert getattr(ours, name) == getattr(theirs, name), name
    steps = [list(Step.objects.filter(process=one).values_list("no", "party", "person_id")) for one in (ours, theirs)]
    assert steps[0] == steps[1]
    acts = [
        ContractAct.objects.filter(contract=one).values_list("action", "role", "state_from", "state_to", "person_id")
        for one in (of_sheet, single)
    ]
    assert list(acts[0]) == list(acts[1])
    assert Event.objects.filter(tag="contract:offer:made").count() == 2
    world.decide("specialist", of_sheet)
    world.decide("owner", of_sheet)
    of_sheet.refresh_from_db()
    assert of_sheet.state == "active"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"sgk_number": "2" * 26}, "workplace_unknown"),
        ({"national_id": national_id(77)}, "not_staff"),
        ({"code": 140}, "no_certificate"),
        ({"minutes": 239}, "minutes_below_minimum"),
        ({"minutes": 11_701}, "capacity_short"),
        ({"fault": "cell_kind", "code": None}, "cell_kind"),
        ({"fault": "cell_sgk", "sgk_number": ""}, "cell_sgk"),
    ],
)
def test_a_wrong_row_says_why_and_nothing_of_the_sheet_is_offered(world: World, given: Any, code: str) -> None:
    physician = row(world, 3, national_id=world.physician.national_id, code=140)
    sheet = check(world, row(world, 2, **given), physician)
    assert codes(sheet) == [code, ""]
    assert offer(world, sheet).state == "checked"
    assert not Contract.objects.exists()


def set_up_refusal(world: World, code: str) -> None:
    day = date(2025, 6, 2)
    mine = world.professionals[103].pk
    if code == "certificate_unfit":
        Certificate.objects.filter(professional_id=mine).update(certificate_class="C")
    if code == "certificate_expired":
        Certificate.objects.filter(professional_id=mine).update(valid_to=date(2025, 6, 1))
    if code == "professional_suspended":
        Professional.objects.filter(pk=mine).update(suspended_on=day)
    if code == "provider_suspended":
        Provider.objects.update(suspended_on=day)
    if code == "workplace_closed":
        Workplace.objects.filter(pk=world.workplace.pk).update(closed_on=day)
    if code == "already_offered":
        world.offer()
    if code == "already_live":
        world.active()
    if code == "capacity_short":
        StaffContract.objects.filter(professional_id=mine).update(minutes=100)


REFUSALS = (
    "certificate_unfit",
    "certificate_expired",
    "professional_suspended",
    "provider_suspended",
    "workplace_closed",
    "already_offered",
    "already_live",
    "capacity_short",
)


@pytest.mark.parametrize("code", REFUSALS)
def test_the_check_refuses_what_a_single_offer_would_be_refused_for(world: World, code: str) -> None:
    set_up_refusal(world, code)
    assert codes(check(world, row(world, 2))) == [code]


@pytest.mark.parametrize("code", REFUSALS)
def test_what_changes_after_the_check_refuses_everything_and_the_row_says_why(world: World, code: str) -> None:
    other = row(world, 3, sgk_number=world.elsewhere.sgk_number, national_id=world.physician.national_id, code=140)
    sheet = check(world, row(world, 2), other)
    assert codes(sheet) == ["", ""]
    set_up_refusal(world, code)
    before = Contract.objects.count(), Process.objects.count()
    after = offer(world, sheet)
    after.refresh_from_db()
    assert after.state == "checked"
    assert result(after, 2).code == code
    assert (Contract.objects.count(), Process.objects.count()) == before


def test_rows_that_together_overspend_a_professional_are_all_refused_in_any_order(world: World) -> None:
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=500)
    rows = [row(world, 2), row(world, 3, sgk_number=world.elsewhere.sgk_number, minutes=261)]
    for order in (rows, rows[::-1]):
        sheet = check(world, *order)
        assert codes(sheet) == ["sheet_overspent", "sheet_overspent"]
        facts = result(sheet, 2).facts
        assert (facts["together"], facts["assignable"], facts["short_by"]) == (501, 500, 1)
        assert sorted(facts["lines"]) == [2, 3]
    assert codes(check(world, rows[0], row(world, 3, sgk_number=world.elsewhere.sgk_number, minutes=260))) == ["", ""]


def test_minutes_of_a_wrong_row_do_not_count_against_the_right_ones(world: World) -> None:
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=300)
    sheet = check(world, row(world, 2), row(world, 3, sgk_number="2" * 26))
    assert codes(sheet) == ["", "workplace_unknown"]


def test_a_row_that_stands_twice_is_refused_twice(world: World) -> None:
    sheet = check(world, row(world, 2), row(world, 5, minutes=300))
    assert codes(sheet) == ["sheet_duplicate", "sheet_duplicate"]
    assert result(sheet, 2).facts["lines"] == [2, 5]


def test_one_person_is_full_time_at_one_workplace_of_the_sheet(world: World) -> None:
    StaffContract.objects.update(minutes=50_000)
    sheet = check(
        world,
        row(world, 2, assignment_type="full_time"),
        row(world, 3, sgk_number=world.elsewhere.sgk_number, assignment_type="full_time"),
    )
    assert codes(sheet) == ["sheet_full_time_twice"] * 2
    alone = check(world, row(world, 2, assignment_type="full_time"))
    assert codes(alone) == [""]
    assert sheet_rows(alone)[0][0].minutes == 11_700


def test_no_personal_number_is_kept_in_clear(world: World) -> None:
    unknown = national_id(77)
    sheet = check(world, row(world, 2), row(world, 3, national_id=unknown))
    kept = f"{sheet.rows}{sheet.results}{list(EventDetail.objects.values_list('body', flat=True))}"
    assert unknown not in kept
    assert world.specialist.national_id not in kept


def test_an_empty_sheet_and_one_too_long_are_refused_whole(world: World) -> None:
    with pytest.raises(RuleViolation, match="sheet_empty"):
        check(world)
    with pytest.raises(RuleViolation, match="sheet_too_long"):
        check(world, *(row(world, line) for line in range(2, 503)))
    assert not OfferSheet.objects.exists()


@pytest.mark.parametrize("role", ["owner", "stranger", "specialist", "ended"])
def test_sheets_are_their_provider_s_managers_alone(world: World, role: str) -> None:
    sheet = check(world, row(world, 2))
    if role == "ended":
        actor = world.actor("manager")
        Mandate.objects.filter(person=world.manager).update(valid_to=date(2025, 6, 1))
    else:
        actor = world.actor(role)
    acts: list[Callable[[], object]] = [
        lambda: check(world, row(world, 2), actor=actor),
        lambda: offer(world, sheet, actor=actor),
        lambda: sheet_drop(actor=actor, at=AT, sheet_id=sheet.pk),
    ]
    for act in acts:
        with pytest.raises(PermissionRefusedError):
            act()
    assert OfferSheet.objects.get().state == "checked"
    assert not Contract.objects.exists()


def test_a_sheet_of_another_provider_is_out_of_reach(world: World) -> None:
    sheet = check(world, row(world, 2))
    theirs = Provider.objects.get()
    theirs.pk = None
    theirs.authorisation_no = "ÖRNEK-0009"
    theirs.save()
    OfferSheet.objects.update(provider=theirs)
    with pytest.raises(PermissionRefusedError, match="not_yours"):
        offer(world, sheet)


def test_offering_needs_a_second_step(world: World) -> None:
    sheet = check(world, row(world, 2))
    with pytest.raises(PermissionRefusedError, match="no_second_step"):
        offer(world, sheet, actor=world.actor("manager", proof=False))


def test_a_sheet_is_offered_once_and_a_dropped_one_never(world: World) -> None:
    sheet, dropped = check(world, row(world, 2)), check(world, row(world, 2))
    sheet_drop(actor=world.actor("manager"), at=AT, sheet_id=dropped.pk)
    offer(world, sheet)
    for one in (sheet, dropped):
        with pytest.raises(StaleStateError):
            offer(world, one)
    assert Contract.objects.count() == 1


def many(world: World, number: int) -> list[SheetLine]:
    """Rows for ever other workplaces, spread over several professionals."""
    staff = [world.specialist.national_id]
    for place in range(4):
        someone = person(300 + place, f"Uzman {place}")
        professional(someone, "safety_specialist", provider=world.provider, minutes=100_000)
        staff.append(someone.national_id)
    StaffContract.objects.update(minutes=100_000)
    places = [workplace(1_000 + place) for place in range(number)]
    return [
        row(world, line, sgk_number=place.sgk_number, national_id=staff[line % len(staff)])
        for line, place in enumerate(places, start=2)
    ]


def test_ten_rows_and_two_hundred_ask_equally_often(world: World) -> None:
    found = {}
    lines = many(world, 210)
    for start, number in ((0, 10), (10, 200)):
        with CaptureQueriesContext(connection) as checked:
            sheet = check(world, *lines[start : start + number])
        assert set(codes(sheet)) == {""}
        with CaptureQueriesContext(connection) as offered:
            assert offer(world, sheet).state == "offered"
        found[number] = len(checked), len(offered)
    assert found[10] == found[200]
    assert Contract.objects.count() == 210


@pytest.mark.django_db(transaction=True)
def test_two_sheets_that_together_overspend_a_professional_are_not_both_offered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=300)
    here, there = check(world, row(world, 2)), check(world, row(world, 2, sgk_number=world.elsewhere.sgk_number))
    barrier, original = threading.Barrier(2), facts_read

    def held(*args: Any, **kwargs: Any) -> Any:
        # Without the lock both would have read their facts by now; with it, one alone has.
        facts = original(*args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(0.5)
        return facts

    monkeypatch.setattr(offer_rows, "facts_read", held)
    ended = at_once(lambda: offer(world, here), lambda: offer(world, there))
    assert sorted(getattr(one, "state", repr(one)) for one in ended) == ["checked", "offered"]
    assert Contract.objects.count() == 1
    refused = next(one for one in ended if getattr(one, "state", "") == "checked")
    assert isinstance(refused, OfferSheet)
    assert codes(refused) == ["capacity_short"]


@pytest.mark.django_db(transaction=True)
def test_a_sheet_and_a_single_offer_cannot_spend_the_same_minutes(world: World) -> None:
    StaffContract.objects.filter(professional=world.professionals[103]).update(minutes=300)
    sheet = check(world, row(world, 2))
    ended = at_once(lambda: offer(world, sheet), lambda: world.offer(workplace_id=world.elsewhere.pk))
    assert Contract.objects.count() == 1, ended
