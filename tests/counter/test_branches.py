"""Branches and those who work there: who may keep them, what is refused, what is written down."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from katip.audit.models import Event
from katip.core.actor import OPERATOR, Actor, Capacity, Proof
from katip.core.errors import PermissionRefusedError
from katip.counter.branches_kept import branch_kept, branches_kept, closure_kept, posting_kept
from katip.counter.models import Branch, BranchClosure, OpeningHours, Posting
from katip.counter.services import branch_care, officers
from katip.counter.services.branches import BranchFields, branch_open, posting_set
from katip.identity.models import Person
from katip.registry.models import District, Official, OfficialRole
from katip.rules import RuleViolation
from tests.cast import national_id, person

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PROOF = Proof("totp", AT)

pytestmark = pytest.mark.django_db(transaction=True)


def fields(name: str = "Nilüfer gişesi", **more: Any) -> BranchFields:
    district = District.objects.filter(province_id=16).order_by("pk")[0]
    return BranchFields(name=name, district_id=district.pk, address="Örnek Cad. 1", **more)


def opened(name: str = "Nilüfer gişesi", **more: Any) -> Branch:
    branch: Branch = branch_open(actor=OPERATOR, at=AT, fields=fields(name, **more))
    return branch


def runs(role: OfficialRole = OfficialRole.OPERATOR, number: int = 70) -> Actor:
    office = Official.objects.create(person=person(number, "İşleten"), role=role)
    return Actor(office.person_id, Capacity.OFFICIAL, office.pk, PROOF)


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(RuleViolation) as caught:
        act()
    assert caught.value.code == code


ACTS: dict[str, Callable[[Actor, Branch], object]] = {
    "open": lambda actor, _: branch_open(actor=actor, at=AT, fields=fields("Başka")),
    "change": lambda actor, branch: branch_care.branch_change(
        actor=actor, at=AT, branch_id=branch.pk, fields=fields("Başka")
    ),
    "shut": lambda actor, branch: branch_care.branch_shut(actor=actor, at=AT, branch_id=branch.pk, day=TODAY),
    "reopen": lambda actor, branch: branch_care.branch_reopen(actor=actor, at=AT, branch_id=branch.pk),
    "week": lambda actor, branch: branch_care.week_set(actor=actor, at=AT, branch_id=branch.pk, week={1: []}),
    "closure": lambda actor, branch: branch_care.closure_add(
        actor=actor, at=AT, branch_id=branch.pk, day=TODAY, reason="Taşınma"
    ),
    "closure back": lambda actor, branch: branch_care.closure_drop(
        actor=actor, at=AT, branch_id=branch.pk, closure_id=1
    ),
    "appoint": lambda actor, branch: officers.officer_appoint(
        actor=actor, at=AT, national_id=national_id(71), role=OfficialRole.COUNTER, branch_id=branch.pk
    ),
    "dismiss": lambda actor, _: officers.officer_dismiss(
        actor=actor, at=AT, official_id=Official.objects.get(role=OfficialRole.SUPERVISOR).pk
    ),
    "list": lambda actor, _: branches_kept(actor, limit=1),
    "look": lambda actor, branch: branch_kept(actor, branch.pk, TODAY),
    "look at a day": lambda actor, _: closure_kept(actor, 1, TODAY),
    "look at an officer": lambda actor, _: posting_kept(actor, 1),
}


@pytest.mark.parametrize("act", ACTS)
def test_only_whoever_runs_the_installation_keeps_branches(act: str) -> None:
    branch = opened()
    person(71, "Gişe")
    Official.objects.create(person=person(72, "Denetmen"), role=OfficialRole.SUPERVISOR)
    operator, officer = runs(), runs(OfficialRole.COUNTER, 73)
    stranger = Actor(person(74, "Yabancı").pk, proof=PROOF)
    weak = Actor(operator.person_id, Capacity.OFFICIAL, operator.organisation_id)
    late = replace(operator, proof=Proof("totp", AT - timedelta(minutes=16)))
    for actor in (officer, stranger, weak, *([] if act.startswith(("list", "look")) else [late])):
        with pytest.raises(PermissionRefusedError):
            ACTS[act](actor, branch)
    ACTS[act](operator, branch)
    Official.objects.filter(pk=operator.organisation).update(ended_on=TODAY)
    with pytest.raises(PermissionRefusedError):
        ACTS[act](operator, branch)


def test_a_branch_is_corrected_and_keeps_its_name_to_itself() -> None:
    one, other = opened(), opened("Osmangazi gişesi")
    changed = branch_care.branch_change(
        actor=OPERATOR,
        at=AT,
        branch_id=one.pk,
        fields=fields("Nilüfer", phone="0224 000 00 00"[1:], networks=" 10.0.0.0/8 "),
    )
    assert (changed.name, changed.phone, changed.networks) == ("Nilüfer", "2240000000", "10.0.0.0/8")
    refused(
        "branch_known",
        lambda: branch_care.branch_change(actor=OPERATOR, at=AT, branch_id=one.pk, fields=fields("Osmangazi gişesi")),
    )
    with pytest.raises(ValueError, match="300"):
        branch_care.branch_change(
            actor=OPERATOR, at=AT, branch_id=other.pk, fields=fields("Osmangazi", networks="10.0.0.300")
        )
    other.refresh_from_db()
    assert (other.name, other.networks) == ("Osmangazi gişesi", "")


def test_a_branch_is_shut_from_a_day_on_and_opened_again() -> None:
    branch = opened()
    refused(
        "day_past",
        lambda: branch_care.branch_shut(actor=OPERATOR, at=AT, branch_id=branch.pk, day=TODAY - timedelta(days=1)),
    )
    branch_care.branch_shut(actor=OPERATOR, at=AT, branch_id=branch.pk, day=TODAY)
    assert Branch.objects.get().closed_on == TODAY
    branch_care.branch_reopen(actor=OPERATOR, at=AT, branch_id=branch.pk)
    assert Branch.objects.get().closed_on is None
    assert Event.objects.filter(tag__in=["counter:branch:shut", "counter:branch:reopened"]).count() == 2


def test_a_week_is_set_whole_and_what_stays_is_left_alone() -> None:
    branch = opened()
    morning, noon, evening = time(9), time(12, 30), time(17)
    branch_care.week_set(
        actor=OPERATOR,
        at=AT,
        branch_id=branch.pk,
        week={1: [(morning, noon), (time(13, 30), evening)], 2: [(morning, noon)]},
    )
    kept = OpeningHours.objects.get(weekday=1, opens=morning)
    branch_care.week_set(actor=OPERATOR, at=AT, branch_id=branch.pk, week={1: [(morning, noon)], 3: [(noon, evening)]})
    found = OpeningHours.objects.filter(dropped_at=None).order_by("weekday")
    assert [(one.weekday, one.opens) for one in found] == [(1, morning), (3, noon)]
    assert found[0].pk == kept.pk
    before = Event.objects.count()
    branch_care.week_set(actor=OPERATOR, at=AT, branch_id=branch.pk, week={1: [(morning, noon)], 3: [(noon, evening)]})
    assert Event.objects.count() == before  # nothing changed, nothing happened


@pytest.mark.parametrize(
    ("code", "stretches"),
    [
        ("hours_backwards", [(time(12), time(9))]),
        ("hours_backwards", [(time(12), time(12))]),
        ("hours_overlap", [(time(13), time(17)), (time(9), time(13, 1))]),
    ],
)
def test_hours_that_make_no_sense_change_nothing(code: str, stretches: list[tuple[time, time]]) -> None:
    branch = opened()
    refused(code, lambda: branch_care.week_set(actor=OPERATOR, at=AT, branch_id=branch.pk, week={5: stretches}))
    assert not OpeningHours.objects.exists()


def test_a_closed_day_stands_once_and_can_be_taken_back() -> None:
    branch = opened()

    def add(day: date) -> object:
        return branch_care.closure_add(actor=OPERATOR, at=AT, branch_id=branch.pk, day=day, reason="Taşınma")

    add(TODAY)
    refused("closure_known", lambda: add(TODAY))
    refused("day_past", lambda: add(TODAY - timedelta(days=1)))
    closure = BranchClosure.objects.get()
    elsewhere = opened("Başka")
    branch_care.closure_drop(actor=OPERATOR, at=AT, branch_id=elsewhere.pk, closure_id=closure.pk)
    assert BranchClosure.objects.get().dropped_at is None
    branch_care.closure_drop(actor=OPERATOR, at=AT, branch_id=branch.pk, closure_id=closure.pk)
    add(TODAY)
    assert BranchClosure.objects.filter(dropped_at=None).count() == 1


def appoint(branch: Branch, someone: Person, actor: Actor = OPERATOR, **more: Any) -> Official:
    given = {"national_id": someone.national_id, "role": OfficialRole.COUNTER} | more
    official: Official = officers.officer_appoint(actor=actor, at=AT, branch_id=branch.pk, **given)
    return official


def test_an_officer_is_appointed_moved_dismissed_and_appointed_again() -> None:
    here, there = opened(), opened("Osmangazi gişesi")
    someone = person(71, "Gişe")
    official = appoint(here, someone)
    assert (official.role, official.province_id) == ("counter", 16)
    refused("officer_known", lambda: appoint(there, someone))
    posting_set(actor=OPERATOR, at=AT, official_id=official.pk, branch_id=there.pk)
    officers.officer_dismiss(actor=OPERATOR, at=AT, official_id=official.pk)
    official.refresh_from_db()
    assert official.ended_on == TODAY
    assert not Posting.objects.filter(until__isnull=True).exists()
    refused("posting_office", lambda: officers.officer_dismiss(actor=OPERATOR, at=AT, official_id=official.pk))
    again = appoint(here, someone)
    assert (again.pk, again.ended_on) == (official.pk, None)
    assert Posting.objects.get(until__isnull=True).branch_id == here.pk


def test_nobody_appoints_themselves_a_stranger_or_an_inspector() -> None:
    branch, operator = opened(), runs()
    me = Person.objects.get(pk=operator.person)
    refused("officer_self", lambda: appoint(branch, me, operator))
    refused("person_unknown", lambda: appoint(branch, me, operator, national_id=national_id(98)))
    refused("posting_office", lambda: appoint(branch, person(71, "Ada"), operator, role=OfficialRole.INSPECTOR))
    inspector = Official.objects.create(person=person(72, "Müfettiş"), role=OfficialRole.INSPECTOR)
    refused("posting_office", lambda: officers.officer_dismiss(actor=operator, at=AT, official_id=inspector.pk))
    assert not Posting.objects.exists()
