"""Takes the messages out that wait: beside the web server, never inside a page.

Each batch is claimed in one transaction, sent outside of any, and settled in another: two who send at once never take
the same message, and a mail server that hangs holds no row. A message whose sender died in between is sent again after
its claim is over, so that it may arrive twice, but never not at all.
"""

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR, Actor
from katip.core.crypto import unseal
from katip.core.usecase import use_case
from katip.identity.mail import Send, message_write, transport
from katip.identity.models import Message

BATCH = 20
MOST = 200
"""messages in one go: the rest waits for the next minute"""
GIVEN_UP_AFTER = timedelta(days=1)
_CLAIM = timedelta(minutes=10)
_LONGEST_WAIT = timedelta(hours=4)
_REFUSED = range(500, 600)
"""replies by which a mail server says: never"""

log = logging.getLogger("katip.mail")


@dataclass(frozen=True, slots=True)
class Sent:
    """How many left, how many were given up, how many are tried again."""

    sent: int = 0
    given_up: int = 0
    waiting: int = 0

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(self.sent + other.sent, self.given_up + other.given_up, self.waiting + other.waiting)


def messages_send(*, at: datetime) -> Sent:
    """Send what is due at `at`, in batches; ends with the first batch that did not wholly leave."""
    if transport() is None:
        messages_drop(actor=OPERATOR, at=at)
        return Sent()
    total = Sent()
    while total.sent < MOST:
        claimed = messages_claim(actor=OPERATOR, at=at)
        if not claimed:
            break
        done = _batch_send(claimed, at)
        total += done
        if done.sent < len(claimed):
            break
    return total


def _batch_send(claimed: list[Message], at: datetime) -> Sent:
    """Send one batch over one connection; whatever fails is settled as tried in vain."""
    outcomes: dict[int, str] = {}
    way_out = transport()
    try:
        if way_out is not None:
            with way_out as send:
                for message in claimed:
                    outcomes[message.pk] = _message_send(send, message)
    except OSError as error:  # smtplib's errors are such
        # The address stands in some of smtplib's errors: their kind is enough.
        log.warning("E-mail does not leave (%s); it is tried again.", type(error).__name__)
    for message in claimed:
        outcomes.setdefault(message.pk, "failed")
    return messages_settle(actor=OPERATOR, at=at, outcomes=outcomes)


def _message_send(send: Send, message: Message) -> str:
    """What became of one message. Raises `OSError` when the connection is of no more use."""
    try:
        address = unseal(message.address_sealed)
        send(message_write(number=message.pk, kind=message.kind, detail=message.detail, at=message.made_at, to=address))
    except smtplib.SMTPRecipientsRefused as error:
        return "refused" if all(code in _REFUSED for code, _ in error.recipients.values()) else "failed"
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError):
        return "failed"
    except ValueError:  # an address that cannot stand in an e-mail
        return "refused"
    return "sent"


@use_case
def messages_claim(*, actor: Actor, at: datetime) -> list[Message]:
    """Take a batch of the messages that are due, the oldest first, for as long as sending may take."""
    del actor
    waiting = Message.objects.filter(due_at__lte=at, sent_at=None, given_up_at=None).order_by("due_at", "pk")
    claimed = list(waiting.select_for_update(skip_locked=True, of=("self",))[:BATCH])
    numbers = [message.pk for message in claimed]
    Message.objects.filter(pk__in=numbers).update(due_at=at + _CLAIM, tries=F("tries") + 1)
    return claimed


@use_case
def messages_settle(*, actor: Actor, at: datetime, outcomes: dict[int, str]) -> Sent:
    """Keep what became of a batch: sent, tried again later, or given up. An address is forgotten with its message."""
    sent = [number for number, outcome in outcomes.items() if outcome == "sent"]
    Message.objects.filter(pk__in=sent).update(sent_at=at, address_sealed=b"")
    given_up = waiting = 0
    for message in Message.objects.filter(pk__in=outcomes.keys() - set(sent)):
        if outcomes[message.pk] == "refused" or at - message.made_at >= GIVEN_UP_AFTER:
            message.given_up_at, message.address_sealed = at, b""
            detail = {"kind": message.kind, "tries": message.tries, "refused": outcomes[message.pk] == "refused"}
            record(actor, at, Happening("identity:message:given_up", message.person_id, detail))
            given_up += 1
        else:
            message.due_at = at + min(timedelta(minutes=2 ** min(message.tries, 10)), _LONGEST_WAIT)
            waiting += 1
        message.save(update_fields=["given_up_at", "address_sealed", "due_at"])
    return Sent(len(sent), given_up, waiting)


@use_case
def messages_drop(*, actor: Actor, at: datetime) -> int:
    """Where nothing leaves, nothing waits: an operator who sets a mail server later sends no old news."""
    del actor
    waiting = Message.objects.filter(due_at__lte=at, sent_at=None, given_up_at=None)
    return waiting.update(given_up_at=at, address_sealed=b"")
