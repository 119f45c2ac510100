"""Which keys sealed from when to when: written down with the first seal, closed, and marked when compromised."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from django.db import transaction

from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR, Actor
from katip.core.usecase import use_case
from katip.counter.permissions import require_operator
from katip.documents.seal.authority import CURRENT, authority_make, key_make, keys_drop
from katip.documents.seal.errors import SealError
from katip.documents.seal.files import is_own_authority, seal_folder, sealer_current, sealer_fit
from katip.documents.seal.models import SealKey
from katip.documents.seal.port import key_id_of, name_of

CHANGE_OVER = timedelta(days=1)
"""so long machines may go on with a key after another took its place"""
_MOST_KEYS = 1_000


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that this installation sealed with, and when its seals count."""

    key_id: str
    chain: tuple[x509.Certificate, ...]
    used_from: datetime
    used_until: datetime | None
    revoked_since: datetime | None


def keys_known() -> list[KnownKey]:
    """Every key that sealed here, the newest first."""
    return [
        KnownKey(
            row.key_id,
            tuple(x509.load_pem_x509_certificates(row.chain.encode("ascii"))),
            row.used_from,
            row.used_until,
            row.revoked_since,
        )
        for row in SealKey.objects.all()[:_MOST_KEYS]
    ]


def certificates_pem() -> str:
    """Every certificate by which seals of this installation are checked, PEM with words between, the newest first.

    From the database: whoever shows them needs no private key. Empty before the first seal.
    """
    told, parts = set(), []
    for key in keys_known():
        until = f"{key.used_until:%Y-%m-%d}" if key.used_until else "…"
        marks = [f"{key.used_from:%Y-%m-%d} – {until}", *(["compromised"] if key.revoked_since else [])]
        for certificate in key.chain:
            fingerprint = key_id_of(certificate)
            if fingerprint in told:
                continue
            told.add(fingerprint)
            when = f" ({', '.join(marks)})" if certificate == key.chain[0] else ""
            pem = certificate.public_bytes(Encoding.PEM).decode("ascii")
            parts.append(f"# {name_of(certificate)}{when}\n# SHA-256 {fingerprint}\n{pem}")
    return "\n".join(parts)


def key_in_use(chain: tuple[x509.Certificate, ...], at: datetime) -> None:
    """Write the key down before its first seal; a key before it was in use until now.

    Raises `SealError` for a key that is marked as compromised, or whose place another took a day ago.
    """
    key_id = key_id_of(chain[0])
    row = SealKey.objects.filter(key_id=key_id).first()
    if row is None:
        _key_begin(key_id, chain, at)
        return
    if row.revoked_since is not None:
        message = f"The key {row} is marked as compromised and seals nothing. Set another: katip seal rotate"
        raise SealError(message)
    if row.used_until is not None and at >= row.used_until + CHANGE_OVER:
        message = (
            f"Another key took the place of {row}. Bring its files here (keys/seal of the data folder, or what "
            "KATIP_SEAL_KEY names), or set a new one: katip seal rotate"
        )
        raise SealError(message)


@use_case
def seal_rotate(*, actor: Actor, at: datetime) -> str:
    """Put a new key of our own authority in the place of the current one; returns its id.

    With a key that the operator gives, the files that the settings name count: this only writes the change down.
    Raises `SealError` where those are still the same.
    """
    require_operator(actor, at)
    if is_own_authority():
        operator = settings.KATIP.operator_name
        if (seal_folder() / CURRENT).is_file():
            key_make(seal_folder(), operator=operator, at=at)
        else:
            authority_make(seal_folder(), operator=operator, at=at)
    chain = sealer_current().chain
    key_id = key_id_of(chain[0])
    if SealKey.objects.filter(key_id=key_id).exists():
        message = "KATIP_SEAL_KEY still names the key that is in use. Put the files of the new one there first."
        raise SealError(message)
    sealer_fit(chain, at)
    _key_begin(key_id, chain, at)
    return key_id


@use_case
def seal_revoke(*, actor: Actor, at: datetime, key_id: str, since: datetime) -> str:
    """Mark the key whose id begins with `key_id`: seals after `since` are doubted from now on. Returns the whole id.

    It seals nothing more. The mark can be moved to an earlier moment, never to a later one.
    Raises `SealError` where no key, or more than one, has such an id.
    """
    require_operator(actor, at)
    rows = list(SealKey.objects.select_for_update().filter(key_id__startswith=key_id.lower())[:2]) if key_id else []
    if len(rows) != 1:
        message = "No key of the seal has this id." if not rows else "More than one key begins so; give more signs."
        raise SealError(message)
    row = rows[0]
    if since > at or (row.revoked_since is not None and since > row.revoked_since):
        message = "The moment lies in the future, or after the one that is marked already."
        raise SealError(message)
    row.revoked_since = since
    row.used_until = row.used_until or at
    row.save(update_fields=["revoked_since", "used_until"])
    detail = {"key_id": row.key_id, "since": since.isoformat()}
    record(actor, at, Happening("documents:seal_key:revoked", row.pk, detail))
    return row.key_id


def retired_drop() -> int:
    """Destroy the private keys of our own authority that seal no more; how many."""
    return keys_drop(seal_folder()) if is_own_authority() else 0


def _key_begin(key_id: str, chain: tuple[x509.Certificate, ...], at: datetime) -> None:
    pem = "".join(each.public_bytes(Encoding.PEM).decode("ascii") for each in chain)
    with transaction.atomic():
        row, is_new = SealKey.objects.get_or_create(key_id=key_id, defaults={"chain": pem, "used_from": at})
        if not is_new:
            return
        SealKey.objects.filter(used_until=None).exclude(pk=row.pk).update(used_until=at)
        record(
            OPERATOR, at, Happening("documents:seal_key:used", row.pk, {"key_id": key_id, "name": name_of(chain[0])})
        )
