"""Puts certificates, country lists and revocation lists into the trust folder: only what would be taken from there.

A file of the folder is named after the SHA-256 of its content, so that adding a thing twice changes nothing.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from katip.identity.chip.structures import Certificate, RevocationList, SignedData
from katip.identity.chip.trust import (
    MAX_FILE,
    FaultError,
    Piece,
    authority_make,
    list_signer_find,
    pieces_read,
    revocation_signers_find,
    trust_load,
)

_READABLE = 0o644
"""certificates are no secrets, and the web server may run as somebody else"""


@dataclass(frozen=True, slots=True)
class Offered:
    """What became of one thing that was offered: the file it lies in, or the code why it was not taken."""

    source: str
    file: str | None = None
    fault: str | None = None
    is_new: bool = False


def trust_add(folder: Path, files: Iterable[Path]) -> list[Offered]:
    """Take over what the files hold, certificates first, then lists by them. Nothing that is refused is written.

    Raises OSError when the folder cannot be written to.
    """
    offered: list[Offered] = []
    pieces: list[Piece] = []
    for file in files:
        try:
            if file.stat().st_size > MAX_FILE:
                offered.append(Offered(file.name, fault="too_large"))
                continue
            pieces.extend(pieces_read(file.name, file.read_bytes()))
        except OSError:
            offered.append(Offered(file.name, fault="unreadable"))
        except FaultError as error:
            offered.append(Offered(file.name, fault=error.code))
    folder.mkdir(parents=True, exist_ok=True)
    for kind in (Certificate, SignedData, RevocationList):
        offered += [_piece_add(folder, piece) for piece in pieces if isinstance(piece.content, kind)]
    return offered


def _piece_add(folder: Path, piece: Piece) -> Offered:
    try:
        suffix = _judge(folder, piece)
    except FaultError as error:
        return Offered(piece.source, fault=error.code)
    target = folder / f"{hashlib.sha256(piece.der).hexdigest()}{suffix}"
    if target.exists():
        return Offered(piece.source, target.name)
    _write(target, piece.der)
    return Offered(piece.source, target.name, is_new=True)


def _judge(folder: Path, piece: Piece) -> str:
    """The name's end for a thing that would be taken. Raises FaultError for another."""
    match piece.content:
        case Certificate() as certificate:
            authority_make(certificate, piece.source)
            return ".cer"
        case SignedData() as signed:
            list_signer_find(trust_load(folder).own(), signed)
            return ".ml"
        case RevocationList() as revocations:
            revocation_signers_find(trust_load(folder), revocations)
            return ".crl"


def _write(target: Path, data: bytes) -> None:
    """All of it or nothing: a server may be reading the folder."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(_READABLE)
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
