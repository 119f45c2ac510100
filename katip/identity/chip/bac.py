"""Basic access control: the printed data open the chip (Doc 9303-11 4.3), both sides.

Both prove that they know the printed data, draw half a secret each, and talk through a secure channel from then on.
Old, and still what many chips offer beside PACE.
"""

import hashlib
import secrets
from collections.abc import Callable
from hmac import compare_digest

from katip.identity.chip.apdu import Answer, Command, ProtocolError, StatusError, WrongPasswordError
from katip.identity.chip.messaging import Channel
from katip.identity.chip.suites import CHECKSUM, CHECKSUM_LENGTH, ENCRYPTION, TRIPLE_DES

NONCE_LENGTH = 8
KEY_LENGTH = 16
_TOKEN_LENGTH = 2 * NONCE_LENGTH + KEY_LENGTH
_ANSWER_LENGTH = _TOKEN_LENGTH + CHECKSUM_LENGTH

_GET_CHALLENGE = Command(0x00, 0x84, 0x00, 0x00, expected=NONCE_LENGTH)


class Keys:
    """A chip's document basic access keys, out of its printed data."""

    def __init__(self, information: str) -> None:
        """`information` is `katip.identity.chip.mrz.access_information`."""
        seed = hashlib.sha1(information.encode("ascii"), usedforsecurity=False).digest()[:KEY_LENGTH]
        self.encryption = TRIPLE_DES.derive(seed, ENCRYPTION)
        self.checksum = TRIPLE_DES.derive(seed, CHECKSUM)

    def seal(self, token: bytes) -> bytes:
        """A token as it travels: encrypted, and its checksum."""
        encrypted = TRIPLE_DES.encrypt(self.encryption, token)
        return encrypted + TRIPLE_DES.checksum(self.checksum, encrypted)

    def unseal(self, data: bytes) -> bytes:
        """The token behind `seal`. Raises WrongPasswordError when it was sealed with other keys."""
        if len(data) != _ANSWER_LENGTH:
            raise ProtocolError("token of another length")
        encrypted, checksum = data[:_TOKEN_LENGTH], data[_TOKEN_LENGTH:]
        if not TRIPLE_DES.checksum_check(self.checksum, encrypted, checksum):
            raise WrongPasswordError("checksum wrong")
        return TRIPLE_DES.decrypt(self.encryption, encrypted)


class BacReader:
    """The reader's side of one conversation. `draw` makes random bytes."""

    def __init__(self, information: str, *, draw: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._keys = Keys(information)
        self._nonce, self._half = draw(NONCE_LENGTH), draw(KEY_LENGTH)
        self._chip_nonce = b""

    def token(self, chip_nonce: bytes) -> bytes:
        """The data of EXTERNAL AUTHENTICATE for a chip's challenge. Raises ProtocolError."""
        if len(chip_nonce) != NONCE_LENGTH:
            raise ProtocolError("challenge of another length")
        self._chip_nonce = chip_nonce
        return self._keys.seal(self._nonce + chip_nonce + self._half)

    def channel(self, data: bytes) -> Channel:
        """The channel, once the chip's answer proves that it knows the printed data too. Raises ProtocolError."""
        token = self._keys.unseal(data)
        if not compare_digest(token[: 2 * NONCE_LENGTH], self._chip_nonce + self._nonce):
            raise ProtocolError("the answer is to another challenge")
        return _channel(self._half, token[2 * NONCE_LENGTH :], reader=self._nonce, chip=self._chip_nonce)


class BacChip:
    """The chip's side. `draw` makes random bytes."""

    def __init__(self, information: str, *, draw: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._keys = Keys(information)
        self._draw = draw
        self._nonce: bytes | None = None

    def challenge(self) -> bytes:
        """The answer to GET CHALLENGE."""
        self._nonce = self._draw(NONCE_LENGTH)
        return self._nonce

    def answer(self, data: bytes) -> tuple[bytes, Channel]:
        """The answer to EXTERNAL AUTHENTICATE, and the channel that follows. A challenge serves once.

        Raises WrongPasswordError, ProtocolError: the chip answers 6300.
        """
        nonce, self._nonce = self._nonce, None
        if nonce is None:
            raise ProtocolError("no challenge was asked for")
        token = self._keys.unseal(data)
        theirs, ours, half = token[:NONCE_LENGTH], token[NONCE_LENGTH : 2 * NONCE_LENGTH], token[2 * NONCE_LENGTH :]
        if not compare_digest(ours, nonce):
            raise ProtocolError("the token is for another challenge")
        own_half = self._draw(KEY_LENGTH)
        sealed = self._keys.seal(nonce + theirs + own_half)
        return sealed, _channel(half, own_half, reader=theirs, chip=nonce)


def bac_open(
    send: Callable[[Command], Answer], information: str, *, draw: Callable[[int], bytes] = secrets.token_bytes
) -> Channel:
    """Open a chip whose application is selected.

    Raises WrongPasswordError where the printed data are not this card's, StatusError, ProtocolError.
    """
    reader = BacReader(information, draw=draw)
    token = reader.token(send(_GET_CHALLENGE).demand())
    answer = send(Command(0x00, 0x82, 0x00, 0x00, token, expected=_ANSWER_LENGTH))
    try:
        return reader.channel(answer.demand())
    except StatusError as error:
        if error.wrong_password:
            raise WrongPasswordError(str(error)) from error
        raise


def _channel(reader_half: bytes, chip_half: bytes, *, reader: bytes, chip: bytes) -> Channel:
    secret = bytes(left ^ right for left, right in zip(reader_half, chip_half, strict=True))
    return Channel.from_secret(TRIPLE_DES, secret, counter=chip[-4:] + reader[-4:])
