"""A file that a stranger made to harm is refused before it costs anything."""

import io
import struct
import tracemalloc
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from katip.documents.sheet import COLUMNS, Limits, SheetError, sheet_read
from tests.documents.samples import SGK
from tests.documents.test_read import book

LIMITS = Limits(file_bytes=1_000_000, unpacked_bytes=2_000_000, rows=50)
HEADER = COLUMNS[19].header
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
GOOD = book([HEADER], [SGK])
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def forged(parts: dict[str, str | bytes], without: tuple[str, ...] = ()) -> bytes:
    """A good workbook with some parts replaced or added."""
    file = io.BytesIO()
    with ZipFile(io.BytesIO(GOOD)) as source, ZipFile(file, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            if name not in parts and name not in without:
                target.writestr(name, source.read(name))
        for name, content in parts.items():
            target.writestr(name, content)
    return file.getvalue()


def cells(*cells: str, before: str = "") -> str:
    return f"<worksheet {MAIN}>{before}<sheetData>{''.join(cells)}</sheetData></worksheet>"


def line(place: str, text: str = HEADER) -> str:
    return f'<row><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def code_of(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(SheetError) as refused:
        list(sheet_read(data, limits=limits))
    return refused.value.code


def test_the_forger_s_workbook_is_good_before_it_is_forged() -> None:
    assert [row.cells for row in sheet_read(forged({}), limits=LIMITS)] == [{"workplace_sgk": SGK}]


def test_what_would_unpack_to_too_much_is_refused_by_what_it_declares() -> None:
    data = forged({"xl/media/image1.png": b"0" * 3_000_000})
    assert len(data) < 20_000
    assert code_of(data) == "too_unpacked"


def test_what_declares_less_than_it_unpacks_to_is_refused() -> None:
    data = bytearray(forged({SHEET: cells(line("A1"), before=f"<!--{' ' * 1_500_000}-->")}))
    with ZipFile(io.BytesIO(data)) as archive:
        real = archive.getinfo(SHEET).file_size
    lie = struct.pack("<I", 5_000)
    assert data.count(struct.pack("<I", real)) == 2  # in the part's own header and in the directory
    data = bytearray(bytes(data).replace(struct.pack("<I", real), lie))
    assert code_of(bytes(data)) == "broken_workbook"


@pytest.mark.parametrize(
    ("far", "code"),
    [
        ("A1048576", "too_many_rows"),
        ("XFD2", "too_many_columns"),
        ("XFD1048576", "too_many_rows"),
        ("ZZZZ2", "broken_workbook"),
        ("A99999999999999999999", "broken_workbook"),
        ("2", "broken_workbook"),
    ],
)
def test_a_cell_far_away_asks_for_no_memory(far: str, code: str) -> None:
    data = forged({SHEET: cells(line("A1"), line(far))})
    tracemalloc.start()
    assert code_of(data) == code
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("far", ["1048576", "99999999999", "-1", "x"])
def test_a_row_far_away_asks_for_no_memory(far: str) -> None:
    data = forged({SHEET: cells(line("A1"), f'<row r="{far}"><c t="n"><v>1</v></c></row>')})
    assert code_of(data) in {"too_many_rows", "broken_workbook"}


def test_cells_without_places_are_counted_too() -> None:
    data = forged({SHEET: cells(f"<row>{'<c><v>1</v></c>' * 101}</row>")})
    assert code_of(data) == "too_many_columns"


def test_one_long_text_cannot_be_shown_by_many_cells() -> None:
    texts = f"<sst {MAIN}><si><t>{'x' * 100_000}</t></si></sst>"
    shared = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 40))
    assert code_of(forged({TEXTS: texts, SHEET: cells(shared)})) == "too_unpacked"


def test_what_is_unpacked_and_what_is_held_of_it_count_together() -> None:
    texts = f"<sst {MAIN}><si><t>{'x' * 100_000}</t></si></sst>"
    shared = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 12))
    assert code_of(forged({TEXTS: texts, SHEET: cells(shared)})) == "no_header"
    padded = cells(shared, before=f"<!--{' ' * 1_200_000}-->")
    assert code_of(forged({TEXTS: texts, SHEET: padded})) == "too_unpacked"


@pytest.mark.parametrize("index", ["7", "-1", "x", "99999999999999"])
def test_a_text_that_is_not_there_breaks_the_workbook(index: str) -> None:
    assert code_of(forged({SHEET: cells(f'<row><c t="s"><v>{index}</v></c></row>')})) == "broken_workbook"


@pytest.mark.parametrize("part", [SHEET, TEXTS, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_a_document_type_is_refused_wherever_it_stands(part: str) -> None:
    with ZipFile(io.BytesIO(GOOD)) as archive:
        whole = archive.read(part).decode()
    head, _, body = whole.partition("?>")
    bomb = f'{head}?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>{body}'
    assert code_of(forged({part: bomb})) == "broken_workbook"


def test_macros_pictures_and_links_to_elsewhere_are_not_even_looked_at() -> None:
    data = forged(
        {
            "xl/vbaProject.bin": b"\x00not a macro",
            "xl/externalLinks/externalLink1.xml": "<broken",
            "xl/drawings/drawing1.xml": "<!DOCTYPE x><x/>",
        }
    )
    assert [row.cells for row in sheet_read(data, limits=LIMITS)] == [{"workplace_sgk": SGK}]


def test_a_part_that_is_there_twice_breaks_the_workbook() -> None:
    file = io.BytesIO(GOOD)
    with ZipFile(file, "a") as archive:
        archive.writestr(SHEET.upper(), cells(line("A1")))
    assert code_of(file.getvalue()) == "broken_workbook"


def test_more_parts_than_any_workbook_has_are_refused() -> None:
    assert code_of(forged({f"xl/{number}.xml": "" for number in range(2_100)})) == "broken_workbook"


def test_an_encrypted_part_is_refused() -> None:
    data = bytearray(GOOD)
    with ZipFile(io.BytesIO(GOOD)) as archive:
        for info in archive.infolist():
            data[info.header_offset + 6] |= 1
    start = GOOD.index(b"PK\x01\x02")
    while start >= 0:
        data[start + 8] |= 1
        start = GOOD.find(b"PK\x01\x02", start + 1)
    assert code_of(bytes(data)) == "old_workbook"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100, "old_workbook"),
        (b"PK\x03\x04" + b"\x00" * 100, "broken_workbook"),
        (GOOD[:-30], "broken_workbook"),
        (GOOD[: len(GOOD) // 2], "broken_workbook"),
        (forged({}, without=("xl/workbook.xml",)), "not_a_sheet"),
        (forged({}, without=(SHEET,)), "broken_workbook"),
        (forged({SHEET: "<worksheet"}), "broken_workbook"),
        (forged({"xl/workbook.xml": f"<workbook {MAIN}><sheets/></workbook>"}), "no_worksheet"),
        ("\ufeffSGK;No".encode("utf-16"), "utf16"),
        (b"\x81\x8d\x8f\x90" * 10, "not_text"),
        (("ı" * 100).encode() + b"\xff\n", "not_utf8"),
    ],
)
def test_a_file_that_is_none_is_told_so(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_any_damage_is_an_answer_and_never_a_crash() -> None:
    for place in range(0, len(GOOD), 7):
        data = GOOD[:place] + bytes([GOOD[place] ^ 0xFF]) + GOOD[place + 1 :]
        try:
            list(sheet_read(data, limits=LIMITS))
        except SheetError:
            continue
