"""Calling a hand to a run."""

from katip.core.jobs import job_defer

RUN_WORK = "run_work"


def run_call(run_id: int) -> None:
    """Call a hand to a run, in the transaction that is open."""
    job_defer(RUN_WORK, run_id=run_id)
