from collections import Counter
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from katip.audit.models import Event
from katip.contracts.models import Contract, DurationUpdate, MonthChange
from katip.contracts.services.sweep import sweep
from katip.core.actor import OPERATOR
from katip.demo.cast import CAST, cast_find, totp_code
from katip.demo.world import FILES, WORLD, cast_open, world_load
from katip.identity.models import Person
from katip.processes.deadlines import working_days_left
from katip.processes.inbox import inbox_all
from katip.processes.models import Decision, Process
from katip.registry.figures import headcounts_by_month
from katip.registry.models import Certificate, Headcount, ImportRun, Mandate, Payment, Provider, Workplace
from katip.registry.services.imports.run import list_import
from katip.updates.models import Digest, Feed, MonthRun

pytestmark = pytest.mark.django_db

MAIN = "Örnek Ambalaj Sanayi ve Ticaret Ltd. Şti."


def person(key: str) -> Person:
    national_id = next(member.national_id for member in CAST if member.key == key)
    found = Person.objects.find_by_national_id(national_id)
    assert found is not None
    return found


def waiting_for_employer(title: str) -> list[Process]:
    return list(Process.objects.filter(workplace__title=title, waits_for="employer", state="open").order_by("code"))


def test_every_file_passes_the_importer(world: datetime) -> None:
    runs = ImportRun.objects.all()
    assert Counter(run.kind for run in runs) == Counter([*(kind for kind, _ in FILES), "headcounts", "headcounts"])
    assert all(run.inserted + run.updated >= 1 for run in runs)


def test_amounts_and_dates_of_the_excel_dialect_are_read(world: datetime) -> None:
    newest = Payment.objects.filter(workplace__title=MAIN).order_by("-paid_on")[0]
    assert (str(newest.amount), newest.paid_on) == ("4800.00", date(2026, 11, 3))


def test_both_contracts_of_the_employer_wait_for_the_employer(world: datetime) -> None:
    processes = waiting_for_employer(MAIN)
    assert [(process.code, process.terms["minutes"]) for process in processes] == [(103, 240), (140, 120)]
    assert [process.terms["professional"]["name"] for process in processes] == ["Elif Deneme", "Murat Numune"]
    assert {working_days_left(process.due_on, world) for process in processes if process.due_on} == {3}


def test_the_acts_of_the_past_have_their_days(world: datetime) -> None:
    process = waiting_for_employer(MAIN)[0]
    accepted = Decision.objects.get(step__process=process)
    assert process.created_at.isoformat() == "2026-11-19T13:20:00+00:00"
    assert accepted.decided_at.isoformat() == "2026-11-20T11:12:00+00:00"


def test_the_second_workplace_has_one_waiting_contract(world: datetime) -> None:
    assert [process.code for process in waiting_for_employer(f"{MAIN} Depo Şubesi")] == [103]


def test_both_contracts_wait_for_whoever_has_yet_to_open_two_step_login(world: datetime) -> None:
    processes = waiting_for_employer("Numune Kırtasiye")
    assert [(process.code, process.waits_for) for process in processes] == [(103, "employer"), (140, "employer")]
    assert Mandate.objects.get(person=person("newcomer")).workplace_id == processes[0].workplace_id


def test_the_specialist_and_the_physician_have_something_to_answer(world: datetime) -> None:
    for key in ("specialist", "physician"):
        assert Process.objects.filter(waits_for="professional", waits_for_person=person(key)).exists()


def test_the_very_hazardous_workplace_needs_three(world: datetime) -> None:
    assert [process.code for process in waiting_for_employer("Temsil Yapı İnşaat A.Ş.")] == [103, 140, 177]


def test_the_accountant_has_300_workplaces_and_600_things_to_decide_and_some_running(world: datetime) -> None:
    mine = Mandate.objects.filter(person=person("accountant")).values("workplace")
    assert len(mine) == 300
    processes = Process.objects.filter(workplace__in=mine)
    waiting = inbox_all(person("accountant").pk, world)
    assert (len(waiting), len({row.workplace_id for row in waiting})) == (608, 289)
    assert {process.workplace_id for process in processes.filter(waits_for="employer")} == {
        row.workplace_id for row in waiting
    }
    days = Counter(working_days_left(row.due_on, world) for row in waiting if row.due_on)
    assert sorted(days) == [0, 1, 2, 3, 4]
    assert sum(days.values()) == len(waiting)
    assert Contract.objects.filter(workplace__in=mine, state="active").count() == 18
    rejected = Decision.objects.get(step__process__in=processes, outcome="rejected")
    assert len(rejected.reason) >= 10


def test_the_story_is_told_whole_and_recorded(world: datetime) -> None:
    assert Event.objects.filter(tag="contract:offer:made").count() == Contract.objects.count()
    assert Event.objects.filter(tag__startswith="process:step:").count() == Decision.objects.count()


def test_contracts_are_in_every_part_of_their_life(world: datetime) -> None:
    sweep(at=world)
    assert set(Contract.objects.values_list("state", flat=True)) == {
        "awaiting_professional",
        "awaiting_employer",
        "active",
        "rejected",
        "withdrawn",
        "lapsed",
        "ended",
    }
    assert Contract.objects.filter(state="active", ends_on__isnull=False).count() == 1
    assert Contract.objects.filter(state="active", fit="short").count() == 7
    assert DurationUpdate.objects.filter(is_open=True, contract__fit="short").count() == 4


def test_two_months_were_carried_out_and_the_second_changed_contracts_in_every_usual_way(world: datetime) -> None:
    first, second = MonthRun.objects.order_by("pk")
    assert (first.period, first.state) == (date(2026, 10, 1), "done")
    assert (second.period, second.state) == (date(2026, 11, 1), "done")
    assert second.at is not None
    assert first.planned_at < second.at < world
    outcomes = Counter(MonthChange.objects.values_list("run", "outcome"))
    assert outcomes == {
        (second.pk, "amended"): 7,
        (second.pk, "asked"): 4,
        (second.pk, "person"): 1,
        (second.pk, "ended"): 2,
    }
    assert second.summary["workplaces_changed"] == 7
    told = Feed.objects.get(name="november_headcounts.csv").taken_at
    assert told is not None
    assert first.planned_at < told < second.planned_at


def test_the_month_tells_the_manager_and_the_professionals_of_the_cast(world: datetime) -> None:
    for key in ("accountant", "manager", "specialist", "physician"):
        assert Digest.objects.filter(person=person(key), run__period=date(2026, 11, 1)).count() == 1
    assert not Digest.objects.filter(person=person("employer"), run__period=date(2026, 11, 1)).exists()


def test_a_second_load_changes_nothing(world: datetime) -> None:
    before = (Event.objects.count(), ImportRun.objects.count(), Process.objects.count())
    world_load(WORLD, world)
    assert (Event.objects.count(), ImportRun.objects.count(), Process.objects.count()) == before


@pytest.mark.parametrize(("code", "key"), [(9003, "employer"), (9004, "specialist"), (9005, "physician")], ids=str)
def test_something_waits_for_one_of_the_cast_in_their_own_name(world: datetime, code: int, key: str) -> None:
    process = Process.objects.get(code=code)
    assert (process.state, process.waits_for, process.waits_for_person_id) == ("open", "person", person(key).pk)


def test_the_depot_has_a_physician_of_its_own(world: datetime) -> None:
    contract = Contract.objects.get(code=9002)
    assert (contract.state, contract.provider_id, contract.fit) == ("active", None, "fit")
    assert contract.workplace.title == f"{MAIN} Depo Şubesi"


def test_every_provider_has_a_workplace_whose_user_may_appoint_its_manager(world: datetime) -> None:
    own = Provider.objects.values_list("workplace_id", flat=True)
    assert Mandate.objects.filter(workplace__in=own, capacity="e_bildirge").count() == 3
    assert Mandate.objects.filter(person=person("principal"), workplace__in=own).exists()


def test_the_rest_of_the_world_is_there(world: datetime) -> None:
    assert Workplace.objects.count() == 46 + 292
    main = Workplace.objects.get(title=MAIN)
    months = headcounts_by_month(main.pk, date(2000, 1, 1), date(2026, 10, 1))
    assert len(months) == 24
    assert Headcount.objects.filter(workplace=main).count() == 1 + sum(
        before[1] != after[1] for before, after in pairwise(months)
    )
    assert Provider.objects.count() == 4
    assert Certificate.objects.values("professional").distinct().count() == 21 + 15


def test_the_stranger_may_act_for_nobody_and_the_newcomer_for_one(world: datetime) -> None:
    assert not Mandate.objects.filter(person=person("stranger")).exists()
    assert Mandate.objects.filter(person=person("newcomer")).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_cast_can_sign_in_with_what_the_file_says(tmp_path: Path) -> None:
    now = timezone.now()
    list_import(kind="people", path=WORLD / "people.csv", actor=OPERATOR, at=now)
    entries = cast_open(tmp_path, now)
    for entry in entries:
        who = Person.objects.find_by_national_id(entry.national_id)
        assert who is not None
        assert who.check_password(entry.password)
        authenticator = Authenticator.objects.filter(user=who).first()
        assert (authenticator is None) == (entry.totp_secret is None)
        if authenticator and entry.totp_secret:
            assert TOTP(authenticator).validate_code(totp_code(entry.totp_secret, timezone.now()))
    assert cast_open(tmp_path, now) == entries == cast_find(tmp_path)
