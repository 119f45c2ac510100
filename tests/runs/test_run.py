"""A run: kept as it was shown, confirmed once, carried out once, whatever happens in the middle."""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from katip.audit.models import Event
from katip.contracts.kinds.service import ServiceContractKind
from katip.contracts.models import Contract, ContractVersion
from katip.core.actor import OPERATOR, Actor, Capacity, Proof
from katip.core.errors import PermissionRefusedError, StaleStateError
from katip.core.jobs import jobs_waiting
from katip.identity.models import Person
from katip.keeping.services.retention import batch_destroy
from katip.processes.inbox import inbox_all, inbox_hash
from katip.processes.models import Decision, Process
from katip.processes.services.terms import terms_hash
from katip.registry.models import Headcount, Mandate
from katip.rules import Citation, HazardClass, Profession, RuleViolation
from katip.runs import jobs, listeners
from katip.runs.decide import DECIDE, DecideKind, row_asked
from katip.runs.facts import facts_read, facts_write
from katip.runs.hashes import rows_hash
from katip.runs.jobs import run_work, runs_tend
from katip.runs.kinds import Outcome, Refused, RowAsked, kind_register
from katip.runs.models import Run, RunOutcome, RunRow, RunState
from katip.runs.selectors import run_find, run_rows, run_shares
from katip.runs.services import carry
from katip.runs.services.carry import chunk_carry, run_carry
from katip.runs.services.open import run_open
from katip.runs.services.prepare import DRAFTS, run_prepare
from tests.cast import AT, LONG_AGO, World, e_bildirge, workplace
from tests.conftest import owner_connect

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)

LATER = AT + timedelta(minutes=5)
TEXTS = ["hizmet-onayi/1"]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hands work a few minutes later."""
    monkeypatch.setattr(jobs, "timezone", SimpleNamespace(now=lambda: LATER))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two rows."""
    monkeypatch.setattr(carry, "CHUNK", 2)
    monkeypatch.setitem(chunk_carry.__wrapped__.__kwdefaults__, "most", 2)  # type: ignore[attr-defined] # functools' way


def offers(world: World, count: int) -> list[Contract]:
    """So many contracts that wait for the accountant, each at a workplace of its own."""
    made = []
    for number in range(count):
        where = workplace(100 + number)
        e_bildirge(world.accountant, where)
        made.append(world.accepted(103, workplace_id=where.pk))
    return made


def me(world: World, *, proof_at: datetime = AT) -> Actor:
    return Actor(world.accountant.pk, proof=Proof("totp", proof_at))


def drafted(world: World, **changed: Any) -> Run:
    rows = [row_asked(one) for one in inbox_all(world.accountant.pk, AT)]
    asked: dict[str, Any] = {"kind": DECIDE, "rows": rows, "texts": TEXTS} | changed
    return run_prepare(actor=me(world), at=AT, **asked)


def opened(world: World) -> Run:
    run = drafted(world)
    return run_open(actor=me(world), at=AT, run_id=run.pk, shown_hash=run.shown_hash, texts=TEXTS)


def carried(run: Run) -> Run:
    while run_carry(run=run, at=LATER):
        pass
    run.refresh_from_db()
    return run


def outcomes(run: Run) -> dict[int, str]:
    return {row.subject_id: row.result.code for row in run_rows(run, limit=100) if row.result}


def approvals() -> int:
    return Decision.objects.filter(step__party="employer").count()


def test_a_draft_keeps_what_was_shown_and_does_nothing(world: World) -> None:
    contracts = offers(world, 3)
    run = drafted(world)
    shown = inbox_all(world.accountant.pk, AT)
    assert (run.state, run.total, run.shown_hash) == (RunState.DRAFT, 3, inbox_hash(shown))
    rows = RunRow.objects.order_by("no")
    assert [(row.no, row.subject_id, row.version, row.digest) for row in rows] == [
        (no, one.process_id, one.version, one.terms_hash) for no, one in enumerate(shown, start=1)
    ]
    assert {row.organisation_id for row in rows} == {contract.workplace_id for contract in contracts}
    assert not run_carry(run=Run(pk=run.pk, kind=DECIDE, person=world.accountant, proof_at=AT), at=LATER)
    assert approvals() == jobs_waiting("run_work", run_id=run.pk) == 0
    assert drafted(world).pk == run.pk  # the same rows once more are the same draft


def test_tamamla_carries_out_every_row_by_its_own_decision_and_event(world: World, small: None) -> None:
    contracts = offers(world, 5)
    run = opened(world)
    assert jobs_waiting("run_work", run_id=run.pk) == 1
    assert carried(run).state == RunState.DONE
    assert (run.done, run.refused, run.done_at) == (5, 0, LATER)
    assert approvals() == ContractVersion.objects.count() == 5
    decision = Decision.objects.filter(step__party="employer")[0]
    assert (decision.person, decision.proof_method, decision.proof_at) == (world.accountant, "totp", AT)
    events = Event.objects.filter(tag="process:step:approved", actor_id=world.accountant.pk)
    assert {(one.subject_id, one.organisation_id) for one in events} == {
        (contract.process_id, contract.workplace_id) for contract in contracts
    }
    told = {tag: Event.objects.get(tag=f"runs:run:{tag}").detail.body for tag in ("opened", "done")}
    assert (told["opened"]["hash"], told["opened"]["rows"]) == (run.shown_hash, 5)
    assert (told["done"]["done"], told["done"]["refused"]) == (5, 0)


def test_confirming_twice_is_confirming_once(world: World) -> None:
    offers(world, 2)
    run = opened(world)
    run_open(actor=me(world), at=LATER, run_id=run.pk, shown_hash=run.shown_hash, texts=TEXTS)
    assert Event.objects.filter(tag="runs:run:opened").count() == jobs_waiting("run_work", run_id=run.pk) == 1
    carried(run)
    assert not run_carry(run=run, at=LATER)
    assert approvals() == 2


WRONG: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("another hash", {"shown_hash": "0" * 64}, StaleStateError, "not the rows"),
    ("a text that was not ticked", {"texts": []}, StaleStateError, "not every text"),
    ("an old second step", {"at": AT + timedelta(minutes=16)}, PermissionRefusedError, "second_step_old"),
]


@pytest.mark.parametrize(("what", "changed", "error", "words"), WRONG, ids=[row[0] for row in WRONG])
def test_what_was_not_shown_ticked_or_proved_is_not_begun_and_the_selection_stays(
    world: World, what: str, changed: dict[str, Any], error: type[Exception], words: str
) -> None:
    offers(world, 2)
    run = drafted(world)
    given: dict[str, Any] = {"at": AT, "shown_hash": run.shown_hash, "texts": TEXTS} | changed
    with pytest.raises(error, match=words):
        run_open(actor=me(world), run_id=run.pk, **given)
    run.refresh_from_db()
    assert (run.state, RunRow.objects.count(), approvals()) == (RunState.DRAFT, 2, 0)
    assert not jobs_waiting("run_work", run_id=run.pk)


def test_somebody_elses_run_cannot_be_confirmed_read_or_taken_up(world: World) -> None:
    offers(world, 2)
    run = drafted(world)
    owner = world.actor("owner")
    with pytest.raises(PermissionRefusedError, match="not_yours"):
        run_open(actor=owner, at=AT, run_id=run.pk, shown_hash=run.shown_hash, texts=TEXTS)
    rows = [RowAsked(1, Capacity.INDIVIDUAL)]
    with pytest.raises(PermissionRefusedError, match="not_yours"):
        run_prepare(actor=owner, at=AT, kind=DECIDE, rows=rows, again_of=run.pk)
    assert run_find(world.owner.pk, run.pk) is None


def test_a_row_that_changed_since_it_was_shown_is_refused_and_stops_no_other(world: World) -> None:
    changed, decided, kept = offers(world, 3)
    e_bildirge(world.colleague, decided.workplace)
    run = opened(world)
    process = Process.objects.get(pk=changed.process_id)
    terms = process.terms | {"minutes": 999}
    Process.objects.filter(pk=process.pk).update(terms=terms, terms_hash=terms_hash(terms))
    world.decide("colleague", decided)
    carried(run)
    assert outcomes(run) == {changed.process_id: "changed", decided.process_id: "already_decided", kept.process_id: ""}
    assert (run.done, run.refused) == (1, 2)
    again = DecideKind().rows_again(run, run_rows(run, limit=10, refused=True), LATER)
    assert [(row.subject_id, row.digest) for row in again] == [(changed.process_id, terms_hash(terms))]


def test_a_row_whose_text_is_another_by_now_is_not_approved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    [contract] = offers(world, 1)
    run = opened(world)
    monkeypatch.setattr(ServiceContractKind, "text_version", "hizmet-onayi/2")
    assert (carried(run).refused, outcomes(run), approvals()) == (1, {contract.process_id: "changed"}, 0)


def test_what_the_law_refuses_is_told_with_article_and_figures(world: World) -> None:
    grown, kept = offers(world, 2)
    run = opened(world)
    Headcount.objects.create(workplace=grown.workplace, period=date(2025, 6, 1), employees=13)
    carried(run)
    assert outcomes(run) == {grown.process_id: "minutes_below_minimum", kept.process_id: ""}
    [refused] = run_rows(run, limit=10, refused=True)
    assert refused.result is not None
    violation = facts_read(refused.result.code, refused.result.facts)
    assert (violation.facts["minimum"], violation.citation and violation.citation.short) == (260, "İGU Yön. m.12")


def test_a_mandate_that_ended_meanwhile_refuses_its_rows_alone(world: World) -> None:
    lost, kept = offers(world, 2)
    run = opened(world)
    Mandate.objects.filter(person=world.accountant, workplace_id=lost.workplace_id).update(valid_to=date(2025, 6, 1))
    carried(run)
    assert outcomes(run) == {lost.process_id: "mandate_ended", kept.process_id: ""}


def test_an_account_that_was_closed_meanwhile_approves_nothing_more(world: World, small: None) -> None:
    offers(world, 3)
    run = opened(world)
    assert run_carry(run=run, at=LATER)
    Person.objects.filter(pk=world.accountant.pk).update(is_active=False)
    assert (carried(run).done, run.refused, approvals()) == (2, 1, 2)


def test_rows_of_several_capacities_are_each_decided_in_their_own(world: World) -> None:
    [contract] = offers(world, 1)
    mine = world.offer(103, workplace_id=world.elsewhere.pk)
    e_bildirge(world.specialist, contract.workplace)
    rows = [row_asked(one) for one in inbox_all(world.specialist.pk, AT)]
    assert {row.capacity for row in rows} == {Capacity.WORKPLACE, Capacity.INDIVIDUAL}
    actor = Actor(world.specialist.pk, proof=Proof("totp", AT))
    run = run_prepare(actor=actor, at=AT, kind=DECIDE, rows=rows, texts=TEXTS)
    run_open(actor=actor, at=AT, run_id=run.pk, shown_hash=run.shown_hash, texts=TEXTS)
    run.refresh_from_db()
    assert carried(run).done == 2
    assert Contract.objects.get(pk=contract.pk).state == "active"
    assert Contract.objects.get(pk=mine.pk).state == "awaiting_employer"
    capacities = Decision.objects.filter(decided_at=LATER).values_list("capacity", flat=True)
    assert set(capacities) == {"workplace", "individual"}


class Broken(DecideKind):
    """Approves, and then breaks where it is told to: with everything of the chunk already written."""

    def __init__(self, breaks: Callable[[Sequence[RunRow]], None]) -> None:
        self.breaks = breaks

    def rows_do(self, run: Run, rows: Sequence[RunRow], actor: Actor, at: datetime) -> Mapping[int, Outcome]:
        found = super().rows_do(run, rows, actor, at)
        self.breaks(rows)
        return found


@pytest.fixture
def breaking() -> Any:
    yield lambda breaks: kind_register(Broken(breaks))
    kind_register(DecideKind())


@committed
def test_a_hand_killed_in_the_middle_leaves_nothing_of_its_chunk_and_another_goes_on(
    world: World, small: None, breaking: Any
) -> None:
    offers(world, 5)
    run = opened(world)
    run_id = run.pk

    def dies(rows: Sequence[RunRow]) -> None:
        if rows[0].no == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    breaking(dies)
    connections.close_all()
    hand = os.fork()
    if hand == 0:
        try:
            run_work(lambda: False, run_id=run_id)
        finally:
            os._exit(1)
    _, status = os.waitpid(hand, 0)
    assert os.WIFSIGNALED(status)
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.reached, RunOutcome.objects.count(), approvals()) == (RunState.RUNNING, 2, 2, 2)
    kind_register(DecideKind())
    run_work(lambda: False, run_id=run_id)
    run.refresh_from_db()
    assert (run.state, run.done, run.refused) == (RunState.DONE, 5, 0)
    assert RunOutcome.objects.count() == approvals() == ContractVersion.objects.count() == 5
    assert Event.objects.filter(tag="process:step:approved", actor_id=world.accountant.pk).count() == 5


def test_a_row_that_breaks_is_refused_as_a_fault_and_stops_no_other(
    world: World, small: None, breaking: Any, caplog: pytest.LogCaptureFixture
) -> None:
    contracts = offers(world, 4)
    run = opened(world)
    bad = run_rows(run, limit=10)[2].subject_id

    def breaks(rows: Sequence[RunRow]) -> None:
        if any(row.subject_id == bad for row in rows):
            raise ZeroDivisionError

    breaking(breaks)
    carried(run)
    assert outcomes(run) == {
        contract.process_id: "fault" if contract.process_id == bad else "" for contract in contracts
    }
    assert approvals() == 3
    assert "could not be carried out" in caplog.text


def test_a_hand_told_to_stop_leaves_a_call_for_the_rest(world: World, small: None) -> None:
    offers(world, 5)
    run = opened(world)
    run_work(lambda: True, run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.reached) == (RunState.RUNNING, 2)
    assert jobs_waiting("run_work", run_id=run.pk) == 2  # the first one, which no hand of this test took, and its own


@committed
def test_while_a_hand_is_at_it_another_finds_nothing_to_do(world: World) -> None:
    offers(world, 2)
    run = opened(world)
    with owner_connect() as other, other.transaction():
        other.execute("SELECT id FROM runs_run FOR UPDATE")
        assert not run_carry(run=run, at=LATER)
    assert approvals() == 0
    assert carried(run).done == 2


def test_a_run_whose_call_was_lost_is_adopted_once(world: World) -> None:
    offers(world, 2)
    run = opened(world)
    assert runs_tend(AT + timedelta(minutes=1)) == 0  # its call waits
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert runs_tend(AT + timedelta(seconds=5)) == 0  # somebody may be at it
    assert runs_tend(AT + timedelta(minutes=1)) == 1
    assert runs_tend(AT + timedelta(minutes=1)) == 0
    carried(run)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert runs_tend(LATER + timedelta(minutes=1)) == 0


@committed
def test_a_chunk_costs_the_same_statements_however_many_rows(world: World) -> None:
    offers(world, 8)
    counts = []
    for taken in (2, 6):
        rows = [row_asked(one) for one in inbox_all(world.accountant.pk, AT)][:taken]
        run = run_prepare(actor=me(world), at=AT, kind=DECIDE, rows=rows, texts=TEXTS)
        run = run_open(actor=me(world), at=AT, run_id=run.pk, shown_hash=run.shown_hash, texts=TEXTS)
        with CaptureQueriesContext(connection) as captured:
            assert not chunk_carry(actor=me(world), at=LATER, run_id=run.pk, most=200)
        counts.append(len(captured.captured_queries))
    assert counts[0] == counts[1] <= 25, counts


def test_whoever_wants_to_know_hears_once_that_a_run_is_over(
    world: World, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, datetime]] = []
    monkeypatch.setattr(listeners, "_LISTENERS", [lambda run, at: heard.append((run.pk, at))])
    offers(world, 3)
    run = opened(world)
    carried(run)
    assert heard == [(run.pk, LATER)]


def test_where_the_operator_does_without_nothing_is_prepared_or_confirmed(world: World, settings: Any) -> None:
    offers(world, 2)
    run = drafted(world)
    settings.KATIP = settings.KATIP.model_copy(update={"bulk_approval": False})
    with pytest.raises(PermissionRefusedError, match="bulk_off"):
        drafted(world)
    with pytest.raises(PermissionRefusedError, match="bulk_off"):
        run_open(actor=me(world), at=AT, run_id=run.pk, shown_hash=run.shown_hash, texts=TEXTS)
    assert Run.objects.get().state == RunState.DRAFT


def test_a_run_has_rows_not_too_many_each_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = RowAsked(1, Capacity.INDIVIDUAL)
    with pytest.raises(RuleViolation, match="run_empty"):
        drafted(world, rows=[])
    with pytest.raises(RuleViolation, match="run_too_long"):
        drafted(world, rows=[row] * 10_001)
    with pytest.raises(ValueError, match="twice"):
        drafted(world, rows=[row, row])
    for number in range(DRAFTS):
        drafted(world, rows=[RowAsked(number, Capacity.INDIVIDUAL)])
    with pytest.raises(RuleViolation, match="run_too_many"):
        drafted(world, rows=[RowAsked(DRAFTS, Capacity.INDIVIDUAL)])
    with pytest.raises(PermissionRefusedError, match="no_second_step"):
        run_prepare(actor=Actor(world.accountant.pk), at=AT, kind=DECIDE, rows=[row])


def test_the_shares_of_a_run_add_up_and_tell_what_is_gone(world: World) -> None:
    contracts = offers(world, 3)
    run = drafted(world)
    Process.objects.filter(pk=contracts[0].process_id).update(version=9)
    [share] = run_shares(run)
    assert (share.code, share.provider, share.rows, share.workplaces) == (103, "Örnek OSGB", 3, 3)
    assert (share.minutes, share.gone) == (720, 1)


def test_the_hash_covers_rows_and_all_they_carry_and_no_order() -> None:
    one, two = RowAsked(1, Capacity.WORKPLACE, 5, 2, "a" * 64), RowAsked(2, Capacity.WORKPLACE, 6, 1, "b" * 64)
    assert rows_hash([one, two]) == rows_hash([two, one])
    found = {
        rows_hash([one]),
        rows_hash([one, two]),
        rows_hash([one], {"note": "x"}),
        rows_hash([RowAsked(1, Capacity.WORKPLACE, 5, 3, "a" * 64)]),
        rows_hash([RowAsked(1, Capacity.WORKPLACE, 5, 2, "a" * 64, {"note": "x"})]),
    }
    assert len(found) == 5


def test_figures_of_a_refusal_come_back_as_they_were() -> None:
    cited = Citation("İGU Yön. m.12", "İGU Yönetmeliği m.12", LONG_AGO)
    facts = {"a": HazardClass.LOW, "b": Profession.SAFETY_SPECIALIST, "c": AT.date(), "d": 3, "e": None, "f": True}
    refused = Refused("x", cited, facts)
    violation = facts_read("x", facts_write(refused))
    assert dict(violation.facts) == facts
    assert isinstance(violation.facts["a"], HazardClass)
    assert violation.citation == cited


@pytest.mark.django_db(databases=["default", "owner"])
def test_what_nobody_confirmed_is_destroyed_after_a_week_and_what_was_stays(world: World) -> None:
    offers(world, 3)
    kept = carried(opened(world))
    world.accepted(140, workplace_id=kept.rows.earliest("no").organisation_id)
    draft = drafted(world)
    assert batch_destroy(actor=OPERATOR, at=AT + timedelta(days=6), rule="run_draft").rows == 0
    assert batch_destroy(actor=OPERATOR, at=AT + timedelta(days=8), rule="run_draft").rows == 1
    assert list(Run.objects.values_list("pk", flat=True)) == [kept.pk]
    assert not RunRow.objects.filter(run=draft).exists()
    assert RunRow.objects.count() == RunOutcome.objects.count() == 3
