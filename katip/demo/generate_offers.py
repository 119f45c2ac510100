"""The accountant's inbox as input files: a provider, its professionals, and what it offers to most of the workplaces.

Written by `katip.demo.generate`, beside the workplaces themselves. Minutes are not named, every offer is made at the
legal minimum; they are reckoned here only so that nobody is promised more than a month has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count

from katip.rules import (
    FULL_TIME_MONTH_MINUTES,
    HazardClass,
    Profession,
    hazard_class_of,
    national_id_check_digits,
    required_minutes,
    vkn_check_digit,
)

PROVIDER = "ÖRNEK-0004"
MANAGER = "Sevgi"
"""the given name of its responsible manager"""
STORY_PLACES = frozenset((*range(1, 9), *range(11, 14), *range(16, 19), *range(20, 23)))
"""generated workplaces, by their place in the list, that `story` and `turns` speak of"""
AS_OF = date(2026, 11, 1)
_FULL = FULL_TIME_MONTH_MINUTES * 85 // 100
"""minutes a month promised to one professional at most"""
_DAYS = ((3, 6), (20, 5), (60, 4), (100, 3), (10**6, 2))
"""so many workplaces were offered their contracts so many working days ago; the answer of the first is due today"""

CODES = {
    Profession.SAFETY_SPECIALIST: 103,
    Profession.WORKPLACE_PHYSICIAN: 140,
    Profession.OTHER_HEALTH_PERSONNEL: 177,
}
_GIVEN = ("Ayhan", "Belgin", "Cevdet", "Dilek", "Engin", "Fatma", "Gürkan", "Halide", "İlhan", "Jale", "Kemal", "Lale")
_MORE = ("Metin", "Nalan", "Orhan", "Perihan", "Rıza", "Semra", "Tahsin", "Ülkü")
_FAMILIES = ("Emsal", "Kurgu", "Örnek", "Model", "Taslak", "Misal", "Prova", "Temsil", "Deneme", "Numune")
_CLASSES = {HazardClass.LOW: "C", HazardClass.HAZARDOUS: "B", HazardClass.VERY_HAZARDOUS: "A"}
_FIRST_PERSON = 100_000_601


@dataclass(frozen=True, slots=True)
class Asked:
    """A generated workplace, as far as an offer needs it; `employees` are those of the last month."""

    sgk_number: str
    nace: str
    employees: int


@dataclass(slots=True)
class _Serving:
    """One professional and what is promised to them so far, minutes a month."""

    national_id: str
    given_name: str
    profession: Profession
    certificate_class: str
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class OfferFiles:
    """Rows of the files, by the file's name without its beginning."""

    people: Sequence[tuple[str, ...]]
    providers: Sequence[tuple[str, ...]]
    mandates: Sequence[tuple[str, ...]]
    professionals: Sequence[tuple[str, ...]]
    staff: Sequence[tuple[str, ...]]
    offers: Sequence[tuple[str, ...]]


def offers_draw(places: Sequence[Asked]) -> OfferFiles:
    """What the law asks of each workplace that the story leaves alone, given to as few professionals as can bear it."""
    numbers = count(_FIRST_PERSON)
    names = iter((*_GIVEN, *_MORE))
    manager = _national_id(next(numbers))
    team: list[_Serving] = []
    offers = []
    chosen = [place for no, place in enumerate(places, start=1) if no not in STORY_PLACES]
    for no, place in enumerate(chosen):
        hazard = hazard_class_of(place.nace, AS_OF)
        days = _days(no)
        for profession, code in CODES.items():
            needed = required_minutes(profession, hazard=hazard, employees=place.employees, as_of=AS_OF)
            if not needed.required:
                continue
            letter = _CLASSES[hazard] if profession == Profession.SAFETY_SPECIALIST else "none"
            serving = _free(team, profession, letter, needed.minutes)
            if serving is None:
                serving = _Serving(_national_id(next(numbers)), next(names), profession, letter)
                team.append(serving)
            serving.minutes += needed.minutes
            offers.append((place.sgk_number, serving.national_id, str(code), str(days)))
    everybody = [(manager, MANAGER), *((one.national_id, one.given_name) for one in team)]
    return OfferFiles(
        people=[(number, name, _FAMILIES[no % len(_FAMILIES)], "") for no, (number, name) in enumerate(everybody)],
        providers=[_PROVIDER_ROW],
        mandates=[(manager, "responsible_manager", PROVIDER, "2022-01-01", "")],
        professionals=[
            (one.national_id, one.profession, one.certificate_class, f"ÖRNEK-E-{no:04}", "2020-03-02", "")
            for no, one in enumerate(team, start=1)
        ],
        staff=[(PROVIDER, one.national_id, str(FULL_TIME_MONTH_MINUTES), "2024-01-01", "") for one in team],
        offers=offers,
    )


_PROVIDER_ROW = (
    PROVIDER,
    "osgb",
    "Emsal Ortak Sağlık ve Güvenlik Birimi A.Ş.",
    "Emsal OSGB",
    "100002004" + vkn_check_digit("100002004"),
    "Kocaeli",
    "İzmit",
    f"{MANAGER} {_FAMILIES[0]}",
    "8500000004",
    "Hafta içi 08:30–18:00",
    "",
)


def _days(no: int) -> int:
    for most, days in _DAYS:
        if no < most:
            return days
        no -= most
    raise AssertionError("the last stretch takes all")


def _free(team: Sequence[_Serving], profession: Profession, letter: str, minutes: int) -> _Serving | None:
    fitting = (one for one in team if (one.profession, one.certificate_class) == (profession, letter))
    return next((one for one in fitting if one.minutes + minutes <= _FULL), None)


def _national_id(number: int) -> str:
    return f"{number}{national_id_check_digits(str(number))}"
