"""`katip seal`, as the operator types it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from katip.cli.seal import command
from katip.core.finding import Weight
from katip.documents.seal import doctor
from katip.documents.seal.files import sealer_current
from katip.documents.seal.models import SealKey, WaitingSeal
from katip.documents.seal.pdf import pdf_seal
from tests.documents.seal.conftest import home, paper, tsa
from tests.documents.seal.tsa_server import Authority

__all__ = ["home", "paper", "tsa"]
pytestmark = pytest.mark.django_db
FOLDER = "keys/seal"


def now() -> datetime:
    return datetime.now(UTC)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)


def examined(at: datetime) -> dict[str, str]:
    """What is not fine → how to mend it."""
    found = [each for each in doctor.seal_examine(at) if each.weight != Weight.FINE]
    assert all(each.why for each in found)
    return {each.what: each.mend for each in found}


def test_a_fresh_installation_is_fine(home: Path) -> None:
    said = run("doctor")
    assert said.exit_code == 0, said.output
    assert "a blank page was sealed and checked" in said.output
    assert "no timestamp authority" in said.output
    assert not SealKey.objects.exists()  # looking is not using
    assert run("keys").output == "Nothing has been sealed yet.\n"


def test_keys_that_others_read(home: Path) -> None:
    sealer_current()
    file = home / FOLDER / "ca.key"
    file.chmod(0o640)
    (home / FOLDER).chmod(0o755)
    said = run("doctor")
    assert said.exit_code == 1
    assert f"→ chmod 600 {file}" in said.output
    assert f"→ chmod 700 {home / FOLDER}" in said.output


def test_a_key_that_is_away_or_does_not_fit(home: Path, settings: Any) -> None:
    settings.KATIP = settings.KATIP.model_copy(update={"seal_key": home / "none.pem"})
    said = run("doctor")
    assert (said.exit_code, "none.pem: No such file" in said.output) == (1, True)
    refused = run("rotate")
    assert (refused.exit_code, "Traceback" in refused.output) == (1, False)


@pytest.mark.parametrize(
    ("days", "weight", "word"), [(0, None, ""), (5 * 365 - 60, "warning", "expires"), (5 * 366, "problem", "expired")]
)
def test_certificates_that_end(home: Path, days: int, weight: str | None, word: str) -> None:
    sealer_current()
    found = [
        each for each in doctor.seal_examine(now() + timedelta(days=days)) if "Katip belge mührü" in each.what and word
    ]
    if weight is None:
        assert found == []
        return
    ends = next(each for each in found if word in each.what)
    assert (ends.weight, ends.mend) == (weight, "katip seal rotate")


def test_a_chain_that_ends_too_early(home: Path, settings: Any) -> None:
    chain = sealer_current().chain
    name = (home / FOLDER / "current").read_text().strip()
    alone = home / "alone.pem"
    alone.write_bytes(chain[0].public_bytes(Encoding.PEM))
    update = {"seal_key": home / FOLDER / f"{name}.key", "seal_chain": alone}
    settings.KATIP = settings.KATIP.model_copy(update=update)
    assert "Add the certificates above to KATIP_SEAL_CHAIN." in examined(now()).values()


def test_the_clock(home: Path) -> None:
    (what,) = (each for each in examined(now() + timedelta(hours=1)) if "clock" in each)
    assert "seconds apart" in what


def test_an_authority_that_works_and_one_that_fails(tsa: Authority, settings: Any) -> None:
    assert "timestamp authority: 0 s from this clock" in run("doctor").output
    for fault, mend in (
        ("http_500", "katip seal repair"),
        ("clock", "follow a time server"),
        ("expired", "KATIP_SEAL_TSA_CA"),
    ):
        tsa.fault = fault
        (given,) = (value for what, value in examined(now()).items() if "gives none" in what)
        assert mend in given
    assert run("doctor").exit_code == 0  # seals are set all the same
    settings.KATIP = settings.KATIP.model_copy(update={"seal_tsa_ca": None})
    assert run("doctor").exit_code == 1


def test_what_waits_is_told_and_repaired(tsa: Authority) -> None:
    WaitingSeal.objects.create(file_id=1, since=now())
    assert examined(now())["1 seals wait for their timestamp"] == "katip seal repair"
    WaitingSeal.objects.all().delete()
    assert run("repair").output == "0 got their timestamp, 0 wait.\n"


def test_without_an_authority_there_is_nothing_to_repair(home: Path) -> None:
    assert "No timestamp authority is configured" in run("repair").output


def test_from_one_key_to_the_next(home: Path, paper: bytes, tmp_path: Path) -> None:
    first = pdf_seal(paper, reason="x", at=now())
    file = tmp_path / "first.pdf"
    file.write_bytes(first.content)
    rotated = run("rotate")
    assert rotated.exit_code == 0, rotated.output
    assert len(list((home / FOLDER).glob("*.key"))) == 2  # the authority's, and the current one
    lines = run("keys").output.splitlines()
    assert "in use" in lines[0]
    assert lines[1].startswith(first.key_id[:16])
    checked = run("check", file)
    assert (checked.exit_code, checked.output.splitlines()[0]) == (0, "intact")
    root = x509.load_pem_x509_certificate(run("certificate", "--root").output.encode())
    assert root == sealer_current().chain[-1]


def test_a_compromised_key_is_replaced_at_once(home: Path, paper: bytes, tmp_path: Path) -> None:
    made = pdf_seal(paper, reason="x", at=now())
    file = tmp_path / "first.pdf"
    file.write_bytes(made.content)
    since = f"{now() - timedelta(days=1):%Y-%m-%d %H:%M}"
    assert run("revoke", made.key_id[:12], "--since", since).exit_code == 1  # nobody answered the question
    revoked = run("revoke", made.key_id[:12], "--since", since, "--yes")
    assert revoked.exit_code == 0, revoked.output
    assert "Documents are sealed by" in revoked.output
    assert not (home / FOLDER / f"{made.key_id[:16]}.key").exists()
    checked = run("check", file)
    assert (checked.exit_code, checked.output.splitlines()[0]) == (1, "doubted key_revoked")
    assert "COMPROMISED" in run("keys").output
    assert examined(now()) == {}
