"""Sealing a PDF by the operator's key (PAdES, ETSI EN 319 142-1).

The seal is one incremental update with a signature field that shows nothing, forbids every later change (DocMDP 1) and
covers the whole file. It leaves metadata and pages as they are, so that the file stays PDF/A-2 and PDF/UA-1.
"""

import hashlib
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from katip.documents.seal.cms import envelope, envelope_open, timestamp_put, to_sign
from katip.documents.seal.errors import SealError
from katip.documents.seal.files import sealer_current, sealer_fit
from katip.documents.seal.keys import key_in_use
from katip.documents.seal.port import Sealer, key_id_of, mechanism_of, name_of
from katip.documents.seal.tags import field_empty, field_tag
from katip.documents.seal.tsa import TOKEN_BYTES, TimestampError, is_configured, timestamp_get

log = logging.getLogger("katip.seal")

FIELD = "Katip"
_MORE_BYTES = TOKEN_BYTES + 1024
"""room in the envelope for the signature, and for a timestamp now or later"""
_RANGE = re.compile(rb"/ByteRange \[0 (\d{1,9}) (\d{1,9}) (\d{1,9})\]")


class Level(StrEnum):
    """What a seal proves about its moment: a baseline level of ETSI EN 319 142-1."""

    B_B = "B-B"
    """the operator's own clock says when"""
    B_T = "B-T"
    """a timestamp authority says when (RFC 3161)"""


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """A sealed PDF."""

    content: bytes
    level: Level
    timestamped: bool
    """false also where an authority is configured but did not answer: `katip seal repair` adds it later"""
    key_id: str
    """SHA-256 of the certificate that the seal was set with, in hex"""


class _Update(IncrementalPdfFileWriter):
    """An update that leaves the metadata alone: written anew, they would no longer be those of PDF/A."""

    def _update_meta(self) -> None:
        return


def pdf_seal(content: bytes, *, reason: str, at: datetime) -> Sealed:
    """The PDF `content` with the operator's seal, which covers all of it.

    `reason` stands in the seal, and is what a screen reader says of its field. An authority that does not answer costs
    the level, never the seal. Raises `SealError` without a usable key, or where `content` is no PDF that can be sealed.
    """
    sealer = sealer_current()
    sealer_fit(sealer.chain, at)
    key_in_use(sealer.chain, at)
    sealed = sealed_by(sealer, content, reason=reason, at=at)
    stamped = _stamped_if(sealed, at) if is_configured() else None
    return Sealed(
        content=stamped or sealed,
        level=Level.B_T if stamped else Level.B_B,
        timestamped=stamped is not None,
        key_id=key_id_of(sealer.chain[0]),
    )


def timestamp_add(content: bytes, *, at: datetime) -> bytes:
    """The sealed PDF `content` with the authority's timestamp in its seal: one that has one already stays as it is.

    Nothing that the seal covers changes, nor the length. Raises `TimestampError` where the authority gives none now,
    `SealError` where `content` carries no seal of ours.
    """
    place = envelope_place(content)
    if place is None:
        message = "This PDF has no seal of ours that covers it"
        raise SealError(message)
    begin, end = place
    der = bytes.fromhex(content[begin + 1 : end - 1].decode("ascii"))
    signature, timestamp = envelope_open(der)
    if timestamp is not None:
        return content
    return envelope_put(content, begin, end, timestamp_put(der, timestamp_get(signature, at=at)))


def envelope_place(content: bytes) -> tuple[int, int] | None:
    """Where the envelope stands in a file that one seal covers wholly: from `<` to behind `>`."""
    found = _RANGE.findall(content)
    if len(found) != 1:
        return None
    begin, end, rest = map(int, found[0])
    if not begin < end <= len(content) or end + rest != len(content):
        return None
    if content[begin : begin + 1] != b"<" or content[end - 1 : end] != b">":
        return None
    return begin, end


def digest_of(content: bytes, begin: int, end: int, name: str) -> bytes:
    """The digest of all but the envelope."""
    digest = hashlib.new(name, content[:begin])
    digest.update(memoryview(content)[end:])
    return digest.digest()


def envelope_put(content: bytes, begin: int, end: int, der: bytes) -> bytes:
    """The file with this envelope, the room behind it filled with zeros. Raises `SealError` where it has no room."""
    room = end - begin - 2
    text = der.hex().upper().encode("ascii")
    if len(text) > room:
        message = f"The envelope of the seal needs {len(text) // 2:,} bytes; there is room for {room // 2:,}"
        raise SealError(message)
    return content[: begin + 1] + text.ljust(room, b"0") + content[end - 1 :]


def sealed_by(sealer: Sealer, content: bytes, *, reason: str, at: datetime) -> bytes:
    """`content` sealed by `sealer`, without a timestamp, whatever its certificates are worth at that moment.

    Raises `SealError` where it is no PDF that can be sealed.
    """
    mechanism, words = mechanism_of(sealer.chain[0].public_key()), f"{name_of(sealer.chain[0])}: {reason}"
    room = len(envelope(b"", sealer.chain, b"")) + _MORE_BYTES
    try:
        writer = _Update(BytesIO(content))
        steps = PdfCMSEmbedder(_field(words)).write_cms(FIELD, writer)
        field = next(steps)
        field_empty(writer, field.reference)
        field_tag(writer, field.reference, _page(writer), words)
        place = SignatureObject(
            timestamp=at.astimezone(UTC),
            bytes_reserved=2 * room,
            subfilter=SigSeedSubFilter.PADES,
            reason=reason,
        )
        rule = SigMDPSetup(md_algorithm=mechanism.digest, certify=True, docmdp_perms=MDPPerm.NO_CHANGES)
        steps.send(SigObjSetup(sig_placeholder=place, mdp_setup=rule))
        prepared, output = steps.send(SigIOSetup(md_algorithm=mechanism.digest))
    except (PdfError, SigningError, KeyError, IndexError, TypeError, ValueError) as error:
        message = f"This PDF cannot be sealed: {error}"
        raise SealError(message) from error
    digest = prepared.document_digest
    der = envelope(digest, sealer.chain, sealer.sign(to_sign(digest, sealer.chain)))
    return envelope_put(output.getvalue(), prepared.reserved_region_start, prepared.reserved_region_end, der)


def _stamped_if(content: bytes, at: datetime) -> bytes | None:
    try:
        return timestamp_add(content, at=at)
    except TimestampError as error:
        log.warning("No timestamp for a seal (%s); katip seal repair adds it later.", error.fault)
        return None


def _field(words: str) -> SigFieldSpec:
    """On the last page and far outside of it: nothing is shown, and no checker takes it for something seen."""
    return SigFieldSpec(
        FIELD,
        on_page=-1,
        box=None,
        invis_sig_settings=InvisSigSettings(box_out_of_bounds=True),
        readable_field_name=words,
    )


def _page(writer: IncrementalPdfFileWriter) -> Reference:
    found: Any = writer  # which pyHanko leaves without types
    page: Reference = found.find_page_for_modification(-1)[0].reference
    return page
