"""KEP (registered e-mail) as a port: it leaves by the operator's own account, through whatever its provider offers.

Only a KEP provider's signed evidence proves that something was delivered, and that evidence lies in the operator's
account. What is kept here is that the account took the message. A plain e-mail to a KEP address proves nothing: none is
ever sent in its place.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from katip.core.environment import Environment
from katip.notices.channels.base import Outcome, Parcel, Send
from katip.notices.channels.gateway import Gateway

PLACES = frozenset({"address", "text"})


class KepSender(Protocol):
    """Whoever sends from the operator's KEP account."""

    def send(self, *, address: str, subject: str, text: str, token: str) -> Outcome:
        """Hand one message in; `token` stays the same when it is tried again. Raises `ChannelDownError`."""


class GatewaySender:
    """Sends by an HTTP gateway of the operator's provider, or of a program beside the account."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def send(self, *, address: str, subject: str, text: str, token: str) -> Outcome:
        """Post it."""
        return self._gateway.ask({"address": address, "subject": subject, "text": text, "id": token}, token)


def kep_gateway(site: Environment) -> Gateway | None:
    """The gateway that the operator set, if any."""
    if not site.kep_url:
        return None
    return Gateway("kep", site.kep_url, site.kep_body, "application/json", site.kep_authorization, site.kep_accepted)


@contextmanager
def kep_open(sender: KepSender) -> Iterator[Send]:
    """The way out by `sender`."""

    def send(parcel: Parcel) -> Outcome:
        return sender.send(address=parcel.address, subject=parcel.subject, text=parcel.text, token=parcel.token)

    yield send
