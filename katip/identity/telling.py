"""Telling a person about their own sign-in: one row to read in the register, one message for every address known.

Called inside the use case of what is told. `katip.identity.services.messages_send` takes the messages out.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from katip.core.crypto import seal
from katip.identity.models import Message, NoticeKind, Person, SecurityNotice


def tell(person_id: int, at: datetime, kind: NoticeKind, **detail: Any) -> None:
    """Tell the person on every channel known. `detail` holds plain JSON values for the words; never a secret."""
    SecurityNotice.objects.create(person_id=person_id, kind=kind, at=at, detail=detail)
    email = Person.objects.values_list("email", flat=True).get(pk=person_id)
    if email:
        message_to(email, at, kind, person_id=person_id, **detail)


def message_to(email: str, at: datetime, kind: NoticeKind, *, person_id: int | None = None, **detail: Any) -> None:
    """Tell an e-mail address alone: that of an applicant who has no account yet."""
    Message.objects.create(
        person_id=person_id, address_sealed=seal(email), kind=kind, detail=detail, made_at=at, due_at=at
    )


def messages_to(told: Iterable[tuple[int, str, Mapping[str, Any]]], at: datetime, kind: NoticeKind) -> None:
    """Tell many people by e-mail alone: each by id, address and `detail`."""
    Message.objects.bulk_create(
        Message(person_id=person, address_sealed=seal(email), kind=kind, detail=dict(detail), made_at=at, due_at=at)
        for person, email, detail in told
    )
