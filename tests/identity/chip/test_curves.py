"""Spelled-out curves: the same to the last number, or none."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from katip.demo.cards import der
from katip.demo.cards.issuer import Issued, country_make, signer_make
from katip.demo.cards.keys import Key, curve_parameters, key_ec
from katip.identity.chip.asn1 import ec_parameters_read
from katip.identity.chip.curves import _TABLE, curve_find
from katip.identity.chip.groups import Curve, Point
from katip.identity.chip.keys import KeyUnfitError, public_key_read
from katip.identity.chip.structures import CurveNumbers, EcParameters
from tests.identity.chip.scene import Folder, card, country, refused, verdict_on

CURVES = [curve for curve, _ in _TABLE]
EC = "1.2.840.10045.2.1"


def numbers(curve: Curve, **changed: object) -> CurveNumbers:
    g = curve.generator
    base = b"\x04" + g.x.to_bytes(curve.width, "big") + g.y.to_bytes(curve.width, "big")
    return replace(
        CurveNumbers(curve.p, curve.a, curve.b, base, curve.order, 1),
        **changed,  # type: ignore[arg-type] # numbers by their names
    )


def found(given: CurveNumbers) -> ec.EllipticCurve | None:
    return curve_find(EcParameters(None, given))


@pytest.mark.parametrize(("curve", "named"), _TABLE, ids=lambda each: getattr(each, "name", ""))
def test_the_table_is_of_real_curves(curve: Curve, named: type[ec.EllipticCurve]) -> None:
    """Each base point lies on its curve and has its order; and the library's own keys lie on the same curve."""
    g = curve.generator
    assert (g.y**2 - g.x**3 - curve.a * g.x - curve.b) % curve.p == 0
    assert curve.combine(curve.power(g, curve.order - 2), g) == Point(g.x, curve.p - g.y)
    own = ec.derive_private_key(1, named()).public_key().public_numbers()
    assert (own.x, own.y) == (g.x, g.y)
    assert named().key_size == curve.p.bit_length() == curve.order.bit_length()


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_a_curve_is_known_by_all_its_numbers(curve: Curve) -> None:
    g = curve.generator
    named = found(numbers(curve))
    assert named
    assert found(numbers(curve, cofactor=None)) is named
    x = g.x.to_bytes(curve.width, "big")
    right, wrong = (b"\x03", b"\x02") if g.y % 2 else (b"\x02", b"\x03")
    assert found(numbers(curve, base=right + x)) is named
    assert found(numbers(curve, base=wrong + x)) is None


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
@pytest.mark.parametrize("field", ["p", "a", "b", "n", "cofactor"])
def test_one_number_off_is_no_curve(curve: Curve, field: str) -> None:
    for off in (-1, 1):
        assert found(numbers(curve, **{field: getattr(numbers(curve), field) + off})) is None


def test_another_base_point_of_the_same_order_is_no_curve() -> None:
    """CVE-2020-0601: with a base point of one's own choice, a private key to anybody's public key is at hand."""
    for curve in CURVES:
        chosen = curve.power(curve.generator, 7)
        base = b"\x04" + chosen.x.to_bytes(curve.width, "big") + chosen.y.to_bytes(curve.width, "big")
        assert found(numbers(curve, base=base)) is None
        mirrored = Point(curve.generator.x, curve.p - curve.generator.y)
        base = b"\x04" + mirrored.x.to_bytes(curve.width, "big") + mirrored.y.to_bytes(curve.width, "big")
        assert found(numbers(curve, base=base)) is None


def test_the_seed_makes_no_curve_and_its_absence_none_less() -> None:
    with_seed = curve_parameters("secp384r1")
    given = ec_parameters_read(with_seed).numbers
    assert given
    without = der.seq(
        der.integer(1),
        der.seq(der.oid("1.2.840.10045.1.1"), der.integer(given.p)),
        der.seq(der.octets(given.a.to_bytes(48, "big")), der.octets(given.b.to_bytes(48, "big"))),
        der.octets(given.base),
        der.integer(given.n),
    )
    assert len(without) < len(with_seed)
    assert isinstance(curve_find(ec_parameters_read(without)), ec.SECP384R1)
    assert isinstance(curve_find(ec_parameters_read(with_seed)), ec.SECP384R1)


@pytest.mark.parametrize(
    "parameters",
    [
        b"",
        der.null(),
        der.oid("1.3.132.0.10.1"),
        der.oid("1.2.840.10045.3.1.1"),  # P-192: too short
        der.seq(der.integer(1), der.seq(der.oid("1.2.840.10045.1.2"), der.integer(5))),
        der.seq(der.integer(1)),
    ],
    ids=["absent", "inherited", "unknown", "short", "of characteristic two", "cut off"],
)
def test_other_parameters_are_refused(parameters: bytes) -> None:
    point = key_ec().public_point()
    with pytest.raises(KeyUnfitError):
        public_key_read(der.seq(der.seq(der.oid(EC), parameters), der.bits(point)))


def test_points_off_the_curve_are_refused() -> None:
    good = key_ec().public_point()
    for point in (
        b"",
        b"\0",
        b"\4" + bytes(64),
        good[:-1] + bytes([good[-1] ^ 1]),
        good + b"\0",
        good[:-1],
        bytes([6 + good[-1] % 2]) + good[1:],  # hybrid
    ):
        with pytest.raises(KeyUnfitError, match="malformed"):
            public_key_read(der.seq(der.seq(der.oid(EC), curve_parameters("secp256r1")), der.bits(point)))
    compressed = bytes([2 + good[-1] % 2]) + good[1:33]
    key = public_key_read(der.seq(der.seq(der.oid(EC), curve_parameters("secp256r1")), der.bits(compressed)))
    assert (
        key.mark()
        == public_key_read(der.seq(der.seq(der.oid(EC), curve_parameters("secp256r1")), der.bits(good))).mark()
    )


class _Forged(Key):
    """A country's public key with a base point chosen so that its private key is 1 (CVE-2020-0601)."""

    def public_info(self) -> bytes:
        point = self.public_point()
        given = ec_parameters_read(curve_parameters("secp384r1")).numbers
        assert given
        parameters = curve_parameters("secp384r1").replace(given.base, point)
        assert parameters != curve_parameters("secp384r1")
        return der.seq(der.seq(der.oid(EC), parameters), der.bits(point))


def test_a_forged_country_certificate_with_the_genuine_public_key_is_not_trusted(folder: Folder) -> None:
    """Public key, name, serial and key identifier are the genuine country's; only the base point is the forger's."""
    genuine = country_make(key=key_ec("secp384r1", explicit=True))
    forged = country_make(key=_Forged(genuine.key.private, explicit=True))
    assert forged.key.public_point() == genuine.key.public_point()
    store = folder.trust(genuine).put(forged.certificate).load()
    assert [fault.code for fault in store.faults] == ["key_unknown_curve"]
    assert len(store.authorities) == 1
    by = signer_make(country(), key=_Forged(genuine.key.private, explicit=True))
    shown = card(Issued(by.certificate, by.key, by.name, by.issuer, by.serial))
    assert refused(verdict_on(shown, folder.trust(country()).load())) == ["algorithm_refused"]
