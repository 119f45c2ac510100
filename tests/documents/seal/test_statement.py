"""A statement is read by whoever knows RFC 7515, and believed by one certificate only."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import jwt
import pytest
from cryptography import x509

from katip.documents.seal.errors import SealError
from katip.documents.seal.files import sealer_current
from katip.documents.seal.port import key_id_of
from katip.documents.seal.statement import statement_read, statement_sign

pytestmark = pytest.mark.django_db
AT = datetime.now(UTC)
BODY = {"taraf": "Işıl Öğretmen", "a": [1, 2], "boş": None}


def test_a_library_of_others_reads_and_believes_it(home: Path) -> None:
    said = statement_sign(BODY, at=AT)
    header = jwt.get_unverified_header(said)
    leaf = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    assert (header["alg"], header["typ"], header["kid"]) == ("ES256", "katip-statement+jws", key_id_of(leaf))
    key = leaf.public_key()
    assert jwt.decode(said, key, algorithms=["ES256"]) == BODY  # type: ignore[arg-type] # P-256 it is
    above = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][1]))
    leaf.verify_directly_issued_by(above)


def test_its_text_is_canonical(home: Path) -> None:
    payload = statement_sign(BODY, at=AT).split(".")[1]
    text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    assert text == '{"a":[1,2],"boş":null,"taraf":"Işıl Öğretmen"}'
    with pytest.raises(ValueError, match="JSON"):
        statement_sign({"a": float("nan")}, at=AT)


def test_what_was_changed_or_signed_by_others_is_refused(home: Path) -> None:
    said, own = statement_sign(BODY, at=AT), sealer_current().chain[0]
    assert statement_read(said, own) == BODY
    header, payload, signature = said.split(".")
    other = base64.urlsafe_b64encode(json.dumps({"a": 3}).encode()).decode().rstrip("=")
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"x"}').decode().rstrip("=")
    for forged in (
        f"{header}.{other}.{signature}",
        f"{none}.{payload}.",
        f"{none}.{payload}.{signature}",
        f"{header}.{payload}.{signature[:-8]}",
        f"{header}.{payload}.{'A' * len(signature)}",
        f"{header}.{payload}",
        f"{said}.x",
        "ş.ş.ş",
        "",
    ):
        with pytest.raises(SealError):
            statement_read(forged, own)
    with pytest.raises(SealError):
        statement_read(said, sealer_current().chain[1])
