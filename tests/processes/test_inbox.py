"""One inbox for a person: all mandates and their own name, most urgent first, quick among a country."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from katip.core.actor import Actor, Capacity
from katip.processes import inbox
from katip.processes.inbox import (
    EVERYTHING,
    Filters,
    Place,
    Waiting,
    inbox_all,
    inbox_count,
    inbox_counts,
    inbox_find,
    inbox_hash,
    inbox_named,
    inbox_summary,
)
from katip.processes.models import Process
from katip.registry.models import Mandate, Provider, Workplace
from tests.cast import AT, World, e_bildirge
from tests.waiting import waiting_make

pytestmark = pytest.mark.django_db
TODAY = date(2025, 6, 2)
SOON = date(2025, 6, 5)


def summary(person_id: int, filters: Filters = EVERYTHING, **acting: Any) -> inbox.Summary:
    return inbox_summary(Actor(person_id, **acting), AT, filters, soon=SOON)


def numbers(rows: list[Waiting]) -> list[int]:
    return [row.process_id for row in rows]


def test_steps_of_every_capacity_stand_in_one_list_each_with_the_capacity_that_decides_it(world: World) -> None:
    """The owner is also responsible manager of a provider and professional enough to be asked in their own name."""
    asked = world.accepted(103)
    Mandate.objects.create(
        person=world.owner, capacity="responsible_manager", provider=world.provider, valid_from=TODAY
    )
    own, theirs = world.offer(140), Process.objects.get(pk=asked.process_id)
    Process.objects.filter(pk=own.process_id).update(waits_for_person=world.owner)
    theirs.pk, theirs.waits_for, theirs.code = None, "provider", 9001
    theirs.save()
    found = {row.process_id: (row.capacity, row.organisation_id) for row in inbox_all(world.owner.pk, AT)}
    assert found == {
        asked.process_id: (Capacity.WORKPLACE, world.workplace.pk),
        own.process_id: (Capacity.INDIVIDUAL, None),
        theirs.pk: (Capacity.PROVIDER, world.provider.pk),
    }
    assert inbox_count(world.owner.pk, AT) == 3
    assert inbox_counts(world.actor("owner"), AT) == inbox.Counts(3, 1)
    assert inbox_counts(world.actor("manager"), AT) == inbox.Counts(1, 1)
    assert inbox_counts(world.actor("accountant"), AT) == inbox.Counts(0, 0)
    of_owner = summary(world.owner.pk, capacity=Capacity.WORKPLACE, organisation_id=world.workplace.pk)
    assert (of_owner.everything, of_owner.here, of_owner.companies) == (3, 1, 3)
    assert of_owner.capacities == {Capacity.WORKPLACE: 1, Capacity.INDIVIDUAL: 1, Capacity.PROVIDER: 1}
    for capacity in (Capacity.WORKPLACE, Capacity.INDIVIDUAL, Capacity.PROVIDER):
        [only] = inbox_all(world.owner.pk, AT, Filters(capacity=capacity))
        assert only.capacity == capacity


def test_only_mandates_that_hold_on_the_day_bring_anything(world: World) -> None:
    contract = world.accepted()
    for number, (person, dates, there) in enumerate(
        (
            (world.accountant, {"valid_to": TODAY - timedelta(days=1)}, False),
            (world.specialist, {"valid_from": TODAY + timedelta(days=1)}, False),
            (world.physician, {"valid_from": TODAY, "valid_to": TODAY}, True),
        )
    ):
        e_bildirge(person, world.workplace, **dates)
        found = inbox_named(person.pk, AT, [contract.process_id])
        assert (numbers(found), inbox_count(person.pk, AT)) == (([contract.process_id], 1) if there else ([], 0)), (
            number
        )


def test_decided_steps_and_those_of_others_are_not_there(world: World) -> None:
    offered, accepted = world.offer(103), world.accepted(140)
    assert numbers(inbox_all(world.owner.pk, AT)) == [accepted.process_id]
    assert numbers(inbox_all(world.specialist.pk, AT)) == [offered.process_id]
    assert inbox_named(world.stranger.pk, AT, [offered.process_id, accepted.process_id]) == []
    world.decide("owner", accepted)
    assert inbox_all(world.owner.pk, AT) == []


def test_what_can_no_longer_be_answered_is_not_offered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    contract = world.accepted()
    Process.objects.update(due_on=TODAY - timedelta(days=1))
    monkeypatch.setattr(settings.KATIP, "approval_deadline_days", 5)
    assert (inbox_all(world.owner.pk, AT), inbox_count(world.owner.pk, AT)) == ([], 0)
    assert summary(world.owner.pk).everything == 0
    Process.objects.update(due_on=TODAY)
    assert numbers(inbox_all(world.owner.pk, AT)) == [contract.process_id]
    monkeypatch.setattr(settings.KATIP, "approval_deadline_days", 0)
    Process.objects.update(due_on=TODAY - timedelta(days=1))
    assert inbox_count(world.owner.pk, AT) == 1


def test_the_most_urgent_comes_first_and_a_company_stands_together(world: World) -> None:
    """By last day, none at the end; then by the day since when it waits; then by company in Turkish order."""
    waiting_make(world.accountant, places=3, each=2)
    rows = list(Process.objects.order_by("pk"))
    late, early = AT - timedelta(hours=1), AT - timedelta(days=9)
    plan = [(None, early), (None, late), (TODAY, late), (TODAY, late), (SOON, late), (SOON, early)]
    for process, (due, since) in zip(rows, plan, strict=True):
        process.due_on, process.waiting_since = due, since
        process.save()
    order = [rows[2], rows[3], rows[5], rows[4], rows[0], rows[1]]
    assert numbers(inbox_all(world.accountant.pk, AT)) == [process.pk for process in order]
    titles = ("Çınar", "Zeytin", "Çınar")
    for process, title in zip(rows[::2], titles, strict=True):
        Workplace.objects.filter(processes=process).update(title=title)
    Process.objects.update(due_on=None, waiting_since=AT)
    first, second, third = rows[:2], rows[2:4], rows[4:]
    found = numbers(inbox_all(world.accountant.pk, AT))
    assert found == [process.pk for process in (*first, *third, *second)]  # two of one title do not mix


@pytest.mark.parametrize("dated", [True, False])
def test_pages_follow_each_other_without_a_gap_whatever_was_decided_between_them(world: World, *, dated: bool) -> None:
    waiting_make(world.accountant, places=20, each=2)
    if not dated:
        Process.objects.update(due_on=None)
    everything = numbers(inbox_all(world.accountant.pk, AT))
    seen: list[int] = []
    after = None
    while True:
        rows = inbox_find(world.accountant.pk, AT, after=after, limit=7)
        seen += numbers(rows[:7])
        if len(rows) <= 7:
            break
        last = rows[6]
        after = Place(last.due_on, (last.waiting_since + timedelta(hours=3)).date(), last.process_id)
        Process.objects.filter(pk=last.process_id).update(state="completed", waits_for="", due_on=None)
    assert seen == everything
    assert len(set(seen)) == 40


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        (EVERYTHING, 60),
        (Filters(code=103), 30),
        (Filters(code=177), 0),
        (Filters(search="DENEME 000007"), 2),
        (Filters(search="0000007"), 2),
        (Filters(search="ışık"), 30),
        (Filters(search="isik"), 30),
        (Filters(search="yok böyle"), 0),
        (Filters(search="örnek"), 0),  # the provider of all, which is asked for by its own filter
        (Filters(search="100%"), 0),
        (Filters(due_to=TODAY), 2),
        (Filters(due_from=TODAY + timedelta(days=1), due_to=SOON), 6),
        (Filters(due_from=SOON + timedelta(days=1)), 52),
        (Filters(due_from=SOON + timedelta(days=1), code=140, search="ışık"), 26),
        (Filters(capacity=Capacity.INDIVIDUAL), 0),
    ],
)
def test_every_filter_takes_exactly_the_rows_that_its_hash_covers(world: World, filters: Filters, number: int) -> None:
    waiting_make(world.accountant, places=30, each=2)
    rows = inbox_all(world.accountant.pk, AT, filters)
    told = summary(world.accountant.pk, filters)
    assert (len(rows), told.rows) == (number, number)
    assert told.digest == inbox_hash(rows)
    assert told.companies == len({row.organisation_id for row in rows})
    if filters.due_from is None and filters.due_to is None:
        assert told.today + told.soon + told.later == number


def test_filters_name_the_provider_and_the_company(world: World) -> None:
    waiting_make(world.accountant, places=3, each=2)
    first = Process.objects.order_by("pk")[0]
    assert len(inbox_all(world.accountant.pk, AT, Filters(workplace_id=first.workplace_id))) == 2
    provider = Provider.objects.get()
    told = summary(world.accountant.pk)
    assert told.providers == [(provider.pk, provider.short_title, 6)]
    assert told.codes == [(103, 3), (140, 3)]
    assert len(inbox_all(world.accountant.pk, AT, Filters(provider_id=provider.pk))) == 6
    assert inbox_all(world.accountant.pk, AT, Filters(provider_id=provider.pk + 1)) == []


def changed_version(process: Process) -> None:
    process.version += 1


def changed_terms(process: Process) -> None:
    process.terms_hash = "f" * 64


def decided(process: Process) -> None:
    process.state = "completed"


@pytest.mark.parametrize("change", [changed_version, changed_terms, decided])
def test_the_hash_tells_any_change_of_any_row(world: World, change: Callable[[Process], None]) -> None:
    waiting_make(world.accountant, places=3, each=2)
    before = inbox_all(world.accountant.pk, AT)
    assert inbox_hash(before) == inbox_hash(reversed(before)) == summary(world.accountant.pk).digest
    process = Process.objects.order_by("-pk")[0]
    change(process)
    process.save()
    assert inbox_hash(inbox_all(world.accountant.pk, AT)) != inbox_hash(before)
    assert summary(world.accountant.pk).digest == inbox_hash(inbox_all(world.accountant.pk, AT))


def test_nothing_waits_for_nobody(world: World) -> None:
    told = summary(world.stranger.pk)
    assert (told.everything, told.rows, told.providers, told.codes) == (0, 0, [], [])
    assert told.digest == inbox_hash([])


def test_five_thousand_rows_of_one_person_are_read_through_the_indexes_of_what_waits(world: World) -> None:
    """One statement each, which goes through nobody else's rows, however much waits for others."""
    waiting_make(world.accountant, places=2_500, each=2)
    waiting_make(world.colleague, places=3_000, each=2, first=5_000)
    person = world.accountant.pk
    reads: list[Callable[[], Any]] = [
        lambda: inbox_count(person, AT),
        lambda: inbox_find(person, AT, limit=50),
        lambda: inbox_find(person, AT, Filters(search="deneme 000042"), limit=50),
        lambda: inbox_all(person, AT),
        lambda: summary(person, replace(EVERYTHING, code=103)),
    ]
    for read in reads:
        with CaptureQueriesContext(connection) as captured:
            read()
        assert len(captured) == 1
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {captured[0]['sql']}")
            [(plan,)] = cursor.fetchall()
        of_processes = [node for node in walked(plan[0]["Plan"]) if node.get("Relation Name") == "processes_process"]
        assert {node["Node Type"] for node in of_processes} <= {"Index Scan", "Index Only Scan"}
        inboxes = [node for node in of_processes if node["Index Name"].startswith("waits_for_")]
        assert {node["Index Name"] for node in inboxes} >= {"waits_for_employer", "waits_for_provider"}
        assert sum(node["Actual Rows"] * node["Actual Loops"] for node in inboxes) <= 5_000
        assert all("Index Cond" in node for node in inboxes)
    assert len(inbox_all(person, AT)) == 5_000
    assert (summary(person).rows, summary(person).companies) == (5_000, 2_500)
    assert inbox_count(person, AT) == 1_000


def walked(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node of a plan and all beneath it."""
    yield node
    for inner in node.get("Plans", ()):
        yield from walked(inner)
