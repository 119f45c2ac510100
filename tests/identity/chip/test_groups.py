"""The arithmetic of the groups that PACE works in, against a library that knows the same curves."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from katip.identity.chip.apdu import ProtocolError
from katip.identity.chip.groups import Curve, Point
from katip.identity.chip.standard_groups import CURVES, RESIDUES

KNOWN = {
    12: ec.SECP256R1(),
    13: ec.BrainpoolP256R1(),
    15: ec.SECP384R1(),
    16: ec.BrainpoolP384R1(),
    17: ec.BrainpoolP512R1(),
    18: ec.SECP521R1(),
}


def _public(number: int, exponent: int) -> Point:
    numbers = ec.derive_private_key(exponent, KNOWN[number]).public_key().public_numbers()
    return Point(numbers.x, numbers.y)


@pytest.mark.parametrize("number", KNOWN)
def test_multiples_are_those_of_the_library(number: int) -> None:
    curve = CURVES[number]
    for exponent in (1, 2, 3, 2**64 + 1, curve.order - 2, curve.order - 1, curve.draw()):
        assert curve.power(curve.generator, exponent) == _public(number, exponent)


@settings(max_examples=25)
@given(st.integers(1, CURVES[12].order - 1), st.integers(1, CURVES[12].order - 1))
def test_sums_are_those_of_the_library(left: int, right: int) -> None:
    curve = CURVES[12]
    total = (left + right) % curve.order
    if total:
        assert curve.combine(_public(12, left), _public(12, right)) == _public(12, total)


@pytest.mark.parametrize("curve", CURVES.values(), ids=lambda curve: curve.name)
def test_the_constants_are_a_curve_of_its_order(curve: Curve) -> None:
    generator = curve.generator
    assert curve.decode(curve.encode(generator)) == generator
    with pytest.raises(ProtocolError, match="infinity"):
        curve.power(generator, curve.order)
    opposite = curve.power(generator, curve.order - 1)
    assert opposite == Point(generator.x, curve.p - generator.y)
    with pytest.raises(ProtocolError, match="infinity"):
        curve.combine(generator, opposite)
    assert curve.combine(generator, generator) == curve.power(generator, 2)


@pytest.mark.parametrize("curve", CURVES.values(), ids=lambda curve: curve.name)
def test_what_is_no_point_of_the_curve_is_refused(curve: Curve) -> None:
    good = curve.encode(curve.generator)
    x, y = good[1 : 1 + curve.width], good[1 + curve.width :]
    beyond = (curve.generator.x + curve.p).to_bytes(curve.width + 1, "big")[-curve.width :]
    for bad in (b"", b"\x00", good[:-1], good + b"\x00", b"\x02" + x, b"\x04" + y + x, b"\x04" + beyond + y):
        if bad != good:
            with pytest.raises(ProtocolError):
                curve.decode(bad)


@pytest.mark.parametrize("number", RESIDUES)
def test_residues_are_of_their_subgroup(number: int) -> None:
    group = RESIDUES[number]
    assert pow(group.generator, group.order, group.p) == 1
    assert group.decode(group.encode(group.generator)) == group.generator
    for bad in (0, 1, 2, group.p - 1, group.p, group.p + 1):
        with pytest.raises(ProtocolError):
            group.decode(bad.to_bytes(group.width + 1, "big").lstrip(b"\x00"))
    with pytest.raises(ProtocolError):
        group.decode(bytes(group.width + 1))


def test_secrets_keep_their_width() -> None:
    assert len(RESIDUES[0].secret(2)) == 128
    assert len(CURVES[18].secret(Point(1, 1))) == 66
