"""What is told to an applicant, in the register and by every address that is known."""

from datetime import datetime, timedelta
from typing import Any

from katip.core.clock import day_of
from katip.counter.models import Application
from katip.identity.models import NoticeKind
from katip.identity.telling import message_to, tell


def last_day(application: Application) -> str:
    """The last day on which an application can be used (ISO)."""
    return day_of(application.expires_at - timedelta(seconds=1)).isoformat()


def applicant_tell(application: Application, at: datetime, kind: NoticeKind, **detail: Any) -> None:
    """Tell the applicant: the person, where it is certain who that is, and the address that was typed."""
    told = {"purpose": application.purpose, "application": application.pk, **detail}
    known = ""
    if application.person is not None:
        tell(application.person.pk, at, kind, **told)
        known = application.person.email
    if application.email and application.email.lower() != known.lower():
        message_to(application.email, at, kind, person_id=application.person_id, **told)
