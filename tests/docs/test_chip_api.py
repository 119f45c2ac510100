"""What docs/chip-api.md promises to those who write readers is what the API does."""

import re
from pathlib import Path

from katip.api import chip, urls
from katip.core.codes import LETTERS
from katip.identity.chip.evidence import MAX_DATA_GROUP, MAX_SECURITY_OBJECT, MAX_SIGNATURE, Level, Reason
from katip.identity.services.chip_session import CHALLENGE_LENGTH, CODE_LENGTH, LASTS, ChipStage, GivenUp

TEXT = (Path(__file__).parents[2] / "docs" / "chip-api.md").read_text("utf-8")


def _first_column(heading: str) -> set[str]:
    """The codes in the first column of the table under a heading of this name."""
    table = TEXT.split(f"\n| {heading} |")[1].split("\n\n")[0]
    return {code for line in table.splitlines()[2:] for code in re.findall(r"`(\w+)`", line.split("|")[1])}


def test_every_call_is_described() -> None:
    told = set(re.findall(r"^### `(\w+)`:", TEXT, re.MULTILINE))
    assert {f"chip/v1/{call}" for call in told} == {
        str(route.pattern) for route in urls.urlpatterns if str(route.pattern).startswith("chip/")
    }


def test_every_error_stands_with_its_status() -> None:
    told = {code: int(status) for status, code in re.findall(r"^\| (\d{3}) \| `(\w+)` \|", TEXT, re.MULTILINE)}
    assert told == chip._STATUS
    assert set(chip._MESSAGES) == set(told)


def test_stages_verdicts_and_reasons_are_all_there() -> None:
    assert _first_column("stage") == set(ChipStage)
    assert _first_column("verdict") == set(Level)
    assert _first_column("reason | when") == set(GivenUp)
    assert _first_column("reason | what is wrong") == set(Reason)


def test_the_figures_are_right() -> None:
    for words in (
        f"eight signs of `{LETTERS}`",
        f"challenge of {CHALLENGE_LENGTH} bytes",
        f"| {MAX_SECURITY_OBJECT >> 10} kB |",
        f"| {MAX_DATA_GROUP >> 10} kB each |",
        f"| {MAX_SIGNATURE >> 10} kB |",
        f"a body is {chip._LARGE >> 10} kB at most",
        "try 20 wrong codes in five minutes",
    ):
        assert words in TEXT
    assert (CODE_LENGTH, LASTS.total_seconds(), chip.WRONG_CODES) == (8, 180, "20/5m/ip")
    assert set(chip.GROUPS) == {"1", "14", "15"}


def test_it_says_that_no_app_is_shipped() -> None:
    assert "**No phone app is shipped yet**" in TEXT
