import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from katip.demo.cast import CAST, cast_draw, cast_find, cast_keep, cast_table, totp_code
from katip.demo.generate import ACCOUNTANT
from katip.rules import parse_national_id
from tests.demo.files import rows

KEYS = [
    "employer",
    "accountant",
    "manager",
    "specialist",
    "physician",
    "inspector",
    "directorate",
    "counter",
    "newcomer",
    "stranger",
]


def test_the_cast_begins_with_the_promised_ten() -> None:
    assert [member.key for member in CAST][:10] == KEYS


def test_every_number_is_valid_and_occurs_once() -> None:
    numbers = [parse_national_id(member.national_id) for member in CAST]
    assert len(set(numbers)) == len({member.key for member in CAST}) == len(CAST)


def test_the_people_list_has_the_cast_under_the_same_names() -> None:
    people = {row["national_id"]: f"{row['given_name']} {row['family_name']}" for row in rows("people.csv")}
    assert {member.national_id: member.name for member in CAST}.items() <= people.items()


def test_the_generated_mandates_are_the_accountants() -> None:
    assert next(member.national_id for member in CAST if member.key == "accountant") == ACCOUNTANT


def test_only_the_newcomer_has_no_second_step() -> None:
    assert [entry.key for entry in cast_draw() if entry.totp_secret is None] == ["newcomer"]


def test_passwords_and_secrets_are_new_each_time() -> None:
    drawn = [*cast_draw(), *cast_draw()]
    assert len({entry.password for entry in drawn}) == len(drawn)
    assert len({entry.totp_secret for entry in drawn} - {None}) == len(drawn) - 2


def test_the_file_has_the_promised_shape_and_is_private(tmp_path: Path) -> None:
    entries = cast_draw()
    cast_keep(tmp_path, entries)
    file = tmp_path / "cast.json"
    assert file.stat().st_mode & 0o777 == 0o600
    written = json.loads(file.read_text("utf-8"))
    assert {tuple(row) for row in written} == {("key", "name", "role", "national_id", "password", "totp_secret")}
    assert written[0]["name"] == "Deniz Örnek"
    assert cast_find(tmp_path) == entries


def test_without_a_file_there_is_no_cast(tmp_path: Path) -> None:
    assert cast_find(tmp_path) is None


@pytest.mark.parametrize(("seconds", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert totp_code(secret, datetime.fromtimestamp(seconds, UTC)) == code


def test_the_table_has_a_line_for_each_with_aligned_columns() -> None:
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    entries = cast_draw()
    header, *lines = cast_table(entries, at).splitlines()
    assert len(lines) == len(CAST)
    for line, entry in zip(lines, entries, strict=True):
        assert line.index(entry.national_id) == header.index("T.C. kimlik no")
        assert line.index(entry.password) == header.index("password")
        assert (totp_code(entry.totp_secret, at) if entry.totp_secret else "two-step login is not active") in line
