"""A small country: what it is made of, that it is lawful and believable, and the same for the same seed."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from katip.contracts.acts import fold
from katip.contracts.facts import Asked, facts_read
from katip.contracts.fitness import fitness_of
from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.law import require_lawful
from katip.contracts.models import Contract, ContractAct, ContractVersion
from katip.contracts.terms import offer_terms
from katip.core.actor import OPERATOR
from katip.core.crypto import lookup_key
from katip.demo.country.load import Country, country_load
from katip.demo.country.tables import indexes_drop, statement_run
from katip.identity.models import Person
from katip.processes.services.terms import terms_hash
from katip.registry.models import (
    Certificate,
    ContactDeclaration,
    Headcount,
    Mandate,
    Provider,
    StaffContract,
    Workplace,
)
from katip.rules import ContractForm, Profession, hazard_class_of, parse_national_id, parse_sgk_number, parse_vkn
from katip.updates.services.feed_take import feed_take
from tests.conftest import owner_connect

AT = datetime(2026, 10, 1, 6, tzinfo=UTC)
WORKPLACES = 1500
SEVEN = "0717da366c687cbe13c75d9df46fc84f25472d840c64ef13c76b9bb3d61b14a3"
"""SHA-256 of a small country: another machine says the same. Who changes it on purpose raises `VERSION`."""
KINDS = {kind.code: kind for kind in SERVICE_KINDS}


def made(workplaces: int, seed: int = 7, folder: Path | None = None) -> Country:
    connection.ensure_connection()
    return country_load(connection.connection, workplaces=workplaces, seed=seed, folder=folder)


@pytest.fixture(scope="module")
def country(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Country]:
    """One country for all the tests that only look at it, committed, removed at the end."""
    with django_db_blocker.unblock():
        yield_ = made(WORKPLACES, folder=tmp_path_factory.mktemp("country"))
    yield yield_
    with django_db_blocker.unblock():
        TransactionTestCase()._fixture_teardown()  # type: ignore[attr-defined] # the way the tests empty the database


@pytest.mark.django_db
def test_the_same_seed_makes_the_same_country(tmp_path: Path) -> None:
    """Comes first: two countries do not fit into one database."""
    first, again, other = (content(tmp_path / name, seed) for name, seed in (("1", 7), ("2", 7), ("3", 8)))
    assert first == again
    assert first != other
    assert hashlib.sha256("\n".join(map(str, first)).encode()).hexdigest() == SEVEN


@pytest.mark.django_db
@pytest.mark.parametrize("workplaces", [1, 2, 9])
def test_the_smallest_countries_are_served_too(workplaces: int) -> None:
    """Comes before the common country, as above."""
    country = made(workplaces)
    assert country.rows["registry_workplace"] == workplaces
    assert set(Contract.objects.values_list("fit", flat=True)) <= {"fit", "above"}


def content(folder: Path, seed: int) -> list[tuple[object, ...]]:
    """What a small country says, without the keys of its rows; the country itself is taken back."""
    with transaction.atomic():
        country = made(120, seed, folder)
        people = list(Person.objects.order_by("pk"))
        rows: list[tuple[object, ...]] = [(person.national_id, person.name) for person in people]
        rows += list(Workplace.objects.order_by("pk").values_list("sgk_number", "title", "vkn", "address"))
        rows += list(
            Contract.objects.order_by("pk").values_list(
                "workplace__sgk_number", "minutes", "professional__person__family_name"
            )
        )
        rows.append((country.files[0].read_text(),))
        transaction.set_rollback(True)
    return rows


@pytest.mark.django_db
def test_it_has_what_belongs_to_so_many_workplaces(country: Country) -> None:
    rows = country.rows
    assert rows["registry_workplace"] == rows["registry_headcount"] == Workplace.objects.count() == WORKPLACES
    assert rows["contracts_contract"] == Contract.objects.filter(state="active", carried_over=True).count()
    assert rows["contracts_contract"] == rows["contracts_contractact"] == rows["processes_process"]
    assert rows["contracts_contract"] / WORKPLACES == pytest.approx(2, abs=0.03)
    assert rows["registry_professional"] == pytest.approx(WORKPLACES * 150_000 / 2_200_000, abs=10)
    assert Mandate.objects.filter(workplace__isnull=False).count() == WORKPLACES
    assert Mandate.objects.filter(provider__isnull=False).count() == Provider.objects.count()


@pytest.mark.django_db
def test_sizes_have_a_heavy_tail_and_the_known_mean(country: Country) -> None:
    sizes = sorted(Headcount.objects.values_list("employees", flat=True))
    assert sum(sizes) / WORKPLACES == pytest.approx(6.8, abs=0.3)
    assert sum(size < 10 for size in sizes) / WORKPLACES == pytest.approx(0.87, abs=0.03)
    assert sizes[0] == 1
    assert sizes[-1] > 300


@pytest.mark.django_db
def test_every_number_fits_and_is_nobody_elses(country: Country) -> None:
    places = list(Workplace.objects.select_related("district"))
    for place in places:
        number = parse_sgk_number(place.sgk_number)
        assert number.control_digits_fit()
        assert int(number.province) == place.province_id == place.district.province_id
        assert number.branch == place.activity_id[:5].replace(".", "")
        parse_vkn(place.vkn)
    assert len({place.vkn for place in places}) == WORKPLACES
    people = list(Person.objects.all())
    clear = {parse_national_id(person.national_id) for person in people}
    assert len(clear) == len(people)
    assert all(person.national_id_key == lookup_key(person.national_id) for person in people)
    assert not any(person.has_usable_password() for person in people)


@pytest.mark.django_db
def test_contracts_carry_what_they_are_judged_to_be(country: Country) -> None:
    judged = fitness_of(Workplace.objects.values_list("pk", flat=True), AT)
    contracts = list(Contract.objects.all())
    for contract in contracts:
        assert contract.fit == judged[contract.workplace_id].fitness(Profession(contract.profession))
    groups = {(one.workplace_id, one.profession): one.fit for one in contracts}
    share = Counter(groups.values())
    assert share["fit"] + share["above"] == len(groups)
    assert share["above"] / len(groups) == pytest.approx(0.08, abs=0.02)
    assert len(contracts) - len(groups) > WORKPLACES * 0.01


@pytest.mark.django_db
def test_the_law_allows_every_contract(country: Country) -> None:
    contracts = list(Contract.objects.order_by("professional_id"))
    for start in range(0, len(contracts), 150):
        chunk = contracts[start : start + 150]
        asked = [
            Asked(
                one.workplace_id,
                one.professional_id,
                one.provider_id,
                one.certificate_id,
                Profession(one.profession),
                one.pk,
            )
            for one in chunk
        ]
        for contract, facts in zip(chunk, facts_read(asked, AT), strict=True):
            require_lawful(
                facts,
                profession=Profession(contract.profession),
                minutes=contract.minutes,
                assignment_type=contract.assignment_type,
                approving=True,
            )


@pytest.mark.django_db
def test_rows_are_what_a_migration_writes(country: Country) -> None:
    shared = Counter(Contract.objects.values_list("workplace_id", "profession"))
    contracts = Contract.objects.select_related("process", "workplace", "provider__province")
    certificates = Certificate.objects.select_related("professional__person").in_bulk()
    for contract in contracts:
        assert contract.process.terms_hash == terms_hash(contract.process.terms)
    alone = [one for one in contracts if shared[one.workplace_id, one.profession] == 1][::60]
    for contract in alone:
        kind = KINDS[contract.code]
        asked = Asked(
            contract.workplace_id,
            contract.professional_id,
            contract.provider_id,
            contract.certificate_id,
            kind.profession,
            contract.pk,
        )
        terms = offer_terms(
            code=kind.code,
            title=kind.title,
            profession=kind.profession,
            workplace=contract.workplace,
            provider=contract.provider,
            certificate=certificates[contract.certificate_id],
            facts=facts_read([asked], AT)[0],
            minutes=contract.minutes,
            assignment_type=contract.assignment_type,
        )
        assert contract.active_from is not None
        assert contract.process.terms == terms | {"start": contract.active_from.isoformat(), "carried_over": True}
        version = ContractVersion.objects.get(contract=contract)
        assert (version.no, version.basis, version.minutes) == (1, "carried", contract.minutes)
        assert version.required_minutes == terms["requirement"]["minutes"]
        assert version.hazard_class == hazard_class_of(contract.workplace.activity_id, date(2026, 10, 1))
        assert fold(ContractAct.objects.filter(contract=contract), ContractForm.SERVICE) == "active"


@pytest.mark.django_db
def test_months_are_nearly_full_and_never_overfull(country: Country) -> None:
    served = dict(
        Contract.objects.values_list("professional_id")
        .annotate(Sum("minutes"))
        .values_list("professional_id", "minutes__sum")
    )
    loads = {one.professional_id: served[one.professional_id] / one.minutes for one in StaffContract.objects.all()}
    assert loads.keys() == served.keys()
    assert max(loads.values()) <= 1
    total = sum(served.values()) / sum(StaffContract.objects.values_list("minutes", flat=True))
    assert 0.85 <= total <= 0.95
    assert sum(load > 0.97 for load in loads.values()) >= 2
    assert sum(load < 0.85 for load in loads.values()) >= 2


@pytest.mark.django_db
def test_most_have_consented(country: Country) -> None:
    answers = Counter(ContactDeclaration.objects.values_list("auto_update", flat=True))
    assert answers == {True: WORKPLACES * 0.70, False: WORKPLACES * 0.15}
    assert not ContactDeclaration.objects.filter(declared_at__gt=AT).exists()


@pytest.mark.django_db
def test_the_feed_is_taken_as_it_is_and_an_eighth_changed(country: Country) -> None:
    assert [path.name for path in country.files] == [
        "headcounts-2026-10.csv",
        "headcounts-2026-10.parquet",
        "terms.parquet",
    ]
    feed = pl.read_parquet(country.files[1])
    before = pl.DataFrame(
        list(Workplace.objects.values_list("sgk_number", "headcounts__employees", "activity_id")),
        schema=["sgk_number", "employees_before", "nace_before"],
        orient="row",
    )
    both = feed.join(before, on="sgk_number")
    other_nace, empty = pl.col("nace") != pl.col("nace_before"), pl.col("employees") == 0
    changed = both.filter((pl.col("employees") != pl.col("employees_before")) | other_nace)
    assert both.height == WORKPLACES
    assert changed.height == pytest.approx(WORKPLACES * 0.12, abs=2)
    assert both.filter(other_nace).height == pytest.approx(WORKPLACES * 0.005, abs=2)
    assert both.filter(empty).height == pytest.approx(WORKPLACES * 0.003, abs=2)
    result = feed_take(actor=OPERATOR, at=datetime(2026, 11, 20, tzinfo=UTC), path=country.files[0])
    assert (result.rows, result.bad, result.changed) == (WORKPLACES, 0, changed.height)


@pytest.mark.django_db
def test_the_mirror_says_what_the_register_says(country: Country) -> None:
    mirror = pl.read_parquet(country.files[2])
    consenting = set(ContactDeclaration.objects.filter(auto_update=True).values_list("workplace_id", flat=True))
    rows = ContractVersion.objects.values_list(
        "contract_id",
        "contract__workplace__sgk_number",
        "contract__workplace_id",
        "contract__professional_id",
        "contract__provider_id",
        "contract__profession",
        "minutes",
        "no",
        "employees",
        "hazard_class",
        "required_minutes",
    )
    assert sorted(mirror.iter_rows()) == sorted((*row, row[2] in consenting) for row in rows)


@pytest.mark.django_db
def test_indexes_come_back_as_they_were() -> None:
    tables = ("contracts_contract", "registry_workplace", "processes_process")
    with owner_connect() as owner, owner.transaction(force_rollback=True):
        before = shape_of(owner, tables)
        again = indexes_drop(owner, tables)
        left = [name for name, _ in shape_of(owner, tables)]
        assert left == sorted([*(f"{table}_pkey" for table in tables), "contract_offered_once"])
        for statement in again:
            statement_run(owner, statement)
        assert shape_of(owner, tables) == before


def shape_of(owner: object, tables: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Indexes, unique and foreign keys of the tables, as the catalogue writes them."""
    return owner.execute(  # type: ignore[attr-defined, no-any-return] # a psycopg connection
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%(t)s::regclass[])"
        " UNION ALL SELECT conname, pg_get_constraintdef(oid) || convalidated FROM pg_constraint"
        " WHERE conrelid = ANY(%(t)s::regclass[]) AND contype IN ('u', 'f') ORDER BY 1, 2",
        {"t": list(tables)},
    ).fetchall()
