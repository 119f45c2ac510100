"""The sample world's cards as `cards.json` keeps them in its data folder: country, signers and chips with their keys.

Readable by its owner only, like `cast.json`. Nothing in it is worth anything outside of the folder.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from katip.demo.cards.card import Card
from katip.demo.cards.issuer import Issued
from katip.demo.cards.keys import Key
from katip.demo.folder import private_write
from katip.identity.chip.mrz import Mrz


@dataclass(slots=True)
class Office:
    """A country that issues cards: its certificate, a signer in good standing, a revoked one, cards by cast key."""

    country: Issued
    signer: Issued
    revoked: Issued
    cards: dict[str, Card]


def office_find(data: Path) -> Office | None:
    """Return what `cards.json` in the folder `data` holds, or None where there is none yet."""
    try:
        found = json.loads(_path(data).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Office(
        country=_issued_load(found["country"]),
        signer=_issued_load(found["signer"]),
        revoked=_issued_load(found["revoked"]),
        cards={key: _card_load(card) for key, card in found["cards"].items()},
    )


def office_keep(data: Path, office: Office) -> None:
    """Write `cards.json`, whole or not at all, readable by nobody but the account that runs this."""
    rows = {
        "country": _issued_dump(office.country),
        "signer": _issued_dump(office.signer),
        "revoked": _issued_dump(office.revoked),
        "cards": {key: _card_dump(card) for key, card in office.cards.items()},
    }
    private_write(_path(data), json.dumps(rows, indent=2) + "\n")


def _path(data: Path) -> Path:
    return data / "cards.json"


def _issued_dump(issued: Issued) -> dict[str, Any]:
    parts = {name: _text(getattr(issued, name)) for name in ("certificate", "name", "issuer")}
    return {**parts, "key": _key_dump(issued.key), "serial": issued.serial}


def _issued_load(row: dict[str, Any]) -> Issued:
    parts = {name: b64decode(row[name]) for name in ("certificate", "name", "issuer")}
    return Issued(**parts, key=_key_load(row["key"]), serial=row["serial"])


def _card_dump(card: Card) -> dict[str, Any]:
    return {
        "mrz": asdict(card.mrz),
        "groups": {number: _text(content) for number, content in card.groups.items()},
        "security_object": _text(card.security_object),
        "key": _key_dump(card.key) if card.key else None,
        "answer_hash": card.answer_hash,
        "pace_curve": card.pace_curve,
        "card_access_number": card.card_access_number,
    }


def _card_load(row: dict[str, Any]) -> Card:
    return Card(
        mrz=Mrz(**row["mrz"]),
        groups={int(number): b64decode(content) for number, content in row["groups"].items()},
        security_object=b64decode(row["security_object"]),
        key=_key_load(row["key"]) if row["key"] else None,
        answer_hash=row["answer_hash"],
        pace_curve=row["pace_curve"],
        card_access_number=row["card_access_number"],
    )


def _key_dump(key: Key) -> dict[str, Any]:
    pem = key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {"private": pem.decode("ascii"), "explicit": key.explicit, "pss": key.pss}


def _key_load(row: dict[str, Any]) -> Key:
    private = load_pem_private_key(row["private"].encode("ascii"), password=None)
    if not isinstance(private, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        raise TypeError("a key of a kind that no card here has")
    return Key(private, explicit=row["explicit"], pss=row["pss"])


def _text(content: bytes) -> str:
    return b64encode(content).decode("ascii")
