"""A card on the reader, spoken to in commands: opened by its printed data, its files read, its key asked to sign."""

from dataclasses import dataclass

from katip.identity.chip.apdu import (
    EXTENDED_EXPECTED,
    OK,
    SHORT_EXPECTED,
    Answer,
    Command,
    ProtocolError,
    StatusError,
    WrongPasswordError,
    answer_parse,
)
from katip.identity.chip.bac import bac_open
from katip.identity.chip.messaging import Channel
from katip.identity.chip.pace import PaceInfo, Password, card_access_parse, pace_open, preferred
from katip.identity.chip.tlv import TlvError, header_read
from katip.reader.capabilities import ATR_INFO, extended_answer
from katip.reader.errors import Exit, ReaderError, unreadable
from katip.reader.transports import Transport

APPLICATION = bytes.fromhex("A0000002471001")
_MASTER_FILE = b"\x3f\x00"
_CARD_ACCESS = 0x011C

SHORT_PIECE = 223
"""bytes of a file asked for at once: the most whose protected form a short answer holds, in every suite"""
_HEADER_PIECE = 8
_PROTECTION = 40
"""bytes that protection adds to an answer, at most"""
_WARNING_END = 0x6282
"""the file ended before as many bytes as were asked for"""
_SMALL_FILE = 4 << 10
_MORE, _OTHER_LENGTH = 0x61, 0x6C


@dataclass(frozen=True)
class Printed:
    """What is printed on the card, as far as it was given. Never shown."""

    information: str | None = None
    """`katip.identity.chip.mrz.access_information`"""
    can: str | None = None

    def __repr__(self) -> str:
        return "Printed(…)"

    @property
    def password(self) -> Password:
        """For PACE."""
        return Password.from_mrz(self.information) if self.information else Password.from_can(self.can or "")


class Card:
    """One card, and the secure channel to it once there is one."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._channel: Channel | None = None
        self._piece = SHORT_PIECE

    # ----------------------------------------------------------------------------------------------- opening

    def open(self, printed: Printed) -> str:
        """Open the chip: PACE where it offers a way that is known here, else BAC. Returns which it was.

        A PACE that fails is not followed by BAC: whoever stands between could bring the weaker way about.
        Raises ReaderError.
        """
        self._channel = None
        try:
            infos = self._ways()
            return self._pace(printed, infos) if preferred(infos) else self._bac(printed)
        except WrongPasswordError as error:
            key = "wrong_data" if printed.information else "wrong_card_number"
            raise ReaderError(key, Exit.WRONG_DATA) from error
        except ProtocolError as error:
            raise unreadable(str(error)) from error

    def _ways(self) -> tuple[PaceInfo, ...]:
        """What EF.CardAccess offers; nothing where the chip has none."""
        self.send(Command(0x00, 0xA4, 0x00, 0x0C, _MASTER_FILE))  # some chips know no such command, and stand there
        extended = extended_answer(self._transport.answer_to_reset, self._limits())
        self._piece = extended - _PROTECTION if extended else SHORT_PIECE
        content = self.file_read(_CARD_ACCESS, most=_SMALL_FILE)
        try:
            return card_access_parse(content) if content else ()
        except ProtocolError:
            return ()

    def _limits(self) -> bytes:
        """EF.ATR/INFO, as much of it as one answer holds; nothing where the chip has none."""
        if self._select(ATR_INFO) != OK:
            return b""
        return self._read(0, SHORT_PIECE)

    def _pace(self, printed: Printed, infos: tuple[PaceInfo, ...]) -> str:
        self._channel = pace_open(self.send, printed.password, infos)
        self._application_select()
        return "PACE"

    def _bac(self, printed: Printed) -> str:
        if printed.information is None:
            raise ReaderError("no_can", Exit.UNREADABLE)
        self._application_select()
        self._channel = bac_open(self.send, printed.information)
        return "BAC"

    def _application_select(self) -> None:
        try:
            self.send(Command(0x00, 0xA4, 0x04, 0x0C, APPLICATION)).demand()
        except StatusError as error:
            raise ReaderError("not_identity", Exit.UNREADABLE) from error

    # --------------------------------------------------------------------------------------- files and key

    def file_read(self, file: int, *, most: int) -> bytes | None:
        """The content of a file, to the length that it says itself; None where the chip does not give it.

        Raises ReaderError when it announces more than `most` bytes or does not keep to what it announced.
        """
        try:
            if self._select(file) != OK:
                return None
            content = self._read(0, _HEADER_PIECE)
            if not content:
                return None
            length = header_read(content).length
            if length > most:
                raise unreadable("file too long")
            while len(content) < length:
                piece = self._read(len(content), min(self._piece, length - len(content)))
                if not piece:
                    raise unreadable("file cut off")
                content += piece
        except (ProtocolError, TlvError) as error:
            raise unreadable(str(error)) from error
        return content[:length]

    def sign(self, challenge: bytes, *, long: bool) -> bytes | None:
        """The chip's answer to a challenge (INTERNAL AUTHENTICATE); None where it refuses.

        `long`: the answer may not fit a short one, so that extended lengths are needed.
        """
        expected = EXTENDED_EXPECTED if long else SHORT_EXPECTED
        try:
            answer = self.send(Command(0x00, 0x88, 0x00, 0x00, challenge, expected))
        except ProtocolError as error:
            raise unreadable(str(error)) from error
        return answer.data if answer.status == OK else None

    def _select(self, file: int) -> int:
        """Select a file by its identifier; the chip's status."""
        return self.send(Command(0x00, 0xA4, 0x02, 0x0C, file.to_bytes(2, "big"))).status

    def _read(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes of the selected file; none where the chip refuses."""
        if SHORT_PIECE < count <= SHORT_EXPECTED:  # it would be asked for by a short command, and not fit the answer
            count = SHORT_PIECE
        command = Command(0x00, 0xB0, offset >> 8, offset & 0xFF, expected=count)
        answer = self.send(command)
        return answer.data[:count] if answer.status in {OK, _WARNING_END} else b""

    # -------------------------------------------------------------------------------------------- commands

    def send(self, command: Command) -> Answer:
        """Send a command, through the secure channel where there is one. Raises ProtocolError, ReaderError."""
        if self._channel is None:
            return self._send(command)
        return self._channel.answer_unwrap(self._send(self._channel.command_wrap(command)))

    def _send(self, command: Command) -> Answer:
        """Send as it is; fetch what the chip holds back, and ask again with the length it wants."""
        answer = self._exchange(command)
        if answer.status >> 8 == _OTHER_LENGTH:
            expected = answer.status & 0xFF or SHORT_EXPECTED
            again = Command(command.cla, command.ins, command.p1, command.p2, command.data, expected)
            answer = self._exchange(again)
        data = answer.data
        while answer.status >> 8 == _MORE and len(data) <= EXTENDED_EXPECTED:
            fetch = Command(0x00, 0xC0, 0x00, 0x00, expected=answer.status & 0xFF or SHORT_EXPECTED)
            answer = self._exchange(fetch)
            if not answer.data:
                break
            data += answer.data
        return Answer(data, answer.status)

    def _exchange(self, command: Command) -> Answer:
        return answer_parse(self._transport.transmit(command.encode()))
