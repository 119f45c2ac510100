"""What is wrong with the seal, and how to mend it."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db import connection

from katip.core.finding import Finding, fine, problem, warning
from katip.documents.seal.blank import BLANK
from katip.documents.seal.check import SealState, found_by
from katip.documents.seal.errors import SealError
from katip.documents.seal.files import (
    FileSealer,
    is_issued_by,
    is_own_authority,
    key_files,
    seal_folder,
    sealer_current,
)
from katip.documents.seal.keys import KnownKey
from katip.documents.seal.models import SealKey
from katip.documents.seal.pdf import sealed_by
from katip.documents.seal.port import key_id_of, name_of
from katip.documents.seal.tsa import (
    TimestampError,
    breaker_reset,
    is_configured,
    roots_load,
    timestamp_check,
    timestamp_get,
)
from katip.documents.seal.waiting import waiting_count

_SOON = timedelta(days=90)
_CLOCKS = timedelta(seconds=5)
_COUNTED = 10_000
_ROTATE = "katip seal rotate"
_NOTHING = "Nothing is sealed."
_UNBELIEVED = "Viewers refuse its seals."
_MEND = "KATIP_SEAL_TSA_URL; afterwards katip seal repair."
_MENDS = {
    "clock": "Its clock and this machine's are more than 5 minutes apart: let this one follow a time server.",
    "not_believed": "KATIP_SEAL_TSA_CA lacks its root, or its certificate expired.",
    "address": "KATIP_SEAL_TSA_URL must begin with http:// or https://.",
}


def seal_examine(at: datetime) -> Iterator[Finding]:
    """Look at everything a seal needs; changes nothing, except that a first key is made where there is none."""
    try:
        sealer = sealer_current()
    except SealError as error:
        yield problem(str(error), _NOTHING, "See docs/seal.md, What the doctor says.")
        return
    yield fine(f"key {key_id_of(sealer.chain[0])[:16]}: {name_of(sealer.chain[0])}")
    yield from _files()
    yield from _certificates(sealer.chain, at)
    yield from _register(sealer.chain, at)
    yield from _clock(at)
    yield from _authority(at)
    yield from _waiting()
    yield _round_trip(sealer, at)


def _files() -> Iterator[Finding]:
    files: list[Path] = [key_files()[0]]
    if is_own_authority():
        files = [seal_folder(), *sorted(seal_folder().glob("*.key"))]
    for file in files:
        if file.stat().st_mode & 0o077:
            mode = "700" if file.is_dir() else "600"
            yield problem(f"{file} can be read by others", "Whoever has it seals as we do.", f"chmod {mode} {file}")


def _certificates(chain: tuple[x509.Certificate, ...], at: datetime) -> Iterator[Finding]:
    mend = _ROTATE if is_own_authority() else "Ask whoever issued it for a new one."
    for certificate in chain:
        name, until = name_of(certificate), certificate.not_valid_after_utc
        if at < certificate.not_valid_before_utc:
            yield problem(f"{name}: not valid yet", _NOTHING, "Is this machine's clock right?")
        elif at > until:
            yield problem(f"{name}: expired on {until:%Y-%m-%d}", _NOTHING, mend)
        elif at > until - _SOON:
            yield warning(f"{name}: expires on {until:%Y-%m-%d}", "From then on nothing is sealed.", mend)
    for below, above in pairwise(chain):
        if not is_issued_by(below, above):
            yield problem(f"{name_of(below)}: not signed by {name_of(above)}", _UNBELIEVED, "KATIP_SEAL_CHAIN")
    top = chain[-1]
    if top.issuer != top.subject:
        whose = top.issuer.rfc4514_string()
        yield warning(
            f"the certificates end below {whose}",
            "Viewers without it cannot follow them.",
            "Add the certificates above to KATIP_SEAL_CHAIN.",
        )
    yield from _usage(chain[0])


def _usage(certificate: x509.Certificate) -> Iterator[Finding]:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        yield problem("the certificate is not for signatures", _UNBELIEVED, "Ask for one for seals.")


def _register(chain: tuple[x509.Certificate, ...], at: datetime) -> Iterator[Finding]:
    row = SealKey.objects.filter(key_id=key_id_of(chain[0])).first()
    if row is None:
        return
    if row.revoked_since is not None:
        yield problem("the key is marked as compromised", _NOTHING, _ROTATE)
    elif row.used_until is not None and row.used_until <= at:
        yield problem(
            f"another key took its place on {row.used_until:%Y-%m-%d %H:%M} UTC",
            _NOTHING,
            f"Bring the files of that one here, or {_ROTATE}",
        )


def _clock(at: datetime) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    if abs(theirs - at) > _CLOCKS:
        seconds = (theirs - at).total_seconds()
        yield warning(
            f"the database's clock and this machine's are {abs(seconds):,.0f} seconds apart",
            "Seals are dated by the one and kept by the other.",
            "Let both follow a time server.",
        )


def _authority(at: datetime) -> Iterator[Finding]:
    if not is_configured():
        yield fine("no timestamp authority: seals are dated by this machine's clock (B-B)")
        return
    file: Path | None = settings.KATIP.seal_tsa_ca
    try:
        roots = roots_load(file) if file else ()
    except TimestampError:
        roots = ()
    if not roots:
        yield problem(
            "no certificates to believe the timestamp authority by",
            "Every seal stays B-B.",
            "KATIP_SEAL_TSA_CA: a PEM file with the authority's root",
        )
        return
    for root in map(x509.load_der_x509_certificate, roots):
        if root.not_valid_after_utc < at + _SOON:
            until = f"{root.not_valid_after_utc:%Y-%m-%d}"
            why = "Later timestamps are not believed, and seals stay B-B."
            yield warning(f"{name_of(root)}: ends on {until}", why, "Ask the authority for its new root.")
    breaker_reset()
    data = os.urandom(32)
    try:
        moment = timestamp_check(timestamp_get(data, at=at), data)
    except TimestampError as error:
        yield warning(
            f"the timestamp authority gives none: {error.fault}",
            "Seals are set all the same, B-B.",
            _MENDS.get(error.fault, _MEND),
        )
        return
    yield fine(f"timestamp authority: {abs(moment - at).total_seconds():.0f} s from this clock")


def _waiting() -> Iterator[Finding]:
    count = waiting_count(_COUNTED)
    if count:
        more = " or more" if count == _COUNTED else ""
        yield warning(
            f"{count:,}{more} seals wait for their timestamp", "They stay B-B until then.", "katip seal repair"
        )


def _round_trip(sealer: FileSealer, at: datetime) -> Finding:
    key = KnownKey(key_id_of(sealer.chain[0]), sealer.chain, at, None, None)
    try:
        sealed = sealed_by(sealer, BLANK, reason="katip seal doctor", at=at)
    except SealError as error:
        return problem(f"a blank page cannot be sealed: {error}", _NOTHING, "")
    found = found_by([key], sealed)
    if found.state != SealState.INTACT:
        return problem(f"a page sealed just now is not believed: {found.state} {found.reason}", _UNBELIEVED, "")
    return fine("a blank page was sealed and checked")
