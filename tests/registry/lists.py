"""Small files of every list, and what a test needs to bring them in."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from katip.core.actor import OPERATOR
from katip.core.imports import ImportFailedError, ImportResult
from katip.registry.services.imports.run import list_import
from katip.rules import national_id_check_digits, vkn_check_digit

AT = datetime(2026, 7, 1, 9, tzinfo=UTC)


def national_id(first_nine: str) -> str:
    """A made-up T.C. kimlik no whose check digits fit."""
    return first_nine + national_id_check_digits(first_nine)


AYSE, CAN, DENIZ = (national_id(f"10000000{digit}") for digit in "123")
STRANGER = national_id("999999999")
SGK = "22212010112247420160872000"
SGK_OTHER = "22212010112247430160873000"
SGK_ODD = "22212010112247440160800000"  # control digits that do not fit
VKN = "123456789" + vkn_check_digit("123456789")

HEADERS: dict[str, tuple[str, str]] = {
    "people": ("national_id,given_name,family_name,email", "TC Kimlik No,Ad,Soyad,E-posta"),
    "activities": (
        "code,description,hazard_class,valid_from,source",
        "NACE Kodu,Tanım,Tehlike Sınıfı,Başlangıç,Kaynak",
    ),
    "workplaces": (
        "sgk_number,title,vkn,province,district,address,nace,closed_on",
        "SGK No,Ünvan,Vergi No,İl,İlçe,Adres,NACE,Kapanış Tarihi",
    ),
    "providers": (
        "authorisation_no,kind,title,short_title,vkn,province,district,contact_name,contact_phone,contact_hours",
        "Yetki Belge No,Tür,Unvan,Kısa Ad,Vergi No,İl,İlçe,İletişim Kişisi,Telefon,Çalışma Saatleri",
    ),
    "professionals": (
        "national_id,profession,certificate_class,certificate_no,valid_from,valid_to",
        "TCKN,Meslek,Sınıf,Sertifika No,Başlangıç,Bitiş",
    ),
    "staff": (
        "authorisation_no,national_id,minutes,valid_from,valid_to",
        "Yetki Belge No,TCKN,Dakika,Başlangıç,Bitiş",
    ),
    "mandates": (
        "national_id,capacity,organisation,valid_from,valid_to",
        "TCKN,Yetki,Kurum,Başlangıç,Bitiş",
    ),
    "officials": ("national_id,role,province", "TCKN,Görev,İl"),
    "payments": (
        "sgk_number,reference,paid_on,description,counterparty,amount,state",
        "SGK No,Referans,Ödeme Tarihi,Açıklama,Karşı Taraf,Tutar,Durum",
    ),
    "leave_days": ("day,name", "Gün,Açıklama"),
}

Row = tuple[str, ...]

ROWS: dict[str, list[Row]] = {
    "people": [
        (AYSE, "Ayşe", "Yılmaz", "ayse@ornek.com.tr"),
        (CAN, "Can", "Çağlar", ""),
        (DENIZ, "Deniz", "Iğdır", ""),
    ],
    "activities": [
        ("22.22.43", "Plastik ürün imalatı", "", "", ""),
        ("999901", "Yeni faaliyet", "çok tehlikeli", "01.06.2026", "RG 01.06.2026/1"),
    ],
    "workplaces": [
        (SGK, "Örnek Plastik A.Ş.", VKN, "Bursa", "Nilüfer", "Sanayi Cad. 1", "22.22.43", ""),
        ("2 2212 01 01 1224743 016 08 73 000", "Şişli Kalıp, Ltd. Şti.", "", "34", "ŞİŞLİ", "", "222243", "31.05.2026"),
    ],
    "providers": [
        (
            "OSGB-1",
            "OSGB",
            "Güven Ortak Sağlık ve Güvenlik Birimi A.Ş.",
            "Güven OSGB",
            VKN,
            "16",
            "nilufer",
            "Can Çağlar",
            "2245550101",
            "Hafta içi 08:30–18:00",
        )
    ],
    "professionals": [
        (AYSE, "İş Güvenliği Uzmanı", "B", "IGU-1", "2020-01-01", ""),
        (DENIZ, "İH", "", "IH-1", "01.02.2021", "31.12.2030"),
    ],
    "staff": [("OSGB-1", AYSE, "11700", "2025-01-01", ""), ("OSGB-1", DENIZ, "5.850", "01.01.2025", "31.12.2026")],
    "mandates": [
        (CAN, "sorumlu müdür", "OSGB-1", "2024-01-01", ""),
        (CAN, "e-Bildirge kullanıcısı", SGK, "01.01.2025", "31.12.2026"),
        (AYSE, "e_bildirge", "2 2212 01 01 1224743 016 08 73 000", "2025-01-01", ""),
    ],
    "officials": [(DENIZ, "müfettiş", ""), (AYSE, "Gişe Görevlisi", "BURSA")],
    "payments": [
        (SGK, "R-1", "15.06.2026", "Hizmet bedeli, haziran", "Güven OSGB", "1.234,50", "Ödendi"),
        (SGK, "R-2", "2026-06-20", "Hizmet bedeli", "Güven OSGB", "1234.50", "İade edildi"),
    ],
    "leave_days": [("2026-05-25", "Kurban Bayramı idari izni"), ("26.05.2026", "Kurban Bayramı idari izni")],
}

NEEDED = ("people", "activities", "workplaces", "providers", "professionals")
"""What the other lists refer to, in an order that works."""


def content(header: str, rows: Sequence[Row], delimiter: str = ",") -> str:
    """The file's text, quoted as a spreadsheet quotes."""
    output = io.StringIO()
    csv.writer(output, delimiter=delimiter).writerows([header.split(","), *rows])
    return output.getvalue()


class Lists:
    """Brings lists in, from a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def bring(self, kind: str, rows: Sequence[Row], header: str = "", at: datetime = AT) -> ImportResult:
        """Import rows under the list's English header, or another one."""
        return self.bring_bytes(kind, content(header or HEADERS[kind][0], rows).encode(), at=at)

    def bring_bytes(self, kind: str, data: bytes, at: datetime = AT) -> ImportResult:
        """Import a whole file."""
        path = self.folder / f"{kind}.csv"
        path.write_bytes(data)
        return list_import(kind=kind, path=path, actor=OPERATOR, at=at)

    def bring_needed(self, kind: str) -> None:
        """Import the lists that this one refers to."""
        for other in NEEDED[: NEEDED.index(kind) if kind in NEEDED else None]:
            self.bring(other, ROWS[other])

    def refuse(self, kind: str, rows: Sequence[Row], header: str = "") -> list[tuple[int, str, str, str]]:
        """Import what must be refused; returns the faults as line, column, value, code. Nothing may have changed."""
        before = register()
        with pytest.raises(ImportFailedError) as caught:
            self.bring(kind, rows, header)
        assert register() == before
        assert all(fault.reason != fault.code for fault in caught.value.shown), "a reason without its sentence"
        return [(fault.line, fault.column, fault.value, fault.code) for fault in caught.value.shown]


TABLES = (
    "identity_person",
    "registry_activity",
    "registry_activityhazard",
    "registry_workplace",
    "registry_headcount",
    "registry_provider",
    "registry_professional",
    "registry_certificate",
    "registry_staffcontract",
    "registry_mandate",
    "registry_official",
    "registry_payment",
    "registry_administrativeleave",
)


def register() -> dict[str, list[Any]]:
    """Every row of every list with its place on the disk, which changes even when a row is rewritten as it was."""
    with connection.cursor() as cursor:
        rows = {}
        for table in TABLES:
            cursor.execute(f"SELECT ctid::text, t.* FROM {table} t ORDER BY 1")  # noqa: S608 -- the names above
            rows[table] = list(cursor.fetchall())
    return rows
