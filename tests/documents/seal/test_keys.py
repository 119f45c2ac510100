"""Keys come and go; what they sealed stays sealed."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from katip.audit.models import Event
from katip.core.actor import OPERATOR, Actor, Capacity
from katip.core.errors import PermissionRefusedError
from katip.documents.seal.check import SealReason, SealState, seal_check
from katip.documents.seal.errors import SealError
from katip.documents.seal.files import sealer_current
from katip.documents.seal.keys import certificates_pem, keys_known, retired_drop, seal_revoke, seal_rotate
from katip.documents.seal.models import SealKey
from katip.documents.seal.pdf import pdf_seal
from katip.documents.seal.port import key_id_of
from katip.documents.seal.statement import statement_read, statement_sign

pytestmark = pytest.mark.django_db
AT = datetime.now(UTC).replace(microsecond=0)
HOUR = timedelta(hours=1)


def test_seals_stay_valid_when_their_key_goes(home: Path, paper: bytes) -> None:
    first = pdf_seal(paper, reason="x", at=AT)
    said = statement_sign({"ne": "sözleşme"}, at=AT)
    old = sealer_current().chain[0]
    key_id = seal_rotate(actor=OPERATOR, at=AT + HOUR)
    second = pdf_seal(paper, reason="x", at=AT + HOUR)
    assert second.key_id == key_id != first.key_id
    assert [seal_check(each.content).state for each in (first, second)] == [SealState.INTACT] * 2
    assert statement_read(said, old) == {"ne": "sözleşme"}
    used = {row.key_id: (row.used_from, row.used_until) for row in SealKey.objects.all()}
    assert used == {first.key_id: (AT, AT + HOUR), second.key_id: (AT + HOUR, None)}
    tags = list(Event.objects.filter(tag__startswith="documents:seal_key").values_list("tag", flat=True))
    assert tags == ["documents:seal_key:used"] * 2
    assert sealer_current().chain[1] in keys_known()[-1].chain  # below the same root, that others imported once


def test_every_certificate_can_be_shown_without_a_private_key(home: Path, paper: bytes) -> None:
    assert certificates_pem() == ""
    first = pdf_seal(paper, reason="x", at=AT).key_id
    second = seal_rotate(actor=OPERATOR, at=AT + HOUR)
    shutil.rmtree(home / "keys")
    shown = certificates_pem()
    found = [key_id_of(each) for each in x509.load_pem_x509_certificates(shown.encode())]
    assert (len(found), {first, second} < set(found)) == (3, True)  # the root stands above both, once
    assert "PRIVATE" not in shown


def test_the_private_key_of_a_retired_certificate_is_destroyed(home: Path, paper: bytes) -> None:
    pdf_seal(paper, reason="x", at=AT)
    seal_rotate(actor=OPERATOR, at=AT + HOUR)
    folder = home / "keys" / "seal"
    assert len(list(folder.glob("*.key"))) == 3
    assert (retired_drop(), retired_drop()) == (1, 0)
    left = {file.stem for file in folder.glob("*.key")}
    assert left == {"ca", (folder / "current").read_text().strip()}
    assert len(list(folder.glob("*.pem"))) == 3


def test_a_compromised_key_seals_nothing_and_what_it_sealed_since_is_doubted(home: Path, paper: bytes) -> None:
    before, after = (pdf_seal(paper, reason="x", at=AT + hours * HOUR) for hours in (0, 2))
    seal_revoke(actor=OPERATOR, at=AT + 3 * HOUR, key_id=before.key_id[:16], since=AT + HOUR)
    with pytest.raises(SealError, match="compromised"):
        pdf_seal(paper, reason="x", at=AT + 3 * HOUR)
    with pytest.raises(SealError, match="compromised"):
        statement_sign({}, at=AT + 3 * HOUR)
    assert seal_check(before.content, issued_at=AT).state == SealState.INTACT
    for doubted in (seal_check(before.content), seal_check(after.content, issued_at=AT + 2 * HOUR)):
        assert (doubted.state, doubted.reason) == (SealState.DOUBTED, SealReason.KEY_REVOKED)
    seal_rotate(actor=OPERATOR, at=AT + 4 * HOUR)
    assert seal_check(pdf_seal(paper, reason="x", at=AT + 4 * HOUR).content).state == SealState.INTACT
    assert Event.objects.filter(tag="documents:seal_key:revoked").count() == 1


def test_the_mark_moves_to_an_earlier_moment_only(home: Path, paper: bytes) -> None:
    key_id = pdf_seal(paper, reason="x", at=AT).key_id
    revoke: Any = {"actor": OPERATOR, "at": AT + 3 * HOUR, "key_id": key_id}
    seal_revoke(**revoke, since=AT + 2 * HOUR)
    seal_revoke(**revoke, since=AT + HOUR)
    for since in (AT + 2 * HOUR, AT + 9 * HOUR):
        with pytest.raises(SealError, match="future"):
            seal_revoke(**revoke, since=since)
    assert SealKey.objects.get().revoked_since == AT + HOUR
    for unknown in ("", "ff" * 32):
        with pytest.raises(SealError, match="No key"):
            seal_revoke(**(revoke | {"key_id": unknown}), since=AT)


def test_a_machine_that_was_not_told_goes_on_for_a_day(home: Path, paper: bytes, settings: Any) -> None:
    old = pdf_seal(paper, reason="x", at=AT)
    elsewhere = home / "elsewhere"
    settings.KATIP = settings.KATIP.model_copy(update={"data": elsewhere})
    with pytest.raises(SealError, match="Bring that folder here"):  # it begins no authority of its own
        pdf_seal(paper, reason="x", at=AT + HOUR)
    assert not elsewhere.exists()
    seal_rotate(actor=OPERATOR, at=AT + HOUR)  # unless the operator says so: another key took its place
    assert seal_check(pdf_seal(paper, reason="x", at=AT + HOUR).content).state == SealState.INTACT
    settings.KATIP = settings.KATIP.model_copy(update={"data": home})
    late = pdf_seal(paper, reason="x", at=AT + 5 * HOUR)
    assert late.key_id == old.key_id
    assert seal_check(late.content).state == SealState.INTACT
    with pytest.raises(SealError, match="Another key took the place"):
        pdf_seal(paper, reason="x", at=AT + 26 * HOUR)


def test_a_key_of_the_operator_is_changed_by_its_files(home: Path, paper: bytes, settings: Any) -> None:
    pdf_seal(paper, reason="x", at=AT)
    folder = home / "keys" / "seal"
    name = (folder / "current").read_text().strip()
    update = {"seal_key": folder / f"{name}.key", "seal_chain": folder / f"{name}.pem"}
    settings.KATIP = settings.KATIP.model_copy(update=update)
    with pytest.raises(SealError, match="still names the key"):
        seal_rotate(actor=OPERATOR, at=AT + HOUR)
    assert retired_drop() == 0


def test_only_the_operator_touches_keys(home: Path) -> None:
    stranger = Actor(person_id=1, capacity=Capacity.INDIVIDUAL)
    with pytest.raises(PermissionRefusedError):
        seal_rotate(actor=stranger, at=AT)
    with pytest.raises(PermissionRefusedError):
        seal_revoke(actor=stranger, at=AT, key_id="a", since=AT)
    assert not (home / "keys").exists()
