"""PACE: opening the chip with printed data so that the ether learns nothing of them (Doc 9303-11 4.4), both sides.

Generic and integrated mapping over elliptic curves and over residues, with every suite; chip authentication mapping is
run as the generic one, and what it adds about the chip is not looked at: active authentication says that to the server.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from hmac import compare_digest
from typing import Any

from katip.identity.chip.apdu import Answer, Command, ProtocolError, StatusError, WrongPasswordError
from katip.identity.chip.groups import Group
from katip.identity.chip.integrated import generator_integrated, nonce_length
from katip.identity.chip.messaging import Channel
from katip.identity.chip.standard_groups import CURVES, RESIDUES
from katip.identity.chip.suites import AES_128, AES_192, AES_256, CHECKSUM, PASSWORD, TRIPLE_DES, Suite
from katip.identity.chip.tlv import Tlv, TlvError, tlv_each, tlv_encode, tlv_get, tlv_only

_PROTOCOL = bytes.fromhex("04007F0007020204")
"""id-PACE, 0.4.0.127.0.7.2.2.4: an object identifier's value; mapping and suite follow, a byte each"""
_RESIDUES_GENERIC, _CURVE_GENERIC, _RESIDUES_INTEGRATED, _CURVE_INTEGRATED, _CURVE_CHIP = 1, 2, 3, 4, 6
_PREFERENCE = (_CURVE_GENERIC, _CURVE_CHIP, _CURVE_INTEGRATED, _RESIDUES_GENERIC, _RESIDUES_INTEGRATED)
_SUITES: dict[int, Suite] = {1: TRIPLE_DES, 2: AES_128, 3: AES_192, 4: AES_256}
_VERSION = 2

_SET, _SEQUENCE, _INTEGER, _OBJECT_ID = 0x31, 0x30, 0x02, 0x06
_DYNAMIC = 0x7C
_NONCE, _MAP_READER, _MAP_CHIP, _KEY_READER, _KEY_CHIP, _TOKEN_READER, _TOKEN_CHIP = range(0x80, 0x87)
_PUBLIC_KEY = 0x7F49
_MECHANISM, _REFERENCE, _PARAMETERS = 0x80, 0x83, 0x84

NONCE_LENGTH = 16
_NONCE_LONGEST = 64
_CHAINED, _LAST = 0x10, 0x00
_STEP_EXPECTED = 0x100
_STEP_EXPECTED_LONG = 0x10000
_LONG = 0xFF


class PasswordKind(IntEnum):
    """What the chip is opened with; the numbers are those of Doc 9303-11 4.4.4.1."""

    MRZ = 1
    CAN = 2


@dataclass(frozen=True)
class Password:
    """A password of one kind. Never shown."""

    kind: PasswordKind
    secret: bytes = field(repr=False)

    @classmethod
    def from_mrz(cls, information: str) -> "Password":
        """Of the printed zone: `katip.identity.chip.mrz.access_information`."""
        return cls(PasswordKind.MRZ, hashlib.sha1(information.encode("ascii"), usedforsecurity=False).digest())

    @classmethod
    def from_can(cls, number: str) -> "Password":
        """Of the card access number, printed on the front of some cards."""
        return cls(PasswordKind.CAN, number.encode("ascii"))


@dataclass(frozen=True)
class PaceInfo:
    """One way in that the chip offers: the protocol's object identifier and the number of its group."""

    protocol: bytes
    parameters: int

    @property
    def suite(self) -> Suite:
        """The ciphers. Raises ProtocolError where they are unknown."""
        if not self._known or self.protocol[-1] not in _SUITES:
            raise ProtocolError("suite unknown")
        return _SUITES[self.protocol[-1]]

    @property
    def group(self) -> Group[Any]:
        """The group. Raises ProtocolError where it, or the mapping, is not built."""
        mapping = self.protocol[-2] if self._known else None
        if mapping in {_RESIDUES_GENERIC, _RESIDUES_INTEGRATED} and self.parameters in RESIDUES:
            return RESIDUES[self.parameters]
        if mapping in {_CURVE_GENERIC, _CURVE_INTEGRATED, _CURVE_CHIP} and self.parameters in CURVES:
            return CURVES[self.parameters]
        raise ProtocolError("group unknown")

    @property
    def integrated(self) -> bool:
        """Whether the mapping is the integrated one."""
        return self.protocol[-2] in {_RESIDUES_INTEGRATED, _CURVE_INTEGRATED}

    @property
    def supported(self) -> bool:
        """Whether `pace_open` can take this way."""
        try:
            _ = self.suite, self.group
        except ProtocolError:
            return False
        return True

    @property
    def _known(self) -> bool:
        return self.protocol.startswith(_PROTOCOL) and len(self.protocol) == len(_PROTOCOL) + 2


def pace_info(*, suite: Suite, parameters: int, integrated: bool = False) -> PaceInfo:
    """The generic or the integrated mapping with this suite in the group of this number."""
    mapping = _RESIDUES_GENERIC if parameters in RESIDUES else _CURVE_GENERIC
    mapping += 2 * integrated
    number = next(number for number, known in _SUITES.items() if known == suite)
    return PaceInfo(_PROTOCOL + bytes([mapping, number]), parameters)


def card_access_parse(data: bytes) -> tuple[PaceInfo, ...]:
    """The ways in that EF.CardAccess lists, other things left out. Raises ProtocolError when it is malformed."""
    try:
        infos = [_info_read(each) for each in tlv_each(tlv_only(data, _SET))]
    except TlvError as error:
        raise ProtocolError("EF.CardAccess malformed") from error
    return tuple(info for info in infos if info is not None)


def card_access_build(infos: Sequence[PaceInfo]) -> bytes:
    """The content of EF.CardAccess that offers these ways."""
    return tlv_encode(_SET, b"".join(_info_write(info) for info in infos))


def preferred(infos: Sequence[PaceInfo]) -> PaceInfo | None:
    """The way to take: curves before residues, the longer key first. None where none is supported."""
    supported = [info for info in infos if info.supported]
    return min(supported, key=lambda info: (_PREFERENCE.index(info.protocol[-2]), -info.protocol[-1]), default=None)


def pace_open(
    send: Callable[[Command], Answer],
    password: Password,
    infos: Sequence[PaceInfo],
    *,
    draw: Callable[[Group[Any]], int] = lambda group: group.draw(),
    draw_nonce: Callable[[int], bytes] = secrets.token_bytes,
) -> Channel:
    """Open a chip by the preferred of its ways. `draw` and `draw_nonce` make secret exponents and nonces.

    Raises WrongPasswordError where the password is not this card's, StatusError, ProtocolError.
    """
    info = preferred(infos)
    if info is None:
        raise ProtocolError("no way of PACE that is known here")
    suite, group = info.suite, info.group
    ambiguous = sum(other.protocol == info.protocol for other in infos) > 1
    send(_set_at(info, password.kind, ambiguous=ambiguous)).demand()

    sealed = _step(send, b"", _NONCE)
    if not suite.block <= len(sealed) <= _NONCE_LONGEST:
        raise ProtocolError("nonce of another length")
    nonce = suite.decrypt(suite.derive(password.secret, PASSWORD), sealed)

    if info.integrated:
        own_nonce = draw_nonce(suite.key_length)
        _step(send, tlv_encode(_MAP_READER, own_nonce), _MAP_CHIP)
        generator = generator_integrated(suite, group, chip_nonce=nonce, reader_nonce=own_nonce)
    else:
        own = draw(group)
        public = group.power(group.generator, own)
        theirs = _decode_other(group, _step(send, tlv_encode(_MAP_READER, group.encode(public)), _MAP_CHIP), public)
        generator = group.map(nonce, group.power(theirs, own))

    own = draw(group)
    public = group.power(generator, own)
    theirs = _decode_other(group, _step(send, tlv_encode(_KEY_READER, group.encode(public)), _KEY_CHIP), public)
    secret = group.secret(group.power(theirs, own))

    token = _token(info, secret, theirs)
    try:
        answer = _step(send, tlv_encode(_TOKEN_READER, token), _TOKEN_CHIP, last=True)
    except StatusError as error:
        if error.wrong_password:
            raise WrongPasswordError(str(error)) from error
        raise
    if not compare_digest(answer, _token(info, secret, public)):
        raise WrongPasswordError("the chip's token is wrong")
    return Channel.from_secret(suite, secret, counter=bytes(suite.block))


class PaceChip:
    """The chip's side: `select` for MSE:Set AT, then `step` for each GENERAL AUTHENTICATE; `channel` at the end.

    What fails starts over: the next step is the first again. `draw` and `draw_nonce` make secret exponents and nonces.
    """

    def __init__(
        self,
        infos: Sequence[PaceInfo],
        passwords: Mapping[PasswordKind, Password],
        *,
        draw: Callable[[Group[Any]], int] = lambda group: group.draw(),
        draw_nonce: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._infos = infos
        self._passwords = passwords
        self._draw, self._draw_nonce = draw, draw_nonce
        self._info: PaceInfo | None = None
        self._password: Password | None = None
        self._taken = 0
        self.channel: Channel | None = None
        self._restart()

    def select(self, data: bytes) -> None:
        """Take MSE:Set AT. Raises ProtocolError for a way or a password that this chip does not have."""
        self._info = self._password = None
        self._restart()
        objects = _objects(data)
        protocol, reference = objects.get(_MECHANISM), objects.get(_REFERENCE)
        parameters = objects.get(_PARAMETERS)
        found = [
            info
            for info in self._infos
            if info.protocol == protocol and (parameters is None or parameters == bytes([info.parameters]))
        ]
        passwords = [password for kind, password in self._passwords.items() if reference == bytes([kind])]
        if not found or not found[0].supported or not passwords:
            raise ProtocolError("way or password unknown")
        self._info, self._password = found[0], passwords[0]

    def step(self, data: bytes) -> bytes:
        """Take one GENERAL AUTHENTICATE and give its answer. Raises WrongPasswordError, ProtocolError."""
        if self._info is None or self._password is None:
            raise ProtocolError("nothing was selected")
        taken = self._taken
        self._taken += 1
        try:
            answer = (self._nonce_step, self._map_step, self._key_step, self._token_step)[taken](
                _objects(_dynamic(data)), self._info, self._password
            )
        except ProtocolError:
            self._restart()
            raise
        if self.channel is not None:
            self._taken = 0
        return tlv_encode(_DYNAMIC, answer)

    def _restart(self) -> None:
        self.channel = None
        self._taken = 0
        self._nonce = b""
        self._generator: Any = None
        self._secret = b""
        self._keys: tuple[Any, Any] = (None, None)

    def _nonce_step(self, objects: dict[int, bytes], info: PaceInfo, password: Password) -> bytes:
        suite = info.suite
        if objects:
            raise ProtocolError("nothing was expected")
        self._restart()
        self._taken = 1
        self._nonce = self._draw_nonce(nonce_length(suite) if info.integrated else NONCE_LENGTH)
        return tlv_encode(_NONCE, suite.encrypt(suite.derive(password.secret, PASSWORD), self._nonce))

    def _map_step(self, objects: dict[int, bytes], info: PaceInfo, _: Password) -> bytes:
        group = info.group
        given = _only(objects, _MAP_READER)
        if info.integrated:
            self._generator = generator_integrated(info.suite, group, chip_nonce=self._nonce, reader_nonce=given)
            return tlv_encode(_MAP_CHIP, b"")
        theirs = group.decode(given)
        own = self._draw(group)
        self._generator = group.map(self._nonce, group.power(theirs, own))
        return tlv_encode(_MAP_CHIP, group.encode(group.power(group.generator, own)))

    def _key_step(self, objects: dict[int, bytes], info: PaceInfo, _: Password) -> bytes:
        group = info.group
        own = self._draw(group)
        public = group.power(self._generator, own)
        theirs = _decode_other(group, _only(objects, _KEY_READER), public)
        self._secret, self._keys = group.secret(group.power(theirs, own)), (theirs, public)
        return tlv_encode(_KEY_CHIP, group.encode(public))

    def _token_step(self, objects: dict[int, bytes], info: PaceInfo, _: Password) -> bytes:
        theirs, public = self._keys
        if not compare_digest(_only(objects, _TOKEN_READER), _token(info, self._secret, public)):
            raise WrongPasswordError("the reader's token is wrong")
        suite = info.suite
        self.channel = Channel.from_secret(suite, self._secret, counter=bytes(suite.block))
        return tlv_encode(_TOKEN_CHIP, _token(info, self._secret, theirs))


def _info_read(found: Tlv) -> PaceInfo | None:
    """A SecurityInfo, if it is a way of PACE with a group known by number."""
    if found.tag != _SEQUENCE:
        raise ProtocolError("EF.CardAccess malformed")
    parts = list(tlv_each(found.value))
    tags = [part.tag for part in parts]
    if not tags or tags[0] != _OBJECT_ID:
        raise ProtocolError("EF.CardAccess malformed")
    if not parts[0].value.startswith(_PROTOCOL) or tags != [_OBJECT_ID, _INTEGER, _INTEGER]:
        return None
    version, parameters = (int.from_bytes(part.value, "big", signed=True) for part in parts[1:])
    return PaceInfo(parts[0].value, parameters) if version == _VERSION else None


def _info_write(info: PaceInfo) -> bytes:
    numbers = (_VERSION, info.parameters)
    parts = tlv_encode(_OBJECT_ID, info.protocol) + b"".join(tlv_encode(_INTEGER, bytes([each])) for each in numbers)
    return tlv_encode(_SEQUENCE, parts)


def _set_at(info: PaceInfo, kind: PasswordKind, *, ambiguous: bool) -> Command:
    """MSE:Set AT; the group is named only where the chip has several for this protocol (Doc 9303-11 4.4.4.1)."""
    data = tlv_encode(_MECHANISM, info.protocol) + tlv_encode(_REFERENCE, bytes([kind]))
    if ambiguous:
        data += tlv_encode(_PARAMETERS, bytes([info.parameters]))
    return Command(0x00, 0x22, 0xC1, 0xA4, data)


def _step(send: Callable[[Command], Answer], value: bytes, tag: int, *, last: bool = False) -> bytes:
    """One GENERAL AUTHENTICATE: the value of the answer's object with this tag. Raises ProtocolError."""
    data = tlv_encode(_DYNAMIC, value)
    expected = _STEP_EXPECTED_LONG if len(data) > _LONG else _STEP_EXPECTED
    command = Command(_LAST if last else _CHAINED, 0x86, 0x00, 0x00, data, expected)
    try:
        return tlv_get(_dynamic(send(command).demand()), tag)
    except TlvError as error:
        raise ProtocolError("answer to a step malformed") from error


def _dynamic(data: bytes) -> bytes:
    try:
        return tlv_only(data, _DYNAMIC)
    except TlvError as error:
        raise ProtocolError("dynamic authentication data malformed") from error


def _objects(data: bytes) -> dict[int, bytes]:
    """The objects of a template, each at most once."""
    try:
        found = list(tlv_each(data))
    except TlvError as error:
        raise ProtocolError("template malformed") from error
    objects = {each.tag: each.value for each in found}
    if len(objects) != len(found):
        raise ProtocolError("an object twice")
    return objects


def _only(objects: dict[int, bytes], tag: int) -> bytes:
    if set(objects) != {tag}:
        raise ProtocolError("another object was expected")
    return objects[tag]


def _decode_other(group: Group[Any], data: bytes, own: Any) -> Any:
    """The other side's public key, which must not be our own sent back (Doc 9303-11 4.4.1)."""
    theirs = group.decode(data)
    if theirs == own:
        raise ProtocolError("our own key came back")
    return theirs


def _token(info: PaceInfo, secret: bytes, public: Any) -> bytes:
    """The authentication token over a public key (Doc 9303-11 4.4.3.4)."""
    suite, group = info.suite, info.group
    key = tlv_encode(_OBJECT_ID, info.protocol) + tlv_encode(group.token_tag, group.encode(public))
    return suite.checksum(suite.derive(secret, CHECKSUM), tlv_encode(_PUBLIC_KEY, key))
