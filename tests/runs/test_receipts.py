"""Receipts of runs: asked for when the run ends, made once the log has its events, sealed, and checkable by anybody."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils.translation import get_language, override

from katip.audit.log.sequence import sequence_all
from katip.audit.models import LogEntry
from katip.core.actor import OPERATOR, Capacity
from katip.core.clock import day_of
from katip.core.jobs import jobs_waiting
from katip.documents.making import render
from katip.documents.seal.check import SealState, seal_check
from katip.documents.services.make import register_now
from katip.runs.contact import declarations_asked
from katip.runs.contract_rows import ends_asked
from katip.runs.models import Run, RunRow
from katip.runs.receipts import asking, jobs, make, told
from katip.runs.receipts.facts import facts_read
from katip.runs.receipts.jobs import receipts_tend, receipts_work
from katip.runs.receipts.make import receipt_make
from katip.runs.receipts.models import RunReceipt, RunReceiptFile
from katip.runs.receipts.paper import paper_of
from tests.cast import AT, World
from tests.runs.many import run_drafted, run_through
from tests.runs.test_contact import PARAMS, places

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=40)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def ended(world: World) -> Run:
    """Two contracts to be ended; the second one was ended by somebody else meanwhile."""
    contracts = [world.active(), world.active(140)]
    for one in contracts:
        one.refresh_from_db()
    manager = world.actor("manager", at=LATER)
    params = {"last_day": day_of(LATER).isoformat(), "note": "Hizmet başka kurumdan alınacak."}
    run = run_drafted(manager, LATER, "end", ends_asked(contracts, Capacity.PROVIDER), params)
    row = RunRow.objects.filter(run=run).order_by("no")[1]
    contracts[1].state = "ended"
    contracts[1].ends_on = day_of(LATER)
    contracts[1].ended_at, contracts[1].end_reason = LATER, "by_employer"
    contracts[1].save()
    assert row.subject_id == contracts[1].pk
    return run_through(manager, LATER, run)


@pytest.fixture
def papers(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was laid out."""
    laid: list[Any] = []
    kept = paper_of

    def seen(*args: Any) -> Any:
        laid.append(kept(*args))
        return laid[-1]

    monkeypatch.setattr(make, "paper_of", seen)
    return laid


def lines(paper: Any, title: str) -> list[Any]:
    rows: list[Any] = next(one for one in paper["sections"] if one["title"]["tr"] == title)["rows"]
    return rows


def test_a_receipt_is_made_after_the_log_has_the_run(ended: Run, papers: list[Any]) -> None:
    """Sealed, of every row with its outcome, hash and place; nothing is made before, or a second time."""
    receipt = RunReceipt.objects.get(run=ended)
    assert (receipt.first_no, receipt.last_no, receipt.is_own) == (1, 2, False)
    assert receipt_make(actor=OPERATOR, at=now()).waiting
    assert not receipt_make(actor=OPERATOR, at=now())
    sequence_all(now())
    later = now() + timedelta(seconds=5)
    assert receipt_make(actor=OPERATOR, at=later).made
    assert not receipt_make(actor=OPERATOR, at=later)
    file = RunReceiptFile.objects.get(receipt=receipt)
    assert seal_check(bytes(file.content)).state is SealState.INTACT
    done, refused = lines(papers[-1], "Satırlar")
    rows = list(RunRow.objects.filter(run=ended).order_by("no"))
    assert [done["hash"], refused["hash"]] == [row.digest for row in rows]
    assert done["outcome"]["tr"] == "Sonlandırıldı"
    assert refused["outcome"]["tr"] == "Yapılmadı"
    assert LogEntry.objects.filter(position=int(done["place"])).exists()
    assert refused["place"] == "–"
    named = str(papers[-1])
    assert ended.shown_hash in named
    assert "Manager Örnek" in named
    assert "Hizmet başka kurumdan alınacak." in named
    assert "İSG-KATİP kaydı değildir" in named


def test_rows_are_called_as_on_the_pages(ended: Run, papers: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """By whoever registered to, in Turkish whatever the language; a long one is laid out in a process of its own."""

    def teller(run: Run, rows: Any) -> Any:
        assert get_language() == "tr"
        return {row.no: told.Told(f"{run.kind} {row.no}", "Örnek Metal", "240 dakika", "Neden bu.") for row in rows}

    monkeypatch.setattr(told, "_TELLERS", [teller])
    monkeypatch.setattr(make, "_SHORT", 1)
    sequence_all(now())
    with override("en"):
        assert receipt_make(actor=OPERATOR, at=now()).made
    done, refused = lines(papers[-1], "Satırlar")
    assert (done["company"], done["act"], refused["note"]) == ("Örnek Metal", "end 1 · 240 dakika", "Neden bu.")
    content = bytes(RunReceiptFile.objects.get(receipt__run=ended).content)
    assert seal_check(content).state is SealState.INTACT


def test_a_long_run_has_parts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of so many rows, each with a code and a file of its own, and each says which part it is."""
    monkeypatch.setattr(asking, "PART", 2)
    owner, where = world.actor("owner"), places(world)
    run = run_through(owner, AT, run_drafted(owner, AT, "contact", declarations_asked(where), PARAMS))
    listed = RunReceipt.objects.filter(run=run, is_own=False).order_by("no")
    assert [(one.no, one.first_no, one.last_no) for one in listed] == [(1, 1, 2), (2, 3, 3)]
    sequence_all(now())
    facts = facts_read(listed[1])
    assert "2 bölümün 2. bölümüdür: satır 3–3" in str(paper_of(facts, register_now())["lead"])
    assert [row.no for row in facts.rows] == [3]


def test_every_declaration_has_a_receipt_of_its_own(world: World, papers: list[Any]) -> None:
    """With the workplace, its district and the answer; of those that were declared only."""
    owner, where = world.actor("owner"), places(world)
    refused = list(where)[1]
    run = run_drafted(owner, AT, "contact", declarations_asked(where), PARAMS)
    world.owner.mandates.filter(workplace=refused).update(valid_to=(AT - timedelta(days=1)).date())
    run = run_through(owner, AT, run)
    own = RunReceipt.objects.filter(run=run, is_own=True)
    rows = RunRow.objects.filter(run=run).exclude(subject_id=refused)
    assert sorted(own.values_list("first_no", flat=True)) == sorted(rows.values_list("no", flat=True))
    sequence_all(now())
    while receipt_make(actor=OPERATOR, at=now()).made:
        pass
    assert RunReceiptFile.objects.count() == 3
    text = str(papers[-1]["sections"])
    assert "5550000000" in text
    assert "Evet" in text
    event = {receipt.event_id for receipt in RunReceipt.objects.filter(run=run)}
    assert len(event) == 3


def test_one_that_cannot_be_made_keeps_nobody_waiting(
    ended: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again, ever more seldom; the next one is made."""
    owner, where = world.actor("owner"), places(world)
    run_through(owner, AT, run_drafted(owner, AT, "contact", declarations_asked(where), PARAMS))
    sequence_all(now())
    kept = render.pdf_render

    def broken(paper: Any, *, at: datetime) -> bytes:
        if "sonlandırma" in paper["title"]:
            raise ValueError("no such font")
        return kept(paper, at=at)

    monkeypatch.setattr(make, "pdf_render", broken)
    at = now()
    assert receipt_make(actor=OPERATOR, at=at) == make.Made()
    while receipt_make(actor=OPERATOR, at=at).made:
        pass
    [left] = RunReceipt.objects.filter(made_at__isnull=True)
    assert (left.run_id, left.fault, left.due_at > at) == (ended.pk, "ValueError", True)
    monkeypatch.undo()
    assert receipt_make(actor=OPERATOR, at=at + timedelta(minutes=1)).made


def test_a_lost_call_is_made_up_for(ended: Run) -> None:
    """One call waits since the run ended; where it was lost, another is made, and none where nothing is due."""
    assert jobs_waiting("run_receipts") == 1
    assert receipts_tend() == 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'run_receipts'")
    assert (receipts_tend(), receipts_tend()) == (1, 0)
    RunReceipt.objects.filter(run=ended).update(due_at=now() + timedelta(hours=1))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'run_receipts'")
    assert receipts_tend() == 0


def test_a_hand_makes_all_that_is_due(world: World, ended: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call is enough for many; told to stop, it stops before the next."""
    owner, where = world.actor("owner"), places(world)
    run_through(owner, AT, run_drafted(owner, AT, "contact", declarations_asked(where), PARAMS))
    sequence_all(now())
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 600.0)
    receipts_work(lambda: True)
    assert not RunReceiptFile.objects.exists()
    receipts_work(lambda: False)
    assert RunReceiptFile.objects.count() == RunReceipt.objects.count() == 5
    assert receipts_tend() == 0
