"""Taking documents: one by one and in an archive, by those who may see the contract, written down."""

import io
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from katip.audit.log.sequence import sequence_all
from katip.audit.models import Event
from katip.contracts.models import Contract
from katip.core.actor import OPERATOR
from katip.core.codes import code_shown
from katip.documents.models import Document, DocumentFile
from katip.documents.services import take
from katip.documents.services.make import documents_make
from katip.registry.models import Official
from tests.cast import World, entered
from tests.web.test_officials import in_office, official

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract(world: World) -> Contract:
    return world.active(at=datetime.now(UTC))


def make_all() -> None:
    sequence_all(datetime.now(UTC))
    assert documents_make(actor=OPERATOR, at=datetime.now(UTC)).made


def text_of(response: Any) -> str:
    return str(response.content.decode())


def taken(verb: str) -> int:
    return Event.objects.filter(tag=f"document:{verb}:taken").count()


def test_the_contract_page_tells_what_is_ready(world: World, contract: Contract) -> None:
    client, page = entered(world, "owner"), reverse("contract", args=[contract.pk])
    shown = text_of(client.get(page))
    assert "Hazırlanıyor" in shown
    assert "Sayfayı yenile" in shown
    assert "Öne al" not in shown  # it is made within seconds: nothing to bring forward
    result = text_of(client.get(reverse("step_result", args=[contract.process_id])))
    assert f'href="{page}#belgeler"' in result

    wanted = client.post(reverse("document_want", args=[contract.pk]), {"surum": "1"})
    assert wanted.headers["Location"] == f"{page}#belgeler"
    assert client.post(reverse("document_want", args=[contract.pk]), {"surum": "7"}).status_code == 404
    assert client.post(reverse("document_want", args=[contract.pk]), {"surum": "²"}).status_code == 404

    make_all()
    shown = text_of(client.get(page))
    assert code_shown(Document.objects.get().code) in shown
    assert "Hazırlanıyor" not in shown


def test_a_file_is_for_the_sides_and_recorded(world: World, contract: Contract) -> None:
    document = Document.objects.get()
    url = reverse("document_download", args=[document.pk])
    assert entered(world, "owner").post(url).status_code == 404  # not made yet
    make_all()
    content = bytes(DocumentFile.objects.get().content)
    for role in ("owner", "manager", "specialist"):
        response = entered(world, role).post(url)
        assert response.content == content
        assert response.headers["Content-Type"] == "application/pdf"
        assert "sozlesme-" in response.headers["Content-Disposition"]
    assert taken("file") == 3
    statement = entered(world, "owner").post(url, {"bicim": "beyan"})
    document.refresh_from_db()
    assert statement.content.decode() == document.statement
    for role in ("stranger", "accountant"):
        assert entered(world, role).post(url).status_code == 404
    assert taken("file") == 4
    assert contract.pk == document.contract_id


def test_an_office_that_ended_opens_nothing(world: World, contract: Contract) -> None:
    make_all()
    url = reverse("document_download", args=[Document.objects.get().pk])
    client = in_office(official("inspector"))
    assert client.post(url).status_code == 200
    Official.objects.update(ended_on=contract.created_at.date())
    assert client.post(url).status_code == 404
    assert client.get(reverse("contract", args=[contract.pk])).status_code == 404


def archive_of(response: Any) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_a_lists_documents_come_in_one_archive(
    world: World, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.active(140, at=datetime.now(UTC))
    url, client = reverse("documents"), entered(world, "manager")
    page = text_of(client.get(url, {"liste": "devam"}))
    assert "Bu listede hazır belge yok" in page
    assert "2 sözleşmede" in page
    make_all()
    assert "2 sözleşmenin belgesi hazır" in text_of(client.get(url, {"liste": "devam"}))
    archive = archive_of(client.post(url, {"liste": "devam"}))
    files = {bytes(file.content) for file in DocumentFile.objects.all()}
    assert {archive.read(name) for name in archive.namelist()} == files
    assert archive.testzip() is None
    assert len(archive_of(client.post(url, {"liste": "devam", "ara": "iş güvenliği"})).namelist()) <= 2
    assert not archive_of(entered(world, "stranger").post(url, {"liste": "devam"})).namelist()
    monkeypatch.setattr(take, "MOST_FILES", 1)
    assert len(archive_of(client.post(url, {"liste": "devam"})).namelist()) == 1
    assert taken("files") == 4
