"""The queue of what waits to leave: claimed, settled, put back; and how its channels are.

A claim moves a row's moment on by `CLAIM`: whoever died with it loses it then. Settling and bounces only ever change a
row that still waits.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.notices.addresses import fault_end, faults_keep, spared
from katip.notices.channels.base import Outcome, Verdict
from katip.notices.models import Channel, ChannelRest, Delivery, Rank, State

BATCH = 50
CLAIM = timedelta(minutes=10)
_BUNDLE = 2_000
"""rows that leave as one message"""
_ROWS = 10_000
"""of digests in one claim"""
_LONGEST_WAIT = timedelta(hours=4)
_LONGEST_REST = timedelta(minutes=15)
_LOCK = "notices:claim:"

Bundle = list[Delivery]
"""rows that leave as one message, the first of them giving it its number"""


@dataclass(frozen=True, slots=True)
class Sent:
    """How many left, how many were given up or refused, how many are tried again, how many were not sent on purpose."""

    sent: int = 0
    given_up: int = 0
    waiting: int = 0
    dropped: int = 0

    def __add__(self, other: "Sent") -> "Sent":
        return Sent(
            self.sent + other.sent,
            self.given_up + other.given_up,
            self.waiting + other.waiting,
            self.dropped + other.dropped,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """What was claimed; what was closed instead, too old or to an address that takes nothing; whether more may wait."""

    bundles: list[Bundle] = field(default_factory=list)
    closed: Sent = Sent()
    more: bool = False


def _due(channel: Channel, at: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=State.WAITING, channel=channel, due_at__lte=at)


@use_case
def bundles_claim(*, actor: Actor, at: datetime, channel: Channel) -> Claim:
    """Take a batch of what is due, what concerns a sign-in first, then the oldest, for as long as sending may take."""
    rest = ChannelRest.objects.filter(channel=channel, failures__gt=0).first()
    if rest is not None and rest.until is not None and rest.until > at:
        return Claim()
    most = BATCH if rest is None else 1  # whether a channel works again is tried with one message
    with connection.cursor() as cursor:  # one claims at a time: rows of one digest are never torn apart
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOCK + channel])
    found: list[Delivery] = []
    for rank in Rank:  # one probe of the index for each: what waits for tomorrow is not walked through
        due = _due(channel, at).filter(rank=rank).order_by("due_at", "pk")
        found += due.select_for_update(skip_locked=True, of=("self",))[: most - len(found)]
        if len(found) == most:
            break
    more = len(found) == most
    closed = _close(actor, at, channel, found)
    bundles = _bundled(channel, at, [row for row in found if row.state == State.WAITING])
    taken = [row.pk for bundle in bundles for row in bundle]
    Delivery.objects.filter(pk__in=taken).update(due_at=at + CLAIM, tries=F("tries") + 1)
    for bundle in bundles:
        for row in bundle:
            row.tries += 1
    return Claim(bundles, closed, more)


def _close(actor: Actor, at: datetime, channel: Channel, found: list[Delivery]) -> Sent:
    """Close what is too old and what goes to an address that takes nothing."""
    old = [row for row in found if row.ends_at <= at]
    dead = spared(channel, [row.address_key for row in found if row.rank != Rank.SECURITY], at)
    sent_to_dead = [row for row in found if row.ends_at > at and row.rank != Rank.SECURITY and row.address_key in dead]
    _finish(actor, at, old, State.GIVEN_UP, "")
    _finish(actor, at, sent_to_dead, State.REFUSED, "known")
    return Sent(given_up=len(old) + len(sent_to_dead))


def _finish(actor: Actor, at: datetime, rows: list[Delivery], state: State, code: str) -> None:
    """Close rows that did not leave; an empty `code` leaves the last one."""
    for row in rows:
        row.state, row.code, row.closed_at, row.address_sealed = state, code or row.code or "too_old", at, b""
    if rows:
        Delivery.objects.bulk_update(rows, ["state", "code", "closed_at", "address_sealed"])
        record(actor, at, *(_happening(row) for row in rows))


def _happening(row: Delivery) -> Happening:
    detail = {"kind": row.kind, "channel": row.channel, "tries": row.tries, "code": row.code}
    return Happening(f"notices:delivery:{row.state}", row.person_id, detail)


def _bundled(channel: Channel, at: datetime, found: list[Delivery]) -> list[Bundle]:
    """Each row by itself, or with all that waits for the same digest, due or not.

    What was tried and is not due may be in another sender's hands: it is left out, else it would leave twice.
    """
    bundles: list[Bundle] = [[row] for row in found if not row.digest_key]
    wanted = {(row.address_key, row.digest_key) for row in found if row.digest_key}
    if not wanted:
        return bundles
    known = {row.pk for row in found}
    match = Q()
    for address, digest in wanted:
        match |= Q(address_key=address, digest_key=digest)
    in_nobodys_hands = Q(tries=0) | Q(due_at__lte=at)
    others = Delivery.objects.filter(match, in_nobodys_hands, state=State.WAITING, channel=channel)
    others = others.exclude(pk__in=known)
    rows = [row for row in found if row.digest_key]
    ordered = others.order_by("address_key", "digest_key", "pk")
    rows += ordered.select_for_update(skip_locked=True, of=("self",))[:_ROWS]
    for address, digest in sorted(wanted):
        same = sorted(
            (row for row in rows if (row.address_key, row.digest_key) == (address, digest)), key=lambda row: row.pk
        )
        bundles += [same[start : start + _BUNDLE] for start in range(0, len(same), _BUNDLE)]
    return bundles


@use_case
def outcome_settle(*, actor: Actor, at: datetime, bundle: Bundle, outcome: Outcome) -> Sent:
    """Keep what became of one message: sent, tried again later, or closed. An address is forgotten with its message."""
    rows = list(
        Delivery.objects.filter(pk__in=[row.pk for row in bundle], state=State.WAITING)
        .select_for_update()
        .order_by("pk")
    )
    if outcome.verdict is Verdict.SENT:
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.SENT, code="", provider_ref=outcome.ref, sent_at=at, closed_at=at, address_sealed=b""
        )
        fault_end(bundle[0].channel, bundle[0].address_key, at, reported=False)
        return Sent(sent=len(rows))
    if outcome.verdict is Verdict.DROPPED:
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=State.DROPPED, code=outcome.code, closed_at=at, address_sealed=b""
        )
        return Sent(dropped=len(rows))
    if outcome.is_address and rows:
        faults_keep(rows[0].channel, [rows[0].address_key], outcome.code, at)
    if outcome.verdict is Verdict.REFUSED:
        _finish(actor, at, rows, State.REFUSED, outcome.code)
        return Sent(given_up=len(rows))
    over = [row for row in rows if row.ends_at <= at]
    _finish(actor, at, over, State.GIVEN_UP, outcome.code)
    again = [row for row in rows if row.ends_at > at]
    for row in again:
        row.due_at, row.code = at + pause(row.tries, bundle[0].pk), outcome.code
    Delivery.objects.bulk_update(again, ["due_at", "code"])
    return Sent(given_up=len(over), waiting=len(again))


def pause(tries: int, number: int) -> timedelta:
    """How long to wait after so many tries: 2, 4, 8 … minutes, four hours at most, a quarter more or less by number.

    What failed together is not tried again at the same moment.
    """
    longest = min(timedelta(minutes=2 ** min(tries, 10)), _LONGEST_WAIT)
    return longest * (0.75 + 0.5 * (number * 7919 % 101) / 100)


@use_case
def bundles_release(*, actor: Actor, at: datetime, bundles: list[Bundle]) -> None:
    """Put back what was not got to: it was no try."""
    del actor
    numbers = [row.pk for bundle in bundles for row in bundle]
    Delivery.objects.filter(pk__in=numbers, state=State.WAITING).update(due_at=at, tries=F("tries") - 1)


@use_case
def channel_drop(*, actor: Actor, at: datetime, channel: Channel) -> int:
    """Where nothing leaves any more, nothing waits: an operator who sets a server later sends no old news."""
    del actor
    return _due(channel, at).update(state=State.DROPPED, code="no_channel", closed_at=at, address_sealed=b"")


@use_case
def channel_rest(*, actor: Actor, at: datetime, channel: Channel, code: str) -> None:
    """Let a channel rest that failed as a whole: half a minute, then ever longer, a quarter of an hour at most."""
    del actor
    ChannelRest.objects.get_or_create(channel=channel)
    row = ChannelRest.objects.select_for_update().get(channel=channel)
    if row.until is not None and row.until > at:
        return  # another sender met the same
    row.failures += 1
    row.since, row.code = row.since or at, code[:24]
    row.until = at + min(timedelta(seconds=30) * 2 ** min(row.failures - 1, 10), _LONGEST_REST)
    row.save()


@use_case
def channel_works(*, actor: Actor, at: datetime, channel: Channel) -> None:
    """Write down that something left by a channel."""
    del actor
    works = {"failures": 0, "since": None, "until": None, "code": "", "last_sent_at": at}
    ChannelRest.objects.update_or_create(channel=channel, defaults=works)
