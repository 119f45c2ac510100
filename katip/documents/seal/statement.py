"""Signing a statement for machines: a JWS in compact form (RFC 7515) over canonical JSON, by the key of the seal."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone

from katip.documents.seal.errors import SealError
from katip.documents.seal.files import sealer_current, sealer_fit
from katip.documents.seal.keys import key_in_use
from katip.documents.seal.port import key_id_of, mechanism_of, signature_holds

TYPE = "katip-statement+jws"
_PARTS = 3


def statement_sign(body: Mapping[str, object], *, at: datetime | None = None) -> str:
    """`body` as a signed statement: `header.payload.signature`, ASCII.

    The header names the algorithm (`ES256`), `typ` (`katip-statement+jws`), `kid` (SHA-256 of the certificate, hex) and
    carries the certificates (`x5c`). The payload is canonical JSON: sorted keys, no spaces, UTF-8.
    Raises `SealError` without a usable key.
    """
    sealer, at = sealer_current(), at or timezone.now()
    sealer_fit(sealer.chain, at)
    key_in_use(sealer.chain, at)
    mechanism = mechanism_of(sealer.chain[0].public_key())
    header = {
        "alg": mechanism.jws,
        "kid": key_id_of(sealer.chain[0]),
        "typ": TYPE,
        "x5c": [base64.b64encode(each.public_bytes(Encoding.DER)).decode("ascii") for each in sealer.chain],
    }
    signed = f"{_encoded(canonical(header))}.{_encoded(canonical(body))}"
    signature = sealer.sign(signed.encode("ascii"))
    if mechanism.field_bytes:
        numbers = decode_dss_signature(signature)
        signature = b"".join(number.to_bytes(mechanism.field_bytes, "big") for number in numbers)
    return f"{signed}.{_encoded(signature)}"


def statement_read(statement: str, certificate: x509.Certificate) -> Mapping[str, Any]:
    """What `statement` says, if the key of `certificate` signed it: what `x5c` carries proves nothing by itself.

    Raises `SealError` otherwise.
    """
    parts = statement.split(".")
    try:
        if len(parts) != _PARTS or not statement.isascii():
            raise ValueError  # noqa: TRY301 -- one refusal for all shapes
        header, body, signature = (_decoded(part) for part in parts)
        mechanism, key = mechanism_of(certificate.public_key()), certificate.public_key()
        if json.loads(header)["alg"] != mechanism.jws or json.loads(header)["kid"] != key_id_of(certificate):
            raise ValueError  # noqa: TRY301 -- as above
        if mechanism.field_bytes:
            if len(signature) != 2 * mechanism.field_bytes:
                raise ValueError  # noqa: TRY301 -- as above
            half = mechanism.field_bytes
            signature = encode_dss_signature(
                int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
            )
        if not signature_holds(key, signature, f"{parts[0]}.{parts[1]}".encode("ascii")):
            raise ValueError  # noqa: TRY301 -- as above
        said: Mapping[str, Any] = json.loads(body)
    except (ValueError, TypeError, KeyError) as error:
        message = "The statement is not signed by this key."
        raise SealError(message) from error
    return said


def canonical(body: Mapping[str, object]) -> bytes:
    """The one JSON text of `body`: sorted keys, no spaces, UTF-8."""
    text = json.dumps(dict(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode("ascii")


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
