"""Secure messaging: every command and answer behind BAC or PACE, encrypted, numbered and authenticated.

Doc 9303-11 9.8, both sides: the reader wraps commands and unwraps answers, the chip the other way round. Strict: the
data objects stand in their order, each once, none unknown; a checksum is compared before anything is decrypted. What
fails once has failed for good: the channel is closed, as the chip closes its own.
"""

from collections.abc import Iterable

from katip.identity.chip.apdu import (
    EXTENDED_EXPECTED,
    OK,
    SHORT_DATA,
    SHORT_EXPECTED,
    Answer,
    Command,
    ProtocolError,
    StatusError,
)
from katip.identity.chip.suites import CHECKSUM, ENCRYPTION, Suite
from katip.identity.chip.tlv import Tlv, TlvError, tlv_each, tlv_encode

_SECURE = 0x0C
"""the bits of the class that say: secure messaging, the header authenticated too"""
_ENCRYPTED = 0x87
_ENCRYPTED_ODD = 0x85
"""the encrypted data of commands with an odd instruction, which has no padding indicator"""
_EXPECTED = 0x97
_STATUS = 0x99
_CHECKSUM = 0x8E
_PADDED = b"\x01"

_COMMAND_ORDER = (_ENCRYPTED, _ENCRYPTED_ODD, _EXPECTED, _CHECKSUM)
_ANSWER_ORDER = (_ENCRYPTED, _ENCRYPTED_ODD, _STATUS, _CHECKSUM)


class MessagingError(ProtocolError):
    """A protected message is malformed, was changed, or came when the channel was closed."""


class Channel:
    """One session of secure messaging. `counter` is the sequence counter's first value, as many bytes as a block."""

    def __init__(self, suite: Suite, *, encryption_key: bytes, checksum_key: bytes, counter: bytes) -> None:
        if len(counter) != suite.block:
            raise ValueError("the counter is one block long")
        self._suite = suite
        self._encryption_key = encryption_key
        self._checksum_key = checksum_key
        self._counter = int.from_bytes(counter, "big")
        self._open = True

    @classmethod
    def from_secret(cls, suite: Suite, secret: bytes, *, counter: bytes) -> "Channel":
        """The channel whose keys derive from a shared secret."""
        return cls(
            suite,
            encryption_key=suite.derive(secret, ENCRYPTION),
            checksum_key=suite.derive(secret, CHECKSUM),
            counter=counter,
        )

    # ------------------------------------------------------------------------------------- the reader's side

    def command_wrap(self, command: Command) -> Command:
        """The command as it travels. It must carry data or expect some. Raises MessagingError on a closed channel."""
        if not command.data and command.expected is None:
            raise ValueError("a command with neither data nor an expected length is not sent")
        counter = self._count()
        objects = b""
        if command.data:
            objects += self._encrypted(command.data, counter, odd=bool(command.ins & 1))
        if command.expected is not None:
            objects += tlv_encode(_EXPECTED, _expected_field(command))
        header = bytes([command.cla | _SECURE, command.ins, command.p1, command.p2])
        objects += tlv_encode(_CHECKSUM, self._checksum(counter + self._suite.pad(header) + objects))
        extended = command.extended or len(objects) > SHORT_DATA
        expected = EXTENDED_EXPECTED if extended else SHORT_EXPECTED
        return Command(header[0], command.ins, command.p1, command.p2, objects, expected)

    def answer_unwrap(self, answer: Answer) -> Answer:
        """The answer behind its protection.

        Its status is the authenticated one: the word outside can be changed on the way. Raises StatusError when the
        chip refused in the clear (which ends the channel on its side too), MessagingError.
        """
        counter = self._count()
        try:
            if not answer.data and answer.status != OK:
                raise StatusError(answer.status)
            objects = self._authenticated(counter, answer.data, order=_ANSWER_ORDER)
            status = objects.get(_STATUS, b"")
            if len(status) != 2:  # noqa: PLR2004 – a status word
                raise MessagingError("status missing")
            return Answer(self._decrypted(objects, counter), int.from_bytes(status, "big"))
        except ProtocolError:
            self._open = False
            raise

    # --------------------------------------------------------------------------------------- the chip's side

    def command_unwrap(self, command: Command) -> Command:
        """The command behind its protection. Raises MessagingError."""
        counter = self._count()
        try:
            if command.cla & _SECURE != _SECURE:
                raise MessagingError("not protected")
            head = self._suite.pad(command.header)
            objects = self._authenticated(counter, command.data, order=_COMMAND_ORDER, head=head)
            data = self._decrypted(objects, counter, odd=bool(command.ins & 1))
            expected = _expected_value(objects.get(_EXPECTED))
        except ProtocolError:
            self._open = False
            raise
        return Command(command.cla & ~_SECURE, command.ins, command.p1, command.p2, data, expected)

    def answer_wrap(self, answer: Answer, *, odd: bool = False) -> Answer:
        """The answer as it travels; `odd` for one to a command with an odd instruction."""
        counter = self._count()
        objects = self._encrypted(answer.data, counter, odd=odd) if answer.data else b""
        objects += tlv_encode(_STATUS, answer.status.to_bytes(2, "big"))
        objects += tlv_encode(_CHECKSUM, self._checksum(counter + objects))
        return Answer(objects, answer.status)

    # ------------------------------------------------------------------------------------------------- parts

    def _count(self) -> bytes:
        """The next number of this channel: each message takes one, in both directions."""
        self._counter += 1
        if not self._open or self._counter >= 1 << 8 * self._suite.block:
            self._open = False
            raise MessagingError("channel closed")
        return self._counter.to_bytes(self._suite.block, "big")

    def _checksum(self, message: bytes) -> bytes:
        return self._suite.checksum(self._checksum_key, self._message(message))

    def _message(self, message: bytes) -> bytes:
        """The retail MAC pads by itself, CMAC has the standard pad first (Doc 9303-11 9.8.6.2, 9.8.7.2)."""
        return message if self._suite.pads_checksums else self._suite.pad(message)

    def _encrypted(self, data: bytes, counter: bytes, *, odd: bool) -> bytes:
        start = self._suite.start_value(self._encryption_key, counter)
        encrypted = self._suite.encrypt(self._encryption_key, self._suite.pad(data), iv=start)
        return tlv_encode(_ENCRYPTED_ODD, encrypted) if odd else tlv_encode(_ENCRYPTED, _PADDED + encrypted)

    def _authenticated(
        self, counter: bytes, data: bytes, *, order: tuple[int, ...], head: bytes = b""
    ) -> dict[int, bytes]:
        """The data objects of a protected message by tag, their checksum proved."""
        try:
            found = list(tlv_each(data))
        except TlvError as error:
            raise MessagingError("data objects malformed") from error
        _order_check((each.tag for each in found), order)
        checksum = found[-1] if found else Tlv(0, b"")
        if checksum.tag != _CHECKSUM:
            raise MessagingError("checksum missing")
        covered = data[: len(data) - len(tlv_encode(_CHECKSUM, checksum.value))]
        message = self._message(counter + head + covered)
        if not self._suite.checksum_check(self._checksum_key, message, checksum.value):
            raise MessagingError("checksum wrong")
        return {each.tag: each.value for each in found}

    def _decrypted(self, objects: dict[int, bytes], counter: bytes, *, odd: bool | None = None) -> bytes:
        """The data of a message whose checksum is proved; none where it carries none."""
        if odd is not None and (_ENCRYPTED if odd else _ENCRYPTED_ODD) in objects:
            raise MessagingError("data object of the other kind of instruction")
        encrypted = objects.get(_ENCRYPTED_ODD)
        if _ENCRYPTED in objects:
            if encrypted is not None or objects[_ENCRYPTED][:1] != _PADDED:
                raise MessagingError("data object malformed")
            encrypted = objects[_ENCRYPTED][1:]
        if encrypted is None:
            return b""
        start = self._suite.start_value(self._encryption_key, counter)
        return self._suite.unpad(self._suite.decrypt(self._encryption_key, encrypted, iv=start))


def _order_check(tags: Iterable[int], order: tuple[int, ...]) -> None:
    """Each at most once, in this order, none other."""
    last = -1
    for tag in tags:
        place = order.index(tag) if tag in order else -1
        if place <= last:
            raise MessagingError("data objects unknown, twice or out of order")
        last = place


def _expected_field(command: Command) -> bytes:
    """The expected length as it stands inside: one byte, or two with extended lengths."""
    expected = command.expected or 0
    width = 2 if command.extended else 1
    return (expected % (1 << 8 * width)).to_bytes(width, "big")


def _expected_value(field: bytes | None) -> int | None:
    if field is None:
        return None
    if len(field) not in {1, 2}:
        raise MessagingError("expected length malformed")
    return int.from_bytes(field, "big") or 1 << 8 * len(field)
