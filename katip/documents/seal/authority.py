"""The installation's own small certificate authority, for operators who have no certificate for a seal.

Its root is what others import once; keys of the seal come and go below it. Everything lies in `keys/seal`:
`ca.key` and `ca.pem`, for each key `<id>.key` and `<id>.pem` (its certificate, then the root), and `current`, which
names one.
"""

import os
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from katip.documents.seal.errors import SealError
from katip.documents.seal.port import key_id_of

CURRENT = "current"
_ROOT_DAYS = 30 * 365
_KEY_DAYS = 5 * 365
_BACKDATED = timedelta(minutes=5)
"""clocks of others may be behind ours"""
_ID_SIGNS = 16
_NAME_BYTES = 64
"""of X.520, for a common name and an organisation; `cryptography` counts bytes of UTF-8"""


def authority_make(folder: Path, *, operator: str, at: datetime) -> None:
    """Make the authority and a first key in `folder`, once: whoever comes second finds those of the first."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))  # 0700
    try:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(operator, "Katip mühür kökü")
        root = (
            _certificate(name, name, key.public_key(), at, _ROOT_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(for_seals=False), critical=True)
            .sign(key, SHA256())
        )
        _write(fresh / "ca.key", _pem(key))
        _write(fresh / "ca.pem", root.public_bytes(Encoding.PEM))
        key_make(fresh, operator=operator, at=at)
        fresh.rename(folder)
    except OSError:
        if not (folder / CURRENT).is_file():
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def key_make(folder: Path, *, operator: str, at: datetime) -> str:
    """Make a further key below the authority in `folder`, and the current one; returns its name there.

    Raises `SealError` without an authority.
    """
    root, root_key = _root(folder)
    key = ec.generate_private_key(ec.SECP256R1())
    above = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    certificate = (
        _certificate(
            _name(operator, f"Katip belge mührü {at:%Y-%m-%d}"),
            root.subject,
            key.public_key(),
            at,
            min(_KEY_DAYS, (root.not_valid_after_utc - at).days),
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(for_seals=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(above), critical=False)
        .sign(root_key, SHA256())
    )
    short = key_id_of(certificate)[:_ID_SIGNS]
    _write(folder / f"{short}.key", _pem(key))
    _write(folder / f"{short}.pem", certificate.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM))
    _write(folder / f"{CURRENT}.new", short.encode() + b"\n")
    (folder / f"{CURRENT}.new").replace(folder / CURRENT)
    return short


def keys_drop(folder: Path) -> int:
    """Destroy the private keys of all certificates but the current one; how many. The certificates stay."""
    kept = {"ca", (folder / CURRENT).read_text("ascii").strip()}
    retired = [file for file in folder.glob("*.key") if file.stem not in kept]
    for file in retired:
        file.unlink(missing_ok=True)
    return len(retired)


def _root(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    try:
        root = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
        key = load_pem_private_key((folder / "ca.key").read_bytes(), None)
    except (OSError, ValueError) as error:
        message = f"The authority in {folder} cannot be read: {error}"
        raise SealError(message) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        message = f"{folder / 'ca.key'} is not a key of ours"
        raise SealError(message)
    return root, key


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, at: datetime, days: int
) -> x509.CertificateBuilder:
    begin = at.astimezone(UTC) - _BACKDATED
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(operator: str, what: str) -> x509.Name:
    """Whom a viewer shows: the operator first, as nobody knows Katip."""
    owner, dash = operator.strip(), " – "
    room = _NAME_BYTES - len(f"{dash}{what}".encode())
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "TR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(owner or "Katip", _NAME_BYTES)),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{_cut(owner, room)}{dash}{what}" if owner else what),
        ]
    )


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore").strip()


def _usage(*, for_seals: bool) -> x509.KeyUsage:
    """No extended usage: viewers ask for different ones, and take a certificate without any."""
    return x509.KeyUsage(
        digital_signature=for_seals,
        content_commitment=for_seals,
        key_cert_sign=not for_seals,
        crl_sign=not for_seals,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
