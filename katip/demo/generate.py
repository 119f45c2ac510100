"""The accountant's part of the sample world, written as input files from a seed.

    python -m katip.demo.generate [--seed 2026] [--folder katip/demo/world]

writes `accountant_workplaces.csv`, `accountant_headcounts.csv`, `accountant_mandates.csv`, and what
`katip.demo.generate_offers` adds to them: a provider and its offers. The same seed gives the same bytes on every
machine and version of Python: of the standard generator only `random()` is used, the one method whose sequence the
language promises to keep. Everything here is invented; the numbers have fitting check digits only so that they pass for
real ones in the importer.
"""

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from katip.demo.generate_offers import Asked, OfferFiles, offers_draw
from katip.rules import national_id_check_digits, vkn_check_digit

SEED = 2026
MANDATES = 300
ACCOUNTANT = "100000004" + national_id_check_digits("100000004")
MONTHS = ("2026-08", "2026-09", "2026-10")
FIRST_SEQUENCE = 1_000_101
"""the hand-shaped workplaces have the sequence numbers below"""

HAND_SHAPED = (
    "24100010110000110160890000",
    "21392010110000120160891000",
    "21071010110000130160892000",
    "23100010110000140160593000",
    "29531010110000150160894000",
    "21812010110000160160995000",
    "25231010110000170160296000",
    "24773010110000180160800000",
)
"""workplaces of `workplaces.csv` that the accountant files for as well"""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Place:
    """A district; `code` is the two digits that the invented SGK numbers give it."""

    plate: int
    province: str
    district: str
    code: str


@dataclass(frozen=True, slots=True)
class Trade:
    """What a workplace does: words for its title, its NACE code and the usual range of its headcount."""

    words: str
    nace: str
    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """One workplace as drawn."""

    sgk_number: str
    title: str
    vkn: str
    place: Place
    address: str
    trade: Trade
    employees: tuple[int, ...]
    since: str


PLACES = (
    Place(16, "Bursa", "Nilüfer", "08"),
    Place(16, "Bursa", "Osmangazi", "09"),
    Place(16, "Bursa", "Yıldırım", "10"),
    Place(16, "Bursa", "İnegöl", "05"),
    Place(16, "Bursa", "Gemlik", "02"),
    Place(41, "Kocaeli", "Gebze", "05"),
    Place(41, "Kocaeli", "İzmit", "12"),
    Place(34, "İstanbul", "Kadıköy", "21"),
    Place(34, "İstanbul", "Pendik", "27"),
    Place(34, "İstanbul", "Şişli", "39"),
    Place(35, "İzmir", "Bornova", "05"),
    Place(35, "İzmir", "Çiğli", "29"),
    Place(6, "Ankara", "Çankaya", "23"),
    Place(6, "Ankara", "Sincan", "22"),
    Place(26, "Eskişehir", "Tepebaşı", "12"),
    Place(54, "Sakarya", "Adapazarı", "01"),
    Place(10, "Balıkesir", "Bandırma", "04"),
    Place(45, "Manisa", "Turgutlu", "15"),
)

TRADES = (
    Trade("Muhasebe", "69.20.02", 2, 9),
    Trade("Yazılım", "62.10.00", 3, 35),
    Trade("Fırın", "10.71.02", 4, 14),
    Trade("Pastacılık", "10.71.01", 3, 12),
    Trade("Lokantacılık", "56.11.01", 5, 28),
    Trade("Kırtasiye", "47.62.01", 1, 4),
    Trade("Eczacılık", "47.73.01", 2, 5),
    Trade("Çiçekçilik", "47.76.02", 1, 4),
    Trade("Kuruyemiş", "47.21.05", 1, 6),
    Trade("Giyim", "14.21.01", 8, 60),
    Trade("Temizlik Hizmetleri", "81.21.01", 10, 90),
    Trade("Lojistik Acenteliği", "52.26.03", 3, 20),
    Trade("Anaokulu", "85.10.02", 6, 24),
    Trade("Oto Servis", "95.31.01", 2, 12),
    Trade("Kaporta", "95.31.04", 2, 8),
    Trade("Mobilya", "31.00.01", 5, 40),
    Trade("Matbaacılık", "18.12.01", 4, 22),
    Trade("Metal İşleme", "25.53.01", 6, 55),
    Trade("Nakliyat", "49.41.02", 4, 30),
    Trade("Kuaförlük", "96.21.01", 1, 6),
    Trade("Ev Tekstili", "13.92.01", 10, 70),
    Trade("Depoculuk", "52.10.90", 3, 18),
    Trade("Yapı", "41.00.01", 4, 45),
    Trade("Elektrik Tesisat", "43.21.01", 2, 16),
    Trade("Döküm", "24.51.13", 8, 60),
)

NAMES = ("Örnek", "Deneme", "Misal", "Numune", "Temsil", "Emsal", "Taslak", "Kurgu", "Prova", "Model")
FORMS = ("Ltd. Şti.", "Ltd. Şti.", "Ltd. Şti.", "San. ve Tic. Ltd. Şti.", "A.Ş.", "San. ve Tic. A.Ş.")
STREETS = ("Deneme Sokak", "Örnek Caddesi", "Misal Sokak", "Numune Bulvarı", "Temsil Sokak")


def sgk_number(nace: str, sequence: int, plate: int, district: str) -> str:
    """Return an SGK number of 26 digits with fitting control digits: permanent private workplace, unit 01."""
    province = f"{plate:03}"
    control = int(f"{province}{sequence:07}") % 97
    return f"2{nace[:2]}{nace[3:5]}0101{sequence:07}{province}{district}{control:02}000"


def vkn(sequence: int) -> str:
    """Return a tax number with a fitting check digit, out of a sequence of at most seven digits."""
    first_nine = f"10{sequence:07}"
    return first_nine + vkn_check_digit(first_nine)


def workplaces_draw(seed: int, count: int) -> Iterator[Drawn]:
    """Draw `count` workplaces with titles that occur once."""
    draw = random.Random(seed).random  # noqa: S311 -- invented companies, no secrets

    def whole(fewest: int, most: int) -> int:
        return fewest + int(draw() * (most - fewest + 1))

    def pick(items: Sequence[Item]) -> Item:
        return items[whole(0, len(items) - 1)]

    taken: set[str] = set()
    while len(taken) < count:
        place, trade = pick(PLACES), pick(TRADES)
        title = f"{pick(NAMES)} {place.district} {trade.words} {pick(FORMS)}"
        street, house, year = pick(STREETS), whole(1, 120), whole(2014, 2024)
        employees = [whole(trade.fewest, trade.most)]
        while len(employees) < len(MONTHS):
            # most months bring no change, the others a person or two
            step = whole(-2, 2) if draw() < 1 / 8 else 0
            employees.append(max(1, employees[-1] + step))
        if title in taken:
            continue
        sequence = FIRST_SEQUENCE + len(taken)
        taken.add(title)
        yield Drawn(
            sgk_number=sgk_number(trade.nace, sequence, place.plate, place.code),
            title=title,
            vkn=vkn(sequence),
            place=place,
            address=f"Örnek Mahallesi, {street} No: {house}",
            trade=trade,
            employees=tuple(employees),
            since=f"{year}-{whole(1, 12):02}-01",
        )


def files_write(folder: Path, seed: int = SEED) -> None:
    """Write the files into `folder`, which must exist."""
    drawn = list(workplaces_draw(seed, MANDATES - len(HAND_SHAPED)))
    _write(
        folder / "accountant_workplaces.csv",
        ("sgk_number", "title", "vkn", "province", "district", "address", "nace", "closed_on"),
        (
            (
                one.sgk_number,
                one.title,
                one.vkn,
                one.place.province,
                one.place.district,
                one.address,
                one.trade.nace,
                "",
            )
            for one in drawn
        ),
    )
    _write(
        folder / "accountant_headcounts.csv",
        ("sgk_number", "period", "employees"),
        (
            (one.sgk_number, period, str(employees))
            for one in drawn
            for period, employees in zip(MONTHS, one.employees, strict=True)
        ),
    )
    hand_shaped = ((number, "2019-01-01") for number in HAND_SHAPED)
    _write(
        folder / "accountant_mandates.csv",
        ("national_id", "capacity", "organisation", "valid_from", "valid_to"),
        (
            (ACCOUNTANT, "e_bildirge", number, since, "")
            for number, since in (*hand_shaped, *((one.sgk_number, one.since) for one in drawn))
        ),
    )
    asked = [Asked(one.sgk_number, one.trade.nace, one.employees[-1]) for one in drawn]
    _offers_write(folder, offers_draw(asked))


def _offers_write(folder: Path, files: OfferFiles) -> None:
    for name, columns in _OFFER_COLUMNS.items():
        _write(folder / f"accountant_{name}.csv", columns, getattr(files, name.removeprefix("provider_")))


_OFFER_COLUMNS: dict[str, tuple[str, ...]] = {
    "people": ("national_id", "given_name", "family_name", "email"),
    "providers": (
        "authorisation_no",
        "kind",
        "title",
        "short_title",
        "vkn",
        "province",
        "district",
        "contact_name",
        "contact_phone",
        "contact_hours",
        "sgk_number",
    ),
    "provider_mandates": ("national_id", "capacity", "organisation", "valid_from", "valid_to"),
    "professionals": (
        "national_id",
        "profession",
        "certificate_class",
        "certificate_no",
        "valid_from",
        "valid_to",
    ),
    "staff": ("authorisation_no", "national_id", "minutes", "valid_from", "valid_to"),
    "offers": ("sgk_number", "national_id", "code", "days"),
}


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


@click.command()
@click.option("--seed", default=SEED, show_default=True, help="The files in the repository come from the default.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path(__file__).parent / "world",
    help="Where to write; the folder of the sample world unless given.",
)
def main(seed: int, folder: Path) -> None:
    """Write the accountant's workplaces, headcounts and mandates as input files."""
    files_write(folder, seed)


if __name__ == "__main__":
    main()
