"""Seals whose timestamp was wanting get it later, once each, and the earlier file stays valid."""

from datetime import UTC, datetime

import pytest

from katip.audit.models import Event
from katip.core.actor import OPERATOR, Actor
from katip.core.errors import PermissionRefusedError
from katip.documents.models import Document, DocumentFile, Occasion
from katip.documents.seal.blank import BLANK
from katip.documents.seal.check import SealState, seal_check
from katip.documents.seal.models import WaitingSeal
from katip.documents.seal.pdf import pdf_seal, timestamp_add
from katip.documents.seal.tsa import breaker_reset
from katip.documents.seal.waiting import Repaired, seals_repair, waiting_count, waiting_note
from tests.documents.seal.tsa_server import Authority

pytestmark = pytest.mark.django_db
AT = datetime.now(UTC)


@pytest.fixture
def files(tsa: Authority, paper: bytes) -> list[DocumentFile]:
    """Two documents sealed while the authority was out, and one with its timestamp."""
    made = []
    for number in range(3):
        tsa.fault = "http_500" if number < 2 else ""
        breaker_reset()
        sealed = pdf_seal(paper, reason=str(number), at=AT)
        document = Document.objects.create(
            contract_id=number + 1, occasion=Occasion.ACTIVE, code=f"{number}" * 20, at=AT, due_at=AT
        )
        file = DocumentFile.objects.create(
            document=document,
            sha256=seal_check(sealed.content).sha256,
            content=sealed.content,
            sealed_at=AT,
            level=sealed.level,
            is_timestamped=sealed.timestamped,
            key_id=sealed.key_id,
        )
        waiting_note(file.pk, sealed, at=AT)
        made.append(file)
    return made


def test_what_waits_gets_its_timestamp_once(tsa: Authority, files: list[DocumentFile]) -> None:
    assert waiting_count(10) == 2
    assert seals_repair(actor=OPERATOR, at=AT) == Repaired(2)
    assert (waiting_count(10), seals_repair(actor=OPERATOR, at=AT)) == (0, Repaired(0))
    for file in files[:2]:
        first, second = DocumentFile.objects.filter(document=file.document_id).order_by("no")
        assert (first.level, second.level, second.no, second.is_timestamped) == ("B-B", "B-T", 2, True)
        found = [seal_check(bytes(each.content)) for each in (first, second)]
        assert [each.state for each in found] == [SealState.INTACT] * 2
        assert found[1].sha256 == second.sha256 != first.sha256
    assert DocumentFile.objects.filter(document=files[2].document_id).count() == 1
    assert Event.objects.filter(tag="documents:document:timestamped").count() == 2


def test_what_cannot_be_stamped_keeps_nobody_waiting(files: list[DocumentFile]) -> None:
    WaitingSeal.objects.all().delete()
    unsealed = DocumentFile.objects.create(
        document_id=files[2].document_id, no=9, sha256="0" * 64, content=BLANK, sealed_at=AT, level="B-B", key_id=""
    )
    for pk in (0, unsealed.pk, files[0].pk):  # destroyed since; no seal of ours; one that can be
        WaitingSeal.objects.create(file_id=pk, since=AT)
    assert seals_repair(actor=OPERATOR, at=AT) == Repaired(1)
    assert waiting_count(10) == 0


def test_an_authority_that_still_fails_is_asked_once(tsa: Authority, files: list[DocumentFile]) -> None:
    tsa.fault, tsa.asked = "http_500", 0
    assert seals_repair(actor=OPERATOR, at=AT) == Repaired(0, "http_500")
    assert seals_repair(actor=OPERATOR, at=AT) == Repaired(0, "http_500")
    assert (tsa.asked, waiting_count(10)) == (1, 2)


def test_two_at_once_stamp_a_file_once(
    tsa: Authority, files: list[DocumentFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    from katip.documents.seal import waiting as module

    original = timestamp_add

    def slowly(content: bytes, *, at: datetime) -> bytes:
        stamped = original(content, at=at)
        monkeypatch.setattr(module, "timestamp_add", original)
        seals_repair(actor=OPERATOR, at=AT)  # somebody else, meanwhile
        return stamped

    monkeypatch.setattr(module, "timestamp_add", slowly)
    assert seals_repair(actor=OPERATOR, at=AT).stamped == 0
    assert DocumentFile.objects.count() == 5
    assert not WaitingSeal.objects.exists()


def test_nothing_waits_where_no_authority_is_configured(home: object, paper: bytes) -> None:
    waiting_note(1, pdf_seal(paper, reason="x", at=AT), at=AT)
    assert waiting_count(10) == 0
    assert seals_repair(actor=OPERATOR, at=AT) == Repaired(0)


def test_only_the_operator_repairs(files: list[DocumentFile]) -> None:
    with pytest.raises(PermissionRefusedError):
        seals_repair(actor=Actor(person_id=1), at=AT)
