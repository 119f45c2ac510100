"""The capacity board against the facts that the law is asked with: never a different figure, whatever happened."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from katip.contracts.capacity import (
    SORTS,
    BoardAfter,
    BoardRow,
    Month,
    Totals,
    Wanted,
    blocked_contracts,
    board_read,
    board_totals,
    contracts_behind,
    freed_of,
    month_of,
    own_months,
)
from katip.contracts.facts import Asked, Facts, facts_read
from katip.contracts.models import Contract, ContractVersion
from katip.contracts.selectors import contracts_of
from katip.core.errors import PermissionRefusedError
from katip.processes.models import Process
from katip.registry.models import Certificate, Professional, Provider, StaffContract
from katip.rules import HazardClass, Profession, RuleViolation, check_capacity
from tests.cast import AT, World, person, professional, workplace, world_make

TODAY = AT.date()
REASONS = ["by_provider", "by_employer", "by_professional", "headcount_zero", "workplace_closed", "other"]


def put(world: World, who: Professional, provider: Provider | None, number: int, **values: Any) -> Contract:
    """A contract as it might stand in the register, beside all services."""
    where = workplace(1_000 + number)
    certificate = Certificate.objects.filter(professional=who)[0]
    process = Process.objects.create(
        code=103, workplace=where, provider=provider, created_by=world.manager, created_at=AT, terms={}, terms_hash="x",
        waiting_since=AT,
    )  # fmt: skip
    minutes = values.pop("minutes")
    later = values.pop("later", None)
    contract = Contract.objects.create(
        code=103,
        form="service" if provider else "own_staff",
        profession=certificate.profession,
        workplace=where,
        provider=provider,
        professional=who,
        certificate=certificate,
        process=process,
        minutes=minutes,
        assignment_type="part_time",
        created_at=AT,
        **values,
    )
    if contract.active_from:
        versions = [(1, contract.active_from, minutes)] + ([(2, *later)] if later else [])
        for no, since, amount in versions:
            ContractVersion.objects.create(
                contract=contract, no=no, valid_from=since, minutes=amount, assignment_type="part_time", employees=1,
                hazard_class="low", required_minutes=1, recorded_at=AT,
            )  # fmt: skip
    return contract


MINUTES = st.integers(1, 6_000)
CONTRACTS = st.lists(
    st.fixed_dictionaries(
        {
            "who": st.integers(0, 2),
            "provider": st.sampled_from(["ours", "theirs", "none"]),
            "state": st.sampled_from(
                ["active", "active", "awaiting_professional", "awaiting_employer", "ended", "ended"]
            ),
            "minutes": MINUTES,
            "started": st.integers(0, 70),
            "lasted": st.integers(0, 45),
            "reason": st.sampled_from(REASONS),
            "later": st.one_of(st.none(), st.tuples(st.integers(-20, 20), MINUTES)),
        }
    ),
    max_size=12,
)
STAFF = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["ours", "theirs"]), MINUTES, st.integers(-40, 5), st.integers(-3, 9)),
    max_size=6,
    unique_by=lambda one: (one[0], one[1], one[3]),
)


@pytest.mark.django_db(transaction=False)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contracts=CONTRACTS, staff=STAFF, day=st.integers(0, 27))
def test_the_board_never_differs_from_the_facts(
    db: None, contracts: list[dict[str, Any]], staff: list[tuple[Any, ...]], day: int
) -> None:
    with transaction.atomic():
        at = AT + timedelta(days=day)
        world = world_make()
        compare(world, random_world(world, contracts, staff, at), at)
        transaction.set_rollback(True)


def random_world(
    world: World, contracts: list[dict[str, Any]], staff: list[tuple[Any, ...]], at: datetime
) -> list[Professional]:
    """Staff and contracts as drawn, of three people with two providers and in their employers' own service."""
    theirs = Provider.objects.create(
        authorisation_no="ÖTEKİ", kind="osgb", title="Öteki", short_title="Öteki", province_id=16,
        district_id=world.provider.district_id, contact_name="x", contact_phone="2240000000", contact_hours="x",
    )  # fmt: skip
    providers: dict[str, Provider] = {"ours": world.provider, "theirs": theirs}
    third = professional(person(30, "Üçüncü"), "safety_specialist", provider=theirs)
    people = [world.professionals[103], world.professionals[140], third]
    for who, where, minutes, since, until in staff:
        first = at.date() + timedelta(days=since)
        StaffContract.objects.create(
            provider=providers[where], professional=people[who], minutes=minutes, valid_from=first,
            valid_to=None if until > 6 else max(first, at.date() + timedelta(days=until)),
        )  # fmt: skip
    for number, one in enumerate(contracts):
        started = at - timedelta(days=one["started"])
        values: dict[str, Any] = {"state": one["state"], "minutes": one["minutes"]}
        if one["state"] in {"active", "ended"}:
            values["active_from"] = started
        if one["state"] == "ended":
            last = min(started.date() + timedelta(days=one["lasted"]), at.date())
            values |= {"ends_on": last, "end_reason": one["reason"], "ended_at": at}
        elif one["state"] == "active" and one["later"]:
            values["later"] = (at + timedelta(days=one["later"][0]), one["later"][1])
        put(world, people[one["who"]], providers.get(one["provider"]), number, **values)
    return people


def compare(world: World, people: list[Professional], at: datetime) -> None:
    manager = world.actor("manager")
    board = board_read(manager, at, Wanted(), sort="bos", after=None, limit=50)
    assert [row.month.free for row in board] == sorted(row.month.free for row in board)
    rows = {row.month.professional_id: row.month for row in board}
    for who in people:
        certificate = Certificate.objects.filter(professional=who)[0]
        asked = Asked(world.workplace.pk, who.pk, world.provider.pk, certificate.pk, Profession(certificate.profession))
        [facts] = facts_read([asked], at)
        month = rows.pop(who.pk, None)
        assert month_of(manager, at, who.pk) == month
        if month is None:
            assert (facts.staff, facts.active, facts.pending, facts.blocked) == (0, 0, 0, 0)
            continue
        assert (month.staff, month.active, month.pending, month.blocked) == (
            facts.staff,
            facts.active,
            facts.pending,
            facts.blocked,
        )
        assert month.free == facts.free
        own = blocked_contracts(contracts_of(manager).filter(professional=who), at)
        assert sum(contract.minutes_now for contract in own) == facts.blocked  # type: ignore[attr-defined] # annotated
        assert accepts(facts, max(month.free, 0)) == (month.free >= 0)
        assert not accepts(facts, max(month.free, 0) + 1)
    assert rows == {}
    compare_totals(board_totals(manager, at), [row.month for row in board])
    own_ones = {month.provider_id: month for month in own_months(world.actor("specialist"), at)}
    assert own_ones.get(world.provider.pk) == month_of(manager, at, world.professionals[103].pk)


def accepts(facts: Facts, minutes: int) -> bool:
    """Whether the law would take an offer of so many minutes."""
    try:
        check_capacity(
            minutes, staff=[facts.staff], active=[facts.active], blocked=[facts.blocked], pending=[facts.pending]
        )
    except RuleViolation:
        return False
    return True


def compare_totals(totals: Totals, months: list[Month]) -> None:
    for part in ("staff", "active", "blocked", "pending"):
        assert getattr(totals, part) == sum(getattr(month, part) for month in months)
    assert totals.extent == max((month.extent for month in months), default=0)
    assert totals.full == sum(month.free <= 0 for month in months)
    assert totals.with_room == sum(month.free > 0 for month in months)
    assert totals.room == sum(max(month.free, 0) for month in months)
    assert totals.over == sum(month.free < 0 for month in months)


def names(rows: list[BoardRow]) -> list[str]:
    return [row.name.split()[0] for row in rows]


@pytest.fixture
def staffed(world: World) -> World:
    """Five people with 100, 200 … minutes; two of them are alike."""
    for number, (name, minutes) in enumerate(
        (("Çiğdem", 100), ("Cem", 200), ("Şule", 300), ("Işık", 300), ("İnci", 500)), start=40
    ):
        professional(person(number, name), "safety_specialist", provider=world.provider, minutes=minutes, letter="C")
    StaffContract.objects.filter(minutes=11_700).update(valid_to=TODAY - timedelta(days=1))
    return world


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("bos", ["Çiğdem", "Cem", "Şule", "Işık", "İnci"]),
        ("-bos", ["İnci", "Işık", "Şule", "Cem", "Çiğdem"]),
        ("ad", ["Cem", "Çiğdem", "Işık", "İnci", "Şule"]),
        ("-ad", ["Şule", "İnci", "Işık", "Çiğdem", "Cem"]),
    ],
)
def test_pages_follow_each_other_without_gap_or_overlap(staffed: World, sort: str, order: list[str]) -> None:
    read: list[BoardRow] = []
    after: BoardAfter | None = None
    while True:
        page = board_read(staffed.actor("manager"), AT, Wanted(), sort=sort, after=after, limit=2)
        read += page[:2]
        if len(page) < 3:
            break
        last = page[1]
        after = BoardAfter(last.name_sort if sort.endswith("ad") else last.month.free, last.month.professional_id)
    assert names(read) == order


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_every_sort_can_be_asked(staffed: World, sort: str) -> None:
    assert len(board_read(staffed.actor("manager"), AT, Wanted(), sort=sort, after=None, limit=50)) == 5


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted("isik"), {"Işık"}),
        (Wanted("İN"), {"İnci"}),
        (Wanted(minutes=300), {"Şule", "Işık", "İnci"}),
        (Wanted(profession=Profession.WORKPLACE_PHYSICIAN), set()),
        (Wanted(hazard=HazardClass.LOW, minutes=301), {"İnci"}),
        (Wanted(hazard=HazardClass.HAZARDOUS), set()),
    ],
)
def test_who_is_looked_for_is_found(staffed: World, wanted: Wanted, found: set[str]) -> None:
    rows = board_read(staffed.actor("manager"), AT, wanted, sort="ad", after=None, limit=50)
    assert set(names(rows)) == found


def test_an_ended_certificate_stays_in_sight_and_finds_nobody_work(staffed: World) -> None:
    Certificate.objects.update(valid_to=TODAY - timedelta(days=1))
    rows = board_read(staffed.actor("manager"), AT, Wanted(), sort="ad", after=None, limit=50)
    assert {row.certificates[0].valid_to for row in rows} == {TODAY - timedelta(days=1)}
    wanted = Wanted(profession=Profession.SAFETY_SPECIALIST)
    assert board_read(staffed.actor("manager"), AT, wanted, sort="ad", after=None, limit=50) == []


@pytest.mark.parametrize(
    ("started", "reason", "opens"),
    [
        (90, "by_employer", date(2025, 6, 11)),  # long enough: free the day after
        (10, "by_employer", date(2025, 7, 1)),  # will be blocked to the month's end
        (10, "headcount_zero", date(2025, 6, 11)),
    ],
)
def test_an_announced_end_frees_its_minutes_on_the_right_day(
    world: World, started: int, reason: str, opens: date
) -> None:
    who = world.professionals[103]
    since = AT - timedelta(days=started)
    put(
        world, who, world.provider, 1, state="active", minutes=240, active_from=since,
        ends_on=date(2025, 6, 10), end_reason=reason,
    )  # fmt: skip
    put(
        world, who, world.provider, 2, state="ended", minutes=60, active_from=AT - timedelta(days=5),
        ends_on=date(2025, 6, 1), end_reason="by_provider", ended_at=AT,
    )  # fmt: skip
    freed = {(one.day, one.minutes) for one in freed_of(world.actor("manager"), AT, [who.pk])}
    assert freed == ({(opens, 240), (date(2025, 7, 1), 60)} if opens.month == 6 else {(date(2025, 7, 1), 300)})


def test_a_board_is_its_providers_alone(world: World) -> None:
    for role in ("owner", "specialist", "stranger"):
        with pytest.raises(PermissionRefusedError):
            board_read(world.actor(role), AT, Wanted(), sort="bos", after=None, limit=9)
        with pytest.raises(PermissionRefusedError):
            month_of(world.actor(role), AT, world.professionals[103].pk)
    with pytest.raises(PermissionRefusedError):
        own_months(world.actor("manager"), AT)
    assert own_months(world.actor("accountant"), AT) == []
    assert [month.staff for month in own_months(world.actor("specialist"), AT)] == [11_700]


def test_the_contracts_behind_a_bar(world: World) -> None:
    running, waiting = world.active(), world.offer(workplace_id=world.elsewhere.pk)
    who = world.professionals[103].pk
    for actor in (world.actor("manager"), world.actor("specialist")):
        assert contracts_behind(actor, AT, who, waiting=False, after=None, limit=9) == [running]
        assert contracts_behind(actor, AT, who, waiting=True, after=None, limit=9) == [waiting]
        assert contracts_behind(actor, AT, who, waiting=True, after=waiting.pk, limit=9) == []


@pytest.mark.parametrize(("days", "blocked"), [(1, 240), (30, 240), (31, 0)])
def test_thirty_days_block_and_thirty_one_do_not_as_the_facts_have_it(world: World, days: int, blocked: int) -> None:
    at = AT.replace(day=28)
    since = at - timedelta(days=days - 1)
    put(
        world, world.professionals[103], world.provider, 1, state="ended", minutes=240, active_from=since,
        ends_on=at.date(), end_reason="by_employer", ended_at=at,
    )  # fmt: skip
    month = month_of(world.actor("manager"), at, world.professionals[103].pk)
    assert month is not None
    assert month.blocked == blocked
    compare(world, list(world.professionals.values()), at)
