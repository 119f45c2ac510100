"""Whoever made the sheet, and whatever a spreadsheet did to it, it is read; what is lost is said to be."""

import io
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from katip.documents.sheet import COLUMNS, FIELDS, Limits, Notice, SheetError, header_key, sheet_open, sheet_read
from tests.documents.samples import NATIONAL_ID, SGK, row

SMALL = Limits(file_bytes=1_000_000, unpacked_bytes=5_000_000, rows=3)
HEADERS = {column.field: column.header for column in COLUMNS}


def book(*lines: list[Any], before: int = 0) -> bytes:
    """A workbook as a spreadsheet makes it, each value of its own type."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        worksheet = workbook.add_worksheet()
        day, moment = (workbook.add_format({"num_format": each}) for each in ("dd.mm.yyyy", "dd.mm.yyyy hh:mm:ss"))
        for number, line in enumerate(lines, start=before):
            for place, value in enumerate(line):
                if isinstance(value, datetime):
                    worksheet.write_datetime(number, place, value, moment)
                elif isinstance(value, date):
                    worksheet.write_datetime(number, place, value, day)
                else:
                    worksheet.write(number, place, value)
    return file.getvalue()


def text(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)


def only(data: bytes | Path, **options: Any) -> dict[str, str]:
    (found,) = sheet_read(data, **options)
    return dict(found.cells)


@pytest.mark.parametrize(
    "header",
    [
        "Hizmet Alan İşyeri SGK/DETSİS No",
        "HİZMET ALAN İŞYERİ SGK / DETSİS NO",
        "hizmet alan işyeri sgk/detsis no",
        "Hizmet_Alan_Isyeri_SGK-DETSIS_No.",
        "hizmetalanisyerisgkdetsisno",
        "Hizmet Alan I\u0307s\u0327yeri SGK/DETSI\u0307S No",
    ],
)
def test_headers_are_compared_by_letters_and_digits(header: str) -> None:
    assert only(book([header], [SGK])) == {"workplace_sgk": SGK}


def test_no_two_columns_have_one_key() -> None:
    assert len({header_key(column.header) for column in COLUMNS}) == 46


def test_columns_may_stand_in_any_order_and_most_may_be_missing() -> None:
    with sheet_open(book([HEADERS["minutes"], "Not", HEADERS["workplace_sgk"]], ["240", "?", SGK])) as sheet:
        assert sheet.fields == ("minutes", "workplace_sgk")
        assert Notice("unknown_column", "Not") in sheet.notices
        assert Notice("absent_column", "Sözleşme ID") in sheet.notices
        assert [each.cells for each in sheet.rows()] == [{"minutes": "240", "workplace_sgk": SGK}]


def test_a_column_that_is_there_twice_counts_once_and_is_told() -> None:
    with sheet_open(book([HEADERS["workplace_sgk"], HEADERS["minutes"], "çalışma süresi"], [SGK, 1, 2])) as sheet:
        assert Notice("double_column", "çalışma süresi") in sheet.notices
        assert next(sheet.rows()).cells["minutes"] == "1"


def test_the_name_of_an_older_edition_is_known() -> None:
    found = only(book([HEADERS["workplace_sgk"], "Sözleşme Statüsü"], [SGK, "Sözleşme Devam Ediyor"]))
    assert found["state"] == "Sözleşme Devam Ediyor"


def test_a_required_column_that_is_missing_is_named() -> None:
    with pytest.raises(SheetError) as refused:
        list(sheet_read(book([HEADERS["minutes"]], [1])))
    assert (refused.value.code, refused.value.facts["column"]) == (
        "missing_column",
        "Hizmet Alan İşyeri SGK/DETSİS No",
    )


@pytest.mark.parametrize("data", [book(["a", "b"], [1, 2]), text("a;b", "1;2"), b"", book(), text("   ")])
def test_a_file_about_something_else_has_no_header(data: bytes) -> None:
    with pytest.raises(SheetError) as refused:
        list(sheet_read(data))
    assert refused.value.code == "no_header"


def test_a_title_above_the_header_is_passed_over_and_lines_are_numbered_as_the_program_shows_them() -> None:
    header = [HEADERS["workplace_sgk"], HEADERS["minutes"]]
    found = list(sheet_read(book(["Sözleşmelerim"], [], header, [SGK, 240], [], [SGK, 300], before=1)))
    assert [(each.line, each.cells["minutes"]) for each in found] == [(5, "240"), (7, "300")]


def test_a_double_underscore_in_a_title_is_one_blank_and_elsewhere_stays() -> None:
    found = only(
        book([HEADERS[f] for f in ("workplace_sgk", "workplace_title", "certificate_no")], [SGK, "A__B ", "X__1"])
    )
    assert (found["workplace_title"], found["certificate_no"]) == ("A B", "X__1")


def test_what_a_spreadsheet_made_of_cells_is_undone() -> None:
    fields = ("workplace_sgk", "national_id", "minutes", "employees", "starts_on", "approved_at", "auto_update", "fit")
    values = [SGK, float(NATIONAL_ID), 240.0, 12, date(2026, 9, 23), datetime(2026, 9, 23, 14, 5, 9), True, False]  # noqa: DTZ001 -- a workbook knows no zone
    found = only(book([HEADERS[field] for field in fields], values))
    assert list(found.values()) == [
        SGK, NATIONAL_ID, "240", "12", "23.09.2026", "23.09.2026 14:05:09", "Evet", "Hayır",
    ]  # fmt: skip


def test_a_number_too_long_for_a_spreadsheet_stays_recognisable() -> None:
    assert only(book([HEADERS["workplace_sgk"]], [2.2212010112247421e25]))["workplace_sgk"] == "2.22120E+25"


def test_a_formula_counts_as_the_text_that_it_last_showed() -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as workbook:
        worksheet = workbook.add_worksheet()
        worksheet.write_row(0, 0, [HEADERS["workplace_sgk"], HEADERS["minutes"]])
        worksheet.write_formula(1, 0, '="2"&"2"', None, SGK)
        worksheet.write_formula(1, 1, "=120*2", None, 240)
    assert only(file.getvalue()) == {"workplace_sgk": SGK, "minutes": "240"}


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1254"])
def test_csv_is_read_with_either_delimiter_and_encoding(delimiter: str, encoding: str) -> None:
    lines = (
        delimiter.join((HEADERS["workplace_sgk"], HEADERS["workplace_title"])),
        delimiter.join((SGK, '"ÇİÇEK, IŞIK; ŞİRKETİ"')),
    )
    assert only(text(*lines, encoding=encoding))["workplace_title"] == "ÇİÇEK, IŞIK; ŞİRKETİ"


def test_a_line_of_csv_that_cannot_be_read_is_told_and_the_others_are_read() -> None:
    header = f"{HEADERS['workplace_sgk']};{HEADERS['minutes']}"
    found = list(sheet_read(text(header, f"{SGK};1", SGK, f"{SGK};3")))
    assert [(each.line, each.fault) for each in found] == [(2, ""), (3, "cell_count"), (4, "")]


def test_a_file_may_be_given_by_its_path_or_open(tmp_path: Path) -> None:
    path = tmp_path / "whatever.bin"  # what it is, its bytes tell
    path.write_bytes(book([HEADERS["workplace_sgk"]], [SGK]))
    assert only(path) == {"workplace_sgk": SGK}
    with path.open("rb") as file:
        assert [each.cells for each in sheet_read(file)] == [{"workplace_sgk": SGK}]


@pytest.mark.parametrize("data", [book([HEADERS["workplace_sgk"]], [SGK]), text(HEADERS["workplace_sgk"], SGK)])
def test_an_upload_is_read_as_it_comes(data: bytes) -> None:
    small, large = SimpleUploadedFile("x.xlsx", data), TemporaryUploadedFile("x.xlsx", "", len(data), None)
    large.write(data)
    for upload in (small, large):
        assert upload.file is not None
        assert [each.cells for each in sheet_read(upload.file)] == [{"workplace_sgk": SGK}]
    large.close()


@pytest.mark.parametrize("kind", ["workbook", "csv"])
def test_rows_beyond_the_limit_refuse_the_file(kind: str) -> None:
    full = row()
    header, line = [HEADERS[field] for field in FIELDS], list(full.values())
    data = (
        book(header, *[line] * 40) if kind == "workbook" else text(*(";".join(each) for each in [header, *[line] * 4]))
    )
    with pytest.raises(SheetError) as refused:
        list(sheet_read(data, limits=SMALL))
    assert (refused.value.code, refused.value.facts) == ("too_many_rows", {"most": 3})


def test_a_file_beyond_the_limit_is_not_opened() -> None:
    with pytest.raises(SheetError) as refused:
        list(sheet_read(b"x" * 11, limits=Limits(file_bytes=10, unpacked_bytes=10, rows=1)))
    assert refused.value.code == "too_large"
