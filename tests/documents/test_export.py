"""The export is the register's truth in the sheet's words, for those who may see it and in few statements."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from katip.audit.models import Event
from katip.contracts.models import Contract, ContractVersion
from katip.core.actor import Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.documents.export import rows_for
from katip.documents.services.export import ExportForm, contracts_export
from katip.documents.sheet import FIELDS, sheet_read
from katip.processes.models import Outcome
from katip.registry.models import ContactDeclaration, District
from tests.cast import AT, World, national_id, person, workplace

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db(transaction=True)


def rows(world: World, role: str = "manager", **options: Any) -> list[dict[str, str]]:
    return list(rows_for(world.actor(role), AT, **options))


def test_a_running_contract_fills_the_sheet(world: World) -> None:
    contract = world.active()
    (row,) = rows(world)
    assert set(row) == set(FIELDS)
    assert row == dict.fromkeys(FIELDS, "") | {
        "process_id": str(contract.process_id),
        "name": "OSGB İLE ÖZEL İŞYERİ ARASINDA İŞ GÜVENLİĞİ UZMANI HİZMET ALIMI SÖZLEŞMESİ",
        "contract_id": str(contract.pk),
        "auto_update": "Hayır",
        "national_id": national_id(6),
        "professional_name": "SPECİALİST ÖRNEK",
        "certificate_type": "B Sınıfı İş Güvenliği Uzmanlığı Belgesi",
        "certificate_no": contract.certificate.number,
        "assignment_type": "Kısmi Süreli",
        "minutes": "240",
        "period": "Aylık",
        "provider_id": str(world.provider.pk),
        "provider_title": "ÖRNEK ORTAK SAĞLIK VE GÜVENLİK BİRİMİ LTD. ŞTİ.",
        "provider_province": "BURSA",
        "provider_kind": "OSGB",
        "authorisation_no": "ÖRNEK-0001",
        "workplace_id": str(world.workplace.pk),
        "workplace_title": "ÖRNEK İŞYERİ 1 A.Ş.",
        "workplace_sgk": world.workplace.sgk_number,
        "workplace_province": "BURSA",
        "employees": "12",
        "hazard_class": "Tehlikeli",
        "nace": "22.22.43",
        "starts_on": "02.06.2025",
        "state": "Sözleşme Devam Ediyor",
        "is_updated": "Hayır",
        "approval": "Sözleşme Onaylandı",
        "approved_at": "02.06.2025 12:00:00",
        "employer_approval": "Onaylandı",
        "employer_approved_at": "02.06.2025 12:00:00",
        "approver_name": "OWNER ÖRNEK",
        "professional_approval": "Onaylandı",
        "professional_approved_at": "02.06.2025 12:00:00",
        "defined_at": "02.06.2025 12:00:00",
        "definer_name": "MANAGER ÖRNEK",
        "fit": "Evet",
    }


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("offer", ("Sözleşme Teklif Durumunda", "Sözleşme Onay Bekliyor", "Onay Bekliyor", "Onay Bekliyor")),
        ("accepted", ("Sözleşme Teklif Durumunda", "Sözleşme Onay Bekliyor", "Onaylandı", "Onay Bekliyor")),
        ("rejected", ("Sözleşme İptal Edildi", "Sözleşme Reddedildi", "Onaylandı", "Reddedildi")),
    ],
)
def test_who_is_waited_for_stands_in_the_words_of_the_sheet(world: World, how: str, words: tuple[str, ...]) -> None:
    contract = world.offer() if how == "offer" else world.accepted()
    if how == "rejected":
        world.decide("owner", contract, outcome=Outcome.REJECTED, reason="Gerek kalmadı.")
    (row,) = rows(world)
    assert (row["state"], row["approval"], row["professional_approval"], row["employer_approval"]) == words
    assert row["starts_on"] == row["approver_name"] == row["employer_approved_at"] == row["fit"] == ""


def test_an_end_says_when_by_whom_and_why(world: World) -> None:
    contract = world.active()
    Contract.objects.filter(pk=contract.pk).update(
        state="ended",
        ends_on=date(2025, 6, 20),
        ended_at=AT + timedelta(days=18),
        ended_by=world.owner,
        end_reason="by_employer",
        end_note="Anlaşarak.",
    )
    (row,) = rows(world)
    assert row["state"] == "Sözleşme Sonlandırıldı"
    assert row["ends_on"] == "20.06.2025"
    assert row["ender_name"] == "OWNER ÖRNEK"
    assert row["end_reason"] == "Hizmet alan tarafından sonlandırıldı: Anlaşarak."
    assert row["approval"] == "Sözleşme Onaylandı"
    assert row["fit"] == ""


def test_an_update_shows_the_minutes_in_force_and_that_there_was_one(world: World) -> None:
    contract = world.active()
    first = contract.versions.get()
    for no, minutes, days in ((2, 300, -1), (3, 400, 1)):
        ContractVersion.objects.create(
            contract=contract,
            no=no,
            basis="updated",
            valid_from=AT + timedelta(days=days),
            minutes=minutes,
            assignment_type="full_time" if no == 2 else "part_time",
            employees=first.employees,
            hazard_class=first.hazard_class,
            required_minutes=first.required_minutes,
            recorded_at=AT,
        )
    (row,) = rows(world)
    assert (row["minutes"], row["is_updated"]) == ("240", "Evet")
    (later,) = list(rows_for(world.actor("manager"), AT + timedelta(days=2)))
    assert later["minutes"] == "400"


def test_the_workplace_s_consent_and_the_contract_s_predecessor_are_told(world: World) -> None:
    first = world.offer()
    world.decide("specialist", first, outcome=Outcome.REJECTED, reason="Artık gerek kalmadı.")
    second = world.active()
    Contract.objects.filter(pk=second.pk).update(predecessor=first)
    for no, answer in ((1, False), (2, True)):
        ContactDeclaration.objects.create(
            workplace=world.workplace,
            no=no,
            declared_by=world.owner,
            declared_at=AT,
            phone="5320000000",
            email="a@ornek.com.tr",
            province_id=16,
            district=District.objects.filter(province_id=16)[0],
            auto_update=answer,
            consent_text="x",
        )
    newest, older = rows(world)
    assert (newest["auto_update"], newest["predecessor_id"]) == ("Evet", str(first.pk))
    assert (older["contract_id"], older["predecessor_id"]) == (str(first.pk), "")


@pytest.mark.parametrize(
    ("role", "count"), [("manager", 2), ("owner", 2), ("specialist", 1), ("physician", 1), ("stranger", 0)]
)
def test_everybody_exports_what_they_may_see(world: World, role: str, count: int) -> None:
    world.active(103)
    world.offer(140)
    assert len(rows(world, role)) == count


def test_a_list_narrows_and_never_widens(world: World) -> None:
    running, offered = world.active(103), world.offer(140)
    among = Contract.objects.filter(state="active").order_by("minutes")
    assert [row["contract_id"] for row in rows(world, among=among)] == [str(running.pk)]
    assert rows(world, "stranger", among=Contract.objects.all()) == []
    assert rows(world, "stranger", ids=[running.pk]) == []
    assert [row["contract_id"] for row in rows(world, ids=[offered.pk, running.pk, 0])] == [
        str(offered.pk),
        str(running.pk),
    ]


def test_own_staff_is_not_in_the_sheet_of_service_contracts(world: World) -> None:
    contract = world.active()
    Contract.objects.filter(pk=contract.pk).update(form="own_staff", provider=None)
    assert rows(world, "owner") == []


def test_chunks_leave_out_and_repeat_nothing(world: World) -> None:
    contracts = [world.offer(workplace_id=workplace(number).pk) for number in range(10, 15)]
    expected = [str(contract.pk) for contract in reversed(contracts)]
    for chunk in (1, 2, 5, 6):
        assert [row["contract_id"] for row in rows(world, chunk=chunk)] == expected


def test_a_chunk_is_two_statements_however_many_contracts_it_has(
    world: World, django_assert_num_queries: "DjangoAssertNumQueries"
) -> None:
    world.active(103)
    with django_assert_num_queries(2):
        rows(world)
    for number in range(10, 14):
        world.accepted(140, workplace_id=workplace(number).pk) if number < 12 else world.offer(
            140, workplace_id=workplace(number).pk
        )
    with django_assert_num_queries(2):
        assert len(rows(world)) == 5


@pytest.mark.parametrize("form", ExportForm)
def test_each_form_of_the_file_reads_back_as_the_rows_and_is_recorded(world: World, form: ExportForm) -> None:
    world.active()
    world.offer(140)
    file = io.BytesIO()
    assert contracts_export(actor=world.actor("manager"), at=AT, file=file, form=form) == (2, False)
    assert [dict(row.cells) for row in sheet_read(file.getvalue())] == rows(world)
    event = Event.objects.get(tag="documents:contracts:exported")
    assert event.actor_id == world.manager.pk
    assert event.detail.body == {"rows": 2, "form": form.value}


def test_a_download_has_a_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.active()
    world.offer(140)
    monkeypatch.setattr("katip.documents.services.export.MOST_ROWS", 1)
    file = io.BytesIO()
    assert contracts_export(actor=world.actor("manager"), at=AT, file=file) == (1, True)
    assert len(list(sheet_read(file.getvalue()))) == 1
    assert Event.objects.get(tag="documents:contracts:exported").detail.body["cut"] is True
    monkeypatch.setattr("katip.documents.services.export.MOST_ROWS", 2)
    assert contracts_export(actor=world.actor("manager"), at=AT, file=io.BytesIO()) == (2, False)


def test_nobody_exports_without_a_name(world: World) -> None:
    with pytest.raises(PermissionRefusedError):
        list(rows_for(Actor(None, Capacity.INDIVIDUAL), AT))


def test_the_clock_of_the_sheet_is_turkey_s(world: World) -> None:
    late = datetime(2025, 6, 30, 22, 30, tzinfo=UTC)  # 1 July, 01:30 in Turkey
    contract = world.active(at=late)
    (row,) = list(rows_for(world.actor("manager"), late))
    assert row["starts_on"] == "01.07.2025"
    assert row["approved_at"] == "01.07.2025 01:30:00"
    assert contract.pk


def test_another_person_with_the_same_name_is_not_mixed_up(world: World) -> None:
    twin = person(99, "Specialist")
    world.active()
    (row,) = rows(world)
    assert row["national_id"] != twin.national_id
