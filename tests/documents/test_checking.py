"""Where a document stands, asked by whoever has its code, or the file: in the least of data, at the same price."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from katip.audit.models import Event
from katip.audit.services.record import detail_hash
from katip.contracts.models import Contract
from katip.core.actor import OPERATOR, Actor
from katip.core.codes import code_shown
from katip.documents.checking import Standing, check_code, check_file, name_mask
from katip.documents.models import CheckTally, Document, DocumentState, Occasion
from katip.documents.proofs import proof_full, proof_public
from katip.documents.seal.check import SealFinding, SealState
from katip.documents.services.check_count import check_count, checks_record
from tests.cast import AT, World
from tests.documents.checks import PDF, document_made, version_add

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=40)


@pytest.fixture
def contract(world: World) -> Contract:
    return world.active()


@pytest.fixture
def document(contract: Contract) -> Document:
    return document_made(contract)


def standing(document: Document, at: Any = LATER) -> Standing:
    checked = check_code(document.code, at)
    assert checked is not None
    return checked.standing


def test_a_document_of_terms_in_force_is_valid(document: Document) -> None:
    checked = check_code(document.code, LATER)
    assert checked is not None
    assert (checked.standing, checked.since, checked.until) == (Standing.VALID, AT, None)
    assert checked.version is not None
    assert checked.version.minutes == 240


@pytest.mark.parametrize("written", [str.lower, code_shown, lambda code: f"  {code_shown(code).replace('-', ' ')} "])
def test_the_code_may_be_written_as_people_write(document: Document, written: Any) -> None:
    assert check_code(written(document.code), LATER) is not None


def test_who_approved_in_which_role_by_which_second_step_by_initials(world: World, document: Document) -> None:
    checked = check_code(document.code, LATER)
    assert checked is not None
    assert [(one.role, one.name, one.method) for one in checked.approvals] == [
        ("professional", "S*** Ö***", "totp"),
        ("employer", "O*** Ö***", "totp"),
    ]


def test_a_mask_tells_no_length() -> None:
    assert name_mask("Ayşe Naz Yılmaz") == "A*** N*** Y***"
    assert name_mask("  İ  Li ") == "İ*** L***"


def test_a_later_version_takes_its_place_from_its_day_on(contract: Contract, document: Document) -> None:
    version_add(contract, 2, LATER, 260)
    version_add(contract, 3, LATER + timedelta(days=30), 280)
    assert standing(document, LATER - timedelta(seconds=1)) is Standing.VALID
    checked = check_code(document.code, LATER + timedelta(days=60))
    assert checked is not None
    assert (checked.standing, checked.until) == (Standing.REPLACED, LATER)


def test_terms_of_a_later_day_are_told_as_coming(contract: Contract, document: Document) -> None:
    version_add(contract, 2, LATER, 260)
    coming = document_made(contract, occasion=Occasion.VERSION, version_no=2, content=b"%PDF-2")
    assert standing(coming, LATER - timedelta(days=1)) is Standing.COMING
    assert standing(coming, LATER) is Standing.VALID


def test_an_ended_contract_ends_its_document_and_the_one_of_the_end_is_a_fact(
    contract: Contract, document: Document
) -> None:
    Contract.objects.filter(pk=contract.pk).update(state="ended", ends_on=date(2025, 6, 30))
    end = document_made(contract, occasion=Occasion.ENDED, content=b"%PDF-3")
    assert standing(document) is Standing.ENDED
    checked = check_code(end.code, LATER)
    assert checked is not None
    assert (checked.standing, checked.last_day) == (Standing.END, date(2025, 6, 30))
    assert checked.version is not None
    assert checked.version.no == 1


def test_what_is_not_made_yet_is_not_there(contract: Contract, document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WAITING)
    assert check_code(document.code, LATER) is None


def test_what_nobody_has_costs_what_somebody_has(document: Document) -> None:
    asked = []
    for code in (document.code, "2" * 20, "what is this?"):
        with CaptureQueriesContext(connection) as captured:
            check_code(code, LATER)
        asked.append([query["sql"].replace(code, "") for query in captured.captured_queries])
    found, unknown, malformed = asked
    assert found == unknown == malformed
    assert len(found) >= 8


# ------------------------------------------------------------------------------------------------- files


@pytest.fixture
def finding(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Says what the seal's check shall find."""

    def set_to(state: SealState) -> None:
        found = SealFinding(state=state)
        monkeypatch.setattr("katip.documents.checking.seal_check", lambda _, **__: found)

    return set_to


def test_a_file_is_found_by_its_sum(document: Document, finding: Any) -> None:
    finding(SealState.INTACT)
    found = check_file(PDF, LATER)
    assert found.is_ours
    assert found.checked is not None
    assert found.checked.document == document


def test_an_intact_seal_of_ours_is_not_enough(document: Document, finding: Any) -> None:
    finding(SealState.INTACT)
    assert not check_file(PDF + b"x", LATER).is_ours


def test_a_doubted_seal_is_not_believed_though_the_file_is_kept(document: Document, finding: Any) -> None:
    finding(SealState.DOUBTED)
    assert not check_file(PDF, LATER).is_ours


# ------------------------------------------------------------------------------------------------- proofs


def test_the_public_proof_holds_and_names_nobody(world: World, document: Document) -> None:
    checked = check_code(document.code, LATER)
    assert checked is not None
    proof = proof_public(checked)
    assert set(proof) == {"format", "origin", "index", "size", "entry", "hashes", "checkpoint", "document"}
    assert set(proof["document"]) == {"code", "sha256", "earlier_sha256", "statement_sha256"}
    assert proof["checkpoint"].startswith(proof["origin"] + "\n")
    assert checked.proof is not None
    assert checked.proof.index < proof["size"]


@pytest.mark.parametrize(
    ("role", "gets"), [("owner", True), ("manager", True), ("specialist", True), ("stranger", False)]
)
def test_the_full_proof_is_for_the_parties(world: World, document: Document, role: str, gets: bool) -> None:
    found = proof_full(getattr(world, role).pk, document.code, LATER)
    assert (found is not None) is gets
    if found is None:
        return
    content = found[1]
    event = Event.objects.get(pk=document.event_id or 0)
    assert content["event"].startswith("katip event v1\n")
    salt, body = bytes.fromhex(content["detail"]["salt"]), content["detail"]["body"]
    assert detail_hash(salt, body) == bytes(event.detail_hash)


# ------------------------------------------------------------------------------------------------- counting


def test_checks_are_told_once_an_hour_without_anybody_in_it() -> None:
    for outcome in ("valid", "valid", "unknown"):
        check_count(actor=Actor(None), at=AT, way="code", outcome=outcome)
    check_count(actor=Actor(None), at=AT, way="file", outcome="changed")
    assert CheckTally.objects.count() == 3
    assert checks_record(actor=OPERATOR, at=AT + timedelta(minutes=59)) == 0
    assert checks_record(actor=OPERATOR, at=AT + timedelta(minutes=60)) == 4
    event = Event.objects.select_related("detail").get(tag="document:checks:counted")
    assert (event.actor_id, event.subject_id, event.organisation_id) == (None, None, None)
    assert event.detail.body == {
        "from": "2025-06-02T09:00:00+00:00",
        "until": "2025-06-02T10:00:00+00:00",
        "counts": {"code": {"valid": 2, "unknown": 1}, "file": {"changed": 1}},
    }
    assert checks_record(actor=OPERATOR, at=AT + timedelta(minutes=61)) == 0


def test_what_is_counted_late_is_told_too() -> None:
    check_count(actor=Actor(None), at=AT, way="code", outcome="valid")
    checks_record(actor=OPERATOR, at=LATER)
    check_count(actor=Actor(None), at=AT, way="code", outcome="valid")
    assert checks_record(actor=OPERATOR, at=LATER) == 1
