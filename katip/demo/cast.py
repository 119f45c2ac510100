"""The cast: who signs in to the sample world, in which role, and with what.

Passwords and code app secrets are made for each installation and kept in `cast.json` in its data folder, readable by
its owner only. Importing this module needs no Django.
"""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from katip.demo.folder import private_write

_WORDS = "abcdefghkmnprstuvyz23456789"
"""letters and digits that nobody mistakes for each other"""
_GROUPS, _GROUP_LENGTH = 3, 4
_TOTP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Member:
    """One of the cast. `role` is in the words of the screens; `two_steps` says whether two-step login is active."""

    key: str
    name: str
    role: str
    national_id: str
    two_steps: bool = True


CAST = (
    Member("employer", "Deniz Örnek", "e-Bildirge kullanıcısı, üç işyeri", "10000000146"),
    Member("accountant", "Selin Temsil", "mali müşavir, 300 işyerinin e-Bildirge kullanıcısı", "10000000450"),
    Member("manager", "Kerem Numune", "sorumlu müdür, Misal OSGB", "10000000528"),
    Member("specialist", "Elif Deneme", "iş güvenliği uzmanı", "10000000214"),
    Member("physician", "Murat Numune", "işyeri hekimi", "10000000382"),
    Member("inspector", "Aylin Emsal", "müfettiş", "10000000696"),
    Member("directorate", "Sibel Emsal", "yetkilendirme görevlisi", "10000002980"),
    Member("counter", "Cem Deneme", "gişe görevlisi", "10000000764"),
    Member(
        "newcomer", "Zeynep Misal", "e-Bildirge kullanıcısı, iki aşamalı girişi kapalı", "10000000832", two_steps=False
    ),
    Member("stranger", "Barış Kurgu", "hiçbir yetkisi yok", "10000000900"),
    Member("colleague", "Ece Örnek", "Deniz Örnek ile aynı işyerinin e-Bildirge kullanıcısı", "10000001068"),
    Member("principal", "Nazlı Misal", "e-Bildirge kullanıcısı, Misal OSGB’nin kendi işyeri", "10000005196"),
    Member("supervisor", "Pınar Taslak", "gişe denetmeni", "10000005578"),
    Member("operator", "Onur Model", "işletmeci", "10000005646"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the cast as `cast.json` has it. `totp_secret` is base32, or None where two-step login is not active."""

    key: str
    name: str
    role: str
    national_id: str
    password: str
    totp_secret: str | None


def cast_draw() -> list[Entry]:
    """Make new passwords and secrets for everybody."""
    return [
        Entry(
            key=member.key,
            name=member.name,
            role=member.role,
            national_id=member.national_id,
            password=_password(),
            totp_secret=_secret() if member.two_steps else None,
        )
        for member in CAST
    ]


def cast_find(data: Path) -> list[Entry] | None:
    """Return the cast of the installation in the folder `data`, or None where there is none yet."""
    try:
        text = _path(data).read_text("utf-8")
    except FileNotFoundError:
        return None
    return [Entry(**row) for row in json.loads(text)]


def cast_keep(data: Path, entries: list[Entry]) -> None:
    """Write `cast.json`, whole or not at all, readable by nobody but the account that runs this."""
    private_write(_path(data), json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=2) + "\n")


def totp_code(secret: str, at: datetime) -> str:
    """Return the code that a code app shows at `at` (RFC 6238: SHA-1, 30 seconds, 6 digits). Needs Django set up."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value  # noqa: PLC0415 -- imports Django's models

    return str(format_hotp_value(hotp_value(secret, int(at.timestamp()) // _TOTP_SECONDS)))


def cast_table(entries: list[Entry], at: datetime) -> str:
    """Return the cast as an aligned table with the codes of the moment. Needs Django set up."""
    header = ("key", "name", "role", "T.C. kimlik no", "password", "code now")
    rows = [
        (
            entry.key,
            entry.name,
            entry.role,
            entry.national_id,
            entry.password,
            totp_code(entry.totp_secret, at) if entry.totp_secret else "none: two-step login is not active",
        )
        for entry in entries
    ]
    widths = [max(len(cell) for cell in column) for column in zip(header, *rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (header, *rows)]
    return "\n".join(line.rstrip() for line in lines)


def _path(data: Path) -> Path:
    return data / "cast.json"


def _password() -> str:
    """Return about 57 bits that can be read out over a table."""
    groups = ("".join(secrets.choice(_WORDS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def _secret() -> str:
    """Return 160 bits in base32, the length that RFC 4226 recommends."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")
