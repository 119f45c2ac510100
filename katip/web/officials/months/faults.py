"""Why a line of a feed was set aside, by the feed's codes, and its columns, in the page's words."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy

FAULTS: Mapping[str, Any] = {
    "quotes": gettext_lazy("tırnak işaretleri eşleşmiyor"),
    "cell_count": gettext_lazy("hücre sayısı başlıktakinden farklı"),
    "empty": gettext_lazy("boş olamaz"),
    "too_long": gettext_lazy("çok uzun"),
    "bad_character": gettext_lazy("metinde olmayacak bir karakter var"),
    "scientific": gettext_lazy("tablo programı sayıyı yuvarlamış; sütun metin olarak kaydedilmeli"),
    "not_digits": gettext_lazy("yalnız rakam olabilir"),
    "wrong_length": gettext_lazy("hane sayısı yanlış"),
    "wrong_first_digit": gettext_lazy("ilk rakam yanlış"),
    "checksum": gettext_lazy("denetim haneleri tutmuyor"),
    "not_a_month": gettext_lazy("ay değil"),
    "in_future": gettext_lazy("gelecek bir ay"),
    "not_a_number": gettext_lazy("tam sayı değil"),
    "negative": gettext_lazy("sıfırdan küçük olamaz"),
    "too_small": gettext_lazy("olabilecekten küçük"),
    "too_large": gettext_lazy("olabilecekten büyük"),
    "conflict": gettext_lazy("başka bir satır aynı işyeri ve ay için başka şey söylüyor"),
    "unknown_workplace": gettext_lazy("bu SGK numarası kayıtta yok"),
    "unknown_activity": gettext_lazy("bu NACE kodu kayıtta yok"),
}
COLUMNS: Mapping[str, Any] = {
    "sgk_number": gettext_lazy("SGK numarası"),
    "period": gettext_lazy("Ay"),
    "employees": gettext_lazy("Çalışan sayısı"),
    "nace": gettext_lazy("NACE kodu"),
}


def fault_words(code: str) -> str:
    """Why the line was set aside; a code without words stands as it is."""
    return str(FAULTS.get(code, code))


def column_words(name: str) -> str:
    """The column's name on the page; a column of another name stands as it came."""
    return str(COLUMNS.get(name, name))
