"""Takes out what waits: beside the web server, never inside a page.

Each batch is claimed in one transaction, sent outside of any, and each message settled in one of its own as soon as its
answer came: any number may send at once on any number of machines and never take the same message, and a server that
hangs holds no row. A sender that dies between a server's answer and the settling leaves one message that is sent again
after its claim; it bears the same Message-ID or token, so that a receiver can see that it is the same.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

from katip.core.actor import OPERATOR
from katip.core.crypto import unseal
from katip.core.metrics import DELIVERIES
from katip.notices.channels.base import ChannelDownError, Outcome, Parcel, Send, Verdict
from katip.notices.channels.ways import way_out
from katip.notices.entitled import rows_entitled
from katip.notices.letters import Item, letter_write
from katip.notices.models import Channel, ChannelRest, Delivery, State
from katip.notices.services.queue import (
    CLAIM,
    Bundle,
    Sent,
    bundles_claim,
    bundles_release,
    channel_drop,
    channel_rest,
    channel_works,
    outcome_settle,
)

SECONDS = 60.0
"""one call sends no longer than this: the next one has a fresh moment"""
_BATCH_SECONDS = CLAIM.total_seconds() / 2
"""well before its claim is over, a sender puts back what it did not get to"""
_PATIENCE = (0.1, 1.0, 3.0, 5.0)
"""seconds between tries to write down what became of a message"""
_DOWNS = 2
"""messages in a row with which a connection broke, after which the channel rests"""

log = logging.getLogger("katip.notices")

Stopping = Callable[[], bool]


def never() -> bool:
    """Nobody asks to stop."""
    return False


def is_due(channel: Channel, at: datetime) -> bool:
    """Whether anything may leave by `channel` at `at`; asks with one statement, so that asking often costs little."""
    waits = Delivery.objects.filter(state=State.WAITING, channel=channel, due_at__lte=at)
    return waits.exclude(channel__in=ChannelRest.objects.filter(until__gt=at).values("channel")).exists()


def deliveries_send(*, at: datetime) -> Sent:
    """Send what is due at `at`, by every channel one after the other."""
    return sum((channel_send(channel, at=at) for channel in Channel), Sent())


def channel_try(channel: Channel, address: str, at: datetime) -> Outcome | None:
    """Send one line to `address` now, beside the queue; None where nothing leaves. Raises `ChannelDownError`."""
    way = way_out(channel)
    if way is None:
        return None
    with way as send:
        return send(Parcel(0, address, "Katip: deneme", "Bu bir deneme iletisidir.\n\nThis is a test.", at))


def channel_send(channel: Channel, *, at: datetime, senders: int = 1, stopping: Stopping = never) -> Sent:
    """Send what is due at `at` by one channel, for a minute at most; where nothing leaves by it, drop it.

    Once more waits than one batch, up to `senders` send at once, each over a connection of its own.
    """
    if way_out(channel) is None:
        return Sent(dropped=channel_drop(actor=OPERATOR, at=at, channel=channel))
    end = time.monotonic() + SECONDS
    total, more = _batch(channel, at, stopping)
    if not more:
        return total
    if senders == 1:
        return total + _go_on(channel, at, stopping, end)

    def beside(_: int) -> Sent:
        try:
            return _go_on(channel, at, stopping, end)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(senders, thread_name_prefix=f"sender-{channel}") as pool:
        return sum(pool.map(beside, range(senders)), total)


def _go_on(channel: Channel, at: datetime, stopping: Stopping, end: float) -> Sent:
    total, more = Sent(), True
    while more and not stopping() and time.monotonic() < end:
        done, more = _batch(channel, at, stopping)
        total += done
    return total


def _batch(channel: Channel, at: datetime, stopping: Stopping) -> tuple[Sent, bool]:
    """Claim and send one batch; and whether more may wait that can leave now."""
    claim = bundles_claim(actor=OPERATOR, at=at, channel=channel)
    if not claim.bundles:
        return claim.closed, claim.more
    done, works = _bundles_send(channel, claim.bundles, at, stopping)
    return claim.closed + done, works and claim.more


def _bundles_send(channel: Channel, claimed: list[Bundle], at: datetime, stopping: Stopping) -> tuple[Sent, bool]:
    """Send the bundles of one claim; what was not got to is put back. Also returns whether the channel works."""
    left, total, downs = deque(claimed), Sent(), 0
    deadline = time.monotonic() + _BATCH_SECONDS
    works = True
    while left and works and not stopping() and time.monotonic() < deadline:
        way = way_out(channel)
        if way is None:
            break
        on_its_way: Bundle | None = None
        _let_go()
        try:
            with way as send:
                while left and not stopping() and time.monotonic() < deadline:
                    on_its_way = left.popleft()
                    outcome = _bundle_send(send, channel, on_its_way, at)
                    total += _settle(at, on_its_way, outcome)
                    on_its_way, downs = None, 0
        except ChannelDownError as error:
            downs += 1
            works = error.begun and downs < _DOWNS
            log.warning("%s does not leave (%s); it is tried again.", channel.label, error.code)
            if on_its_way is not None and error.begun:
                outcome = Outcome(Verdict.FAILED, error.code)
                total += _settle(at, on_its_way, outcome)
            elif on_its_way is not None:
                left.appendleft(on_its_way)
            if not works:
                channel_rest(actor=OPERATOR, at=at, channel=channel, code=error.code)
    if left:
        bundles_release(actor=OPERATOR, at=at, bundles=list(left))
        total += Sent(waiting=sum(map(len, left)))
    if total.sent and works:
        channel_works(actor=OPERATOR, at=at, channel=channel)
    return total, works


def _let_go() -> None:
    """Give the connection back while another server is waited for: senders are more than the pool has connections."""
    held = connections[DEFAULT_DB_ALIAS]
    if not held.in_atomic_block:
        held.close()


def _settle(at: datetime, bundle: Bundle, outcome: Outcome) -> Sent:
    """Keep what became of a message; a database that is away for some seconds is waited for, not told twice for."""
    DELIVERIES.labels(bundle[0].channel, outcome.verdict).inc()
    for seconds in _PATIENCE:
        try:
            return outcome_settle(actor=OPERATOR, at=at, bundle=bundle, outcome=outcome)
        except (OperationalError, InterfaceError):
            connections[DEFAULT_DB_ALIAS].close()
            time.sleep(seconds)
    return outcome_settle(actor=OPERATOR, at=at, bundle=bundle, outcome=outcome)


def _bundle_send(send: Send, channel: Channel, bundle: Bundle, at: datetime) -> Outcome:
    """What became of one message. Raises `ChannelDownError`."""
    first = bundle[0]
    told = rows_entitled(bundle, at)
    if not told:
        return Outcome(Verdict.DROPPED, "moot")
    try:
        letter = letter_write([_item(row) for row in told], channel, first.language)
        address = unseal(first.address_sealed)
    except InvalidToken:
        return Outcome(Verdict.DROPPED, "unreadable")  # sealed by a key that is gone
    except Exception:  # one message without words must not hold up all others
        log.exception("A message of the kind %s finds no words.", first.kind)
        return Outcome(Verdict.FAILED, "words")
    if letter is None:
        return Outcome(Verdict.DROPPED, "moot")
    _let_go()
    return send(
        Parcel(
            number=first.pk,
            address=address,
            subject=letter.subject,
            text=letter.text,
            at=at,
            headers=letter.headers,
            link=letter.link,
        )
    )


def _item(row: Delivery) -> Item:
    return Item(
        row.kind,
        row.detail,
        row.made_at,
        person_id=row.person_id,
        capacity=row.capacity,
        organisation_id=row.organisation_id,
        process_id=row.process_id,
        notice_id=row.notice_id,
    )
