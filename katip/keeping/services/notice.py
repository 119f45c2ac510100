"""Keeping to whom the privacy notice was shown: the controller has to be able to show that it was."""

from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.keeping.models import NoticeShown
from katip.keeping.notice import CURRENT


def notice_due(person_id: int) -> bool:
    """Whether the person has not opened the present version yet."""
    return not NoticeShown.objects.filter(person_id=person_id, version=CURRENT.name).exists()


@use_case
def notice_show(*, actor: Actor, at: datetime) -> None:
    """Write down that the actor opens the present version; once."""
    _row, is_new = NoticeShown.objects.get_or_create(person_id=actor.person, version=CURRENT.name, defaults={"at": at})
    if is_new:
        record(actor, at, Happening("keeping:notice:shown", actor.person, {"version": CURRENT.name}))
