"""`katip import`: what the operator sees."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from katip.cli.imports import command
from katip.identity.models import Person
from tests.registry.lists import HEADERS, ROWS, content, national_id


@pytest.fixture
def people(db: None, tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(content(HEADERS["people"][0], ROWS["people"]), encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def test_a_good_list_is_answered_with_a_sentence(people: Path) -> None:
    result = run("people", str(people))
    assert (result.exit_code, result.stdout) == (0, "people.csv: 3 lines read, 3 rows added, 0 changed.\n")
    assert run("people", str(people)).stdout == "people.csv: 3 lines read, nothing to change.\n"
    assert result.stderr == ""  # no bar where nobody watches


def test_faults_are_a_table_and_the_status_is_1(people: Path) -> None:
    rows = [("12345678901", "Ayşe", "Yılmaz", "x" * 60), *[("1", "Can", "Çağlar", "")] * 30]
    people.write_text(content(HEADERS["people"][0], rows), encoding="utf-8")
    result = run("people", str(people), "--limit", "3")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "line  column       value                                     reason",
        "2     national_id  12345678901                               the check digits do not fit; a digit is wrong",
        f"2     email        {'x' * 39}…  an e-mail address has an @",
        "3     national_id  1                                         has 1 digits where 11 are needed",
        "people.csv: 32 faults, 3 shown. Nothing was changed.",
        f"All of them are in {people.with_name('people.errors.csv')} (it may hold personal data).",
    ]
    assert not Person.objects.exists()


def test_warnings_are_shown_and_refuse_nothing(people: Path, tmp_path: Path) -> None:
    path = tmp_path / "workplaces.csv"
    first = ROWS["workplaces"][0]
    rows = [(first[0][:21] + "00" + first[0][23:], *first[1:])]
    path.write_text(content(HEADERS["workplaces"][0], rows), encoding="utf-8")
    result = run("workplaces", str(path))
    assert (result.exit_code, "control digits are unusual" in result.stderr) == (0, True)
    assert result.stdout.splitlines() == [
        "1 warning, 1 shown. They refuse nothing.",
        "workplaces.csv: 1 line read, 1 row added, 0 changed.",
    ]


@pytest.mark.parametrize("arguments", [("people", "missing.csv"), ("cats", "people.csv"), ("people",)])
def test_a_wrong_call_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_numbers_of_the_cast_fit() -> None:
    assert all(row[0] == national_id(row[0][:9]) for row in ROWS["people"])
