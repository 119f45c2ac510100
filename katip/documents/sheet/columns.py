"""The 46 columns, in their order, with their headers to the letter."""

from dataclasses import dataclass
from enum import StrEnum

from katip.core.turkish import fold


class ColumnKind(StrEnum):
    """What a column holds, for the typed download. In the exact sheet every cell is text."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field that code calls it by, its header, what it holds, its width in characters.

    `also` names headers that other editions of the sheet use for it. `is_title` marks names in which the source writes
    `__` for a blank.
    """

    field: str
    header: str
    kind: ColumnKind = ColumnKind.TEXT
    width: int = 18
    also: tuple[str, ...] = ()
    is_title: bool = False


_N, _D, _M = ColumnKind.NUMBER, ColumnKind.DAY, ColumnKind.MOMENT

COLUMNS: tuple[Column, ...] = (
    Column("process_id", "Sözleşme Süreç ID"),
    Column("name", "Sözleşme Adı", width=60),
    Column("contract_id", "Sözleşme ID"),
    Column("auto_update", "Otomatik Güncelleme Onay İzni Var Mı"),
    Column("national_id", "Görevlendirilen Kişi TC Kimlik No", also=("Görevlendirilen Kişi T.C. Kimlik Numarası",)),
    Column("professional_name", "Görevlendirilen Kişi Ad Soyad", width=30, is_title=True),
    Column("certificate_type", "Görevlendirilen Kişi Sertifika Tipi", width=36),
    Column("certificate_no", "Görevlendirilen Kişi Sertifika No"),
    Column("assignment_type", "Sözleşme Tipi"),
    Column("minutes", "Çalışma Süresi", _N),
    Column("period", "Çalışma Periyodu"),
    Column("provider_id", "Hizmet Veren İşyeri ID "),  # the blank at the end is the source's own
    Column("provider_title", "Hizmet Veren İşyeri Unvanı", width=50, is_title=True),
    Column("provider_sgk", "Hizmet Veren İşyeri SGK/DETSİS No", width=30),
    Column("provider_province", "Hizmet Veren İşyeri İli"),
    Column("provider_kind", "Hizmet Veren İşyeri Yetki Belgesi Tipi"),
    Column("authorisation_no", "Hizmet Veren İşyeri Yetki Belgesi No"),
    Column("workplace_id", "Hizmet Alan İşyeri ID"),
    Column("workplace_title", "Hizmet Alan İşyeri Unvanı", width=50, is_title=True),
    Column("workplace_sgk", "Hizmet Alan İşyeri SGK/DETSİS No", width=30),
    Column("workplace_province", "Hizmet Alan İşyeri İli"),
    Column("employees", "Hizmet Alan İşyeri Çalışan Sayısı", _N),
    Column("hazard_class", "Hizmet Alan İşyeri Tehlike Sınıfı"),
    Column("nace", "Hizmet Alan İşyeri Nace Kodu"),
    Column("starts_on", "Sözleşme Başlangıç Tarihi", _D),
    Column("ends_on", "Sözleşme Bitiş Tarihi", _D),
    Column("state", "Sözleşme Statü", width=26, also=("Sözleşme Statüsü",)),
    Column("is_updated", "Süre Güncelleme Kaydı Var Mı"),
    Column("approval", "Sözleşme Onay Durumu", width=26, also=("Sözleşme Onay Statüsü",)),
    Column("approved_at", "Sözleşme Onay Tarihi", _M, 20),
    Column("vehicle_plate", "Gezici Araç Plaka No"),
    Column("examinations", "İlgili Basit Tetkikler"),
    Column("measurements", "İlgili Ölçüm Metotları"),
    Column("equipment", "İlgili İş Ekipmanları"),
    Column("employer_approval", "Hizmet Alan İşyeri Onay Statüsü"),
    Column("employer_approved_at", "Hizmet Alan İşyeri Onay Tarihi", _M, 20),
    Column("approver_name", "Onaylayan Kişi Ad Soyad", width=30, is_title=True),
    Column("professional_approval", "Görevlendirilen Kişi Onay Statüsü"),
    Column("professional_approved_at", "Görevlendirilen Kişi Onay Tarihi", _M, 20),
    Column("defined_at", "Sözleşme Tanımlanma Tarihi", _M, 20),
    Column("definer_name", "Tanımlayan Kişi Ad Soyad", width=30, is_title=True),
    Column("ender_name", "Sözleşmeyi Sonlandıran Ad Soyad", width=30, is_title=True),
    Column("end_reason", "Sözleşme Sonlandırılma Nedeni", width=30),
    Column("fit", "Sözleşme Mevzuata Uygun Mu"),
    Column("predecessor_id", "Eski Sözleşme ID"),
    Column("lab_report", "Lab. Raporu Var Mı"),
)

FIELDS: tuple[str, ...] = tuple(column.field for column in COLUMNS)
BY_FIELD = {column.field: column for column in COLUMNS}


def header_key(text: str) -> str:
    """Return what headers are compared by: letters and digits only, all four Turkish i's one, marks dropped."""
    return "".join(character for character in fold(text) if character.isalnum())


BY_KEY = {header_key(header): column for column in COLUMNS for header in (column.header, *column.also)}
