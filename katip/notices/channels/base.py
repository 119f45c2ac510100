"""What every way out has in common: something to send, what became of it, and a way that is shut as a whole."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from katip.core.crypto import lookup_key


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to one address. `number` is the same however often it is tried: by it twins can be told."""

    number: int
    address: str
    subject: str
    text: str
    at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    link: str = ""

    @property
    def token(self) -> str:
        """The number with a mark that nobody else can make: a report that bears it is about this message."""
        return token_of(self.number)


def token_of(number: int) -> str:
    """`1234-8f3a…`: a delivery's number, and 16 hex digits of a keyed hash of it."""
    return f"{number}-{lookup_key(f'delivery:{number}')[:16]}"


class Verdict(StrEnum):
    """What a way out says of one message."""

    SENT = "sent"
    REFUSED = "refused"
    """never"""
    FAILED = "failed"
    """not now"""
    DROPPED = "dropped"
    """not sent on purpose"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message. `is_address` where it is the address that takes nothing, now and later."""

    verdict: Verdict
    code: str = ""
    ref: str = ""
    is_address: bool = False


class ChannelDownError(Exception):
    """The way out is shut as a whole: the fault of no message.

    `begun` says that a message was on its way when it happened: whether it arrived, nobody knows.
    """

    def __init__(self, code: str, *, begun: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.begun = begun


Send = Callable[[Parcel], Outcome]
"""sends one message, or raises `ChannelDownError`"""
Way = AbstractContextManager[Send]
"""opens the way out, or raises `ChannelDownError`"""
