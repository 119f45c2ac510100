"""Signing a statement for machines: a JWS in compact form (RFC 7515) over canonical JSON, by the key of the seal."""

from collections.abc import Mapping


def statement_sign(body: Mapping[str, object]) -> str:
    """`body` as a signed statement: `header.payload.signature`, ASCII.

    The header names the algorithm (`ES256`), `typ` (`katip-statement+jws`), `kid` (SHA-256 of the certificate, hex) and
    carries the certificates (`x5c`). The payload is canonical JSON: sorted keys, no spaces, UTF-8.
    Raises `SealError` without a usable key.
    """
    raise NotImplementedError
