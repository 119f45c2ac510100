"""The log's reader of this room: what was recorded is told, once, about a second after it happened."""

from collections.abc import Sequence
from datetime import datetime

from katip.audit.log.stream import Streamed
from katip.notices.kinds import ABOUT_A_STEP, NAMED_YOU
from katip.notices.making import notices_make
from katip.notices.models import Notice
from katip.notices.objecting import offers_disown
from katip.notices.occasions import TAGS, decided_ids, tellings_of
from katip.processes.models import Process, ProcessState

READER = "notices"

__all__ = ["READER", "TAGS", "events_tell"]


def events_tell(entries: Sequence[Streamed], at: datetime) -> None:
    """Tell of these entries whoever they concern: part of the reader's transaction, also where met before.

    An offer of a provider that the workplace does not know is rejected first, as it was said: nobody is asked for it.
    """
    offers_disown(entries, at)
    notices_make(tellings_of(entries), at)
    _decided_close(decided_ids(entries), at)


def _decided_close(process_ids: Sequence[int], at: datetime) -> None:
    """What was told of a step that is decided now waits for nobody's eyes any more."""
    if not process_ids:
        return
    told = Notice.objects.filter(process_id__in=process_ids, kind__in=(*ABOUT_A_STEP, NAMED_YOU), seen_at=None)
    waiting = Process.objects.filter(pk__in=process_ids, state=ProcessState.OPEN)
    steps = dict(waiting.values_list("pk", "current_step"))
    over = [
        one.pk
        for one in told
        if one.process_id is not None and one.detail.get("step", -1) != steps.get(one.process_id, 0)
    ]
    Notice.objects.filter(pk__in=over).update(seen_at=at)
