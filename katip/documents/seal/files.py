"""The sealer whose key lies in a file: one of our own authority, or the operator's (PEM or PKCS #12)."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12
from django.conf import settings
from django.utils import timezone

from katip.documents.seal.authority import CURRENT, authority_make
from katip.documents.seal.errors import SealError
from katip.documents.seal.models import SealKey
from katip.documents.seal.port import mechanism_of

_PEM = b"-----BEGIN"
_MOST_BYTES = 1_000_000
_MOST_ABOVE = 8


@dataclass(frozen=True, slots=True)
class FileSealer:
    """A private key in memory, with its certificates."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    chain: tuple[x509.Certificate, ...]

    def sign(self, data: bytes) -> bytes:
        """The signature over `data`."""
        digest = mechanism_of(self.key.public_key()).hash()
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), digest)
        return self.key.sign(data, ec.ECDSA(digest))


_lock = Lock()
_held: list[tuple[object, FileSealer]] = []


def sealer_current() -> FileSealer:
    """The sealer in use, read once per process and again when its files change (`katip seal rotate`).

    Where the operator gives no key and there is none of our own yet, one is made. Raises `SealError`.
    """
    with _lock:
        try:
            mark = _mark()
            if _held and _held[0][0] == mark:
                return _held[0][1]
            sealer = sealer_load(*key_files(), settings.KATIP.seal_passphrase)
        except OSError as error:
            message = f"The key of the seal cannot be read: {error.filename}: {error.strerror}"
            raise SealError(message) from error
        _held[:] = [(mark, sealer)]
        return sealer


def seal_folder() -> Path:
    """Where our own authority lies."""
    folder: Path = settings.KATIP.data / "keys" / "seal"
    return folder


def is_own_authority() -> bool:
    """Whether the key is one of our own authority, not given by the operator."""
    return settings.KATIP.seal_key is None


def key_files() -> tuple[Path, Path | None]:
    """The files of the current key: with the private key, and with the certificates (none: in the same).

    A first authority is made here, never a second one: a worker that lacks the folder must not begin its own.
    """
    given: Path | None = settings.KATIP.seal_key
    if given is not None:
        return given, settings.KATIP.seal_chain
    folder = seal_folder()
    if not (folder / CURRENT).is_file():
        if SealKey.objects.exists():
            message = (
                f"Documents were sealed here before, and their key is not in {folder}. Bring that folder here (from "
                "another machine, or katip restore), or make a new authority: katip seal rotate"
            )
            raise SealError(message)
        authority_make(folder, operator=settings.KATIP.operator_name, at=timezone.now())
    name = (folder / CURRENT).read_text("ascii").strip()
    return folder / f"{name}.key", folder / f"{name}.pem"


def sealer_load(key_file: Path, chain_file: Path | None, passphrase: str = "") -> FileSealer:
    """The sealer of these files. Raises `SealError` where others can read them, or they do not fit; `OSError`."""
    secret = passphrase.encode() or None
    if key_file.stat().st_mode & 0o077:
        message = f"{key_file} can be read by others; make it private: chmod 600 {key_file}"
        raise SealError(message)
    content = _bytes(key_file)
    try:
        if _PEM in content:
            key: object = load_pem_private_key(content, secret)
            held = x509.load_pem_x509_certificates(_bytes(chain_file) if chain_file else content)
        else:
            bundle = pkcs12.load_pkcs12(content, secret)
            key = bundle.key
            held = [each.certificate for each in (bundle.cert, *bundle.additional_certs) if each]
            held += x509.load_pem_x509_certificates(_bytes(chain_file)) if chain_file else []
    except (ValueError, TypeError) as error:
        message = f"{key_file}: no key with certificates can be read from it (KATIP_SEAL_PASSPHRASE?): {error}"
        raise SealError(message) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        message = f"{key_file} holds no key that the seal takes: P-256, P-384, or RSA from 2048 bits"
        raise SealError(message)
    mechanism_of(key.public_key())
    return FileSealer(key, chain_order(key.public_key(), held, key_file))


def chain_order(key: object, held: Iterable[x509.Certificate], where: Path) -> tuple[x509.Certificate, ...]:
    """The certificate of `key` and those above it, in that order; others are left out. Raises `SealError`."""
    held = list(held)
    own = next((each for each in held if each.public_key() == key), None)
    if own is None:
        message = f"{where}: none of its certificates belongs to the key"
        raise SealError(message)
    chain = [own]
    while len(chain) < _MOST_ABOVE and chain[-1].issuer != chain[-1].subject:
        above = next((each for each in held if each not in chain and is_issued_by(chain[-1], each)), None)
        if above is None:
            break
        chain.append(above)
    return tuple(chain)


def is_issued_by(certificate: x509.Certificate, above: x509.Certificate) -> bool:
    """Whether `above` signed `certificate`."""
    try:
        certificate.verify_directly_issued_by(above)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def sealer_fit(chain: tuple[x509.Certificate, ...], at: datetime) -> None:
    """Raise `SealError` where a certificate is not valid at `at`: what is sealed then, nobody would believe."""
    for certificate in chain:
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            message = (
                f"A certificate of the seal is not valid now: {certificate.subject.rfc4514_string()}, from "
                f"{certificate.not_valid_before_utc:%Y-%m-%d} to {certificate.not_valid_after_utc:%Y-%m-%d}. "
                "katip seal doctor says what to do."
            )
            raise SealError(message)


def _mark() -> object:
    """What changes when another key is put in the place of this one."""
    marks = []
    own = [seal_folder() / CURRENT] if is_own_authority() else []
    for file in (*own, *filter(None, key_files())):
        found = os.stat(file)  # noqa: PTH116 -- asked for with every document: no Path made for it
        marks.append((str(file), found.st_mtime_ns, found.st_ino))
    return tuple(marks)


def _bytes(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(_MOST_BYTES)
