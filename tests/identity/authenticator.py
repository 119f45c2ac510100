"""An authenticator in memory, written from the specification alone: makes passkeys, signs, and lies where asked to."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

UP, UV, AT = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Passkey:
    """One credential with its private key."""

    id: bytes
    key: ec.EllipticCurvePrivateKey
    rp_id: str
    handle: bytes


@dataclass
class Authenticator:
    """A device with its passkeys; `verifies` its person, keeps what it makes (`resident`), counts or not (0)."""

    verifies: bool = True
    resident: bool = True
    counts: bool = True
    counter: int = 0
    passkeys: list[Passkey] = field(default_factory=list)

    def create(self, options: dict[str, Any], **lies: Any) -> str:
        """Answer a request for a new passkey; `lies` override what would be true: origin, challenge, flags, …"""
        asked = options["publicKey"]
        made = Passkey(
            lies.get("credential_id", secrets.token_bytes(32)),
            ec.generate_private_key(ec.SECP256R1()),
            asked["rp"]["id"],
            unb64(asked["user"]["id"]),
        )
        self.passkeys.append(made)
        numbers = made.key.public_key().public_numbers()
        cose = {1: 2, 3: lies.get("alg", -7), -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        attested = bytes(16) + len(made.id).to_bytes(2) + made.id + cbor.encode(cose)
        data = self._data(lies.get("rp_id", made.rp_id), AT, lies) + attested
        extra = lies.get("extensions", {"credProps": {"rk": self.resident}})
        return json.dumps(
            {
                "id": b64(made.id),
                "rawId": b64(lies.get("raw_id", made.id)),
                "type": "public-key",
                "response": {
                    "clientDataJSON": b64(_client_data("webauthn.create", options, lies)),
                    "attestationObject": b64(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
                },
                "clientExtensionResults": extra,
            }
        )

    def get(self, options: dict[str, Any], **lies: Any) -> str:
        """Answer a request for use, with the first passkey that fits or `passkey`."""
        asked = options["publicKey"]
        named = {unb64(one["id"]) for one in asked.get("allowCredentials") or []}
        mine = lies.get("passkey") or next(one for one in self.passkeys if not named or one.id in named)
        data = self._data(lies.get("rp_id", mine.rp_id), 0, lies)
        client_data = _client_data(lies.get("type", "webauthn.get"), options, lies)
        signed = mine.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": b64(client_data),
            "authenticatorData": b64(data),
            "signature": b64(lies.get("signature", signed)),
        }
        handle = lies.get("handle", mine.handle if self.resident else None)
        if handle is not None:
            response["userHandle"] = b64(handle)
        raw_id = lies.get("raw_id", mine.id)
        answer = {"id": b64(raw_id), "rawId": b64(raw_id), "type": "public-key", "response": response}
        return json.dumps({**answer, "clientExtensionResults": {}})

    def _data(self, rp_id: str, more: int, lies: dict[str, Any]) -> bytes:
        if self.counts:
            self.counter += 1
        flags = lies.get("flags", UP | (UV if self.verifies else 0)) | more
        counter = lies.get("counter", self.counter)
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + int(counter).to_bytes(4)


def _client_data(kind: str, options: dict[str, Any], lies: dict[str, Any]) -> bytes:
    return json.dumps(
        {
            "type": kind,
            "challenge": lies.get("challenge", options["publicKey"]["challenge"]),
            "origin": lies.get("origin", options["origin"]),
            "crossOrigin": lies.get("cross_origin", False),
        }
    ).encode()
