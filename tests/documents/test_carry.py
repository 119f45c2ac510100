"""The migration: running contracts of another register become ours, marked, once, all of them or none."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from katip.audit.models import Event
from katip.cli.imports import command
from katip.contracts.acts import fold
from katip.contracts.models import Carried, Contract, ContractAct, ContractVersion
from katip.contracts.services.end import contract_end, contract_end_revoke
from katip.contracts.services.sweep import sweep
from katip.core.clock import day_of
from katip.core.imports import ImportFailedError
from katip.documents.export import rows_for
from katip.documents.services.carry import CarryResult, contracts_carry
from katip.documents.sheet import COLUMNS, FIELDS, csv_write, sheet_write, sheet_write_typed
from katip.processes.models import Process
from katip.registry.models import Headcount, ImportRun
from katip.rules import ContractForm, ContractState
from tests.cast import AT, World, national_id, workplace
from tests.documents.samples import row

pytestmark = pytest.mark.django_db(transaction=True)

PHYSICIAN = {
    "contract_id": "70000002",
    "process_id": "90000002",
    "name": "OSGB İLE ÖZEL İŞYERİ ARASINDA İŞYERİ HEKİMLİĞİ HİZMET ALIMI SÖZLEŞMESİ",
    "certificate_type": "İşyeri Hekimliği Belgesi",
    "minutes": "60",
    "fit": "Hayır",
}


def ours(world: World, code: int = 103, **cells: str) -> dict[str, str]:
    """A row of the other register about a contract between parties that this one knows."""
    professional = world.professionals[code]
    certificate = professional.certificates.get()
    return row(
        **{
            "workplace_sgk": world.workplace.sgk_number,
            "national_id": professional.person.national_id,
            "professional_name": "SPECİALİST ÖRNEK" if code == 103 else "PHYSİCİAN ÖRNEK",
            "certificate_no": certificate.number,
            "nace": "22.22.43",
        }
        | ({} if code == 103 else PHYSICIAN)
        | cells
    )


@pytest.fixture
def bring(tmp_path: Path) -> Callable[..., CarryResult]:
    def run(*rows: dict[str, str], write: Any = sheet_write, at: datetime = AT) -> CarryResult:
        path = tmp_path / "sheet.data"
        with path.open("wb") as file:
            write(file, rows)
        return contracts_carry(at=at, path=path)

    return run


@pytest.fixture
def refuse(bring: Callable[..., CarryResult], tmp_path: Path) -> Callable[..., list[tuple[str, str, str]]]:
    def run(*rows: dict[str, str], **options: Any) -> list[tuple[str, str, str]]:
        with pytest.raises(ImportFailedError) as failed:
            bring(*rows, **options)
        assert not Contract.objects.filter(carried_over=True).exists()
        assert not ImportRun.objects.filter(kind="contracts").exists()
        assert failed.value.count == len(failed.value.shown)
        with (tmp_path / "sheet.errors.csv").open(encoding="utf-8-sig", newline="") as file:
            told = list(csv.reader(file, delimiter=";"))[1:]
        assert told == [[str(each.line), each.column, each.value, each.reason] for each in failed.value.shown]
        header = {column.header.strip(): column.field for column in COLUMNS}
        return [(str(each.line), header.get(each.column, each.column), each.code) for each in failed.value.shown]

    return run


@pytest.mark.parametrize("write", [sheet_write, sheet_write_typed, csv_write])
def test_what_was_migrated_is_exported_as_it_came_cell_by_cell(
    world: World, bring: Callable[..., CarryResult], write: Any
) -> None:
    sheet = [
        ours(world, ends_on="31.12.2025", auto_update="Evet", predecessor_id="69999999", provider_sgk="1" * 26),
        ours(world, 140, approved_at="24.09.2024 10:00:00", is_updated="Evet", lab_report="Hayır"),
    ]
    assert bring(*sheet, write=write).inserted == 2
    told = {each["contract_id"]: each for each in rows_for(world.actor("manager"), AT)}
    for each in sheet:
        assert told[each["contract_id"]] == each


def test_another_wording_of_the_same_is_kept_and_of_another_thing_is_not(
    world: World, bring: Callable[..., CarryResult]
) -> None:
    wording = {
        "name": "OSGB İLE KAMU İŞYERİ ARASINDA İŞ GÜVENLİĞİ UZMANI SÖZLEŞMESİ",
        "certificate_type": "İş Güvenliği Uzmanlığı (B) Sınıfı",
        "assignment_type": "Kısmi Zamanlı",
        "provider_title": "Örnek Ortak Sağlık ve Güvenlik Birimi Ltd.Şti.",
        "provider_kind": "OSGB Yetki Belgesi",
    }
    bring(ours(world) | wording | {"workplace_title": "BAŞKA BİR UNVAN"})
    (told,) = rows_for(world.actor("manager"), AT)
    assert {field: told[field] for field in wording} == wording
    assert told["workplace_title"] == "ÖRNEK İŞYERİ 1 A.Ş."
    world.professionals[103].certificates.update(certificate_class="A")
    (later,) = rows_for(world.actor("manager"), AT)
    assert later["certificate_type"] == "A Sınıfı İş Güvenliği Uzmanlığı Belgesi"


def test_a_carried_contract_runs_and_is_marked(world: World, bring: Callable[..., CarryResult]) -> None:
    result = bring(ours(world))
    assert (result.rows, result.inserted, result.known, result.left_out) == (1, 1, 0, 0)
    contract = Contract.objects.get()
    assert contract.carried_over
    assert (contract.state, contract.form, contract.code, contract.fit) == ("active", "service", 103, "fit")
    assert contract.active_from == datetime(2024, 9, 23, 11, 5, 9, tzinfo=UTC)
    version = contract.versions.get()
    assert (version.no, version.basis, version.minutes, version.employees, version.required_minutes) == (
        1,
        "carried",
        240,
        12,
        240,
    )
    assert version.valid_from == contract.active_from
    act = ContractAct.objects.get()
    assert (act.action, act.role, act.person_id, act.state_from) == ("carry_over", "operator", None, "draft")
    assert fold([act], ContractForm.SERVICE) == ContractState.ACTIVE
    process = Process.objects.get()
    assert (process.state, process.waits_for, process.created_by_id) == ("completed", "", None)
    assert not process.steps.exists()  # nobody was asked here, nobody decided
    assert process.terms["carried_over"] is True


def test_too_few_minutes_are_carried_and_judged_short(world: World, bring: Callable[..., CarryResult]) -> None:
    bring(ours(world, minutes="100"))
    assert Contract.objects.get().fit == "short"


def test_a_day_begins_in_turkey_where_the_moment_of_approval_is_not_known(
    world: World, bring: Callable[..., CarryResult]
) -> None:
    bring(ours(world, approved_at=""), ours(world, 140, approved_at="20.09.2024 10:00:00"))
    for contract in Contract.objects.all():
        assert contract.active_from == datetime(2024, 9, 22, 21, 0, tzinfo=UTC)


def test_no_number_and_no_name_of_the_professional_is_kept_in_clear(
    world: World, bring: Callable[..., CarryResult]
) -> None:
    bring(ours(world))
    cells = Carried.objects.get().cells
    assert not set(cells) & {"national_id", "professional_name"}
    stored = json.dumps([*Process.objects.values("terms"), *ContractAct.objects.values("detail"), cells])
    assert national_id(6) not in stored


def test_only_contracts_that_go_on_are_carried(world: World, bring: Callable[..., CarryResult]) -> None:
    over = [
        ours(world, state=state, contract_id=state, national_id="", minutes="?")
        for state in ("Sözleşme Sonlandırıldı", "Sözleşme İptal Edildi", "Tamamlanmadı", "Silindi")
    ]
    result = bring(*over, ours(world))
    assert (result.rows, result.inserted, result.left_out) == (5, 1, 4)


def test_twice_is_once_whatever_has_become_of_the_contract(world: World, bring: Callable[..., CarryResult]) -> None:
    bring(ours(world))
    again = bring(ours(world), ours(world), ours(world, 140))
    assert (again.inserted, again.known) == (1, 2)
    contract = Contract.objects.get(code=103)
    day = day_of(AT)
    contract_end(actor=world.actor("manager"), at=AT, contract_id=contract.pk, last_day=day, note="Anlaşarak bitti.")
    last = bring(ours(world, minutes="300", ends_on="01.01.2025"), ours(world, 140), at=AT + timedelta(days=1))
    assert (last.inserted, last.known) == (0, 2)
    assert Contract.objects.get(code=103).state == "ended"
    assert ContractVersion.objects.count() == 2


def test_after_the_migration_this_register_tells_the_story(world: World, bring: Callable[..., CarryResult]) -> None:
    bring(ours(world))
    contract = Contract.objects.get()
    day = day_of(AT)
    contract_end(actor=world.actor("manager"), at=AT, contract_id=contract.pk, last_day=day, note="Anlaşarak bitti.")
    (told,) = rows_for(world.actor("manager"), AT)
    assert told["state"] == "Sözleşme Sonlandırıldı"
    assert told["ender_name"] == "MANAGER ÖRNEK"
    assert told["ends_on"] == "02.06.2025"
    assert (told["contract_id"], told["approver_name"]) == ("70000001", "AYŞE ÖRNEK")


def test_the_migration_is_recorded_without_personal_data(world: World, bring: Callable[..., CarryResult]) -> None:
    result = bring(ours(world), ours(world, 140, state="Silindi"))
    run = ImportRun.objects.get(kind="contracts")
    event = Event.objects.get(tag="contract:sheet:carried")
    assert (event.subject_id, event.capacity) == (run.pk, "operator")
    assert event.detail.body == {
        "rows": 2,
        "inserted": 1,
        "updated": 0,
        "left_out": 1,
        "file_hash": result.file_hash,
    }


def test_what_the_register_does_not_know_is_named_with_the_list_to_import(
    world: World, refuse: Callable[..., list[tuple[str, str, str]]]
) -> None:
    unknown = workplace(50)
    Headcount.objects.filter(workplace=unknown).update(workplace=world.elsewhere, period=date(2025, 4, 1))
    assert refuse(
        ours(world, workplace_sgk="2" * 26),
        ours(world, authorisation_no="YOK", contract_id="2", state=" sözleşme devam ediyor"),
        ours(world, national_id=national_id(999), contract_id="3"),
        ours(world, national_id=world.owner.national_id, contract_id="4"),
        ours(world, certificate_no="YOK", contract_id="5", workplace_sgk=world.elsewhere.sgk_number),
        ours(world, 140, name=row()["name"], contract_id="6"),
        ours(world, workplace_sgk=unknown.sgk_number, contract_id="7"),
    ) == [
        ("2", "workplace_sgk", "unknown_workplace"),
        ("3", "authorisation_no", "unknown_provider"),
        ("4", "national_id", "unknown_person"),
        ("5", "national_id", "unknown_professional"),
        ("6", "certificate_no", "unknown_certificate"),
        ("7", "certificate_no", "unknown_certificate"),
        ("8", "workplace_sgk", "unknown_figures"),
    ]


def test_cells_that_make_no_sense_and_what_the_checks_find_stand_in_the_order_of_lines(
    world: World, refuse: Callable[..., list[tuple[str, str, str]]]
) -> None:
    assert refuse(
        ours(world, workplace_sgk="2.22E+25", minutes="0"),
        ours(world, starts_on="03.06.2025", contract_id="2"),
        ours(world, state="?", contract_id=""),
        ours(world, 140, ends_on="01.06.2025", contract_id="3"),
        ours(world, contract_id="x" * 41),
    ) == [
        ("2", "workplace_sgk", "scientific"),
        ("2", "minutes", "too_small"),
        ("3", "starts_on", "in_future"),
        ("4", "contract_id", "empty"),
        ("4", "state", "unknown_word"),
        ("5", "ends_on", "already_ended"),
        ("6", "contract_id", "too_long"),
    ]


def test_rows_that_contradict_each_other_are_refused(
    world: World, refuse: Callable[..., list[tuple[str, str, str]]]
) -> None:
    assert refuse(ours(world), ours(world, minutes="300"), ours(world, contract_id="2")) == [
        ("3", "contract_id", "same_number"),
        ("4", "workplace_sgk", "same_assignment"),
    ]


def test_a_contract_that_runs_here_already_is_not_doubled(
    world: World, refuse: Callable[..., list[tuple[str, str, str]]]
) -> None:
    world.active()
    assert refuse(ours(world)) == [("2", "workplace_sgk", "already_live")]


def test_a_known_number_cannot_become_another_contract(world: World, bring: Callable[..., CarryResult]) -> None:
    bring(ours(world))
    with pytest.raises(ImportFailedError) as failed:
        bring(ours(world, 140, contract_id="70000001"))
    assert [each.code for each in failed.value.shown] == ["other_contract"]


@pytest.mark.parametrize("field", ["contract_id", "certificate_no", "state", "starts_on"])
def test_a_column_without_which_nothing_can_be_carried_is_asked_for(world: World, tmp_path: Path, field: str) -> None:
    path = tmp_path / "sheet.csv"
    fields = [each for each in FIELDS if each != field]
    headers = {column.field: column.header for column in COLUMNS}
    cells = ours(world)
    lines = [[headers[each] for each in fields], [cells[each] for each in fields]]
    path.write_text("\n".join(";".join(line) for line in lines), encoding="utf-8")
    with pytest.raises(ImportFailedError) as failed:
        contracts_carry(at=AT, path=path)
    assert headers[field] in failed.value.shown[0].reason
    assert not Contract.objects.exists()


def test_many_contracts_are_made_in_chunks(
    world: World, bring: Callable[..., CarryResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("katip.documents.services.carry.CHUNK", 2)
    places = [workplace(number) for number in range(10, 15)]
    rows = [
        ours(world, workplace_sgk=place.sgk_number, contract_id=str(number), workplace_title=place.title.upper())
        for number, place in enumerate(places)
    ]
    assert bring(*rows).inserted == 5
    assert {contract.carried.foreign_id for contract in Contract.objects.all()} == {"0", "1", "2", "3", "4"}
    for contract in Contract.objects.select_related("workplace", "carried"):
        assert contract.workplace == places[int(contract.carried.foreign_id)]


def test_the_command_says_what_was_done_and_what_is_wrong(world: World, tmp_path: Path) -> None:
    path = tmp_path / "sheet.xlsx"
    with path.open("wb") as file:
        sheet_write(file, [ours(world), ours(world, 140, state="Silindi")])
    done = CliRunner().invoke(command, ["contracts", str(path)])
    assert (done.exit_code, done.stdout) == (
        0,
        "sheet.xlsx: 2 lines read, 1 contract added, 0 known already, 1 left out since they do not go on.\n",
    )
    with path.open("wb") as file:
        sheet_write(file, [ours(world, minutes="yok")])
    failed = CliRunner().invoke(command, ["contracts", str(path)])
    assert failed.exit_code == 1
    assert "not a whole number" in failed.stderr
    assert (tmp_path / "sheet.errors.csv").exists()


def test_a_file_that_is_no_sheet_is_refused_with_the_reason(world: World, tmp_path: Path) -> None:
    path = tmp_path / "sheet.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\x00" * 600)
    failed = CliRunner().invoke(command, ["contracts", str(path)])
    assert failed.exit_code == 1
    assert "old Excel workbook" in failed.stderr


def test_a_last_day_that_was_carried_over_comes_and_blocks_nothing(
    world: World, bring: Callable[..., CarryResult]
) -> None:
    bring(ours(world, ends_on="03.06.2025"))
    assert sweep(at=AT + timedelta(days=2)).ended == 1
    contract = Contract.objects.get()
    assert (contract.state, contract.end_reason) == ("ended", "other")
    again = world.offer(at=AT + timedelta(days=2))
    assert again.state == "awaiting_professional"


def test_an_end_brought_forward_and_taken_back_leaves_the_one_carried_over(
    world: World, bring: Callable[..., CarryResult]
) -> None:
    bring(ours(world, ends_on="31.12.2025"))
    contract, owner = Contract.objects.get(), world.actor("owner")
    note = "Daha erken bitsin istiyoruz."
    contract_end(actor=owner, at=AT, contract_id=contract.pk, last_day=date(2025, 7, 1), note=note)
    contract_end_revoke(actor=owner, at=AT, contract_id=contract.pk)
    contract.refresh_from_db()
    assert (contract.ends_on, contract.end_reason, contract.ended_by) == (date(2025, 12, 31), "", None)
