"""Card readers of this machine, through PC/SC (pyscard: the extra `katip[reader]`, imported only when it is used)."""

import time
from collections.abc import Sequence
from contextlib import suppress
from types import ModuleType
from typing import Any

from katip.identity.chip.apdu import Command, ProtocolError, command_parse
from katip.reader.errors import Exit, ReaderError

_POLL_SECONDS = 0.25
_DENIED = 0x8010006A
"""SCARD_W_SECURITY_VIOLATION: the service runs, and does not let this account in (polkit)"""


class PcscTransport:
    """A card on a PC/SC reader.

    There is one connection for the program's life: a second one, when it is collected, would reset the card.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        smartcard = _smartcard()
        self._faults = _faults(smartcard)
        self._first_protocol = connection.getProtocol() == smartcard.CardConnection.CardConnection.T0_protocol

    @property
    def answer_to_reset(self) -> bytes:
        """As any card's."""
        return bytes(self._connection.getATR())

    def transmit(self, raw: bytes) -> bytes:
        """As with any card. In protocol T=0 an answer to data is fetched by a command of its own."""
        if self._first_protocol:
            raw = _without_expected(raw)
        try:
            data, sw1, sw2 = self._connection.transmit(list(raw))
        except self._faults as error:
            raise ReaderError("card_removed", Exit.UNREADABLE) from error
        return bytes([*data, sw1, sw2])

    def close(self) -> None:
        """Let go of the card."""
        _release(self._connection, self._faults)


def reader_names() -> list[str]:
    """The readers that are plugged in. Raises ReaderError: no support installed, no service running, no reader."""
    names = [str(reader) for reader in _readers()]
    if not names:
        raise ReaderError("no_reader", Exit.NO_READER)
    return names


def readers_with_card(names: Sequence[str]) -> list[str]:
    """Those of the readers on which a card lies now. No card is touched for it."""
    smartcard = _smartcard()
    scard = smartcard.scard
    fault, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if fault:
        raise ReaderError("no_pcscd", Exit.NO_READER)
    try:
        fault, states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE) for name in names])
    finally:
        scard.SCardReleaseContext(context)
    return [] if fault else [name for name, state, _ in states if state & scard.SCARD_STATE_PRESENT]


def pcsc_wait(names: Sequence[str], *, seconds: float) -> PcscTransport:
    """The card on one of these readers, as soon as one lies there. Raises ReaderError after `seconds`."""
    connections = [reader.createConnection() for reader in _readers() if str(reader) in names]
    if not connections:
        raise ReaderError("no_reader", Exit.NO_READER)
    faults = _faults(_smartcard())
    found = None
    try:
        found = _first_connected(connections, faults, deadline=time.monotonic() + seconds)
    finally:
        for connection in connections:
            if connection is not found:
                _release(connection, faults)
    if found is None:
        raise ReaderError("no_card", Exit.NO_CARD, seconds=round(seconds))
    return PcscTransport(found)


def _first_connected(connections: Sequence[Any], faults: tuple[type[Exception], ...], *, deadline: float) -> Any:
    """The first that gets to a card; None when the time is over."""
    while True:
        for connection in connections:
            try:
                connection.connect()
            except faults:
                continue
            return connection
        if time.monotonic() >= deadline:
            return None
        time.sleep(_POLL_SECONDS)


def _release(connection: Any, faults: tuple[type[Exception], ...]) -> None:
    """Let go of the card and of the service, now and not when it is collected; either may be gone already."""
    with suppress(*faults):
        connection.disconnect()
    with suppress(*faults):
        connection.release()


def _readers() -> Sequence[Any]:
    smartcard = _smartcard()
    try:
        found: Sequence[Any] = smartcard.System.readers()
    except _faults(smartcard) as error:
        denied = getattr(error, "hresult", 0) & 0xFFFFFFFF == _DENIED
        raise ReaderError("no_access" if denied else "no_pcscd", Exit.NO_READER) from error
    return found


def _smartcard() -> ModuleType:
    try:
        import smartcard  # noqa: PLC0415 – an optional extra, built from source
        import smartcard.CardConnection  # noqa: PLC0415 -- as above
        import smartcard.Exceptions  # noqa: PLC0415 -- as above
        import smartcard.pcsc.PCSCExceptions  # noqa: PLC0415 -- as above
        import smartcard.scard  # noqa: PLC0415 -- as above
        import smartcard.System  # noqa: PLC0415 -- as above
    except ImportError as error:
        raise ReaderError("no_pyscard", Exit.NO_READER) from error
    module: ModuleType = smartcard
    return module


def _faults(smartcard: ModuleType) -> tuple[type[Exception], ...]:
    """What pyscard raises: its own exceptions and those of the layer below have no base in common."""
    return smartcard.Exceptions.SmartcardException, smartcard.pcsc.PCSCExceptions.BaseSCardException


def _without_expected(raw: bytes) -> bytes:
    """The command without its expected length, where it has data too (ISO/IEC 7816-3 12.2.4)."""
    try:
        command = command_parse(raw)
    except ProtocolError:
        return raw
    if not command.data or command.expected is None:
        return raw
    return Command(command.cla, command.ins, command.p1, command.p2, command.data).encode()
