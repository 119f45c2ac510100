"""The chip of a synthetic card: command in, answer out, as the application of ICAO Doc 9303-10 and 9303-11 has it.

It opens by PACE or BAC, hands its files out by secure messaging only, and signs a challenge. What it is asked for is
told in plain words to whoever listens, never what it holds.
"""

from collections.abc import Callable

from katip.demo.cards.card import Card
from katip.demo.cards.groups import lengths_info
from katip.identity.chip.apdu import Answer, Command, ProtocolError, WrongPasswordError, command_parse
from katip.identity.chip.bac import BacChip
from katip.identity.chip.messaging import Channel
from katip.identity.chip.pace import PaceChip, Password, PasswordKind, card_access_parse

APPLICATION = bytes.fromhex("A0000002471001")
ANSWER_TO_RESET = bytes.fromhex("3B888001" + "00" * 8 + "09")

NOT_ALLOWED, WRONG_KEY, NOT_FOUND = 0x6982, 0x6300, 0x6A82
_WRONG_LENGTH, _WRONG_DATA, _WRONG_PARAMETERS, _BEYOND_END = 0x6700, 0x6A80, 0x6A86, 0x6B00
_NO_INSTRUCTION, _NO_CLASS, _NOT_NOW, _BAD_PROTECTION = 0x6D00, 0x6E00, 0x6985, 0x6988

_SECURE, _CHAINED = 0x0C, 0x10
_ACCESS, _SECURITY_OBJECT, _COMMON, _FIRST_GROUP, _LENGTHS = 0x011C, 0x011D, 0x011E, 0x0100, 0x2F01
_OUTSIDE = {_ACCESS, _LENGTHS}
"""files in the master file, open to everybody; all others lie in the application"""
_SHORT, _LONGEST = 0x105, 0x800
"""bytes of the longest command and answer"""
_MASTER_FILE = b"\x3f\x00"
_BY_NAME, _BY_ID, _BY_CHILD_ID = 0x04, 0x00, 0x02
_SHORT_ID, _SHORT_ID_MASK, _FILE_PREFIX = 0x80, 0x1F, 0x0100
_CHALLENGE_LENGTH = 8
_NAMES = {
    _ACCESS: "how it can be opened",
    _SECURITY_OBJECT: "the security object",
    _COMMON: "the list of what it has",
    _LENGTHS: "how long answers may be",
    _FIRST_GROUP | 2: "the photograph",
}


class RefusedError(Exception):
    """The chip answers with the status word `status` only."""

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


class Chip:
    """One chip in the field of a reader. `tell` hears what is asked of it, in plain words.

    Not `extended`: it knows no commands and answers of more than 256 bytes, as older chips.
    """

    def __init__(self, card: Card, tell: Callable[[str], None] = lambda _: None, *, extended: bool = True) -> None:
        self._card = card
        self._tell = tell
        information = card.mrz.access_information()
        passwords = {PasswordKind.MRZ: Password.from_mrz(information)}
        if card.card_access_number:
            passwords[PasswordKind.CAN] = Password.from_can(card.card_access_number)
        self._pace = PaceChip(card_access_parse(card.access), passwords) if card.access else None
        self._bac = BacChip(information)
        self._files = _files(card) | ({_LENGTHS: lengths_info(_LONGEST)} if extended else {})
        self._longest = _LONGEST if extended else _SHORT
        self.reset()

    def reset(self) -> None:
        """Forget the conversation: power off and on, or taken out of the field."""
        self._channel: Channel | None = None
        self._selected = False
        self._file: int | None = None
        self._told: set[int] = set()

    def transmit(self, raw: bytes) -> bytes:
        """Answer one command; whatever is sent, an answer comes."""
        try:
            command = command_parse(raw)
        except ProtocolError:
            return Answer(status=_WRONG_LENGTH).encode()
        if len(raw) > self._longest or (command.extended and self._longest == _SHORT):
            return Answer(status=_WRONG_LENGTH).encode()
        if not command.cla & _SECURE:
            self._channel = None  # who speaks in the clear has left the secure channel
            return self._within(command, self._answer(command)).encode()
        return self._protected(command).encode()

    def _protected(self, command: Command) -> Answer:
        channel, self._channel = self._channel, None
        if channel is None:
            return Answer(status=_BAD_PROTECTION)
        try:
            plain = channel.command_unwrap(command)
        except ProtocolError:
            self._tell("The reader's message was changed on the way; the chip closes the channel.")
            return Answer(status=_BAD_PROTECTION)
        self._channel = channel
        answer = self._within(plain, self._answer(plain))
        wrapped = channel.answer_wrap(answer, odd=bool(plain.ins & 1))
        fitting = self._within(command, wrapped)
        if fitting is not wrapped:
            self._channel = None  # the two would count differently from here on
        return fitting

    def _within(self, command: Command, answer: Answer) -> Answer:
        """The answer, if it is no longer than the reader said it would take and the chip can make it."""
        room = min(command.expected or 0, self._longest)
        return answer if len(answer.data) <= room else Answer(status=_WRONG_LENGTH)

    def _answer(self, command: Command) -> Answer:
        if command.cla & ~_CHAINED:
            return Answer(status=_NO_CLASS)
        handlers = {
            0xA4: self._select,
            0xB0: self._read,
            0x84: self._challenge,
            0x82: self._external_authenticate,
            0x22: self._pace_select,
            0x86: self._pace_step,
            0x88: self._internal_authenticate,
        }
        handler = handlers.get(command.ins)
        if handler is None or (command.cla & _CHAINED and command.ins != 0x86):  # noqa: PLR2004 -- PACE comes in a chain
            return Answer(status=_NO_INSTRUCTION)
        try:
            return Answer(handler(command))
        except RefusedError as refused:
            return Answer(status=refused.status)

    # ------------------------------------------------------------------------------------------- files

    def _select(self, command: Command) -> bytes:
        if command.p1 == _BY_NAME:
            return self._select_application(command.data)
        if command.p1 not in {_BY_ID, _BY_CHILD_ID}:
            raise RefusedError(_WRONG_PARAMETERS)
        if command.data in {b"", _MASTER_FILE}:
            self._selected, self._file = False, None
            return b""
        self._file = self._openable(int.from_bytes(command.data, "big"))
        return b""

    def _select_application(self, name: bytes) -> bytes:
        if name != APPLICATION:
            raise RefusedError(NOT_FOUND)
        self._tell("The reader asks for the identity application.")
        self._selected, self._file = True, None
        return b""

    def _openable(self, file: int) -> int:
        """The file, if it is there and open to this conversation."""
        if (file in _OUTSIDE) == self._selected:
            raise RefusedError(NOT_FOUND)
        if file not in _OUTSIDE and self._channel is None:
            raise RefusedError(NOT_ALLOWED)
        if file not in self._files:
            raise RefusedError(NOT_FOUND)
        return file

    def _read(self, command: Command) -> bytes:
        if command.p1 & _SHORT_ID:
            self._file, offset = self._openable(_FILE_PREFIX | command.p1 & _SHORT_ID_MASK), command.p2
        else:
            offset = command.p1 << 8 | command.p2
        if self._file is None:
            raise RefusedError(_NOT_NOW if self._channel else NOT_ALLOWED)
        content = self._files[self._openable(self._file)]
        if offset >= len(content):
            raise RefusedError(_BEYOND_END)
        if self._file not in self._told:
            self._told.add(self._file)
            self._tell(f"The reader reads {_NAMES.get(self._file, f'data group {self._file - _FIRST_GROUP}')}.")
        return content[offset : offset + (command.expected or 0)]

    # ------------------------------------------------------------------------------------- being opened

    def _challenge(self, command: Command) -> bytes:
        del command
        if not self._selected:
            raise RefusedError(_NOT_NOW)
        return self._bac.challenge()

    def _external_authenticate(self, command: Command) -> bytes:
        try:
            answer, channel = self._bac.answer(command.data)
        except ProtocolError:
            self._tell("The reader does not know the printed data (BAC); the chip stays closed.")
            raise RefusedError(WRONG_KEY) from None
        self._tell("The reader knows the printed data; the chip opens (BAC).")
        self._channel = channel
        return answer

    def _pace_select(self, command: Command) -> bytes:
        if self._pace is None:
            raise RefusedError(_NO_INSTRUCTION)
        try:
            self._pace.select(command.data)
        except ProtocolError:
            raise RefusedError(_WRONG_DATA) from None
        return b""

    def _pace_step(self, command: Command) -> bytes:
        if self._pace is None:
            raise RefusedError(_NO_INSTRUCTION)
        try:
            answer = self._pace.step(command.data)
        except WrongPasswordError:
            self._tell("The reader does not know the printed data (PACE); the chip stays closed.")
            raise RefusedError(WRONG_KEY) from None
        except ProtocolError:
            raise RefusedError(_WRONG_DATA) from None
        if self._pace.channel:
            self._tell("The reader knows the printed data; the chip opens (PACE).")
            self._channel = self._pace.channel
        return answer

    # --------------------------------------------------------------------------------------- the clone check

    def _internal_authenticate(self, command: Command) -> bytes:
        if self._channel is None:
            raise RefusedError(NOT_ALLOWED)
        if len(command.data) != _CHALLENGE_LENGTH:
            raise RefusedError(_WRONG_LENGTH)
        answer = self._card.answer(command.data)
        if answer is None:
            raise RefusedError(_NO_INSTRUCTION)
        self._tell("The reader asks the chip to sign the challenge.")
        return answer


def _files(card: Card) -> dict[int, bytes]:
    """What can be read, by file identifier (Doc 9303-10, 4)."""
    files = {_FIRST_GROUP | number: content for number, content in card.held.items()}
    files |= {_SECURITY_OBJECT: card.security_object, _COMMON: card.common}
    return files | ({_ACCESS: card.access} if card.access else {})
