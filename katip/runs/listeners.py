"""Who hears that a run is over: in the transaction of its last chunk, so that nothing is lost in between."""

from collections.abc import Callable
from datetime import datetime

from katip.runs.models import Run

RunDone = Callable[[Run, datetime], None]

_LISTENERS: list[RunDone] = []


def listener_register(listener: RunDone) -> None:
    """Have `listener` called with the run and the moment; called once, at start-up."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def run_done_tell(run: Run, at: datetime) -> None:
    """Tell everybody. What they raise undoes the chunk, which is then tried again."""
    for listener in _LISTENERS:
        listener(run, at)
