"""`katip chip`, as the operator types it."""

import inspect
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from katip.cli.chip import command
from katip.demo.cards.issuer import country_make, revocation_list
from katip.identity.chip import keys, trust, trust_review
from katip.identity.chip.evidence import Reason
from tests.identity.chip.scene import CHALLENGE, NATIONAL_ID, card, country, signer

DOCS = Path(__file__).parents[2] / "docs" / "chip-trust.md"
NOW = datetime.now(UTC)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KATIP_CHIP_TRUST", str(tmp_path / "trust"))
    return tmp_path / "trust"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    shown = card()
    for name, content in {
        "country.cer": country().certificate,
        "country.crl": revocation_list(country(), at=NOW - timedelta(days=1)),
        "signer.cer": signer().certificate,
        "sod.bin": shown.security_object,
        "answer.bin": shown.answer(CHALLENGE) or b"",
        **{f"{number}.bin": data for number, data in shown.groups.items()},
    }.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)


def verify(files: Path, *more: object) -> Result:
    groups = [option for number in (1, 14, 15) for option in ("--group", f"{number}={files / f'{number}.bin'}")]
    return run("verify", "--security-object", files / "sod.bin", *groups, *more)


def test_from_an_empty_folder_to_a_card_that_proves_itself(folder: Path, files: Path) -> None:
    answer = "--challenge", CHALLENGE.hex(), "--signature", files / "answer.bin"
    checked = run("trust", "check")
    assert (checked.exit_code, checked.output.splitlines()[0]) == (1, "problem  no_certificate  TUR")
    assert "every ID card is refused" in run("trust", "list").output
    refused = verify(files, *answer)
    assert refused.exit_code == 1
    assert refused.output.splitlines()[:2] == ["refused", "  no_trusted_country"]

    added = run("trust", "add", files / "country.crl", files / "country.cer")
    assert added.exit_code == 0
    assert added.output.count("added") == 2
    assert run("trust", "add", files / "country.cer").output.startswith("known")
    checked = run("trust", "check")
    assert (checked.exit_code, checked.output) == (0, "Cards of TUR can be verified.\n")
    listed = run("trust", "list").output
    assert "certificate  TR  until 2041-12-27" in listed
    assert "0 withdrawn" in listed
    proved = verify(files, *answer)
    assert (proved.exit_code, proved.output.splitlines()[0]) == (0, "chip_with_clone_check")


def test_nothing_that_stands_on_the_card_is_printed(folder: Path, files: Path) -> None:
    run("trust", "add", files / "country.crl", files / "country.cer")
    output = verify(files).output
    assert "clone_check_missing" in output
    for personal in (NATIONAL_ID, "YILMAZ", "AYSE", "A12B34567"):
        assert personal not in output


def test_who_is_no_country_is_not_added(folder: Path, files: Path) -> None:
    refused = run("trust", "add", files / "signer.cer", files / "country.cer")
    assert refused.exit_code == 1
    assert "refused  signer.cer: not_an_authority" in refused.output
    assert len(list(folder.iterdir())) == 1


def test_the_check_fails_when_a_list_is_overdue_and_grace_is_over(
    folder: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (files / "old.crl").write_bytes(revocation_list(country(), at=NOW - timedelta(days=95)))
    run("trust", "add", files / "country.cer", files / "old.crl")
    checked = run("trust", "check")
    assert checked.exit_code == 1
    assert "problem  revocation_list_stale" in checked.output
    monkeypatch.setenv("KATIP_CHIP_REVOCATION_GRACE_DAYS", "10")
    checked = run("trust", "check")
    assert checked.exit_code == 0
    assert "note     revocation_list_in_grace" in checked.output


def test_other_states_are_taken_by_setting(folder: Path, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (files / "ut.cer").write_bytes(country_make("UT", common="Utopia").certificate)
    run("trust", "add", files / "country.crl", files / "country.cer", files / "ut.cer")
    assert run("trust", "check").exit_code == 0
    monkeypatch.setenv("KATIP_CHIP_STATES", "TUR UTO")
    assert "revocation_list_missing" in run("trust", "check").output


@pytest.mark.parametrize("option", [["--group", "x=1"], ["--group", "1"], ["--challenge", "xyz"]])
def test_odd_options_are_refused(folder: Path, files: Path, option: list[str]) -> None:
    assert run("verify", "--security-object", files / "sod.bin", *option).exit_code == 2


def test_the_guide_tells_of_every_reason_and_every_code() -> None:
    text = DOCS.read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \| .* \| .*\|$", text, re.MULTILINE) == [str(reason) for reason in Reason]
    told = set(re.findall(r"`(\w+)`", text))
    for module in (trust, trust_review):
        source = inspect.getsource(module)
        codes = set(re.findall(r'(?:FaultError|Fault)\((?:\w+, )?"(\w+)"', source))
        codes |= set(re.findall(r'Finding\(Weight\.\w+, "(\w+)"', source))
        assert codes
        assert codes - told == set()
    key_codes = set(re.findall(r'KeyUnfitError\("(\w+)"\)', inspect.getsource(keys)))
    assert {f"key_{code}" for code in key_codes} - told == set()
