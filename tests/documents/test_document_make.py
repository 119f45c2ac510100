"""A contract's documents: asked for with the approval, made once the log has the event, sealed, proving themselves."""

import base64
import hashlib
import json
import re
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from katip.audit.log.sequence import sequence_all
from katip.audit.models import Event, EventDetail
from katip.audit.services.record import detail_hash
from katip.contracts import listeners
from katip.contracts.models import Contract, ContractVersion
from katip.contracts.month.proof import leaf_of, root_by
from katip.contracts.services.end import contract_end
from katip.contracts.services.update import update_propose
from katip.core.actor import OPERATOR
from katip.core.clock import day_of
from katip.documents import jobs
from katip.documents.making.facts import Reading
from katip.documents.making.paper import Register, paper_of
from katip.documents.models import Document, DocumentFile, DocumentState, MonthDocuments, Urgency
from katip.documents.seal.check import SealState, seal_check
from katip.documents.selectors import document_of_code
from katip.documents.services import make
from katip.documents.services.carry import contracts_carry
from katip.documents.services.make import Made, documents_make, register_now
from katip.documents.services.wanted import document_want, missing_ask, month_ask
from katip.documents.sheet import csv_write
from katip.processes.services.terms import terms_hash
from tests.cast import AT, World
from tests.contracts.people import answer, people_make
from tests.documents.test_carry import ours
from tests.updates.monthly import carried, consents, tell

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=3)


def now() -> datetime:
    return datetime.now(UTC)


def make_all(*, at: datetime | None = None) -> Made:
    sequence_all(now())
    return documents_make(actor=OPERATOR, at=at or now())


def ended(world: World, contract: Contract, at: datetime = LATER) -> None:
    actor, note = world.actor("owner", at=at), "İşyeri başka bir kurumla çalışacak."
    contract_end(actor=actor, at=at, contract_id=contract.pk, last_day=day_of(at), note=note)


def payload(document: Document) -> dict[str, Any]:
    part = document.statement.split(".")[1]
    body: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return body


def pages(content: bytes) -> bytes:
    """All streams of a PDF that unpack."""
    found = []
    for match in re.finditer(rb"stream\r?\n", content):
        try:
            found.append(zlib.decompressobj().decompress(content[match.end() :]))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_an_approval_asks_for_a_document_and_the_log_comes_first(world: World) -> None:
    contract = world.accepted()
    assert not Document.objects.exists()
    world.decide("owner", contract)
    document = Document.objects.get()
    assert (document.contract_id, document.occasion, document.version_no) == (contract.pk, "active", 1)
    assert len(document.code) == 20
    assert document_of_code(document.code.lower()) == document
    assert document_of_code("nobody has this") is None

    assert documents_make(actor=OPERATOR, at=now()) == Made(0, 1, 0)  # the event has no place in the log yet
    document.refresh_from_db()
    assert (document.state, document.attempts) == (DocumentState.WAITING, 0)
    assert make_all() == Made(0, 0, 0)  # not before its time
    assert make_all(at=now() + timedelta(seconds=5)) == Made(1, 0, 0)


def test_what_is_made_proves_itself(world: World) -> None:
    contract = world.active()
    assert make_all() == Made(1, 0, 0)
    document, file = Document.objects.get(), DocumentFile.objects.get()
    content = bytes(file.content)

    finding = seal_check(content)
    assert (finding.state, finding.sha256, finding.key_id) == (SealState.INTACT, file.sha256, file.key_id)
    for mark in (
        b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>",
        b"<pdfuaid:part>1</pdfuaid:part>",
        b"/MarkInfo<</Marked true",
        b"/DisplayDocTitle true",
        b"/Lang(tr-TR)",
        b"/StructTreeRoot",
        b"/S/Table",
        b"/S/TH",
        b"/S/H1",
        "Hizmet sözleşmesi belgesi".encode(),
    ):
        assert mark in content, mark
    shown = pages(content)
    assert b"/Lang(en-GB)" in shown
    assert b"/Alt<FEFF" in shown
    assert world.specialist.national_id.encode() not in content + shown

    body = payload(document)
    event, decided = Event.objects.get(pk=document.event_id or 0), contract.process
    decided.refresh_from_db()
    assert body["terms"]["sha256"] == terms_hash(body["terms"]["approved"]) == decided.terms_hash
    assert [(one["role"], one["name"]) for one in body["approvals"]] == [
        ("professional", world.specialist.name),
        ("employer", world.owner.name),
    ]
    assert {one["second_step"]["method"] for one in body["approvals"]} == {"totp"}
    opened = body["event"]
    assert hashlib.sha256(opened["text"].encode()).hexdigest() == body["log"]["entry"]
    told = json.loads(opened["text"].split("\n", 1)[1])
    assert (told["id"], told["tag"]) == (event.pk, "process:step:approved")
    salt, detail = bytes.fromhex(opened["detail"]["salt"]), opened["detail"]["body"]
    assert detail_hash(salt, detail).hex() == told["detail_hash"]
    assert f"index {body['log']['index']}\n" in body["log"]["proof"]
    assert world.specialist.national_id not in json.dumps(body)

    told = EventDetail.objects.get(event__tag="document:file:made").body
    assert told == {"files": {str(document.pk): file.sha256}}


def test_every_version_and_the_end_have_their_own(world: World) -> None:
    contract = world.active()
    update = update_propose(actor=world.actor("manager"), at=AT, contract_id=contract.pk, minutes=300)
    world.decide("owner", update, at=AT + timedelta(days=1))
    ended(world, contract)
    assert make_all() == Made(3, 0, 0)
    told = {document.occasion: payload(document) for document in Document.objects.all()}
    assert [told["version"]["version"][name] for name in ("no", "minutes", "basis")] == [2, 300, "updated"]
    assert len(told["version"]["approvals"]) == 3
    assert told["ended"]["end"]["reason"] == "by_employer"
    assert json.loads(told["ended"]["event"]["text"].split("\n", 1)[1])["tag"] == "contract:end:made"
    indexes = [told[name]["log"]["index"] for name in ("active", "version", "ended")]
    assert indexes == sorted(set(indexes))


def test_a_paper_says_who_where_and_what_it_is_not(world: World) -> None:
    ended(world, world.active())
    sequence_all(now())
    documents = list(Document.objects.order_by("pk"))
    reading = Reading(documents)
    first, last = (
        json.dumps(
            paper_of(reading.facts(one), Register("https://katip.example", "Örnek", is_ministry=ministry)),
            ensure_ascii=False,
        )
        for one, ministry in zip(documents, (False, True), strict=True)
    )
    assert "Bu kurulum Bakanlığın İSG-KATİP kaydı değildir" in first
    assert "no legal effect there" in first
    assert "değildir" not in last
    assert "İGU Yön. m.12" in first
    assert "12 çalışan × 20 dakika = 240 dakika" in first
    assert world.specialist.national_id_masked in first
    assert "Ended by the employer" in last
    assert "İşyeri başka bir kurumla çalışacak." in last
    for text in (first, last):
        assert "nitelikli" not in text.lower()
        assert text.lower().count("imza") == 1  # where it says that it replaces none
        assert "https://katip.example/dogrula/" in text


def test_one_that_cannot_be_made_keeps_nobody_waiting(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.active(103)
    world.active(140)
    first, second = Document.objects.order_by("pk")
    right = make.document_make

    def wrong(facts: Any, register: Register, at: datetime) -> Any:
        if facts.document.pk == first.pk:
            raise RuntimeError("no ink")
        return right(facts, register, at)

    monkeypatch.setattr(make, "document_make", wrong)
    moment = now()
    assert make_all(at=moment) == Made(1, 0, 1)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.fault, first.attempts) == ("waiting", "RuntimeError", 1)
    assert first.due_at == moment + timedelta(seconds=2)
    assert second.state == "made"
    monkeypatch.undo()
    assert make_all(at=moment + timedelta(seconds=1)) == Made(0, 0, 0)
    assert make_all(at=moment + timedelta(seconds=3)) == Made(1, 0, 0)


def test_an_occasion_without_an_event_is_asked_for_ever_more_seldom(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.active()
    monkeypatch.setattr("katip.documents.making.facts._approval_events", lambda _: {})
    moment = now()
    for tries, pause in ((1, 2), (2, 4), (3, 8)):
        assert make_all(at=moment) == Made(0, 0, 1)
        document = Document.objects.get()
        assert (document.fault, document.attempts) == (make.NO_EVENT, tries)
        assert document.due_at == moment + timedelta(seconds=pause)
        moment = document.due_at


def test_what_somebody_makes_is_nobody_elses_for_a_while(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.active()
    sequence_all(now())
    moment = now()
    monkeypatch.setattr(make, "_keep", lambda **_: None)  # killed before it kept anything
    monkeypatch.setattr(make, "document_make", lambda *_: None)
    assert documents_make(actor=OPERATOR, at=moment).made == 1
    assert documents_make(actor=OPERATOR, at=moment + timedelta(minutes=4)) == Made(0, 0, 0)
    assert documents_make(actor=OPERATOR, at=moment + timedelta(minutes=6)).made == 1


def test_whatever_waits_is_called_for_once(world: World) -> None:
    assert jobs.documents_tend() == 0
    world.active()
    assert jobs.documents_tend() == 1
    assert jobs.documents_tend() == 0
    MonthDocuments.objects.create(run=1, chunk=1, at=AT)
    assert jobs.documents_tend() == jobs.CALLS[jobs.LATER]
    jobs.documents_later(lambda: False)
    assert not MonthDocuments.objects.filter(is_open=True).exists()


def test_contracts_of_before_are_asked_for_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "_LISTENERS", [])  # as they were made before there were documents
    running, over = world.active(103), world.active(140)
    ended(world, over)
    assert missing_ask(actor=OPERATOR, at=LATER, after=0, everything=False) == (1, running.pk)
    assert Document.objects.get().urgency == Urgency.MONTH
    assert missing_ask(actor=OPERATOR, at=LATER, after=0, everything=False)[0] == 0
    count, after = missing_ask(actor=OPERATOR, at=LATER, after=0, everything=True)
    assert (count, after) == (2, over.pk)
    assert missing_ask(actor=OPERATOR, at=LATER, after=over.pk, everything=True) == (0, None)


def test_one_that_somebody_wants_comes_first(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "_LISTENERS", [])
    contract = world.active()
    document_want(actor=world.actor("specialist"), at=AT, contract_id=contract.pk, version_no=1)
    assert Document.objects.get().urgency == Urgency.ASKED
    for role, version_no in (("stranger", 1), ("owner", 2), ("owner", 0)):
        with pytest.raises(Exception, match="not_yours"):
            document_want(actor=world.actor(role), at=AT, contract_id=contract.pk, version_no=version_no)
    assert Document.objects.count() == 1


def test_the_register_is_the_installations(settings: Any) -> None:
    register = register_now()
    assert register.origin == settings.KATIP.origin
    assert ContractVersion.objects.count() == 0


def test_a_months_documents_come_one_row_for_a_chunk_and_prove_their_leaf(world: World) -> None:
    contract = world.active()
    consents(world)
    tell({world.workplace: 15})
    run = carried()
    assert MonthDocuments.objects.get(is_open=True).run == run.pk
    assert Document.objects.count() == 1  # of the approval
    assert month_ask(actor=OPERATOR, at=now())
    assert not month_ask(actor=OPERATOR, at=now())
    document = Document.objects.get(version_no=2)
    assert (document.contract_id, document.urgency) == (contract.pk, Urgency.MONTH)
    sequence_all(now())
    assert documents_make(actor=OPERATOR, at=now(), least=Urgency.USUAL).made == 1
    assert make_all().made == 1
    document.refresh_from_db()
    body = payload(document)
    month, opened = body["month"], body["event"]
    leaf = leaf_of(month["leaf_text"])
    assert leaf.hex() == month["leaf"]
    path = [(side, bytes.fromhex(beside)) for side, beside in month["path"]]
    assert root_by(leaf, path).hex() == opened["detail"]["body"]["root"]
    assert body["consent"]["automatic_update"] is True
    assert body["version"]["minutes"] == 300


def test_own_staff_and_what_was_carried_over_have_words_of_their_own(world: World, tmp_path: Path) -> None:
    people = people_make(world)
    contract = people.assign()
    answer(people.employee, contract.process)
    path = tmp_path / "sheet.csv"
    with path.open("wb") as file:
        csv_write(file, [ours(world)])
    contracts_carry(at=AT, path=path)
    carried_over = Contract.objects.get(carried_over=True)
    assert Document.objects.get().contract_id == contract.pk  # nothing was decided about the other one here
    assert missing_ask(actor=OPERATOR, at=AT, after=0, everything=False)[0] == 0
    document_want(actor=world.actor("specialist"), at=AT, contract_id=carried_over.pk, version_no=1)
    sequence_all(now())
    documents = list(Document.objects.order_by("pk"))
    reading = Reading(documents)
    own, other = (json.dumps(paper_of(reading.facts(one), register_now()), ensure_ascii=False) for one in documents)
    assert "Kendi personelini görevlendirme belgesi" in own
    assert "İşveren, kendi personeli arasından" in own
    assert "Başka bir kayıttan aktarıldı, onayı burada kanıtlanmadı." in other
    assert "Bu kayıtta verilmiş bir onay yok" in other
