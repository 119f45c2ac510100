"""The groups in which PACE agrees on keys: elliptic curves, and residues modulo a prime (Doc 9303-11 9.5).

Why point arithmetic stands here: the mapping adds two points and then works from a generator that is not the curve's,
which no library that we use offers. The arithmetic is plain and **not free of timing differences**. That is accepted
for what it guards: keys drawn for one conversation over a few centimetres of air, with data printed on the card in
the reader's hand. Nothing that the server believes is checked with it. Points that come in are checked to lie on the
curve, residues to lie in the subgroup.
"""

import secrets
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Generic, TypeVar

from katip.identity.chip.apdu import ProtocolError

Element = TypeVar("Element")

_UNCOMPRESSED = 0x04


class Group(ABC, Generic[Element]):
    """A group of prime order, written as powers: `power(a, n)` is a point's n-th multiple on a curve."""

    order: int
    generator: Element
    token_tag: int
    """the tag of a public key in the data that authentication tokens are made over"""

    @abstractmethod
    def power(self, element: Element, exponent: int) -> Element:
        """The element multiplied `exponent` times with itself. Raises ProtocolError where that is the neutral one."""

    @abstractmethod
    def combine(self, left: Element, right: Element) -> Element:
        """The product of two elements. Raises ProtocolError where that is the neutral one."""

    @abstractmethod
    def encode(self, element: Element) -> bytes:
        """As public keys travel."""

    @abstractmethod
    def decode(self, data: bytes) -> Element:
        """A public key that came in, proved to be one of the group. Raises ProtocolError."""

    @abstractmethod
    def secret(self, element: Element) -> bytes:
        """What keys derive from, out of an element that both sides know."""

    def draw(self) -> int:
        """A secret exponent."""
        return 1 + secrets.randbelow(self.order - 1)

    def map(self, nonce: bytes, shared: Element) -> Element:
        """The generator of the generic mapping (Doc 9303-11 4.4.3.3.1)."""
        exponent = int.from_bytes(nonce, "big") % self.order
        return self.combine(self.power(self.generator, exponent), shared) if exponent else shared


@dataclass(frozen=True)
class Point:
    """A point of a curve, in affine coordinates; never the one at infinity."""

    x: int
    y: int


_Jacobian = tuple[int, int, int]
_INFINITY: _Jacobian = (1, 1, 0)


@dataclass(frozen=True)
class Curve(Group[Point]):
    """y² = x³ + ax + b over the integers modulo `p`, of prime order: the cofactor of all curves used here is one."""

    name: str
    p: int
    a: int
    b: int
    generator: Point
    order: int
    token_tag: int = 0x86

    @property
    def width(self) -> int:
        """Bytes of a coordinate."""
        return (self.p.bit_length() + 7) // 8

    def power(self, element: Point, exponent: int) -> Point:
        """The `exponent`-fold of a point: double and add."""
        start: _Jacobian = (element.x, element.y, 1)
        found = _INFINITY
        for bit in f"{exponent % self.order:b}":
            found = self._double(found)
            if bit == "1":
                found = self._add(found, start)
        return self._affine(found)

    def combine(self, left: Point, right: Point) -> Point:
        """The sum of two points."""
        return self._affine(self._add((left.x, left.y, 1), (right.x, right.y, 1)))

    def encode(self, element: Point) -> bytes:
        """Uncompressed (BSI TR-03111 3.2.1)."""
        coordinates = (each.to_bytes(self.width, "big") for each in (element.x, element.y))
        return bytes([_UNCOMPRESSED]) + b"".join(coordinates)

    def decode(self, data: bytes) -> Point:
        """An uncompressed point that satisfies the curve's equation."""
        if len(data) != 1 + 2 * self.width or data[0] != _UNCOMPRESSED:
            raise ProtocolError("not an uncompressed point of the curve")
        x, y = (int.from_bytes(half, "big") for half in (data[1 : 1 + self.width], data[1 + self.width :]))
        if x >= self.p or y >= self.p or (y * y - x * x * x - self.a * x - self.b) % self.p:
            raise ProtocolError("point not on the curve")
        return Point(x, y)

    def secret(self, element: Point) -> bytes:
        """The first coordinate."""
        return element.x.to_bytes(self.width, "big")

    # (X, Y, Z) stands for (X/Z², Y/Z³), so that only the last step has to divide.

    def _double(self, point: _Jacobian) -> _Jacobian:
        x, y, z = point
        if not z or not y:
            return _INFINITY
        p = self.p
        square = y * y % p
        s = 4 * x * square % p
        m = (3 * x * x + self.a * pow(z, 4, p)) % p
        new_x = (m * m - 2 * s) % p
        return new_x, (m * (s - new_x) - 8 * square * square) % p, 2 * y * z % p

    def _add(self, left: _Jacobian, right: _Jacobian) -> _Jacobian:
        (x1, y1, z1), (x2, y2, z2) = left, right
        if not z1:
            return right
        if not z2:
            return left
        p = self.p
        square1, square2 = z1 * z1 % p, z2 * z2 % p
        u1, u2 = x1 * square2 % p, x2 * square1 % p
        s1, s2 = y1 * square2 * z2 % p, y2 * square1 * z1 % p
        if u1 == u2:
            return self._double(left) if s1 == s2 else _INFINITY
        h, r = u2 - u1, s2 - s1
        cube = h * h * h % p
        v = u1 * h * h % p
        x3 = (r * r - cube - 2 * v) % p
        return x3, (r * (v - x3) - s1 * cube) % p, z1 * z2 * h % p

    def _affine(self, point: _Jacobian) -> Point:
        x, y, z = point
        if not z:
            raise ProtocolError("the point at infinity")
        inverse = pow(z, -1, self.p)
        square = inverse * inverse % self.p
        return Point(x * square % self.p, y * square * inverse % self.p)


@dataclass(frozen=True)
class Residues(Group[int]):
    """The subgroup of prime order `order` modulo the prime `p`."""

    p: int
    generator: int
    order: int
    token_tag: int = 0x84

    @property
    def width(self) -> int:
        """Bytes of a residue."""
        return (self.p.bit_length() + 7) // 8

    def power(self, element: int, exponent: int) -> int:
        """A power modulo p."""
        return self._proper(pow(element, exponent, self.p))

    def combine(self, left: int, right: int) -> int:
        """A product modulo p."""
        return self._proper(left * right % self.p)

    def encode(self, element: int) -> bytes:
        """An unsigned integer in as few bytes as can be (Doc 9303-11 9.4.4)."""
        return element.to_bytes((element.bit_length() + 7) // 8, "big")

    def decode(self, data: bytes) -> int:
        """A residue of the subgroup, other than one."""
        if not 1 <= len(data) <= self.width:
            raise ProtocolError("not a residue")
        element = int.from_bytes(data, "big")
        if not 1 < element < self.p - 1 or pow(element, self.order, self.p) != 1:
            raise ProtocolError("residue not of the subgroup")
        return element

    def secret(self, element: int) -> bytes:
        """The residue, at full width."""
        return element.to_bytes(self.width, "big")

    def _proper(self, element: int) -> int:
        if element in {0, 1}:
            raise ProtocolError("the neutral element")
        return element
