"""A sheet beside the register: what is the same, what differs and where, what is missing on which side."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from katip.contracts.models import Contract
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.documents.export import rows_for
from katip.documents.reconcile import Compared, Difference, Outcome, Reconciliation, reconcile, reconcile_rows
from katip.documents.services.carry import contracts_carry
from katip.documents.sheet import FIELDS, RowFault, SheetRow, sheet_write
from katip.processes.models import Outcome as Answer
from katip.registry.models import Professional, Provider
from tests.cast import AT, World, national_id, person, professional, workplace
from tests.documents.test_carry import ours

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db(transaction=True)


def sheet(*rows: dict[str, str]) -> list[SheetRow]:
    return [SheetRow(line, row) for line, row in enumerate(rows, start=2)]


def laid(world: World, *rows: dict[str, str]) -> Reconciliation:
    return reconcile(world.actor("manager"), AT, sheet(*rows))


def compared(world: World, *rows: dict[str, str], **options: Any) -> list[Compared]:
    return list(reconcile_rows(world.actor("manager"), AT, sheet(*rows), **options))


def outcomes(found: Sequence[Compared]) -> list[tuple[int | None, str]]:
    return [(each.line, each.outcome) for each in found]


def exported(world: World) -> list[dict[str, str]]:
    return list(rows_for(world.actor("manager"), AT))


@pytest.fixture
def carried(world: World, tmp_path: Path) -> Callable[..., None]:
    def run(*rows: dict[str, str]) -> None:
        path = tmp_path / "sheet.xlsx"
        with path.open("wb") as file:
            sheet_write(file, rows)
        contracts_carry(at=AT, path=path)

    return run


def test_our_own_export_is_the_same(world: World) -> None:
    world.active(103)
    world.offer(140)
    found = laid(world, *exported(world))
    assert found.counts == dict.fromkeys(Outcome, 0) | {Outcome.SAME: 2}
    assert (found.shown, found.rows, found.is_cut) == ((), 2, False)


def test_another_register_s_sheet_is_the_same_by_its_meaning(world: World) -> None:
    contract = world.active()
    told = ours(world, contract_id="70000001", starts_on="02.06.2025", assignment_type="kısmi", minutes="240.0")
    (found,) = compared(world, told | {"workplace_title": "örnek  işyeri 1 a.ş", "auto_update": ""})
    assert (found.outcome, found.contract_id, found.process_id) == ("same", contract.pk, contract.process_id)
    assert found.parsed is not None


def test_what_differs_is_told_column_by_column_with_both_values(world: World) -> None:
    world.active()
    (row,) = exported(world)
    told = row | {"minutes": "300", "employees": "14", "ends_on": "31.12.2025", "hazard_class": "Çok Tehlikeli"}
    (found,) = compared(world, told)
    assert found.outcome == Outcome.DIFFERS
    assert found.differences == (
        Difference("minutes", "300", "240"),
        Difference("employees", "14", "12"),
        Difference("hazard_class", "Çok Tehlikeli", "Tehlikeli"),
        Difference("ends_on", "31.12.2025", ""),
    )
    assert (found.cells["minutes"], found.ours["minutes"]) == ("300", "240")


def test_an_empty_cell_says_nothing_but_for_an_open_end(world: World) -> None:
    contract = world.active()
    Contract.objects.filter(pk=contract.pk).update(ends_on=(AT + timedelta(days=90)).date())
    (row,) = exported(world)
    told = dict.fromkeys(FIELDS, "") | {
        field: row[field] for field in ("workplace_sgk", "national_id", "minutes", "name")
    }
    (found,) = compared(world, told)
    assert found.differences == (Difference("ends_on", "", "31.08.2025"),)
    del told["ends_on"]
    assert compared(world, told)[0].outcome == Outcome.SAME


def test_an_offer_here_that_runs_there_differs_in_its_state(world: World) -> None:
    world.offer()
    (found,) = compared(world, ours(world))
    assert Difference("state", "Sözleşme Devam Ediyor", "Sözleşme Teklif Durumunda") in found.differences


def test_what_is_missing_here_may_become_a_draft_where_its_parties_are_known(world: World) -> None:
    stranger = professional(person(70, "Yeni"), "safety_specialist", provider=world.provider)
    elsewhere = Professional.objects.create(person=person(71, "Başka"))  # certified, and not of this provider's staff
    known, no_place, nobody, not_staff = compared(
        world,
        ours(world, contract_id="1", workplace_sgk=world.elsewhere.sgk_number, national_id=stranger.person.national_id),
        ours(world, contract_id="2", workplace_sgk="1" * 26),
        ours(world, contract_id="3", national_id=national_id(998)),
        ours(world, contract_id="4", national_id=elsewhere.person.national_id),
    )
    assert [each.outcome for each in (known, no_place, nobody, not_staff)] == [Outcome.MISSING_HERE] * 4
    assert (known.workplace_id, known.professional_id) == (world.elsewhere.pk, stranger.pk)
    assert [each.may_become_draft for each in (known, no_place, nobody)] == [True, False, False]
    assert no_place.faults == (RowFault("workplace_sgk", "unknown_workplace"),)
    assert nobody.faults == not_staff.faults == (RowFault("national_id", "unknown_professional"),)
    assert not_staff.professional_id is None


def test_what_is_missing_there_follows_the_rows(world: World) -> None:
    running, offered = world.active(103), world.offer(140)
    rejected = world.offer(140, workplace_id=workplace(20).pk)
    world.decide("physician", rejected, outcome=Answer.REJECTED, reason="Artık gerek kalmadı.")
    found = compared(world)
    assert [(each.outcome, each.contract_id) for each in found] == [
        ("missing_there", offered.pk),
        ("missing_there", running.pk),
    ]
    assert found[1].ours == exported(world)[-1]
    assert found[1].line is None


def test_what_is_over_there_and_never_was_here_asks_for_nothing(world: World) -> None:
    (found,) = compared(world, ours(world, state="Sözleşme Sonlandırıldı", ends_on="01.01.2025"))
    assert found.outcome == Outcome.OVER
    assert not found.may_become_draft


def test_a_carried_contract_is_known_by_its_number_there(world: World, carried: Callable[..., None]) -> None:
    carried(ours(world))
    contract = Contract.objects.get()
    over, running = (
        ours(world, contract_id="8", state="Sözleşme Sonlandırıldı", ends_on="24.09.2024"),
        ours(world, minutes="300"),
    )
    first, second = compared(world, over, running)
    assert (first.outcome, second.outcome) == (Outcome.OVER, Outcome.DIFFERS)
    assert second.contract_id == contract.pk
    assert laid(world, ours(world)).counts[Outcome.SAME] == 1


def test_the_number_decides_before_the_parties_do(world: World, carried: Callable[..., None]) -> None:
    carried(ours(world))
    anew, ended = (
        ours(world, contract_id="8"),
        ours(world, state="Sözleşme Sonlandırıldı", ends_on="01.06.2025"),
    )
    first, second = compared(world, anew, ended)
    assert first.outcome == Outcome.MISSING_HERE
    assert {each.field for each in second.differences} == {"state", "ends_on"}


def test_a_number_of_ours_counts_between_the_same_parties_only(world: World) -> None:
    contract = world.active(103)
    (found, rest) = compared(world, ours(world, 140, contract_id=str(contract.pk)))
    assert (found.outcome, found.contract_id) == (Outcome.MISSING_HERE, None)
    assert (rest.outcome, rest.contract_id) == (Outcome.MISSING_THERE, contract.pk)


def test_what_ended_on_both_sides_is_the_same(world: World) -> None:
    contract = world.active()
    Contract.objects.filter(pk=contract.pk).update(state="ended", ended_at=AT, ends_on=AT.date(), end_reason="other")
    told = ours(world, contract_id="5", state="Sözleşme Sonlandırıldı", starts_on="02.06.2025", ends_on="02.06.2025")
    assert outcomes(compared(world, told)) == [(2, "same")]


def test_two_rows_with_one_number_contradict_each_other(world: World, carried: Callable[..., None]) -> None:
    carried(ours(world))
    _, second = compared(world, ours(world), ours(world, minutes="300"))
    assert second.outcome == Outcome.FAULTY
    assert second.faults == (RowFault("contract_id", "same_contract", {"line": 2}),)


def test_rows_that_cannot_be_understood_and_rows_of_others_are_faulty(world: World) -> None:
    found = laid(
        world,
        ours(world, workplace_sgk="2.22E+25"),
        ours(world, authorisation_no="BAŞKA-9"),
        ours(world, authorisation_no="örnek 0001"),
    )
    assert outcomes(found.shown) == [(2, "faulty"), (3, "faulty"), (4, "missing_here")]
    assert [each.faults[0].code for each in found.shown[:2]] == ["scientific", "other_provider"]
    broken = reconcile(world.actor("manager"), AT, [SheetRow(9, {}, "quotes")])
    assert (broken.shown[0].line, broken.shown[0].faults) == (9, (RowFault("", "quotes"),))


def test_contracts_of_another_provider_stay_unseen(world: World) -> None:
    contract = world.active()
    other = Provider.objects.get(pk=world.provider.pk)
    other.pk, other.authorisation_no = None, "ÖRNEK-0002"
    other.save(force_insert=True)
    Contract.objects.filter(pk=contract.pk).update(provider=other)
    assert outcomes(compared(world, ours(world, contract_id=str(contract.pk)))) == [(2, "missing_here")]


@pytest.mark.parametrize("role", ["owner", "specialist", "stranger"])
def test_only_a_provider_s_manager_reconciles(world: World, role: str) -> None:
    with pytest.raises(PermissionRefusedError):
        reconcile(world.actor(role), AT, [])


def test_a_mandate_is_asked_for_anew(world: World) -> None:
    posing = Actor(world.owner.pk, Capacity.PROVIDER, world.provider.pk)
    with pytest.raises(PermissionRefusedError):
        reconcile(posing, AT, [])


def test_chunks_change_nothing(world: World) -> None:
    world.active(103)
    for number in range(10, 14):
        world.offer(140, workplace_id=workplace(number).pk)
    rows = [*exported(world)[:3], ours(world, contract_id="9", workplace_sgk=world.elsewhere.sgk_number)]
    expected = outcomes(compared(world, *rows))
    assert [outcome for _, outcome in expected] == [*["same"] * 3, "missing_here", *["missing_there"] * 2]
    for chunk in (1, 2, 3):
        assert outcomes(compared(world, *rows, chunk=chunk)) == expected


def test_a_chunk_is_a_few_statements_however_many_rows_it_has(
    world: World, django_assert_num_queries: "DjangoAssertNumQueries"
) -> None:
    world.active(103)
    for number in range(10, 14):
        world.offer(140, workplace_id=workplace(number).pk)
    rows = exported(world)
    more = [ours(world, contract_id=f"x{number}", workplace_sgk=f"{number}" * 26) for number in range(1, 6)]
    for some in ([rows[0], more[0]], [*rows[:4], *more]):
        with django_assert_num_queries(2 + 4 + 2):  # mandate and provider, the chunk, what is missing there
            compared(world, *some)


def test_nothing_is_written(world: World) -> None:
    world.active()
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            laid(world, *exported(world), ours(world, minutes="300", contract_id="2"))
        finally:
            cursor.execute("SET default_transaction_read_only = off")


def test_only_so_many_results_are_kept_and_all_are_counted(world: World) -> None:
    rows = [ours(world, contract_id=str(number), workplace_sgk=f"{number}" * 26) for number in range(1, 6)]
    found = reconcile(world.actor("manager"), AT, sheet(*rows), shown=2)
    assert (len(found.shown), found.counts[Outcome.MISSING_HERE], found.is_cut) == (2, 5, True)
