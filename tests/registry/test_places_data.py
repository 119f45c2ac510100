"""The list of provinces and districts."""

import csv
from pathlib import Path

import katip

PLACES = Path(katip.__file__).parent / "registry" / "data" / "places.csv"


def test_every_province_has_its_plate_code_and_its_districts() -> None:
    with PLACES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["plate_code", "province", "district"]
    assert len(rows) == 973
    assert len({(row["plate_code"], row["district"]) for row in rows}) == 973
    provinces = {(row["plate_code"], row["province"]) for row in rows}
    assert sorted(code for code, _ in provinces) == [f"{n:02}" for n in range(1, 82)]
    assert {("16", "Bursa"), ("34", "İstanbul"), ("81", "Düzce")} <= provinces
    assert all(row["district"] == row["district"].strip() != "" for row in rows)
