"""What the documentation says of the sheet is so."""

import re
from pathlib import Path

from katip.documents.services.carry_staging import COLUMNS as CARRIED
from katip.documents.sheet import BY_FIELD, COLUMNS, FOR_PAGES

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_the_sheet_has_every_column_with_its_field() -> None:
    page = (DOCS / "sheet.md").read_text("utf-8")
    told = re.findall(r"^\| (\d+) \| ([^|]+) \| `(\w+)` \|", page, re.MULTILINE)
    assert told == [(str(no), each.header.strip(), each.field) for no, each in enumerate(COLUMNS, start=1)]


def test_the_page_of_the_sheet_tells_the_limits() -> None:
    page = " ".join((DOCS / "sheet.md").read_text("utf-8").split())
    size, unpacked = FOR_PAGES.file_bytes >> 20, FOR_PAGES.unpacked_bytes >> 20
    rows = f"{FOR_PAGES.rows:,}".replace(",", " ")
    assert f"{size} MB, {unpacked} MB unpacked, {rows} rows and {FOR_PAGES.columns} columns" in page


def test_the_page_of_imports_tells_what_a_migration_needs() -> None:
    page = (DOCS / "import.md").read_text("utf-8").partition("\n## contracts\n")[2]
    told = re.findall(r"^\| ([^|]+) \| yes \|", page, re.MULTILINE)
    assert sorted(told) == sorted(BY_FIELD[field].header for field in CARRIED)
