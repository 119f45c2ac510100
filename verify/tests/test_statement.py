"""Signed statements: RFC 7515's example, keys and certificates that are trusted, and those that are not."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from katip_verify.said import Refused, Unable
from katip_verify.statement import statement_check, valid_at
from katip_verify.trust import trust_read
from tests import naive

# RFC 7515, appendix A.3
EXAMPLE = (
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
EXAMPLE_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}
NOW = datetime(2026, 11, 23, tzinfo=UTC)
Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def certificate(name: str, key: Private, issuer: str, issuer_key: Private, *, ca: bool = False) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    return builder.sign(issuer_key, hashes.SHA256())


KEYS = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("ca", "seal", "other", "middle")}
CA = certificate("CA", KEYS["ca"], "CA", KEYS["ca"], ca=True)
SEAL = certificate("Seal", KEYS["seal"], "CA", KEYS["ca"])


def der(one: x509.Certificate) -> str:
    return naive.b64(one.public_bytes(Encoding.DER))


def signed(key: Private, header: dict[str, Any], payload: bytes = b'{"code":"X"}', scheme: str = "") -> bytes:
    message = f"{url64(json.dumps(header).encode())}.{url64(payload)}"
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        kind = padding.PKCS1v15() if (scheme or header["alg"]) == "RS256" else pss
        return f"{message}.{url64(key.sign(message.encode(), kind, hashes.SHA256()))}".encode()
    size = key.curve.key_size // 8
    digest = hashes.SHA256() if size == 32 else hashes.SHA384()
    r, s = utils.decode_dss_signature(key.sign(message.encode(), ec.ECDSA(digest)))
    return f"{message}.{url64(r.to_bytes(size, 'big') + s.to_bytes(size, 'big'))}".encode()


def chained(*chain: x509.Certificate, **more: Any) -> dict[str, Any]:
    kid = naive.sha256(chain[0].public_bytes(Encoding.DER)).hex()
    return {"alg": "ES256", "kid": kid, "x5c": [der(one) for one in chain]} | more


@pytest.fixture
def trusted(tmp_path: Path) -> Callable[..., Any]:
    def make(*contents: bytes | dict[str, Any], fingerprints: tuple[str, ...] = ()) -> Any:
        files = []
        for no, content in enumerate(contents):
            file = tmp_path / f"{no}.pem"
            file.write_bytes(json.dumps(content).encode() if isinstance(content, dict) else content)
            files.append(str(file))
        return trust_read(files, fingerprints)

    return make


def pem(one: x509.Certificate | Private) -> bytes:
    if isinstance(one, x509.Certificate):
        return one.public_bytes(Encoding.PEM)
    return one.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def headed(header: str) -> bytes:
    return f"{url64(header.encode())}.e30.AA".encode()


def refused(check: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Refused) as caught:
        check(*given, **more)
    return caught.value.said.code


def unable(check: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Unable) as caught:
        check(*given, **more)
    return caught.value.said.code


def test_the_example_of_the_standard_holds_and_no_change_of_it(trusted: Callable[..., Any]) -> None:
    trust = trusted(EXAMPLE_KEY)
    assert statement_check(EXAMPLE.encode(), trust).payload.startswith(b'{"iss":"joe"')
    assert statement_check(EXAMPLE.encode() + b"\n", trusted({"keys": [EXAMPLE_KEY]})).payload
    for at in range(len(EXAMPLE)):
        changed = bytearray(EXAMPLE.encode())
        changed[at] ^= 1
        refused(statement_check, bytes(changed), trust)


def test_the_seal_is_trusted_by_its_certificate_key_authority_or_fingerprint(trusted: Callable[..., Any]) -> None:
    statement = signed(KEYS["seal"], chained(SEAL, CA))
    fingerprints = [naive.sha256(one.public_bytes(Encoding.DER)).hex() for one in (SEAL, CA)]
    shown = ":".join(fingerprints[0][at : at + 2] for at in range(0, 64, 2)).upper()
    for trust in (
        trusted(pem(SEAL)),
        trusted(pem(CA)),
        trusted(pem(KEYS["seal"])),
        trusted(pem(KEYS["other"]), pem(SEAL) + pem(CA)),
        trusted(fingerprints=(shown,)),
        trusted(fingerprints=(fingerprints[1],)),
    ):
        found = statement_check(statement, trust)
        assert (found.payload, found.signer) == (b'{"code":"X"}', "CN=Seal")
        assert found.certificate is not None
        assert valid_at(found.certificate, NOW)
        assert not valid_at(found.certificate, NOW - timedelta(seconds=1))
        assert not valid_at(found.certificate, NOW + timedelta(days=366))


def test_a_statement_without_certificates_is_checked_by_the_key_given(trusted: Callable[..., Any]) -> None:
    statement = signed(KEYS["seal"], {"alg": "ES256"})
    assert statement_check(statement, trusted(pem(KEYS["other"]) + pem(KEYS["seal"]))).certificate is None
    assert statement_check(statement, trusted(pem(SEAL))).signer == "CN=Seal"
    assert refused(lambda: statement_check(statement, trusted(pem(KEYS["other"])))) == "statement-signature"


def test_certificates_count_only_where_a_trusted_one_vouches_for_them(trusted: Callable[..., Any]) -> None:
    other = KEYS["other"]
    forged_ca = certificate("CA", other, "CA", other, ca=True)
    forged = certificate("Seal", other, "CA", other)
    own = certificate("Seal", other, "Seal", other)
    under_seal = certificate("Seal", other, "Seal", KEYS["seal"])  # the seal is no authority
    for chain in ([own], [forged], [forged, forged_ca], [forged, CA], [under_seal, SEAL, CA], [own, SEAL], [forged_ca]):
        statement = signed(other, chained(*chain))
        for trust in (trusted(pem(CA)), trusted(pem(SEAL)), trusted(pem(SEAL) + pem(CA))):
            assert refused(statement_check, statement, trust) == ("statement-untrusted")
    assert refused(lambda: statement_check(signed(other, chained(SEAL, CA)), trusted(pem(CA)))) == "statement-signature"


def test_an_authority_below_a_trusted_one_vouches_too(trusted: Callable[..., Any]) -> None:
    middle = certificate("Middle", KEYS["middle"], "CA", KEYS["ca"], ca=True)
    leaf = certificate("Leaf", KEYS["other"], "Middle", KEYS["middle"])
    assert statement_check(signed(KEYS["other"], chained(leaf, middle)), trusted(pem(CA))).signer == "CN=Leaf"
    assert (
        refused(lambda: statement_check(signed(KEYS["other"], chained(leaf)), trusted(pem(CA))))
        == "statement-untrusted"
    )
    powerless = certificate("Middle", KEYS["middle"], "CA", KEYS["ca"])
    statement = signed(KEYS["other"], chained(leaf, powerless))
    assert refused(lambda: statement_check(statement, trusted(pem(CA)))) == "statement-untrusted"


def test_the_algorithm_follows_from_the_key(trusted: Callable[..., Any]) -> None:
    trust = trusted(pem(SEAL))
    for algorithm in ("none", "HS256", "ES384", "RS256", "PS256", "es256", "", "ES256 "):
        statement = signed(KEYS["seal"], chained(SEAL, alg=algorithm))
        assert refused(statement_check, statement, trust) == "statement-algorithm"
    unsigned = headed('{"alg":"none"}')[:-2]
    assert refused(lambda: statement_check(unsigned, trust)) == "statement-algorithm"


def test_other_kinds_of_keys(trusted: Callable[..., Any]) -> None:
    p384, large = ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048)
    assert statement_check(signed(p384, {"alg": "ES384"}), trusted(pem(p384))).payload
    assert statement_check(signed(large, {"alg": "PS256"}), trusted(pem(large))).payload
    assert statement_check(signed(large, {"alg": "RS256"}), trusted(pem(large))).payload
    for key, wrong in ((large, "ES256"), (p384, "RS256"), (p384, "ES256")):
        statement = signed(key, {"alg": wrong})
        assert refused(statement_check, statement, trusted(pem(key))) == "statement-algorithm"
    mixed = signed(large, {"alg": "PS256"}, scheme="RS256")
    assert refused(lambda: statement_check(mixed, trusted(pem(large)))) == "statement-signature"
    numbers = large.public_key().public_numbers()
    jwk = {"kty": "RSA", "n": url64(numbers.n.to_bytes(256, "big")), "e": url64(numbers.e.to_bytes(3, "big"))}
    assert statement_check(signed(large, {"alg": "PS256"}), trusted(jwk)).payload
    little = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused
    assert (
        refused(lambda: statement_check(signed(little, {"alg": "PS256"}), trusted(pem(little))))
        == "statement-algorithm"
    )
    p521 = ec.generate_private_key(ec.SECP521R1())
    assert refused(lambda: statement_check(signed(p384, {"alg": "ES512"}), trusted(pem(p521)))) == "statement-algorithm"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "statement-form"),
        (b"a.b", "statement-form"),
        (b"a.b.c.d", "statement-form"),
        ("ğ.b.c".encode(), "statement-form"),
        (EXAMPLE.replace(".", "=.", 1).encode(), "base64url-form"),
        (EXAMPLE.replace("-", "+").encode(), "base64url-form"),
        (EXAMPLE.replace("1Q", "1R").encode(), "base64-canonical"),
        (EXAMPLE.split(".", 1)[1].encode() + b".AA", "statement-form"),
        (headed("[]"), "statement-form"),
        (headed("{}"), "statement-form"),
        (headed("{"), "json-form"),
        (headed('{"alg":"ES256","alg":"none"}'), "json-twice"),
        (headed('{"alg":"ES256","crit":["b64"],"b64":false}'), "statement-critical"),
        (headed('{"alg":"ES256","b64":false}'), "statement-critical"),
        (headed('{"alg":"ES256","x5c":"x"}'), "statement-certificates"),
        (headed('{"alg":"ES256","x5c":["AAAA"]}'), "statement-certificates"),
        (headed('{"alg":"ES256","x5c":["A"]}'), "base64-form"),
        (headed('{"alg":"ES256","x5c":[1]}'), "statement-certificates"),
        (EXAMPLE.encode() + b" " * 1_000_000, "statement-long"),
        (EXAMPLE.rsplit(".", 1)[0].encode() + b"." + url64(bytes(64)).encode(), "statement-signature"),
        (EXAMPLE.rsplit(".", 1)[0].encode() + b"." + url64(bytes(63)).encode(), "statement-signature"),
    ],
)
def test_a_malformed_statement_is_refused(trusted: Callable[..., Any], raw: bytes, code: str) -> None:
    assert refused(lambda: statement_check(raw, trusted(EXAMPLE_KEY))) == code


def test_the_certificate_must_be_the_one_named(trusted: Callable[..., Any]) -> None:
    for kid in ("0" * 64, None, 7):
        statement = signed(KEYS["seal"], chained(SEAL, kid=kid))
        assert refused(statement_check, statement, trusted(pem(SEAL))) == "statement-kid"
    many = signed(KEYS["seal"], chained(*[SEAL] * 5))
    assert refused(lambda: statement_check(many, trusted(pem(SEAL)))) == "statement-certificates"


def test_what_is_trusted_must_be_something(trusted: Callable[..., Any], tmp_path: Path) -> None:
    assert unable(lambda: statement_check(EXAMPLE.encode(), trusted())) == "no-seal"
    private = KEYS["seal"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert unable(lambda: trusted(private)) == "seal-private"
    for content in (
        b"",
        b"x",
        b"{",
        {},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "oct", "k": "AA"},
    ):
        assert unable(trusted, content) == "seal-file"
    assert unable(lambda: trusted(pem(SEAL)[:200] + b"\n-----END CERTIFICATE-----\n")) == "seal-file"
    assert unable(lambda: trusted(fingerprints=("12:34",))) == "fingerprint"
    assert unable(lambda: trust_read([str(tmp_path / "none")], [])) == "file-unreadable"
