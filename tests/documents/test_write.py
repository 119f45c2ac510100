"""The written sheet is, cell by cell, what tools for it expect."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from katip.documents.sheet import (
    COLUMNS,
    FIELDS,
    Approval,
    approval_words,
    assignment_type_words,
    certificate_type_words,
    contract_name_words,
    contract_state_words,
    csv_write,
    file_name,
    moment_words,
    sheet_read,
    sheet_write,
    sheet_write_typed,
    yes_no_words,
)
from katip.rules import CertificateClass, ContractState, Profession
from tests.documents.samples import SGK, row

_HEADER_LINE = (
    "Sözleşme Süreç ID|Sözleşme Adı|Sözleşme ID|Otomatik Güncelleme Onay İzni Var Mı|Görevlendirilen Kişi TC Kimlik No|"
    "Görevlendirilen Kişi Ad Soyad|Görevlendirilen Kişi Sertifika Tipi|Görevlendirilen Kişi Sertifika No|Sözleşme Tipi|"
    "Çalışma Süresi|Çalışma Periyodu|Hizmet Veren İşyeri ID |Hizmet Veren İşyeri Unvanı|"
    "Hizmet Veren İşyeri SGK/DETSİS No|Hizmet Veren İşyeri İli|Hizmet Veren İşyeri Yetki Belgesi Tipi|"
    "Hizmet Veren İşyeri Yetki Belgesi No|Hizmet Alan İşyeri ID|Hizmet Alan İşyeri Unvanı|"
    "Hizmet Alan İşyeri SGK/DETSİS No|Hizmet Alan İşyeri İli|Hizmet Alan İşyeri Çalışan Sayısı|"
    "Hizmet Alan İşyeri Tehlike Sınıfı|Hizmet Alan İşyeri Nace Kodu|Sözleşme Başlangıç Tarihi|Sözleşme Bitiş Tarihi|"
    "Sözleşme Statü|Süre Güncelleme Kaydı Var Mı|Sözleşme Onay Durumu|Sözleşme Onay Tarihi|Gezici Araç Plaka No|"
    "İlgili Basit Tetkikler|İlgili Ölçüm Metotları|İlgili İş Ekipmanları|Hizmet Alan İşyeri Onay Statüsü|"
    "Hizmet Alan İşyeri Onay Tarihi|Onaylayan Kişi Ad Soyad|Görevlendirilen Kişi Onay Statüsü|"
    "Görevlendirilen Kişi Onay Tarihi|Sözleşme Tanımlanma Tarihi|Tanımlayan Kişi Ad Soyad|"
    "Sözleşmeyi Sonlandıran Ad Soyad|Sözleşme Sonlandırılma Nedeni|Sözleşme Mevzuata Uygun Mu|Eski Sözleşme ID|"
    "Lab. Raporu Var Mı"
)
HEADER = _HEADER_LINE.split("|")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]) | st.sampled_from("\t=+-@'\"_;,\n"),
    max_size=30,
)


def written(rows: Any, write: Any = sheet_write) -> bytes:
    file = io.BytesIO()
    write(file, rows)
    return file.getvalue()


def worksheet(book: bytes) -> ET.Element:
    with ZipFile(io.BytesIO(book)) as archive:
        return ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))  # noqa: S314 -- written by us


def table(book: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()


def test_the_header_is_the_known_one_to_the_letter() -> None:
    assert len(COLUMNS) == 46
    assert [column.header for column in COLUMNS] == HEADER
    assert COLUMNS[11].header.endswith(" ")
    assert table(written([])) == [HEADER]


def test_every_cell_is_text_numbers_too() -> None:
    book = written([row(), row(minutes="300", employees="0")])
    cells = worksheet(book).findall(f".//{MAIN}c")
    assert len(cells) == 46 * 3
    assert {cell.get("t") for cell in cells} == {"inlineStr"}
    assert {cell.get("s") for cell in cells} == {None}
    assert f"<t>{SGK}</t>".encode() in ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml")


def test_there_is_one_worksheet_and_nothing_else_in_the_book() -> None:
    with ZipFile(io.BytesIO(written([row()]))) as archive:
        assert [name for name in archive.namelist() if "worksheets" in name] == ["xl/worksheets/sheet1.xml"]


def test_another_reader_sees_the_cells_as_they_were_given() -> None:
    given_row = row(workplace_title=" iki  boşluk _x0041_ ", end_reason="=1+1")
    assert table(written([given_row]))[1] == [given_row[field] for field in FIELDS]


def test_the_same_rows_make_the_same_bytes() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    first, second = io.BytesIO(), io.BytesIO()
    sheet_write(first, [row()], at=at)
    sheet_write(second, [row()], at=at)
    assert first.getvalue() == second.getvalue()


def test_rows_are_taken_one_by_one() -> None:
    taken = []

    def rows() -> Any:
        for number in range(3):
            taken.append(number)
            yield row(contract_id=str(number))

    assert sheet_write(io.BytesIO(), rows()) == 3
    assert taken == [0, 1, 2]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), CELLS), max_size=4))
def test_what_is_written_is_read_again_in_both_forms(given_rows: list[dict[str, str]]) -> None:
    full = [{"workplace_sgk": SGK} | given_row for given_row in given_rows]
    told = [{field: each.get(field, "").strip() for field in FIELDS} for each in full]
    titles = {column.field for column in COLUMNS if column.is_title}
    expected = [
        {field: re.sub(r"\s+", " ", text.replace("__", " ")).strip() if field in titles else text for field, text in
         each.items()}
        for each in told
        if any(each.values())
    ]  # fmt: skip
    for write in (sheet_write, csv_write):
        assert [dict(each.cells) for each in sheet_read(written(full, write))] == expected, write


def test_csv_has_the_mark_semicolons_and_the_same_cells() -> None:
    data = written([row()], csv_write)
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert lines == [HEADER, list(row().values())]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "'=", "''+"])
def test_no_cell_of_the_csv_is_run_as_a_formula(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    data = written([row(workplace_title="x", end_reason=text)], csv_write)
    line = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))[1]
    assert line[FIELDS.index("end_reason")] == f"'{text}"
    (read,) = sheet_read(data)
    assert read.cells["end_reason"] == text.strip()


def test_the_typed_sheet_has_real_dates_and_numbers_and_keeps_names_of_digits_as_text() -> None:
    book = written([row(ends_on="bilinmiyor", nace="22.12.01")], sheet_write_typed)
    values = dict(zip(FIELDS, table(book)[1], strict=False))
    assert values["minutes"] == 240.0
    assert values["employees"] == 12.0
    assert str(values["starts_on"]) == "2024-09-23"
    assert values["approved_at"] == datetime(2024, 9, 23, 14, 5, 9)  # noqa: DTZ001 -- a workbook knows no zone
    for field in ("workplace_sgk", "national_id", "nace", "ends_on", "contract_id"):
        assert values[field] == row(ends_on="bilinmiyor")[field]
    kinds = {cell.get("r"): cell.get("t") for cell in worksheet(book).findall(f".//{MAIN}c")}
    assert kinds["J2"] is None
    assert kinds["E2"] == "inlineStr"


def test_the_typed_sheet_is_ready_to_be_worked_with() -> None:
    sheet = worksheet(written([row(), row()], sheet_write_typed))
    pane = sheet.find(f".//{MAIN}pane")
    assert pane is not None
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
    autofilter = sheet.find(f"{MAIN}autoFilter")
    assert autofilter is not None
    assert autofilter.get("ref") == "A1:AT3"
    widths = {float(each.get("width", "0")) for each in sheet.findall(f".//{MAIN}col")}
    assert max(widths) > 50


def test_the_typed_sheet_reads_back_as_the_exact_one() -> None:
    exact, typed = (next(iter(sheet_read(written([row()], write)))) for write in (sheet_write, sheet_write_typed))
    assert exact == typed


def test_the_file_is_called_as_people_know_it() -> None:
    assert file_name(datetime(2026, 1, 2, tzinfo=UTC)) == "ISG_HIZMET_SOZLESME_SURECI_DISA_AKTAR_1767312000000.xlsx"


def test_the_words_are_those_that_other_programs_look_for() -> None:
    assert contract_name_words(103) == "OSGB İLE ÖZEL İŞYERİ ARASINDA İŞ GÜVENLİĞİ UZMANI HİZMET ALIMI SÖZLEŞMESİ"
    assert "DİĞER SAĞLIK PERSONELİ" in contract_name_words(177)
    assert contract_state_words(ContractState.ACTIVE) == "Sözleşme Devam Ediyor"
    assert contract_state_words(ContractState.ENDED) == "Sözleşme Sonlandırıldı"
    assert contract_state_words(ContractState.REJECTED) == "Sözleşme İptal Edildi"
    assert contract_state_words(ContractState.WITHDRAWN) == "Sözleşme İptal Edildi"
    assert {contract_state_words(state) for state in ContractState}  # every state has its words
    assert approval_words(Approval.APPROVED) == "Onaylandı"
    assert approval_words(Approval.APPROVED, of_contract=True) == "Sözleşme Onaylandı"
    assert assignment_type_words("part_time") == "Kısmi Süreli"
    specialist = certificate_type_words(Profession.SAFETY_SPECIALIST, CertificateClass.A)
    assert "A Sınıfı" in specialist
    assert "İş Güvenliği Uzmanlığı" in specialist
    physician = certificate_type_words(Profession.WORKPLACE_PHYSICIAN, CertificateClass.NONE)
    assert physician == "İşyeri Hekimliği Belgesi"
    assert [yes_no_words(answer) for answer in (True, False, None)] == ["Evet", "Hayır", ""]
    assert moment_words(datetime(2026, 9, 23, 11, 5, 9, tzinfo=UTC)) == "23.09.2026 14:05:09"
