"""What is kept of the register from one month to the next is, brought up to date, what reading it anew would give."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from django.db import connection, transaction

from katip.contracts.models import Contract, ContractVersion
from katip.core import kept as module
from katip.core.actor import OPERATOR
from katip.core.kept import Mark, kept_read, kept_write
from katip.registry.models import Headcount, Workplace
from katip.updates.feed import register
from katip.updates.feed.register import codes_read, places_read
from katip.updates.plan import terms as terms_module
from katip.updates.plan.terms import terms_read
from katip.updates.services.kept_renew import kept_renew
from tests.cast import AT, World, workplace
from tests.conftest import owner_connect
from tests.updates.monthly import JULY, JUNE

pytestmark = pytest.mark.django_db(transaction=True)
SHAPE = {"one": pl.Int64}
LATER = AT + timedelta(days=40)


@pytest.fixture(autouse=True)
def folder(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(module, "_folder", lambda: tmp_path / "kept")
    return tmp_path / "kept"


def read(what: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return what()


def terms() -> pl.DataFrame:
    return read(lambda: terms_read(LATER)).sort("contract")


def places() -> pl.DataFrame:
    return read(lambda: places_read(codes_read())).sort("workplace")


def anew(what: Callable[[], pl.DataFrame], monkeypatch: pytest.MonkeyPatch) -> pl.DataFrame:
    with monkeypatch.context() as patch:
        for where in (terms_module, register):
            patch.setattr(where, "kept_read", lambda *_: None)
            patch.setattr(where, "kept_write", lambda *_: False)
        return what()


def version(contract: Contract, chance: random.Random) -> None:
    newest = ContractVersion.objects.filter(contract=contract).latest("no")
    newest.pk, newest.no = None, newest.no + 1
    newest.minutes, newest.valid_from = chance.randint(1, 900), newest.valid_from + timedelta(minutes=5)
    newest.save(force_insert=True)


def step(contracts: list[Contract], numbers: list[int], chance: random.Random) -> None:
    """Something that a day brings: to terms, to states, to figures, to activities."""
    one = chance.choice(contracts)
    where = Workplace.objects.get(pk=one.workplace_id)
    match chance.randrange(6):
        case 0:
            version(one, chance)
        case 1:
            Contract.objects.filter(pk=one.pk).update(fit=chance.choice(["fit", "short", "above"]))
        case 2:
            Contract.objects.filter(pk=one.pk).update(state=chance.choice(["ended", "active"]))
        case 3:
            told = {"employees": chance.randint(0, 60), "activity_id": where.activity_id}
            Headcount.objects.update_or_create(workplace=where, period=chance.choice([JUNE, JULY]), defaults=told)
        case 4:
            where.activity_id = chance.choice(codes_read()[:5])
            where.save(update_fields=["activity_id"])
        case _:
            numbers.append(numbers[-1] + 1)
            workplace(numbers[-1])


@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_and_renewed_is_what_is_read_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, seed: int, folder: Any
) -> None:
    chance, numbers = random.Random(seed), [7_000]  # noqa: S311 -- a test's
    monkeypatch.setattr(terms_module, "_LITTLE", 4)  # so that some renewals are kept and some are not
    monkeypatch.setattr(register, "_LITTLE", 4)
    contracts = [world.active(103), world.active(140)]
    for _ in range(8):
        for _ in range(chance.randint(0, 3)):
            step(contracts, numbers, chance)
        with transaction.atomic():  # what is taken back is never kept
            step(contracts, numbers, chance)
            terms_read(LATER)
            places_read(codes_read())
            transaction.set_rollback(True)
        assert terms().equals(anew(terms, monkeypatch))
        assert places().equals(anew(places, monkeypatch))
    assert len(list(folder.glob("terms.*"))) == len(list(folder.glob("places.*"))) == 1


def test_what_was_under_way_when_the_frame_was_kept_is_found_afterwards(world: World) -> None:
    contract = world.active()
    with owner_connect() as slow, slow.transaction():
        slow.execute("UPDATE contracts_contract SET fit = 'above'")
        slow.execute("UPDATE registry_headcount SET employees = 77")
        Workplace.objects.filter(pk=contract.workplace_id).update(title="Sonradan")  # a later transaction, sooner over
        assert terms()["fit"].to_list() != [terms_module.FITS.index("above")]
        before = places()["had"].to_list()
    assert terms()["fit"].to_list() == [terms_module.FITS.index("above")]
    assert places()["had"].to_list() == [77] * len(before) != before


def test_terms_of_later_than_the_moment_asked_for_do_not_count(world: World) -> None:
    contract = world.active()
    [minutes] = terms()["minutes"]
    newest = ContractVersion.objects.get(contract=contract)
    newest.pk, newest.no, newest.valid_from, newest.minutes = None, 2, LATER + timedelta(seconds=1), minutes + 60
    newest.save(force_insert=True)
    assert terms()["minutes"].to_list() == [minutes]
    later = read(lambda: terms_read(LATER + timedelta(seconds=2)))
    assert later["minutes"].to_list() == [minutes + 60]


def test_nothing_is_kept_by_a_transaction_that_wrote(world: World, folder: Any) -> None:
    world.active()
    with transaction.atomic():
        Contract.objects.update(fit="short")
        terms_read(LATER)
    assert not list(folder.glob("terms.*"))
    terms()
    assert len(list(folder.glob("terms.*"))) == 1


@pytest.mark.parametrize("change", ["TRUNCATE {} CASCADE", "DELETE FROM {}"])
def test_what_was_kept_of_a_table_is_not_believed_once_rows_were_taken_out(change: str, folder: Any) -> None:
    def now() -> Mark:
        with transaction.atomic():
            return Mark.now("registry_commuting")

    with owner_connect() as owner:
        owner.execute("CREATE TABLE registry_commuting (one bigint)")
        owner.execute("INSERT INTO registry_commuting VALUES (1)")
        owner.execute("SELECT pg_stat_force_next_flush()")
        try:
            before = now()
            kept_write("taken", pl.DataFrame({"one": [1]}, schema=SHAPE), SHAPE, before)
            assert kept_read("taken", SHAPE, now()) is not None
            assert kept_read("taken", {**SHAPE, "two": pl.Int8}, now()) is None
            owner.execute(change.format("registry_commuting"))
            owner.execute("SELECT pg_stat_force_next_flush()")
            assert kept_read("taken", SHAPE, now()) is None
        finally:
            owner.execute("DROP TABLE registry_commuting")


def test_another_database_a_return_in_time_and_a_mark_too_old_are_not_believed() -> None:
    now = Mark("1-2", "abc", 5_000_000_000, clean=True)
    assert now.reaches(Mark("1-2", "abc", 4_999_999_999, clean=True))
    assert not now.reaches(Mark("1-3", "abc", 4_999_999_999, clean=True))
    assert not now.reaches(Mark("1-2", "abd", 4_999_999_999, clean=True))
    assert not now.reaches(Mark("1-2", "abc", 5_000_000_001, clean=True))
    assert not now.reaches(Mark("1-2", "abc", 3_000_000_000, clean=True))


def test_a_broken_file_is_as_good_as_none(world: World, folder: Any) -> None:
    world.active()
    expected = terms()
    [path] = folder.glob("terms.*")
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    path.write_bytes(path.read_bytes()[:100])
    assert terms().equals(expected)


def test_a_month_that_is_over_renews_what_is_kept(world: World, folder: Any) -> None:
    world.active()
    kept_renew(actor=OPERATOR, at=LATER)
    assert {path.name.split(".")[0] for path in folder.iterdir()} == {"terms", "places"}
