"""The table of security requirements: complete for two levels, and every file and test that it names is there."""

import re
from pathlib import Path

import pytest

from katip.identity import passwords

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "security" / "asvs.md"
README = (ROOT / "docs" / "security" / "README.md").read_text("utf-8")
SECTIONS = {
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
}  # fmt: skip
"""requirements of levels 1 and 2 in each section of ASVS 5.0.0"""

ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in TABLE.read_text("utf-8").splitlines()
    if re.match(r"\| \d", line)
]


def test_both_levels_are_whole() -> None:
    wanted = [f"{section}.{no}" for section, count in SECTIONS.items() for no in range(1, count + 1)]
    assert [row[0] for row in ROWS] == wanted
    assert {row[1] for row in ROWS} == {"1", "2"}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_requirement_is_met_somewhere_and_what_is_named_is_there(row: list[str]) -> None:
    _no, _level, requirement, where, test = row
    assert requirement
    assert where
    for named in re.findall(r"`((?:core|identity|web|counter)/[\w/.]*)`", where):
        assert (ROOT / "katip" / named).exists(), named
    if test == "–":
        return
    path, _, name = test.strip("`").partition("::")
    assert (ROOT / path).exists(), path
    if name:
        assert f"def {name}(" in (ROOT / path).read_text("utf-8"), name


def test_the_words_of_the_context_are_documented() -> None:
    assert str(passwords.SHORTEST) in README
    assert str(passwords.LONGEST) in README
    assert "their own names" in README
