"""The check of a document as it is really made: rendered, sealed, logged; and what happens to it when it is touched."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from katip.audit.log.keys import log_keys
from katip.audit.log.sequence import sequence_all
from katip.audit.looks import Occasion
from katip.audit.looks_model import Look
from katip.core.actor import OPERATOR
from katip.core.codes import code_shown
from katip.documents.models import Document
from katip.documents.services.make import documents_make
from katip_verify.main import main as verify_main
from tests.cast import World, entered

pytestmark = pytest.mark.django_db


@dataclass
class Issued:
    """A document, its file, and what both proofs say."""

    world: World
    code: str
    content: bytes
    seal: str

    def proof(self, *, role: str = "") -> bytes:
        client = entered(self.world, role) if role else Client()
        answer = client.get(reverse("verify_full_proof" if role else "verify_proof", args=[self.code]))
        assert answer.status_code == 200
        return bytes(answer.content)


@pytest.fixture
def issued(world: World) -> Issued:
    """One document, made as the hands make it."""
    at = datetime.now(UTC) - timedelta(minutes=5)
    contract = world.active(at=at)
    sequence_all(at)
    assert documents_make(actor=OPERATOR, at=at + timedelta(minutes=1)).made == 1
    document = Document.objects.get(contract=contract)
    file = document.files.get()
    return Issued(world, code_shown(document.code), bytes(file.content), file.key_id)


def told(content: bytes) -> str:
    answer = Client().post(reverse("verify"), {"file": SimpleUploadedFile("belge.pdf", content)})
    assert answer.status_code == 200
    return answer.text


def test_what_was_issued_is_genuine_and_what_was_touched_is_not(issued: Issued) -> None:
    assert "Bu belge kayıtta var ve bugün geçerli" in Client().get(reverse("verify_code", args=[issued.code])).text
    assert "Bu belge gerçek, değişmemiş ve bugün geçerli" in told(issued.content)
    assert "bir şey eklenmiş" in told(issued.content + b"\n% one more line\n")
    bent = bytearray(issued.content)
    bent[len(bent) // 3] ^= 1
    assert "içerik değiştirilmiş" in told(bytes(bent))


def test_both_proofs_hold_before_the_separate_program(
    issued: Issued, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paper = tmp_path / "belge.pdf"
    paper.write_bytes(issued.content)
    for name, content in (("public", issued.proof()), ("full", issued.proof(role="owner"))):
        file = tmp_path / f"{name}.json"
        file.write_bytes(content)
        given = [
            "--key",
            log_keys().vkeys[0],
            "--pdf",
            str(paper),
            *(["--seal-sha256", issued.seal] if name == "full" else []),
        ]
        assert verify(["document", str(file), *given]) == 0, capsys.readouterr().out
    bent = json.loads(issued.proof())
    bent["entry"] = base64.b64encode(bytes(32)).decode()
    file.write_text(json.dumps(bent), "utf-8")
    assert verify(["document", str(file), "--key", log_keys().vkeys[0]]) == 1


def test_the_paper_names_the_entry_that_the_proof_proves(issued: Issued) -> None:
    public, full = (json.loads(issued.proof(role=role)) for role in ("", "owner"))
    assert public == {name: full[name] for name in public}
    payload = full["statement"].split(".")[1]
    log = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["log"]
    assert log["entry"] == base64.b64decode(public["entry"]).hex()
    assert (log["index"], log["origin"]) == (public["index"], public["origin"])


def verify(arguments: list[str]) -> int:
    try:
        return int(verify_main(arguments) or 0)
    except SystemExit as end:
        return int(end.code or 0)


def test_who_takes_the_full_proof_is_recorded_and_who_checks_in_public_is_not(issued: Issued) -> None:
    looks = Look.objects.filter(person_id=issued.world.specialist.pk)
    issued.proof()
    Client().get(reverse("verify_code", args=[issued.code]))
    assert not looks.exists()
    issued.proof(role="owner")
    assert [look.occasion for look in looks] == [Occasion.DOCUMENT]
