"""Elliptic curves by name, and which of them spelled-out parameters mean.

ICAO requires that country certificates spell their curve out, and the library refuses such keys. So the parameters are
compared with a table and the key is built anew with the curve's name. **All of p, a, b, G and n must be equal**: who
accepts a curve by its order or its base point alone lets anyone find a private key to a public one (CVE-2020-0601).
The seed, where one is given, makes no curve and is not looked at.
"""

from cryptography.hazmat.primitives.asymmetric import ec

from katip.identity.chip.groups import Curve, Point
from katip.identity.chip.standard_groups import CURVES
from katip.identity.chip.structures import CurveNumbers, EcParameters

_P224 = Curve(
    "P-224",
    p=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000000000000000000000001,
    a=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFE,
    b=0xB4050A850C04B3ABF54132565044B0B7D7BFD8BA270B39432355FFB4,
    generator=Point(
        0xB70E0CBD6BB4BF7F321390B94A03C1D356C21122343280D6115C1D21,
        0xBD376388B5F723FB4C22DFE6CD4375A05A07476444D5819985007E34,
    ),
    order=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFF16A2E0B8F03E13DD29455C5C2A3D,
)  # FIPS 186-4 D.1.2.2; PACE has no use for it here
_SECP256K1 = Curve(
    "secp256k1",
    p=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F,
    a=0,
    b=7,
    generator=Point(
        0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
        0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
    ),
    order=0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141,
)  # SEC 2, 2.4.1
_EVEN, _ODD, _UNCOMPRESSED = 0x02, 0x03, 0x04

_TABLE: tuple[tuple[Curve, type[ec.EllipticCurve]], ...] = (
    (_P224, ec.SECP224R1),
    (_SECP256K1, ec.SECP256K1),
    (CURVES[12], ec.SECP256R1),
    (CURVES[13], ec.BrainpoolP256R1),
    (CURVES[15], ec.SECP384R1),
    (CURVES[16], ec.BrainpoolP384R1),
    (CURVES[17], ec.BrainpoolP512R1),
    (CURVES[18], ec.SECP521R1),
)
_BY_NAME: dict[str, ec.EllipticCurve] = {
    name.dotted_string: curve
    for name, curve in (
        (ec.EllipticCurveOID.SECP224R1, ec.SECP224R1()),
        (ec.EllipticCurveOID.SECP256K1, ec.SECP256K1()),
        (ec.EllipticCurveOID.SECP256R1, ec.SECP256R1()),
        (ec.EllipticCurveOID.SECP384R1, ec.SECP384R1()),
        (ec.EllipticCurveOID.SECP521R1, ec.SECP521R1()),
        (ec.EllipticCurveOID.BRAINPOOLP256R1, ec.BrainpoolP256R1()),
        (ec.EllipticCurveOID.BRAINPOOLP384R1, ec.BrainpoolP384R1()),
        (ec.EllipticCurveOID.BRAINPOOLP512R1, ec.BrainpoolP512R1()),
    )
}
_BY_NUMBERS: dict[tuple[int, int, int, int], tuple[Curve, ec.EllipticCurve]] = {
    (curve.p, curve.a, curve.b, curve.order): (curve, named()) for curve, named in _TABLE
}


def curve_find(parameters: EcParameters) -> ec.EllipticCurve | None:
    """The curve that the parameters name or spell out; None where it is none of the table, to the last number."""
    if parameters.named is not None:
        return _BY_NAME.get(parameters.named)
    given = parameters.numbers
    if given is None:
        return None
    curve, named = _BY_NUMBERS.get((given.p, given.a, given.b, given.n), (None, None))
    if curve is None or not _is_generator(curve, given) or given.cofactor not in (None, 1):
        return None
    return named


def _is_generator(curve: Curve, given: CurveNumbers) -> bool:
    """Whether the base point is the curve's own, written in full or as a coordinate and the parity of the other."""
    g, x = curve.generator, curve.generator.x.to_bytes(curve.width, "big")
    return given.base in (
        bytes([_UNCOMPRESSED]) + x + g.y.to_bytes(curve.width, "big"),
        bytes([_ODD if g.y % 2 else _EVEN]) + x,
    )
