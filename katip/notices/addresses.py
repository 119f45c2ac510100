"""Addresses that take nothing: known by a keyed hash, so that nobody reads them out of the table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from katip.core.crypto import lookup_key
from katip.notices.models import AddressFault, Channel

SPARED = timedelta(days=30)
"""so long after its last refusal an address gets nothing but what concerns a sign-in; then it is tried again"""
BOUNCE = "bounce"
"""how the codes begin that come from a report"""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an address takes nothing: `code` in a word, since when, by which channel."""

    channel: Channel
    code: str
    since: datetime


def address_key(channel: Channel | str, address: str) -> str:
    """By which an address is found again; great and small letters are one."""
    return lookup_key(f"address:{channel}:{address.strip().lower()}")


def faults_of(addresses: Sequence[str]) -> dict[str, Fault]:
    """Those of `addresses` (as written, e-mail, KEP or phone) that take nothing at present; one statement."""
    keys = {address_key(channel, address): address for address in addresses if address for channel in _kinds(address)}
    if not keys:
        return {}
    found = AddressFault.objects.filter(address_key__in=keys, ended_at=None).order_by("pk")
    return {keys[row.address_key]: Fault(Channel(row.channel), row.code, row.since) for row in found}


def _kinds(address: str) -> tuple[Channel, ...]:
    return (Channel.EMAIL, Channel.KEP) if "@" in address else (Channel.SMS,)


def faults_keep(channel: Channel | str, keys: Iterable[str], code: str, at: datetime) -> None:
    """Write down that these addresses take nothing; part of the caller's transaction."""
    wanted = sorted(set(keys))
    AddressFault.objects.filter(channel=channel, address_key__in=wanted, ended_at__isnull=False).update(
        since=at, ended_at=None
    )
    AddressFault.objects.bulk_create(
        [AddressFault(channel=channel, address_key=key, code=code[:24], since=at, last_at=at) for key in wanted],
        update_conflicts=True,
        unique_fields=["channel", "address_key"],
        update_fields=["code", "last_at"],
    )


def fault_end(channel: Channel | str, key: str, at: datetime, *, reported: bool = True) -> None:
    """Write down that an address works, or was entered anew; part of the caller's transaction.

    Without `reported`, what a report said stands: that a server took a message says nothing against it.
    """
    found = AddressFault.objects.filter(channel=channel, address_key=key, ended_at=None)
    (found if reported else found.exclude(code__startswith=BOUNCE)).update(ended_at=at)


def spared(channel: Channel | str, keys: Iterable[str], at: datetime) -> set[str]:
    """Those of `keys` that get nothing at present."""
    found = AddressFault.objects.filter(
        channel=channel, address_key__in=set(keys), ended_at=None, last_at__gt=at - SPARED
    )
    return set(found.values_list("address_key", flat=True))
