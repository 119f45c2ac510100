"""A row means something, or is told cell by cell why it does not."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.documents.sheet import (
    FIELDS,
    Approval,
    Parsed,
    SheetState,
    approval_words,
    assignment_type_words,
    contract_name_words,
    contract_state_words,
    day_words,
    hazard_class_words,
    moment_words,
    parse_row,
    yes_no_words,
)
from katip.documents.sheet.words import SHEET_STATE
from katip.rules import ContractState, HazardClass, Profession
from tests.documents.samples import NATIONAL_ID, SGK, row


def parsed(**cells: str) -> Parsed:
    found = parse_row(row(**cells))
    assert isinstance(found, Parsed), found
    return found


def fault(field: str, text: str) -> str:
    found = parse_row(row(**{field: text}))
    assert isinstance(found, list), found
    (only,) = found
    assert only.field == field
    return only.code


def test_a_whole_row_is_understood() -> None:
    found = parsed(ends_on="31.12.2026", predecessor_id="6")
    assert found == Parsed(
        workplace_sgk=SGK,
        national_id=NATIONAL_ID,
        profession=Profession.SAFETY_SPECIALIST,
        minutes=240,
        assignment_type="part_time",
        name="OSGB İLE ÖZEL İŞYERİ ARASINDA İŞ GÜVENLİĞİ UZMANI HİZMET ALIMI SÖZLEŞMESİ",
        process_id="90000001",
        contract_id="70000001",
        predecessor_id="6",
        professional_name="IŞIL ÖRNEK",
        certificate_no="ÖRNEK-1",
        provider_title="ÖRNEK ORTAK SAĞLIK VE GÜVENLİK BİRİMİ LTD. ŞTİ.",
        authorisation_no="ÖRNEK-0001",
        workplace_title="ÖRNEK İŞYERİ 1 A.Ş.",
        employees=12,
        hazard=HazardClass.HAZARDOUS,
        nace="22.12.01",
        starts_on=date(2024, 9, 23),
        ends_on=date(2026, 12, 31),
        state=SheetState.RUNNING,
        approval=Approval.APPROVED,
        approved_at=datetime(2024, 9, 23, 11, 5, 9, tzinfo=UTC),
        employer_approved_at=datetime(2024, 9, 23, 11, 5, 9, tzinfo=UTC),
        professional_approved_at=datetime(2024, 9, 22, 6, 0, tzinfo=UTC),
        defined_at=datetime(2024, 9, 20, 5, 30, tzinfo=UTC),
        auto_update=False,
        fit=True,
        end_reason="",
    )


def test_a_row_of_four_cells_is_enough() -> None:
    found = parse_row({"workplace_sgk": SGK, "national_id": NATIONAL_ID, "minutes": "35", "name": "işyeri hekimliği"})
    assert found == Parsed(
        workplace_sgk=SGK,
        national_id=NATIONAL_ID,
        profession=Profession.WORKPLACE_PHYSICIAN,
        minutes=35,
        name="işyeri hekimliği",
    )


@pytest.mark.parametrize(
    ("name", "profession"),
    [
        (contract_name_words(103), Profession.SAFETY_SPECIALIST),
        (contract_name_words(140), Profession.WORKPLACE_PHYSICIAN),
        (contract_name_words(177), Profession.OTHER_HEALTH_PERSONNEL),
        ("OSGB ile özel işyeri arasında iş güvenliği uzmanı hizmet alımı", Profession.SAFETY_SPECIALIST),
        ("OSGB ILE OZEL ISYERI ARASINDA ISYERI HEKIMLIGI", Profession.WORKPLACE_PHYSICIAN),
        ("Diğer Sağlık Personeli", Profession.OTHER_HEALTH_PERSONNEL),
    ],
)
def test_the_profession_is_in_the_contract_s_name(name: str, profession: Profession) -> None:
    assert parsed(name=name, certificate_type="").profession == profession


def test_without_a_name_the_certificate_tells_the_profession_and_never_against_it() -> None:
    assert parsed(name="", certificate_type="İşyeri Hekimliği Belgesi").profession == Profession.WORKPLACE_PHYSICIAN
    assert fault("name", "PERİYODİK KONTROL SÖZLEŞMESİ") == "unknown_profession"


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("workplace_sgk", "", "empty"),
        ("workplace_sgk", "2.22E+25", "scientific"),
        ("workplace_sgk", "2,22212E+25", "scientific"),
        ("workplace_sgk", SGK[:-1], "wrong_length"),
        ("workplace_sgk", SGK[:-1] + "O", "not_digits"),
        ("national_id", "", "empty"),
        ("national_id", "10000000147", "checksum"),
        ("national_id", "01000000014", "leading_zero"),
        ("national_id", "1E+10", "scientific"),
        ("minutes", "", "empty"),
        ("minutes", "0", "too_small"),
        ("minutes", "44641", "too_large"),
        ("minutes", "240.5", "not_a_number"),
        ("minutes", "-240", "not_a_number"),
        ("minutes", "iki yüz", "not_a_number"),
        ("period", "Haftalık", "not_monthly"),
        ("assignment_type", "yarım", "unknown_word"),
        ("state", "Sürüyor", "unknown_word"),
        ("hazard_class", "Tehlikesiz", "unknown_word"),
        ("starts_on", "31.02.2026", "not_a_date"),
        ("starts_on", "2026", "not_a_date"),
        ("starts_on", "23.09.2026 25:00:00", "not_a_date"),
        ("starts_on", "dün", "not_a_date"),
        ("approved_at", "23.09.2026 14:05:09 x", "not_a_date"),
        ("ends_on", "01.01.2020", "ends_before_start"),
        ("nace", "22.12", "wrong_length"),
        ("employees", "-1", "not_a_number"),
    ],
)
def test_a_cell_that_makes_no_sense_is_named_with_the_reason(field: str, text: str, code: str) -> None:
    assert fault(field, text) == code


def test_all_faults_of_a_row_are_told_at_once() -> None:
    found = parse_row(row(workplace_sgk="1", national_id="", minutes="x", name=""))
    assert isinstance(found, list)
    assert {(each.field, each.code) for each in found} == {
        ("workplace_sgk", "wrong_length"),
        ("national_id", "empty"),
        ("minutes", "not_a_number"),
    }


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("240", 240), ("240.0", 240), ("240,0", 240), ("1.240", 1240), ("11700", 11_700), (" 35 ", 35)],
)
def test_minutes_are_read_as_people_and_spreadsheets_write_them(text: str, minutes: int) -> None:
    assert parsed(minutes=text).minutes == minutes


@pytest.mark.parametrize("text", ["23.09.2026", "2026-09-23", "23.9.2026", "46288", "23.09.2026 00:00:00"])
def test_days_are_read_as_text_or_as_a_spreadsheet_counts_them(text: str) -> None:
    assert parsed(starts_on=text).starts_on == date(2026, 9, 23)


def test_moments_are_read_on_the_clocks_of_turkey() -> None:
    expected = datetime(2026, 9, 23, 11, 5, 9, tzinfo=UTC)
    for text in ("23.09.2026 14:05:09", "2026-09-23T14:05:09"):
        assert parsed(approved_at=text).approved_at == expected
    assert parsed(approved_at="46288.5").approved_at == datetime(2026, 9, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize("text", ["22.12.01", "221201", "22.12.2001"])
def test_a_code_that_a_spreadsheet_took_for_a_day_is_read(text: str) -> None:
    assert parsed(nace=text).nace == "22.12.01"


def test_grouped_numbers_are_read() -> None:
    assert parsed(workplace_sgk="2 2212 01 01 1224742 016 08 72 000").workplace_sgk == SGK


@pytest.mark.parametrize("state", ContractState)
def test_every_state_is_read_as_it_is_written(state: ContractState) -> None:
    assert parsed(state=contract_state_words(state)).state == SHEET_STATE[state]


@pytest.mark.parametrize("approval", Approval)
def test_every_approval_is_read_as_it_is_written(approval: Approval) -> None:
    for of_contract in (True, False):
        assert parsed(approval=approval_words(approval, of_contract=of_contract)).approval == approval


def test_every_word_is_read_as_it_is_written() -> None:
    for hazard in HazardClass:
        assert parsed(hazard_class=hazard_class_words(hazard)).hazard == hazard
    for kind in ("full_time", "part_time"):
        assert parsed(assignment_type=assignment_type_words(kind)).assignment_type == kind
    for answer in (True, False):
        assert parsed(auto_update=yes_no_words(answer)).auto_update is answer


@given(st.datetimes(datetime(1950, 1, 1), datetime(2190, 1, 1)))  # noqa: DTZ001 -- the strategy adds none
def test_dates_are_read_as_they_are_written(naive: datetime) -> None:
    at = naive.replace(microsecond=0, tzinfo=UTC)
    found = parsed(starts_on=day_words(at.date()), approved_at=moment_words(at))
    assert (found.starts_on, found.approved_at) == (at.date(), at)


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=40)))
def test_no_text_breaks_the_understanding_of_a_row(cells: dict[str, Any]) -> None:
    found = parse_row(row(**cells))
    assert isinstance(found, Parsed) or all(each.field in FIELDS and each.code for each in found)
