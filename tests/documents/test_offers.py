"""The sheet of offers as a file: what is read from it, in whatever shape, and what is written."""

from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from xlsxwriter import Workbook

from katip.contracts.offer_rows import SheetLine
from katip.documents.offers import COLUMNS, offers_read, offers_write, template_write
from katip.documents.sheet import SheetError

HEADER = [column.header for column in COLUMNS]
SGK, PERSON = "22222010100000010160872000", "10000000146"
RIGHT = ["2 2222 01 01 0000001 016 08 72 000", "100 000 001 46", "103", "", ""]


def workbook(*rows: list[Any]) -> bytes:
    file = BytesIO()
    with Workbook(file, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                sheet.write(number, place, cell)
    return file.getvalue()


def line(*cells: Any) -> SheetLine:
    [read] = offers_read(workbook(HEADER, list(cells)))
    return read


def test_a_right_row_is_read_from_a_workbook_and_from_csv_alike() -> None:
    wanted = SheetLine(2, SGK, PERSON, 103, None, "part_time")
    assert offers_read(workbook(HEADER, RIGHT)) == [wanted]
    for mark in (";", ",", "\t"):
        text = "\r\n".join([mark.join(HEADER), mark.join(RIGHT)])
        assert offers_read(text.encode("utf-8-sig")) == [wanted]
    assert offers_read("\n".join([";".join(HEADER), ";".join(RIGHT)]).encode("cp1254")) == [wanted]


def test_columns_may_stand_in_any_order_beside_others_under_names_people_use() -> None:
    header = ["Not", "Süre", "GÖREV", "tc kimlik no", "SGK SİCİL NO"]
    read = offers_read(workbook(["Kasım teklifleri"], header, ["x", 1170, "İşyeri Hekimi", PERSON, SGK]))
    assert read == [SheetLine(3, SGK, PERSON, 140, 1170, "part_time")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("103", 103),
        (140, 140),
        ("177", 177),
        ("iş güvenliği uzmanı", 103),
        ("İŞYERİ HEKİMİ", 140),
        ("İşyeri hekimliği", 140),
        ("Diğer Sağlık Personeli", 177),
        ("DSP", 177),
        ("103 · İş güvenliği uzmanı", 103),
        ("OSGB İLE ÖZEL İŞYERİ ARASINDA İŞ GÜVENLİĞİ UZMANI HİZMET ALIMI SÖZLEŞMESİ", 103),
    ],
)
def test_the_kind_is_a_code_or_a_profession(text: Any, code: int) -> None:
    assert line(SGK, PERSON, text).code == code


@pytest.mark.parametrize(("text", "minutes"), [("", None), ("240", 240), (240, 240), ("1.170", 1170), ("1 170", 1170)])
def test_minutes_are_whole_or_left_to_the_law(text: Any, minutes: int | None) -> None:
    assert line(SGK, PERSON, "103", text).minutes == minutes


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "part_time"),
        ("Kısmi Süreli", "part_time"),
        ("KISMİ", "part_time"),
        ("Tam süreli", "full_time"),
        ("5000", "full_time"),
    ],
)
def test_the_assignment_type_is_part_time_unless_told(text: str, kind: str) -> None:
    assert line(SGK, PERSON, "103", "", text).assignment_type == kind


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        (["2.22E+25", PERSON, "103"], "cell_sgk"),
        ([2.22220101e25, PERSON, "103"], "cell_sgk"),
        (["123", PERSON, "103"], "cell_sgk"),
        (["", PERSON, "103"], "cell_sgk"),
        ([SGK, "10000000147", "103"], "cell_national_id"),
        ([SGK, "", "103"], "cell_national_id"),
        ([SGK, PERSON, "104"], "cell_kind"),
        ([SGK, PERSON, ""], "cell_kind"),
        ([SGK, PERSON, "1035"], "cell_kind"),
        ([SGK, PERSON, "103", "-5"], "cell_minutes"),
        ([SGK, PERSON, "103", "4 saat"], "cell_minutes"),
        ([SGK, PERSON, "103", "0"], "cell_minutes"),
        ([SGK, PERSON, "103", "99999999999999999999"], "cell_minutes"),
        ([SGK, PERSON, "103", "²"], "cell_minutes"),
        ([SGK, PERSON, "103", "", "yarım"], "cell_assignment"),
    ],
)
def test_what_is_not_understood_is_named_and_not_guessed(cells: list[Any], fault: str) -> None:
    assert line(*cells).fault == fault


def test_a_personal_number_in_the_wrong_column_is_not_taken_for_a_workplace_s() -> None:
    assert line(PERSON, SGK, "103").sgk_number == ""


def test_empty_rows_are_passed_over() -> None:
    assert [one.line for one in offers_read(workbook(HEADER, [], RIGHT, ["", " "], RIGHT))] == [3, 5]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (workbook(["a", "b"], RIGHT), "no_header"),
        (workbook(HEADER[:2], RIGHT), "missing_column"),
        (workbook(HEADER, *[RIGHT] * 501), "too_many_rows"),
        (b"\xd0\xcf\x11\xe0 old", "old_workbook"),
        (b"PK\x03\x04 broken", "broken_workbook"),
        (b"x" * (2 * 1024 * 1024 + 1), "too_large"),
    ],
)
def test_a_file_that_cannot_be_a_sheet_of_offers_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(SheetError) as raised:
        offers_read(content)
    assert raised.value.code == code


def test_five_hundred_rows_are_read() -> None:
    assert len(offers_read(workbook(HEADER, *[RIGHT] * 500))) == 500


def test_the_template_reads_back_as_its_own_example() -> None:
    [example] = offers_read(template_write())
    assert (example.fault, example.code, example.minutes, example.assignment_type) == ("", 103, None, "part_time")


def test_results_read_back_and_formulas_stay_text() -> None:
    rows = [[*RIGHT, "Düzeltilecek", "=HYPERLINK(1)", ""]]
    written = offers_write(rows, results=True)
    assert offers_read(written) == [SheetLine(2, SGK, PERSON, 103, None, "part_time")]
    assert b"<f>" not in ZipFile(BytesIO(written)).read("xl/worksheets/sheet1.xml")
