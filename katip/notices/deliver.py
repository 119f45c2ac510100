"""Asking that something be told outside: one row for each address, in the transaction of whoever asks.

`katip.notices.engine` takes the rows out beside the web server.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from katip.core.actor import Capacity
from katip.core.crypto import seal
from katip.notices.addresses import Fault, address_key, faults_of
from katip.notices.channels.sms import PHONE
from katip.notices.channels.ways import channels_open
from katip.notices.models import Channel, Delivery, Rank, State

__all__ = ["KEPT_TRYING", "Fault", "Outgoing", "address_is_possible", "channels_open", "deliver", "faults_of"]

KEPT_TRYING = timedelta(days=3)
"""how long a message that does not leave is tried"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to be told to one address, by one channel.

    `address` is an e-mail or KEP address, or a mobile phone of ten digits (`5…`). `detail` holds plain JSON values for
    the words, never a secret. `due_at` (now, where it is None) is the earliest moment; rows of one `digest_key` leave
    as one message with the first that is due. After `ends_at` it is worth nothing.
    """

    channel: Channel
    address: str
    kind: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    person_id: int | None = None
    capacity: Capacity | None = None
    organisation_id: int | None = None
    notice_id: int | None = None
    process_id: int | None = None
    language: str = "both"
    rank: Rank = Rank.ORDINARY
    due_at: datetime | None = None
    ends_at: datetime | None = None
    digest_key: str = ""


def deliver(rows: Sequence[Outgoing], at: datetime) -> list[Delivery]:
    """Write `rows` down in the transaction that is open; returns them as they are kept, in the same order.

    Where nothing leaves by a channel, or the address cannot be one, the row is closed at once and says so.
    """
    open_channels = channels_open()
    return Delivery.objects.bulk_create([_row(one, at, open_channels) for one in rows], batch_size=1_000)


def _row(one: Outgoing, at: datetime, open_channels: frozenset[Channel]) -> Delivery:
    due_at = max(one.due_at or at, at)
    row = Delivery(
        channel=one.channel,
        person_id=one.person_id,
        capacity=one.capacity or "",
        organisation_id=one.organisation_id,
        notice_id=one.notice_id,
        process_id=one.process_id,
        kind=one.kind,
        detail=dict(one.detail),
        language=one.language,
        rank=one.rank,
        digest_key=one.digest_key,
        address_sealed=b"",
        address_key=address_key(one.channel, one.address),
        made_at=at,
        due_at=due_at,
        ends_at=one.ends_at or due_at + KEPT_TRYING,
    )
    if one.channel not in open_channels:  # an operator who sets a mail server later sends no old news
        row.state, row.code, row.closed_at = State.DROPPED, "no_channel", at
    elif not address_is_possible(one.channel, one.address):
        row.state, row.code, row.closed_at = State.REFUSED, "address", at
    else:
        row.address_sealed = seal(one.address.strip())
    return row


def address_is_possible(channel: Channel, address: str) -> bool:
    """Whether `address` can be one by its form: for SMS a Turkish mobile phone, ten digits beginning with 5."""
    address = address.strip()
    if channel is Channel.SMS:
        return PHONE.fullmatch(address) is not None
    try:
        validate_email(address)
    except ValidationError:
        return False
    return address.isascii()
