"""Words about tokens: what each scope opens, where a token stands, why one cannot be made."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as lazy

from katip.programs.scopes import Scope
from katip.programs.selectors import Standing

SCOPES: Mapping[Scope, tuple[Any, Any]] = {
    Scope.WORKPLACES_READ: (
        lazy("İşyerleri ve yasal süreler"),
        lazy("Hizmet verdiğiniz işyerleri, çalışan sayıları, yasanın istediği süreler"),
    ),
    Scope.PROFESSIONALS_READ: (lazy("Profesyoneller"), lazy("Kendi personeliniz, belgeleri ve boş süreleri")),
    Scope.CONTRACTS_READ: (lazy("Teklifler ve sözleşmeler"), lazy("Durumları, kimin onayının beklendiği, son günleri")),
    Scope.DOCUMENTS_READ: (lazy("Belgeler"), lazy("Mühürlü PDF’ler ve imzalı beyanlar; kişi adları yazar")),
    Scope.SHEET_READ: (lazy("46 sütunlu tablo"), lazy("T.C. kimlik numaraları yalnız burada bulunur")),
    Scope.OFFERS_WRITE: (
        lazy("Teklif gönderme"),
        lazy("Tek tek ya da toplu; her teklif yine kişilerin onayını bekler"),
    ),
}
"""name and what it opens"""

STANDINGS: Mapping[Standing, tuple[str, Any]] = {
    Standing.VALID: ("authorised", lazy("Geçerli")),
    Standing.EXPIRED: ("lapsed", lazy("Süresi doldu")),
    Standing.REVOKED: ("withdrawn", lazy("Geri alındı")),
    Standing.MAKER_GONE: ("suspended", lazy("Yapanın yetkisi bitti")),
}
"""tag and word"""

ERRORS: Mapping[str, Any] = {
    "name_empty": lazy("Programın adını yazın."),
    "name_long": lazy("Ad en çok 60 karakter olabilir."),
    "no_scope": lazy("En az bir kapsam seçin."),
    "days": lazy("Süreyi listeden seçin."),
    "too_many": lazy("En çok 20 geçerli anahtarınız olabilir. Önce kullanılmayan birini geri alın."),
    "over": lazy("Bu anahtar artık geçerli değil."),
    "rotated": lazy("Bu anahtar daha önce yenilendi."),
}
