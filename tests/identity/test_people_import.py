"""`katip import people`: sealed, found by their keyed hash, refused with the value that the operator has to correct."""

import csv
from pathlib import Path

import pytest

from katip.identity.models import Person
from tests.registry.lists import AYSE, CAN, ROWS, Lists


@pytest.fixture
def lists(db: None, tmp_path: Path) -> Lists:
    return Lists(tmp_path)


def test_people_are_found_by_their_number_and_cannot_sign_in_yet(lists: Lists) -> None:
    lists.bring("people", ROWS["people"])
    ayse = Person.objects.find_by_national_id(AYSE)
    assert ayse is not None
    assert (ayse.national_id, ayse.name, ayse.email) == (AYSE, "Ayşe Yılmaz", "ayse@ornek.com.tr")
    assert ayse.is_active
    assert not ayse.has_usable_password()


def test_a_changed_name_is_taken_and_everything_else_kept(lists: Lists) -> None:
    lists.bring("people", ROWS["people"])
    Person.objects.update(password="kept", is_active=False)
    before = Person.objects.get(given_name="Ayşe")
    result = lists.bring("people", [(AYSE, "Ayşe", "Demir", ""), (CAN, "Can", "Çağlar", "")])
    after = Person.objects.get(pk=before.pk)
    assert (result.inserted, result.updated) == (0, 1)
    assert (after.family_name, after.email) == ("Demir", "ayse@ornek.com.tr")
    assert (after.password, after.is_active, after.created_at) == ("kept", False, before.created_at)
    assert bytes(after.national_id_sealed) == bytes(before.national_id_sealed)


def test_a_list_without_addresses_keeps_the_known_ones(lists: Lists) -> None:
    lists.bring("people", ROWS["people"])
    result = lists.bring("people", [(AYSE, "Ayşe", "Yılmaz")], header="tckn,ad,soyad")
    assert (result.inserted, result.updated) == (0, 0)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("10000000145", "Ayşe", "Yılmaz", ""), ("national_id", "10000000145", "checksum")),
        (("1000000014", "Ayşe", "Yılmaz", ""), ("national_id", "1000000014", "wrong_length")),
        (("01000000014", "Ayşe", "Yılmaz", ""), ("national_id", "01000000014", "leading_zero")),
        (("1000000014x", "Ayşe", "Yılmaz", ""), ("national_id", "1000000014x", "not_digits")),
        (("1,00000E+10", "Ayşe", "Yılmaz", ""), ("national_id", "1,00000E+10", "scientific")),
        ((AYSE, "", "Yılmaz", ""), ("given_name", "", "empty")),
        ((AYSE, "Ayşe", "y" * 101, ""), ("family_name", "y" * 101, "too_long")),
        ((AYSE, "Ayşe", "Yılmaz", "ayşe@ornek.com.tr"), ("email", "ayşe@ornek.com.tr", "bad_local_part")),
        ((AYSE, "Ayşe", "Yılmaz", "ornek.com.tr"), ("email", "ornek.com.tr", "missing_at")),
    ],
)
def test_a_wrong_cell_is_refused(lists: Lists, row: tuple[str, ...], fault: tuple[str, str, str]) -> None:
    assert lists.refuse("people", [ROWS["people"][1], row]) == [(3, *fault)]


def test_one_number_cannot_be_two_people(lists: Lists) -> None:
    twice = [*ROWS["people"], (AYSE, "Fatma", "Yılmaz", "ayse@ornek.com.tr")]
    assert lists.refuse("people", twice) == [(5, "given_name", "Fatma", "conflict")]


def test_the_errors_file_holds_the_number_for_the_operator_alone(lists: Lists) -> None:
    lists.refuse("people", [("10000000145", "Ayşe", "Yılmaz", "")])
    path = lists.folder / "people.errors.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == ["2", "national_id", "10000000145", "the check digits do not fit; a digit is wrong"]
    assert path.stat().st_mode & 0o777 == 0o600
