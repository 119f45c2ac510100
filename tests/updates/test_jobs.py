"""A month's jobs: calls to work, of which one lost or doubled changes nothing."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from katip.core.errors import StaleStateError
from katip.core.jobs import job_defer, jobs_waiting
from katip.updates import jobs
from katip.updates.jobs import CALLS, MONTH_WORK, month_end, month_tend, month_work
from katip.updates.models import MonthChunk, MonthRun, RunState
from katip.updates.selectors import run_newest, run_progress
from tests.conftest import owner_connect

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


def run_make(state: str = RunState.APPLYING, lines: tuple[int, ...] = ()) -> MonthRun:
    run = MonthRun.objects.create(
        period=date(2026, 10, 1), state=state, planned_at=AT, mark=AT, at=AT, chunks=len(lines)
    )
    for no, count in enumerate(lines):
        MonthChunk.objects.create(
            run=run, no=no, workplace_from=no, workplace_to=no, lines=count, plan=b"", plan_hash=""
        )
    return run


def done(run: MonthRun, no: int, at: datetime) -> None:
    MonthChunk.objects.filter(run=run, no=no).update(state="done", done_at=at)


def seconds(count: float) -> datetime:
    return AT + timedelta(seconds=count)


def test_an_unfinished_run_is_tended_up_to_so_many_calls_and_no_further() -> None:
    run = run_make()
    assert month_tend(AT) == CALLS
    assert month_tend(AT) == 0
    assert jobs_waiting(MONTH_WORK, run_id=run.pk) == CALLS


@pytest.mark.parametrize("state", [RunState.PLANNED, RunState.DONE, RunState.DROPPED])
def test_what_is_not_being_carried_out_calls_nobody(state: str) -> None:
    run_make(state)
    assert month_tend(AT) == 0
    assert not ProcrastinateJob.objects.exists()


def test_lost_calls_are_made_up_for_and_those_of_other_runs_do_not_count() -> None:
    run = run_make(RunState.CLOSING)
    job_defer(MONTH_WORK, times=3, run_id=run.pk)
    job_defer(MONTH_WORK, times=5, run_id=run.pk + 1)
    assert month_tend(AT) == CALLS - 3


def test_of_two_who_tend_at_once_one_calls() -> None:
    run_make()
    with owner_connect() as other:
        other.execute("BEGIN; SELECT pg_advisory_xact_lock(hashtext('katip month tend'))")
        assert month_tend(AT) == 0
    assert month_tend(AT) == CALLS


def test_the_calls_of_a_hand_that_died_are_taken_up_again() -> None:
    run = run_make()
    month_tend(AT)
    with owner_connect() as owner:
        owner.execute("UPDATE procrastinate_jobs SET status = 'doing'")  # and no worker: it was taken for dead
    assert month_tend(datetime.now(UTC)) == 0
    assert ProcrastinateJob.objects.filter(status="todo").count() == CALLS
    assert jobs_waiting(MONTH_WORK, run_id=run.pk) == CALLS


class Service(ModuleType):
    """In place of `services.month_apply`: five chunks, and a month to close."""

    def __init__(self) -> None:
        super().__init__("month_apply")
        self.taken: list[int] = []
        self.closed: list[int] = []

    def chunk_apply(self, *, run_id: int, **_: object) -> bool:
        self.taken.append(run_id)
        return len(self.taken) <= 5

    def month_close(self, *, run_id: int, **_: object) -> None:
        self.closed.append(run_id)
        if MonthRun.objects.filter(pk=run_id).update(state="done") and len(self.closed) == 2:
            raise StaleStateError


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    stand_in = Service()
    for name in ("month_apply", "month_close"):
        monkeypatch.setitem(sys.modules, f"katip.updates.services.{name}", stand_in)
    return stand_in


def never() -> bool:
    return False


@pytest.mark.parametrize(
    ("stopping", "slice_seconds"), [(lambda: True, 10.0), (never, -1.0)], ids=["told to stop", "slice is over"]
)
def test_a_hand_that_leaves_early_leaves_a_call(
    monkeypatch: pytest.MonkeyPatch, service: Service, stopping: Callable[[], bool], slice_seconds: float
) -> None:
    monkeypatch.setattr(jobs, "SLICE_SECONDS", slice_seconds)
    run = run_make()
    month_work(stopping, run_id=run.pk)
    assert service.taken == [run.pk]
    assert service.closed == []
    assert jobs_waiting(MONTH_WORK, run_id=run.pk) == 1


def test_a_hand_goes_on_until_no_chunk_is_left_and_closes_the_month(service: Service) -> None:
    run = run_make()
    month_work(never, run_id=run.pk)
    assert len(service.taken) == 6
    assert service.closed == [run.pk]
    assert not jobs_waiting(MONTH_WORK, run_id=run.pk)


def test_of_two_who_close_a_month_the_slower_finds_it_done(service: Service) -> None:
    run = run_make()
    service.closed.append(0)
    assert month_end(run.pk, AT)
    assert len(service.closed) == 2
    assert month_end(run.pk, AT)
    assert len(service.closed) == 2


def test_a_month_with_an_open_chunk_is_not_closed(service: Service) -> None:
    run = run_make(lines=(3,))
    assert not month_end(run.pk, AT)
    assert service.closed == []


def test_a_call_to_a_month_that_is_done_closes_nothing(service: Service) -> None:
    run = run_make(RunState.DONE)
    month_work(never, run_id=run.pk)
    assert service.closed == []


def test_progress_counts_chunks_and_lines_and_measures_from_the_beginning() -> None:
    run = run_make(lines=(100, 300, 200))
    assert run_progress(run.pk).rate == 0.0
    assert run_progress(run.pk).seconds_left is None
    done(run, 1, seconds(3))
    progress = run_progress(run.pk)
    assert (progress.chunks, progress.done, progress.lines_done, progress.lines) == (3, 1, 300, 600)
    assert (progress.rate, progress.seconds_left, progress.share) == (100.0, 3.0, 0.5)
    done(run, 0, seconds(4))
    done(run, 2, seconds(6))
    progress = run_progress(run.pk)
    assert (progress.rate, progress.seconds_left, progress.last_at) == (100.0, 0.0, seconds(6))


def test_the_rate_forgets_a_night_in_which_nobody_worked() -> None:
    run = run_make(lines=(10,) * 60)
    night = 3600 * 10
    for no in range(50):
        done(run, no, seconds(no if no < 5 else night + no))
    progress = run_progress(run.pk)
    assert progress.rate == 10.0
    assert progress.seconds_left == 10.0


def test_a_run_without_lines_is_done() -> None:
    progress = run_progress(run_make().pk)
    assert (progress.share, progress.seconds_left) == (1.0, 0.0)


def test_the_newest_run_is_the_one_being_carried_out() -> None:
    assert run_newest() is None
    planned = run_make(RunState.PLANNED)
    assert run_newest() == planned
    applying = run_make(RunState.APPLYING)
    run_make(RunState.PLANNED)
    assert run_newest() == applying


def test_reading_progress_takes_three_questions(django_assert_max_num_queries: Any) -> None:
    run = run_make(lines=(1, 2))
    with django_assert_max_num_queries(3):
        run_progress(run.pk)
