"""Reading the sample world's files as plain text, without the importer."""

import csv
from pathlib import Path

WORLD = Path(__file__).parents[2] / "katip/demo/world"


def is_excel(name: str) -> bool:
    """Whether the file is in Excel's dialect: byte order mark and semicolons."""
    content = (WORLD / name).read_bytes()
    return content.startswith(b"\xef\xbb\xbf") and b";" in content.splitlines()[0]


def rows(name: str) -> list[dict[str, str]]:
    """The lines of a file by column name."""
    delimiter = ";" if is_excel(name) else ","
    with (WORLD / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))
