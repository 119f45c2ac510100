"""Commands to a chip and its answers, as they travel: ISO/IEC 7816-4 5.1, short and extended lengths."""

from dataclasses import dataclass

OK = 0x9000

SHORT_DATA = 0xFF
"""the most bytes of data that a short command carries"""
SHORT_EXPECTED = 0x100
"""the most bytes that a short command can expect"""
EXTENDED_DATA = 0xFFFF
EXTENDED_EXPECTED = 0x10000

_WARNING = 0x63
_REFUSED = frozenset({0x6982, 0x6988, 0x6A80})
_HEADER = 4
_STATUS = 2


class ProtocolError(ValueError):
    """The other side sent what the protocol does not allow. The message never holds the bytes."""


class StatusError(ProtocolError):
    """The chip answered with a status that ends what was tried. `status` is that word, 0x6300."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status:04X}")
        self.status = status

    @property
    def wrong_password(self) -> bool:
        """Whether it is how chips refuse what was made with another password: 6300, 63CX, and some in the field."""
        return self.status >> 8 == _WARNING or self.status in _REFUSED


class WrongPasswordError(ProtocolError):
    """The chip and the printed data, or the access number, do not belong together."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command. `expected` is how many bytes the answer may have at most (Le), None for no data."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    expected: int | None = None

    def __post_init__(self) -> None:
        if len(self.data) > EXTENDED_DATA or not 1 <= (self.expected or 1) <= EXTENDED_EXPECTED:
            raise ValueError("data or expected length out of range")

    @property
    def header(self) -> bytes:
        """The four bytes in front: class, instruction, two parameters."""
        return bytes([self.cla, self.ins, self.p1, self.p2])

    @property
    def extended(self) -> bool:
        """Whether it fits only extended length fields."""
        return len(self.data) > SHORT_DATA or (self.expected or 0) > SHORT_EXPECTED

    def encode(self) -> bytes:
        """The bytes to send; with extended lengths only where short ones do not do."""
        width = 2 if self.extended else 1
        encoded = self.header
        if self.extended:
            encoded += b"\x00"
        if self.data:
            encoded += len(self.data).to_bytes(width, "big") + self.data
        if self.expected is not None:  # the greatest number is written as zero
            encoded += (self.expected % (1 << 8 * width)).to_bytes(width, "big")
        return encoded


@dataclass(frozen=True, slots=True)
class Answer:
    """A chip's answer: its data and its status word."""

    data: bytes = b""
    status: int = OK

    def encode(self) -> bytes:
        """The bytes as sent."""
        return self.data + self.status.to_bytes(_STATUS, "big")

    def demand(self) -> bytes:
        """The data, if the chip did what was asked. Raises StatusError."""
        if self.status != OK:
            raise StatusError(self.status)
        return self.data


def answer_parse(raw: bytes) -> Answer:
    """Read an answer. Raises ProtocolError when it has not even a status."""
    if not _STATUS <= len(raw) <= EXTENDED_EXPECTED + _STATUS:
        raise ProtocolError("answer too short or too long")
    return Answer(raw[:-_STATUS], int.from_bytes(raw[-_STATUS:], "big"))


def command_parse(raw: bytes) -> Command:
    """Read a command, as a chip does. Raises ProtocolError when its length fields do not fit."""
    header, body = raw[:_HEADER], raw[_HEADER:]
    if len(header) != _HEADER:
        raise ProtocolError("command too short")
    if body[:1] == b"\x00" and len(body) > 1:
        data, expected = _body_read(body[1:], width=2)
    else:
        data, expected = _body_read(body, width=1)
    cla, ins, p1, p2 = header
    return Command(cla, ins, p1, p2, data, expected)


def _body_read(body: bytes, *, width: int) -> tuple[bytes, int | None]:
    """Data and expected length behind the header, whose length fields are `width` bytes."""
    if not body:
        return b"", None
    if len(body) == width:
        return b"", _expected_read(body)
    count = int.from_bytes(body[:width], "big")
    data, rest = body[width : width + count], body[width + count :]
    if count == 0 or len(data) != count or len(rest) not in {0, width}:
        raise ProtocolError("length fields do not fit")
    return data, _expected_read(rest) if rest else None


def _expected_read(field: bytes) -> int:
    return int.from_bytes(field, "big") or 1 << 8 * len(field)
