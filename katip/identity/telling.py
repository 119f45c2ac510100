"""Telling a person about their own sign-in: one row to read in the register, one message for every address known.

Called inside the use case of what is told. What leaves the register is the matter of an upper room, which registers a
teller when Django starts and is called in the same transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from katip.identity.models import NoticeKind, Person, SecurityNotice


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to be told to one e-mail address; `person_id` is None where its holder has no account."""

    email: str
    kind: NoticeKind
    detail: Mapping[str, Any] = field(default_factory=dict)
    person_id: int | None = None


class Teller(Protocol):
    """Whoever takes messages out."""

    def leaves(self) -> bool:
        """Whether e-mails leave this installation at all."""

    def take(self, told: Sequence[Told], at: datetime) -> None:
        """Write down what is to be sent, in the transaction that is open."""

    def prove(self, person_id: int, email: str, at: datetime) -> None:
        """Have `email`, which the person typed, confirmed from there; in the transaction that is open."""


_TELLERS: list[Teller] = []


def teller_register(teller: Teller) -> None:
    """Have `teller` take messages from now on, in place of any other; called at start-up."""
    _TELLERS[:] = [teller]


def tell(person_id: int, at: datetime, kind: NoticeKind, **detail: Any) -> None:
    """Tell the person on every channel known. `detail` holds plain JSON values for the words; never a secret."""
    SecurityNotice.objects.create(person_id=person_id, kind=kind, at=at, detail=detail)
    email = Person.objects.values_list("email", flat=True).get(pk=person_id)
    if email:
        message_to(email, at, kind, person_id=person_id, **detail)


def message_to(email: str, at: datetime, kind: NoticeKind, *, person_id: int | None = None, **detail: Any) -> None:
    """Tell an e-mail address alone: that of an applicant who has no account yet."""
    _take([Told(email, kind, detail, person_id)], at)


def messages_to(told: Iterable[tuple[int, str, Mapping[str, Any]]], at: datetime, kind: NoticeKind) -> None:
    """Tell many people by e-mail alone: each by id, address and `detail`."""
    _take([Told(email, kind, detail, person) for person, email, detail in told], at)


def prove(person_id: int, email: str, at: datetime) -> None:
    """Have an address that the person typed confirmed from there."""
    for teller in _TELLERS:
        teller.prove(person_id, email, at)


def leaves() -> bool:
    """Whether e-mails leave this installation at all."""
    return any(teller.leaves() for teller in _TELLERS)


def _take(told: Sequence[Told], at: datetime) -> None:
    for teller in _TELLERS:
        teller.take(told, at)
