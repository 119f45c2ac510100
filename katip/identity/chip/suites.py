"""The two families of ciphers that chips talk in: 3DES with the retail MAC, AES with CMAC (Doc 9303-11 9.7, 9.8).

Key derivation, encryption and checksums, as secure messaging, BAC and PACE need them. 3DES and SHA-1 are old, and are
what the chips in people's pockets have. They protect the air between card and reader only: what the chip proves
stands on the signatures that the server checks.
"""

import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from hmac import compare_digest

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from katip.identity.chip.apdu import ProtocolError

ENCRYPTION = 1
CHECKSUM = 2
PASSWORD = 3
"""what a key is derived for: the counter of the derivation function"""

CHECKSUM_LENGTH = 8
_PAD = 0x80
_DES_BLOCK = 8
_AES_BLOCK = 16
_LONG_KEY = 16
"""bytes of key up to which SHA-1 is the derivation's hash"""


class Suite(ABC):
    """One family at one key length."""

    block: int
    key_length: int
    pads_checksums: bool
    """whether `checksum` pads by itself"""

    @abstractmethod
    def encrypt(self, key: bytes, data: bytes, *, iv: bytes | None = None) -> bytes:
        """CBC, without padding; the start value is zeros unless given."""

    @abstractmethod
    def decrypt(self, key: bytes, data: bytes, *, iv: bytes | None = None) -> bytes:
        """The inverse of `encrypt`. Raises ProtocolError when `data` is not of whole blocks."""

    @abstractmethod
    def checksum(self, key: bytes, message: bytes) -> bytes:
        """The checksum over `message` as it is: 8 bytes."""

    @abstractmethod
    def start_value(self, key: bytes, counter: bytes) -> bytes:
        """Where encryption starts in secure messaging (Doc 9303-11 9.8.6.1, 9.8.7.1)."""

    def derive(self, seed: bytes, purpose: int) -> bytes:
        """A key for `purpose` out of a shared secret (Doc 9303-11 9.7.1)."""
        message = seed + purpose.to_bytes(4, "big")
        digest = (
            hashlib.sha1(message, usedforsecurity=False) if self.key_length <= _LONG_KEY else hashlib.sha256(message)
        )
        return digest.digest()[: self.key_length]

    def pad(self, data: bytes) -> bytes:
        """Fill up to whole blocks, at least by one byte (ISO/IEC 9797-1, method 2)."""
        return data + bytes([_PAD]) + bytes(-(len(data) + 1) % self.block)

    def unpad(self, data: bytes) -> bytes:
        """Take off what `pad` adds. Raises ProtocolError."""
        bare = data.rstrip(b"\x00")
        if not bare or bare[-1] != _PAD or len(data) - len(bare) >= self.block:
            raise ProtocolError("padding wrong")
        return bare[:-1]

    def checksum_check(self, key: bytes, message: bytes, checksum: bytes) -> bool:
        """Whether `checksum` is that of `message`."""
        return compare_digest(self.checksum(key, message), checksum)

    def _whole_blocks(self, data: bytes) -> None:
        if not data or len(data) % self.block:
            raise ProtocolError("not of whole blocks")


@dataclass(frozen=True)
class TripleDes(Suite):
    """3DES with two keys; the checksum is the retail MAC (ISO/IEC 9797-1, algorithm 3)."""

    block: int = _DES_BLOCK
    key_length: int = 16
    pads_checksums: bool = True

    def encrypt(self, key: bytes, data: bytes, *, iv: bytes | None = None) -> bytes:
        """As the family says."""
        self._whole_blocks(data)
        return _cbc(TripleDES(key + key[:_DES_BLOCK]), iv or bytes(_DES_BLOCK)).encryptor().update(data)

    def decrypt(self, key: bytes, data: bytes, *, iv: bytes | None = None) -> bytes:
        """As the family says."""
        self._whole_blocks(data)
        return _cbc(TripleDES(key + key[:_DES_BLOCK]), iv or bytes(_DES_BLOCK)).decryptor().update(data)

    def checksum(self, key: bytes, message: bytes) -> bytes:
        """Single DES over all blocks but the last, 3DES over that one."""
        padded = self.pad(message)
        state = bytes(_DES_BLOCK)
        if len(padded) > _DES_BLOCK:  # single DES is 3DES with three equal keys
            chained = _cbc(TripleDES(key[:_DES_BLOCK] * 3), state).encryptor().update(padded[:-_DES_BLOCK])
            state = chained[-_DES_BLOCK:]
        return self.encrypt(key, padded[-_DES_BLOCK:], iv=state)

    def start_value(self, key: bytes, counter: bytes) -> bytes:  # noqa: ARG002 – AES needs them
        """Zeros."""
        return bytes(_DES_BLOCK)

    def derive(self, seed: bytes, purpose: int) -> bytes:
        """As the family says, with DES's parity bits set as the worked examples show them."""
        return bytes((octet & 0xFE) | (~(octet >> 1).bit_count() & 1) for octet in super().derive(seed, purpose))


@dataclass(frozen=True)
class Aes(Suite):
    """AES of 16, 24 or 32 bytes of key; the checksum is CMAC cut to 8 bytes."""

    key_length: int
    block: int = _AES_BLOCK
    pads_checksums: bool = False

    def encrypt(self, key: bytes, data: bytes, *, iv: bytes | None = None) -> bytes:
        """As the family says."""
        self._whole_blocks(data)
        return _cbc(algorithms.AES(key), iv or bytes(_AES_BLOCK)).encryptor().update(data)

    def decrypt(self, key: bytes, data: bytes, *, iv: bytes | None = None) -> bytes:
        """As the family says."""
        self._whole_blocks(data)
        return _cbc(algorithms.AES(key), iv or bytes(_AES_BLOCK)).decryptor().update(data)

    def checksum(self, key: bytes, message: bytes) -> bytes:
        """CMAC, its first 8 bytes."""
        cmac = CMAC(algorithms.AES(key))
        cmac.update(message)
        return cmac.finalize()[:CHECKSUM_LENGTH]

    def start_value(self, key: bytes, counter: bytes) -> bytes:
        """The counter, encrypted: one block, so that CBC from zeros is the bare cipher."""
        return self.encrypt(key, counter)


TRIPLE_DES = TripleDes()
AES_128 = Aes(16)
AES_192 = Aes(24)
AES_256 = Aes(32)


def _cbc(algorithm: TripleDES | algorithms.AES, iv: bytes) -> "Cipher[modes.CBC]":
    return Cipher(algorithm, modes.CBC(iv))
