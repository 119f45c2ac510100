"""Fills the trust store from the operator's folder: certificates, country lists (master lists), revocation lists.

A file says by its content what it is: DER, or PEM with any number of parts. What cannot be taken becomes a fault and
never keeps the rest from being taken. Countries on a list count only when its signer was certified by a country whose
own certificate lies in the folder, and for signing such lists (Doc 9303-12 9).
"""

import base64
import binascii
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from katip.identity.chip.asn1 import (
    Asn1Error,
    certificate_read,
    country_certificates_read,
    revocation_list_read,
    signed_data_read,
)
from katip.identity.chip.keys import KeyUnfitError, public_key_read, signature_holds
from katip.identity.chip.passive import LIST_SIGNING
from katip.identity.chip.signed import key_id_of, signed_by, signer_candidates
from katip.identity.chip.store import (
    Authority,
    Fault,
    HeldList,
    ListSigner,
    TrustStore,
    country_in,
)
from katip.identity.chip.structures import Certificate, RevocationList, SignedData

__all__ = ["TrustStore", "trust_load"]

MAX_FILE = 32 * 1024 * 1024
"""bytes"""
MAX_FILES = 10_000

_MASTER_LIST = "2.23.136.1.1.2"
_NOT_READ = {".md", ".txt"}
"""notes that the operator may leave beside them"""
_SEQUENCE = b"\x30"
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----")


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing in a file, and where it came from."""

    source: str
    der: bytes
    content: Certificate | RevocationList | SignedData


class FaultError(ValueError):
    """Why something is not taken; `code` as in `Fault`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def trust_load(folder: Path) -> TrustStore:
    """Everything in the folder and below it. Never raises: a folder that is not there is empty."""
    builder = _Builder()
    for file in _files(folder):
        builder.file_add(str(file.relative_to(folder)), file)
    return builder.build()


def pieces_read(source: str, data: bytes) -> Iterator[Piece]:
    """What a file holds, in its order. Raises FaultError `unknown_format` or `malformed`."""
    if data[:1] == _SEQUENCE:
        yield Piece(source, data, _content(data))
        return
    found = list(_PEM.finditer(data))
    if not found:
        raise FaultError("unknown_format")
    for number, match in enumerate(found, 1):
        try:
            der = base64.b64decode(b"".join(match[2].split()), validate=True)
        except binascii.Error:
            raise FaultError("malformed") from None
        yield Piece(source if len(found) == 1 else f"{source}#{number}", der, _content(der))


def authority_make(certificate: Certificate, source: str, list_signer: ListSigner | None = None) -> Authority:
    """A country certificate fit to be trusted.

    Raises FaultError `not_an_authority`, `no_country`, `not_understood`, `own_signature_wrong`, or the code of a
    `KeyUnfitError`.
    """
    try:
        authority = Authority(certificate, public_key_read(certificate.key_info), source, list_signer)
    except KeyUnfitError as error:
        raise FaultError(f"key_{error.code}") from None
    if not certificate.is_authority or not authority.may("key_cert_sign"):
        raise FaultError("not_an_authority")
    if authority.country is None:
        raise FaultError("no_country")
    if certificate.not_understood:
        raise FaultError("not_understood")
    if _claims_itself(certificate) and not authority.signed(certificate):
        raise FaultError("own_signature_wrong")
    return authority


class _Builder:
    """Gathers what the files hold, then puts it together: certificates first, lists by them, revocations last."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.authorities: dict[bytes, Authority] = {}
        self.country_lists: list[tuple[str, SignedData]] = []
        self.revocations: list[tuple[str, RevocationList]] = []

    def file_add(self, source: str, file: Path) -> None:
        try:
            for piece in pieces_read(source, _bytes(file)):
                self._piece_add(piece)
        except OSError:
            self.faults.append(Fault(source, "unreadable"))
        except FaultError as error:
            self.faults.append(Fault(source, error.code))

    def build(self) -> TrustStore:
        own = TrustStore(self.authorities.values())
        for source, signed in self.country_lists:
            self._country_list_add(own, source, signed)
        links, broken = self._links(TrustStore(self.authorities.values()))
        for der in broken:
            authority = self.authorities.pop(der)
            listed = authority.list_signer is not None
            self.faults.append(Fault(authority.source, "link_signature_wrong", authority.country, listed))
        everybody = TrustStore(self.authorities.values())
        lists = [held for found in self.revocations if (held := self._held(everybody, *found)) is not None]
        return TrustStore(self.authorities.values(), lists, self.faults, links)

    def _piece_add(self, piece: Piece) -> None:
        match piece.content:
            case Certificate() as certificate:
                self._authority_add(certificate, piece.source)
            case RevocationList() as revocations:
                self.revocations.append((piece.source, revocations))
            case SignedData() as signed:
                self.country_lists.append((piece.source, signed))

    def _authority_add(self, certificate: Certificate, source: str, by: ListSigner | None = None) -> None:
        if certificate.der in self.authorities:
            return
        try:
            self.authorities[certificate.der] = authority_make(certificate, source, by)
        except FaultError as error:
            self.faults.append(Fault(source, error.code, country_in(certificate.subject), by is not None))

    def _country_list_add(self, own: TrustStore, source: str, signed: SignedData) -> None:
        try:
            by = list_signer_find(own, signed)
            certificates = country_certificates_read(signed.content)
        except FaultError as error:
            self.faults.append(Fault(source, error.code))
            return
        except Asn1Error:
            self.faults.append(Fault(source, "malformed"))
            return
        for number, der in enumerate(certificates, 1):
            try:
                self._authority_add(certificate_read(der), f"{source}#{number}", by)
            except Asn1Error:
                self.faults.append(Fault(f"{source}#{number}", "malformed", listed=True))

    def _links(self, everybody: TrustStore) -> tuple[list[tuple[bytes, bytes]], list[bytes]]:
        """Which key vouched for which newer one; and the certificates whose named issuer is here and denies them."""
        links, broken = [], []
        for der, authority in self.authorities.items():
            certificate = authority.certificate
            if _claims_itself(certificate):
                continue
            older = everybody.issuers_of(certificate)
            if any(each.country == authority.country for each in older):
                links.append((older[0].key_mark, authority.key_mark))
            if not older and everybody.identified(certificate.authority_key_id):
                broken.append(der)
        return links, broken

    def _held(self, everybody: TrustStore, source: str, revocations: RevocationList) -> HeldList | None:
        try:
            return HeldList(revocations, revocation_signers_find(everybody, revocations), source)
        except FaultError as error:
            self.faults.append(Fault(source, error.code, country_in(revocations.issuer)))
            return None


def revocation_signers_find(everybody: TrustStore, revocations: RevocationList) -> tuple[Authority, ...]:
    """The certificates of the key that signed a revocation list.

    Raises FaultError `revocation_issuer_unknown` or `revocation_signature_wrong`; and for a list that does not say all,
    `revocation_list_partial`, or not until when, `revocation_list_endless`.
    """
    named = revocations.authority_key_id, revocations.issuer
    if not any(each.may("crl_sign") for each in everybody.candidates(*named)):
        raise FaultError("revocation_issuer_unknown")
    signed = everybody.signers(*named, lambda authority: _signed_list(authority, revocations))
    signers = tuple(each for each in signed if each.may("crl_sign"))
    if not signers:
        raise FaultError("revocation_signature_wrong")
    if revocations.partial:
        raise FaultError("revocation_list_partial")
    if revocations.next_update is None:
        raise FaultError("revocation_list_endless")
    return signers


def list_signer_find(own: TrustStore, signed: SignedData) -> ListSigner:
    """Who signed a country list, and the certificate in the folder that vouches for them.

    Raises FaultError `unknown_format` for other signed data, `list_signature_wrong`, `list_signer_unknown` or
    `list_signer_not_allowed`.
    """
    if signed.content_type != _MASTER_LIST:
        raise FaultError("unknown_format")
    signer = next((each for each in signer_candidates(signed) if _signed_by(signed, each)), None)
    if signer is None:
        raise FaultError("list_signature_wrong")
    authorities = [each for each in own.issuers_of(signer) if each.country == country_in(signer.subject)]
    if not authorities:
        raise FaultError("list_signer_unknown")
    allowed = LIST_SIGNING in signer.purposes and not signer.is_authority and not signer.not_understood
    if not allowed or (signer.usages is not None and "digital_signature" not in signer.usages):
        raise FaultError("list_signer_not_allowed")
    return ListSigner(signer, max(authorities, key=lambda each: each.certificate.not_after))


def _files(folder: Path) -> list[Path]:
    """Sorted, so that the outcome does not depend on the disk. A folder that may not be entered is left out."""
    found = [Path(where) / name for where, _, names in os.walk(folder) for name in names if not name.startswith(".")]
    return sorted(each for each in found if each.suffix.lower() not in _NOT_READ)[:MAX_FILES]


def _bytes(file: Path) -> bytes:
    """The file's content. Raises OSError, FaultError `too_large`, or `unreadable` for a pipe or the like."""
    if not file.is_file():  # to open a pipe may take for ever
        raise FaultError("unreadable")
    with file.open("rb") as opened:
        data = opened.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise FaultError("too_large")
    return data


def _content(der: bytes) -> Certificate | RevocationList | SignedData:
    for read in (certificate_read, revocation_list_read, signed_data_read):
        try:
            return read(der)
        except Asn1Error:
            continue
    raise FaultError("unknown_format")


def _claims_itself(certificate: Certificate) -> bool:
    """Whether it says that its own key signed it. A link certificate may carry the same name on both sides."""
    if certificate.issuer != certificate.subject:
        return False
    return certificate.authority_key_id in (None, key_id_of(certificate))


def _signed_list(authority: Authority, revocations: RevocationList) -> bool:
    try:
        return signature_holds(authority.key, revocations.algorithm, revocations.signature, revocations.body)
    except KeyUnfitError:
        return False


def _signed_by(signed: SignedData, signer: Certificate) -> bool:
    try:
        return signed_by(signed, signer)
    except (KeyUnfitError, Asn1Error):
        return False
