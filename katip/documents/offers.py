"""The sheet of offers: five columns that a provider fills in, read into rows for the register to check.

The header is recognised by letters and digits, in any order; more columns are left alone. What is written back has the
same columns and one more with the result, so that a corrected file can be sent in again.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook

from katip.contracts.kinds import SERVICE_KINDS
from katip.contracts.models import AssignmentType
from katip.contracts.offer_rows import SheetLine
from katip.contracts.services.draft import MOST_MINUTES
from katip.contracts.services.offer_sheet import MOST_ROWS
from katip.documents.sheet import Limits, SheetError, header_key
from katip.documents.sheet.read import lines_open
from katip.documents.sheet.workbook import HEAD_ROWS
from katip.rules import FormatError, Profession, parse_national_id, parse_sgk_number
from katip.rules.formats import NATIONAL_ID_LENGTH

FILE_BYTES: Final = 2 << 20
LIMITS: Final = Limits(file_bytes=FILE_BYTES, unpacked_bytes=40 << 20, rows=MOST_ROWS, columns=50)
_KEPT: Final = 60
"""characters kept of a cell that cannot be understood"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its field, the header that we write, other headers that we take, its width, an example."""

    field: str
    header: str
    also: tuple[str, ...]
    width: int
    example: str
    required: bool = True


COLUMNS: Final = (
    Column(
        "sgk",
        "İşyeri SGK no",
        ("SGK no", "SGK numarası", "SGK sicil no", "Hizmet Alan İşyeri SGK/DETSİS No"),
        32,
        "2 2222 01 01 0000001 016 08 72 000",
    ),
    Column(
        "national_id",
        "T.C. kimlik no",
        ("TC kimlik no", "Profesyonel T.C. kimlik no", "Görevlendirilen Kişi TC Kimlik No"),
        16,
        "10000000146",
    ),
    Column("kind", "Kod ya da görev", ("Kod", "Görev", "Süreç", "Sözleşme Adı"), 26, "103"),
    Column("minutes", "Dakika", ("Aylık dakika", "Süre", "Çalışma Süresi"), 10, "", required=False),
    Column("assignment", "Görevlendirme türü", ("Tür", "Sözleşme Tipi"), 20, "Kısmi süreli", required=False),
)
RESULT_HEADERS: Final = ("Sonuç", "Açıklama", "Süreç no")
_BY_KEY: Final = {header_key(word): column.field for column in COLUMNS for word in (column.header, *column.also)}
_KIND_WORDS: Final = (
    ("güvenliği uzman", Profession.SAFETY_SPECIALIST),
    ("hekim", Profession.WORKPLACE_PHYSICIAN),
    ("diğer sağlık", Profession.OTHER_HEALTH_PERSONNEL),
    ("igu", Profession.SAFETY_SPECIALIST),
    ("dsp", Profession.OTHER_HEALTH_PERSONNEL),
)
_CODES: Final = {kind.profession: kind.code for kind in SERVICE_KINDS}


def offers_read(source: bytes) -> list[SheetLine]:
    """Read the rows of a file; what cannot be understood is named row by row. Raises `SheetError` for a whole file."""
    with lines_open(source, LIMITS) as lines:
        places = _header(lines)
        rows = []
        for number, cells in lines:
            if isinstance(cells, str):
                rows.append(SheetLine(number, fault="cell_line"))
                continue
            texts = {field: cells[place].strip() for field, place in places.items() if place < len(cells)}
            if any(texts.values()):
                rows.append(_row(number, texts))
            if len(rows) > MOST_ROWS:
                raise SheetError("too_many_rows", most=MOST_ROWS)
    return rows


def _header(lines: Iterable[tuple[int, Sequence[str] | str]]) -> dict[str, int]:
    """Which column stands where: the first line that has all that are needed."""
    best: set[str] = set()
    for count, (_, cells) in enumerate(lines, start=1):
        if not isinstance(cells, str):
            places: dict[str, int] = {}
            for place, cell in enumerate(cells):
                field = _BY_KEY.get(header_key(cell))
                if field is not None:
                    places.setdefault(field, place)
            if all(column.field in places for column in COLUMNS if column.required):
                return places
            best = max(best, set(places), key=len)
        if count >= HEAD_ROWS:
            break
    if not best:
        raise SheetError("no_header")
    raise SheetError("missing_column", column=next(one.header for one in COLUMNS if one.field not in best))


def _row(number: int, texts: dict[str, str]) -> SheetLine:
    values: dict[str, Any] = {}
    fault = ""
    for name, (field, code, read) in _READERS.items():
        text = texts.get(field, "")
        try:
            values[name] = read(text)
        except ValueError:  # FormatError is one
            fault = fault or code
    if "national_id" not in values:
        values["national_id"] = texts.get("national_id", "")[:_KEPT]
    if "sgk_number" not in values:
        typed = texts.get("sgk", "")[:_KEPT]
        # A person's number in the wrong column must not be kept as a workplace's.
        values["sgk_number"] = typed if sum(one.isdecimal() for one in typed) > NATIONAL_ID_LENGTH else ""
    return SheetLine(number, **values, fault=fault)


def _sgk(text: str) -> str:
    return str(parse_sgk_number(text))


def _code(text: str) -> int:
    key = header_key(text)
    number = re.match(r"[0-9]+", key)
    if number is not None:
        code = int(number[0][:_KEPT])
        if code not in _CODES.values():
            raise FormatError("unknown_kind")
        return code
    for words, profession in _KIND_WORDS:
        if header_key(words) in key:
            return _CODES[profession]
    raise FormatError("unknown_kind")


def _minutes(text: str) -> int | None:
    plain = text.replace(".", "").replace(" ", "").replace("\u00a0", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= len(str(MOST_MINUTES))):
        raise FormatError("not_digits")
    if not 1 <= int(plain) <= MOST_MINUTES:
        raise FormatError("out_of_range")
    return int(plain)


def _assignment(text: str) -> str:
    key = header_key(text)
    if not key or "kismi" in key or key == "5001":
        return AssignmentType.PART_TIME
    if "tam" in key or key == "5000":
        return AssignmentType.FULL_TIME
    raise FormatError("unknown_word")


_READERS: Final[dict[str, tuple[str, str, Callable[[str], Any]]]] = {
    "sgk_number": ("sgk", "cell_sgk", _sgk),
    "national_id": ("national_id", "cell_national_id", parse_national_id),
    "code": ("kind", "cell_kind", _code),
    "minutes": ("minutes", "cell_minutes", _minutes),
    "assignment_type": ("assignment", "cell_assignment", _assignment),
}


def template_write() -> bytes:
    """Make an empty file with the right header, one example row and text cells, and a page of instructions."""
    return offers_write([[column.example for column in COLUMNS]], notes=_NOTES)


def offers_write(rows: Iterable[Sequence[str]], *, results: bool = False, notes: Sequence[str] = ()) -> bytes:
    """Write rows of the five columns, with `results` three more cells each; every cell is text."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    headers = [column.header for column in COLUMNS] + (list(RESULT_HEADERS) if results else [])
    with Workbook(file, options) as workbook:
        text = workbook.add_format({"num_format": "@", "valign": "top"})
        head = workbook.add_format({"bold": True, "num_format": "@"})
        sheet = workbook.add_worksheet("Teklifler")
        for place, header in enumerate(headers):
            width = COLUMNS[place].width if place < len(COLUMNS) else (12, 80, 12)[place - len(COLUMNS)]
            # The whole column is text, so that a number pasted later keeps its digits.
            sheet.set_column(place, place, width, text)
            sheet.write_string(0, place, header, head)
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": f"A1:H{MOST_ROWS + HEAD_ROWS}"})
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                sheet.write_string(number, place, cell, text)
        if notes:
            page = workbook.add_worksheet("Açıklama")
            page.set_column(0, 0, 110)
            for number, line in enumerate(notes):
                page.write_string(number, 0, line)
    return file.getvalue()


_NOTES: Final = (
    "Örnek satırı silin; her satıra bir teklif yazın (en çok 500 satır).",
    "İşyeri SGK no: 26 hane, boşluklu da yazılır. Hücreler metin biçimindedir; sayı biçimi son haneleri siler.",
    "T.C. kimlik no: kendi personelinizden bir profesyonelin.",
    "Kod ya da görev: 103 (iş güvenliği uzmanı), 140 (işyeri hekimi), 177 (diğer sağlık personeli).",
    "Dakika: ayda; boş bırakılırsa yasal alt sınır.",
    "Görevlendirme türü: Kısmi süreli ya da Tam süreli; boş bırakılırsa kısmi süreli.",
)
